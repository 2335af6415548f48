"""Runs the tool calls of a response: approval, order, and one result for every call.

Calls that only read run side by side; calls that change something run alone, in the order the model made them. Results
join the transcript in the model's order, each stored before the next turn.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from cowork_tui.core.blocks import Block, Content, Role, ToolResult, ToolUse, make_block
from cowork_tui.core.edits import recallable
from cowork_tui.core.events import Event, PlanUpdated, ToolEnded, ToolStarted
from cowork_tui.core.json_values import JsonObject
from cowork_tui.core.state import TaskState
from cowork_tui.engine.own_tools import RECALL, UPDATE_PLAN, parse_steps, plan_text, recall
from cowork_tui.engine.permissions import permission
from cowork_tui.engine.ports import ToolIntent, ToolOutcome
from cowork_tui.engine.prompts import NOT_RUN, OUTCOME_UNKNOWN
from cowork_tui.engine.session import Session

MAX_PARALLEL_READS = 4
GRACE_SECONDS = 0.5
"""How long a call that was stopped is waited for."""
CUT_STOP_REASONS = ("max_tokens", "model_context_window_exceeded")
"""A response with one of these broke off where it ends."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool use to answer. `arguments` None: the model's input can't be used, and `problem` says why."""

    use: ToolUse
    arguments: JsonObject | None
    problem: str = ""


def parse_call(use: Content) -> Call | None:
    """The call with its input read; None for any other content."""
    if not isinstance(use, ToolUse):
        return None
    try:
        arguments: object = json.loads(use.input_json)
    except (ValueError, RecursionError):
        arguments = None
    if isinstance(arguments, dict):
        return Call(use, cast(JsonObject, arguments))
    return Call(use, None, f"The input of {use.name} was not a JSON object: send it again.")


def _cut_use(state: TaskState) -> str | None:
    """The id of the call that the last response broke off in: it ended at a limit, and with this call."""
    ended = state.turns[-1].ended if state.turns else None
    if ended is None or ended.stop_reason not in CUT_STOP_REASONS:
        return None
    for seq in range(len(state.transcript) - 1, -1, -1):
        block = state.transcript[seq].block
        if block.role is Role.ASSISTANT:
            return block.content.id if isinstance(block.content, ToolUse) else None
    return None


def _cut_call(state: TaskState, call: Call) -> Call:
    limit = state.turns[-1].planned.parameters.max_tokens
    problem = f"This call of {call.use.name} was cut off at {limit:,} tokens: send it again, in smaller parts."
    return Call(call.use, None, problem)


async def answer_open_calls(session: Session) -> None:
    """Answer every tool use that has no result yet."""
    calls = [call for block in session.state.open_uses.values() if (call := parse_call(block.content)) is not None]
    cut = _cut_use(session.state)
    calls = [_cut_call(session.state, call) if call.use.id == cut else call for call in calls]
    reads: dict[str, asyncio.Task[tuple[ToolOutcome, float]]] = {}
    intents = {call.use.id: await _intent(session, call) for call in calls}
    slots = asyncio.Semaphore(MAX_PARALLEL_READS)
    try:
        for index, call in enumerate(calls):
            if call.use.id not in reads:
                await _start_reads(session, calls[index:], intents, reads, slots)
            await _answer(session, call, intents[call.use.id], reads)
    finally:
        for task in reads.values():
            task.cancel()


async def refuse_open_calls(session: Session) -> None:
    """Answer every open tool use without running it: the model took its response back."""
    for block in tuple(session.state.open_uses.values()):
        call = parse_call(block.content)
        if call is not None:
            await _end(session, call.use, ToolOutcome(NOT_RUN, is_error=True))


async def answer_interrupted_calls(session: Session) -> None:
    """After a crash or a stop: a call that began and has no result must not be made twice.

    Where the tools can tell what became of it they are asked again under the same id; else its outcome is unknown.
    """
    for block in tuple(session.state.open_uses.values()):
        call = parse_call(block.content)
        if call is None or call.use.id not in session.state.started_tools or call.arguments is None:
            continue
        if session.ports.tools.repeatable(call.use.name):
            outcome, seconds = await _run(session, call.use, call.arguments, asyncio.Semaphore())
            await _end(session, call.use, outcome, seconds)
        else:
            await _end(session, call.use, ToolOutcome(OUTCOME_UNKNOWN, is_error=True))


async def _intent(session: Session, call: Call) -> ToolIntent:
    if call.use.name in (UPDATE_PLAN, RECALL) or call.arguments is None:
        return ToolIntent(changes=False, summary=call.use.name, preview="")
    return await session.ports.tools.intent(call.use.name, call.arguments)


