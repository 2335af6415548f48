"""Sends a turn and takes in what comes back, block by block, until it is billed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from cowork_tui.core.blocks import AssistantText, BlockKind, make_block
from cowork_tui.core.calibration import RATES
from cowork_tui.core.cap import Amount, allows, counted
from cowork_tui.core.diagnosis import explain, extra_cost_nanodollars
from cowork_tui.core.events import (
    AttemptEnded,
    BlockEnded,
    CacheMissed,
    Event,
    ResponseStarted,
    TextDelta,
    ThinkingDelta,
    ToolInputDelta,
    TurnEnded,
)
from cowork_tui.core.pricing import cost_nanodollars
from cowork_tui.core.prompt_cache import after_request
from cowork_tui.core.usage import Usage
from cowork_tui.engine.ports import TurnFact
from cowork_tui.engine.provider_events import AttemptFailed, ContentEnded, Delta, Ended, Failed, ProviderEvent, Started
from cowork_tui.engine.session import FAILED, STOPPED, Session
from cowork_tui.engine.turn import ReadyTurn


@dataclass(slots=True)
class _Progress:
    """What has come back so far."""

    began: float
    started: Started | None = None
    first_token_seconds: float | None = None
    text_tokens: int = 0
    """Yardstick tokens of what was streamed, for the bill of a response that is cut."""
    partial: list[str] = field(default_factory=list[str])
    """The text that is being written."""
    held: list[BlockEnded] = field(default_factory=list[BlockEnded])
    """The newest whole blocks. They are committed with what follows them: it comes at once, and thinking with nothing
    behind it can't be sent again."""
    attempts: int = 0
    out_from: float = 0.0
    """Since when, on the monotonic clock, a request may be on its way; later than now while a retry waits."""


async def send_turn(session: Session, ready: ReadyTurn) -> Ended | Failed:
    """Store the plan, send it, and store what comes back. Cancelling it bills what has come and passes on."""
    await session.emit(ready.planned)
    progress = _Progress(session.ports.clock.monotonic())
    outcome: Ended | Failed | None = None
    try:
        async with aclosing(session.ports.provider.stream(ready.request)) as events:
            async for event in events:  # to its end, so that the connection can be used again
                if isinstance(event, Ended | Failed):
                    outcome = event
                    await _close(session, ready, progress, event)
                else:
                    await _take(session, ready, progress, event)
                    if isinstance(event, AttemptFailed) and not _may_try_again(session, ready, event):
                        return _over_cap(session)
    except asyncio.CancelledError:
        if outcome is None:
            await _stop(session, ready, progress)
        raise
    lost = "The response ended without a closing event."
    return outcome or Failed(lost, "Resume the task to try again.", None, None)


async def _stop(session: Session, ready: ReadyTurn, progress: _Progress) -> None:
    """Bill a response that the user stopped; without one, keep what its request may cost reserved."""
    if progress.started is not None:
        await _settle(session, ready, progress, _cut_usage(ready, progress, progress.started.usage), STOPPED)
    elif session.ports.clock.monotonic() >= progress.out_from:
        error = "Stopped before an answer came; the request may have been billed."
        held = ready.planned.reserved
        attempt = progress.attempts + 1
        await session.emit(AttemptEnded(session.now(), ready.planned.turn, attempt, None, error, None, held))


def _may_try_again(session: Session, ready: ReadyTurn, failed: AttemptFailed) -> bool:
    """Each try needs its own reservation, beside those of tries that may have been billed unseen."""
    state, another_follows = session.state, failed.wait_seconds is not None
    return not another_follows or allows(state.cap, state.spent, ready.planned.reserved)


def _over_cap(session: Session) -> Failed:
    state = session.state
    return Failed(
        f"An answer was lost that may have been billed, and the cap of {state.cap} does not pay for another try.",
        f"Raise the cap (cowork-tui resume {state.task_id[:8]} --cap …), or leave the task as it is.",
        None,
        None,
    )


async def _close(session: Session, ready: ReadyTurn, progress: _Progress, event: Ended | Failed) -> None:
    """Bill what ended, whether or not it ended well."""
    if isinstance(event, Ended):
        await _settle(session, ready, progress, event.usage, event.stop_reason)
    elif progress.started is not None:
        usage = event.usage or progress.started.usage
        await _settle(session, ready, progress, _cut_usage(ready, progress, usage), FAILED)
    else:
        await _release(session, progress)


def _cut_usage(ready: ReadyTurn, progress: _Progress, seen: Usage) -> Usage:
    """The bill of a response that was cut: its input as reported, its output estimated from what was seen of it.

    What a closing event reported of the output holds; the first event only has a placeholder.
    """
    first = progress.started.usage.output_tokens if progress.started else 0
    if seen.output_tokens > first:
        return seen
    estimate = round(progress.text_tokens * RATES[ready.plan.card.tokenizer].text)
    return replace(seen, output_tokens=max(seen.output_tokens, estimate))


