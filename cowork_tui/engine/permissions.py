"""Whether a change may be made: decided by `core.approvals`, or asked, with what waiting for the answer costs."""

from __future__ import annotations

import asyncio

from cowork_tui.core.approvals import ChangeAsked, Rule, Verdict, check_pattern, decide, suggested_pattern
from cowork_tui.core.blocks import ToolUse
from cowork_tui.core.errors import BadInput
from cowork_tui.core.events import ApprovalAsked, ApprovalGiven, Notice
from cowork_tui.core.forecast import PRIOR_RANGES, forecast
from cowork_tui.core.prompt_cache import warm_until
from cowork_tui.core.steps import current_kind
from cowork_tui.engine.ports import ApprovalAnswer, ApprovalRequest, ToolIntent
from cowork_tui.engine.session import Session


async def permission(session: Session, use: ToolUse, intent: ToolIntent) -> ApprovalAnswer:
    """Whether a change may be made, by mode, rules, earlier answers, or the user's word, which is stored."""
    state = session.state
    asked = ChangeAsked(use.name, state.folder, intent.paths, intent.replaces)
    book = session.ports.rules
    rules = await asyncio.to_thread(book.approval_rules) if book is not None else ()
    decision = decide(asked, state.mode, rules, state.given, state.file_log)
    if decision.verdict is not Verdict.ASK:
        return ApprovalAnswer(decision.verdict is Verdict.ALLOW, reason=decision.reason)
    outside = session.outside_content_turn >= state.turn - 1
    cold_at, cold_extra = waiting_costs(session)
    await session.emit(
        ApprovalAsked(
            session.now(), state.turn, use.id, use.name, intent.summary, intent.preview, outside, cold_at, cold_extra
        )
    )
    pattern = suggested_pattern(intent.paths, replaces=intent.replaces)
    answer = await session.ports.approver.ask(
        ApprovalRequest(
            state.task_id, use.name, intent.summary, intent.preview, outside, cold_at, cold_extra, pattern
        )
    )  # fmt: skip
    if answer.allowed and answer.scope == "always":
        await _make_rule(session, asked, answer.pattern or pattern)
    await session.emit(
        ApprovalGiven(
            session.now(), state.turn, use.id, answer.allowed, answer.scope, answer.reason, intent.replaces
        )
    )  # fmt: skip
    return answer


def waiting_costs(session: Session) -> tuple[float | None, int | None]:
    """Until when the last request stays in the cache, and what the next turn costs more from then on.

    None where nothing of it is warm, or its price is unknown.
    """
    sent = session.last_sent
    if sent is None:
        return None, None
    now, plan = session.now(), sent.plan
    cold_at = warm_until(session.caches.state, plan, now)
    prices = session.prices(plan.card.id)
    if cold_at is None or prices is None:
        return cold_at, None
    foretold = forecast(
        plan, session.caches.state, now, session.estimator.prefix_tokens(plan), prices,
        PRIOR_RANGES[current_kind(session.state.steps)], counted=False, seconds=0.0,
    )  # fmt: skip
    if foretold.cost_nanodollars is None or foretold.cold_cost_nanodollars is None:
        return cold_at, None
    return cold_at, foretold.cold_cost_nanodollars - foretold.cost_nanodollars


async def _make_rule(session: Session, asked: ChangeAsked, pattern: str) -> None:
    """Have the answer stand for later tasks in this folder; a pattern that can't be read makes no rule."""
    book = session.ports.rules
    if book is None:
        return
    try:
        rule = Rule(0, asked.tool, check_pattern(pattern), asked.folder, True, session.now())
    except BadInput as error:
        await session.emit(Notice(session.now(), f"No rule was made. {error}"))
        return
    await book.add_rule(rule)