async def _start_reads(
    session: Session,
    calls: Sequence[Call],
    intents: Mapping[str, ToolIntent],
    reads: dict[str, asyncio.Task[tuple[ToolOutcome, float]]],
    slots: asyncio.Semaphore,
) -> None:
    """Start the run of reading calls at the head of `calls`: a change behind them must not be overtaken."""
    started: list[Event] = []
    for call in calls:
        intent = intents[call.use.id]
        if intent.changes:
            break
        if intent.error is None and call.arguments is not None and call.use.name not in (UPDATE_PLAN, RECALL):
            started.append(_started(session, call))
            reads[call.use.id] = asyncio.create_task(_run(session, call.use, call.arguments, slots))
    if started:
        await session.emit(*started)


def _started(session: Session, call: Call) -> ToolStarted:
    return ToolStarted(session.now(), session.state.turn, call.use.id, call.use.name, call.use.input_json)


async def _run(
    session: Session, use: ToolUse, arguments: JsonObject, slots: asyncio.Semaphore
) -> tuple[ToolOutcome, float]:
    async with slots:
        began = session.ports.clock.monotonic()
        calling = session.ports.tools.call(use.name, arguments, turn=session.state.turn, tool_use_id=use.id)
        outcome = await _in_time(use.name, calling, session.ports.tool_seconds)
        return outcome, max(0.0, session.ports.clock.monotonic() - began)


async def _in_time(name: str, calling: Coroutine[None, None, ToolOutcome], limit_seconds: float) -> ToolOutcome:
    """What a call gives, or that it took too long. One that does not even stop is left alone: nobody waits for it."""
    call = asyncio.ensure_future(calling)
    try:
        await asyncio.wait({call}, timeout=limit_seconds)
    finally:
        if not call.done():
            call.cancel()
            await asyncio.wait({call}, timeout=GRACE_SECONDS)
            call.add_done_callback(lambda done: done.cancelled() or done.exception())
    if call.done() and not call.cancelled():
        return call.result()
    still = f"{name} was still running after {limit_seconds:g} s"
    if call.done():
        return ToolOutcome(f"{still}; stopped. Ask for less at once, or do it another way.", is_error=True)
    return ToolOutcome(f"{still} and could not be stopped: its outcome is unknown, check before repeating it.", True)


async def _answer(
    session: Session, call: Call, intent: ToolIntent, reads: dict[str, asyncio.Task[tuple[ToolOutcome, float]]]
) -> None:
    use = call.use
    if call.arguments is None:
        await _end(session, use, ToolOutcome(call.problem, is_error=True))
    elif use.name == UPDATE_PLAN:
        await _update_plan(session, use, call.arguments)
    elif use.name == RECALL:
        hidden = recallable(session.state.transcript, session.state.edit_state.replaced)
        await _end(session, use, recall(call.arguments, hidden))
    elif intent.error is not None:
        await _end(session, use, ToolOutcome(intent.error, is_error=True))
    elif use.id in reads:
        outcome, seconds = await reads.pop(use.id)
        if intent.outside:
            session.outside_content_turn = session.state.turn
        await _end(session, use, outcome, seconds)
    else:
        await _change(session, call, call.arguments, intent)


async def _update_plan(session: Session, use: ToolUse, arguments: JsonObject) -> None:
    steps = parse_steps(arguments)
    if isinstance(steps, str):
        await _end(session, use, ToolOutcome(steps, is_error=True))
        return
    update = PlanUpdated(session.now(), session.state.turn, steps)
    await session.emit(update, _ended(session, use, ToolOutcome(plan_text(steps)), 0.0))


async def _change(session: Session, call: Call, arguments: JsonObject, intent: ToolIntent) -> None:
    answer = await permission(session, call.use, intent)
    if not answer.allowed:
        reason = f" {answer.reason}" if answer.reason else ""
        await _end(session, call.use, ToolOutcome(f"Not allowed: {intent.summary}.{reason}", is_error=True))
        return
    await session.emit(_started(session, call))
    outcome, seconds = await _run(session, call.use, arguments, asyncio.Semaphore())
    await _end(session, call.use, outcome, seconds)


def _ended(session: Session, use: ToolUse, outcome: ToolOutcome, seconds: float) -> ToolEnded:
    result = ToolResult(use.id, outcome.text or "(nothing)", outcome.is_error, outcome.images)
    block: Block = make_block(result, session.ports.count)
    return ToolEnded(
        session.now(), session.state.turn, use.id, block, outcome.is_error, round(seconds, 3), outcome.changes
    )


async def _end(session: Session, use: ToolUse, outcome: ToolOutcome, seconds: float = 0.0) -> None:
    await session.emit(_ended(session, use, outcome, seconds))