async def _take(session: Session, ready: ReadyTurn, progress: _Progress, event: ProviderEvent) -> None:
    turn, now = ready.planned.turn, session.now()
    match event:
        case AttemptFailed():
            progress.attempts = event.attempt
            progress.out_from = session.ports.clock.monotonic() + (event.wait_seconds or 0.0)
            held = ready.planned.reserved if event.maybe_billed else Amount()
            await session.emit(
                AttemptEnded(now, turn, event.attempt, event.status, event.error, event.wait_seconds, held)
            )
        case Started():
            progress.started = event
            session.caches.state = after_request(session.caches.state, ready.plan, ready.planned.at, ready.tokens_at)
            session.tell(ResponseStarted(now, turn, event.model))
        case Delta():
            _mark_first(session, progress)
            await _release(session, progress)
            progress.text_tokens += session.ports.count(event.text)
            if event.kind == "text":
                progress.partial.append(event.text)
            session.tell(_delta(turn, event))
        case ContentEnded():
            _mark_first(session, progress)
            await _release(session, progress)
            progress.partial.clear()
            block = make_block(session.own_call(event.content), session.ports.count)
            progress.held.append(BlockEnded(now, turn, block))
        case _:
            pass


async def _release(session: Session, progress: _Progress) -> None:
    """Commit the blocks that are held back, but for thinking that nothing has followed yet."""
    if progress.held and progress.held[-1].block.kind is not BlockKind.THINKING:
        held, progress.held = progress.held, []
        await session.emit(*held)


def _mark_first(session: Session, progress: _Progress) -> None:
    if progress.first_token_seconds is None:
        progress.first_token_seconds = max(0.0, session.ports.clock.monotonic() - progress.began)


def _delta(turn: int, delta: Delta) -> Event:
    if delta.kind == "text":
        return TextDelta(turn, delta.text)
    if delta.kind == "thinking":
        return ThinkingDelta(turn, delta.text)
    return ToolInputDelta(turn, delta.name, delta.text)


async def _settle(session: Session, ready: ReadyTurn, progress: _Progress, usage: Usage, stop_reason: str) -> None:
    """Bill the turn, close its forecast, and learn from it."""
    cut = stop_reason in (STOPPED, FAILED)
    held = _last_blocks(session, ready, progress, cut=cut)
    progress.held = []
    wrote_nothing = not held and len(session.state.transcript) == ready.planned.end_seq
    started = progress.started or Started("", ready.plan.card.id, "", usage, None)
    seconds = max(0.0, session.ports.clock.monotonic() - progress.began)
    cost = _cost(ready, usage, refused_unbilled=stop_reason == "refusal" and wrote_nothing)
    ended = TurnEnded(
        at=session.now(),
        turn=ready.planned.turn,
        model=started.model,
        message_id=started.message_id,
        request_id=started.request_id,
        stop_reason=stop_reason,
        usage=usage,
        cost_nanodollars=cost,
        money=session.ports.provider.money,
        first_token_seconds=round(progress.first_token_seconds or seconds, 3),
        seconds=round(seconds, 3),
        input_end_seq=ready.planned.end_seq,
        held=_held_beyond(ready.planned.reserved, counted(usage, cost or 0)) if stop_reason == FAILED else Amount(),
    )
    miss = _miss(session, ready, usage, started)
    await session.emit(*held, ended, *([miss] if miss else []))
    session.facts.appendleft(
        TurnFact(
            ready.plan.card.id,
            ready.planned.step_kind,
            usage.output_tokens,
            ended.seconds,
            ready.planned.forecast.input_tokens,
            usage.prompt_tokens,
        )
    )
    session.remember(ready.plan, session.state.turns[-1])
    session.caches.state = after_request(
        session.caches.state, ready.plan, ready.planned.at, session.estimator.prefix_tokens(ready.plan)
    )


def _last_blocks(session: Session, ready: ReadyTurn, progress: _Progress, *, cut: bool) -> list[BlockEnded]:
    """The blocks that end the response. Of one that was cut, the text begun is kept and thinking behind it is not."""
    held = progress.held
    if not cut:
        return held
    text = "".join(progress.partial)
    if text and not text.isspace():
        block = make_block(AssistantText(text), session.ports.count)
        return [*held, BlockEnded(session.now(), ready.planned.turn, block)]
    while held and held[-1].block.kind is BlockKind.THINKING:
        held = held[:-1]
    return held


def _held_beyond(reserved: Amount, billed: Amount) -> Amount:
    """What of a reservation an estimated bill leaves open: the server may have written more than arrived."""
    nanodollars, tokens = reserved.nanodollars - billed.nanodollars, reserved.tokens - billed.tokens
    return Amount(max(0, nanodollars), max(0, tokens))


def _cost(ready: ReadyTurn, usage: Usage, *, refused_unbilled: bool) -> int | None:
    """The price of the turn; a refusal before any output is not billed although its usage shows tokens."""
    if ready.prices is None:
        return None
    return 0 if refused_unbilled else cost_nanodollars(usage, ready.prices)


def _miss(session: Session, ready: ReadyTurn, usage: Usage, started: Started) -> CacheMissed | None:
    if not usage.cache_known:
        return None
    found = explain(
        session.sent.get(ready.plan.card.id),
        ready.plan,
        ready.hit,
        usage,
        ready.planned.at,
        tokens_at=ready.tokens_at,
        api_reason=started.cache_miss_reason,
        last=session.last_sent,
    )
    if found is None:
        return None
    cost = extra_cost_nanodollars(found, ready.plan, usage, ready.prices)
    turn = ready.planned.turn
    return CacheMissed(session.now(), turn, found.cause, found.detail, found.position, found.tokens, cost)
