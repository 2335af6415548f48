"""Sends a turn and takes in what comes back, block by block, until it is billed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace

from cowork_tui.core.blocks import make_block
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
from cowork_tui.engine.ports import (
    AttemptFailed,
    ContentEnded,
    Delta,
    Ended,
    Failed,
    ProviderEvent,
    Started,
    TurnFact,
)
from cowork_tui.engine.session import Session
from cowork_tui.engine.turn import ReadyTurn

STOPPED = "stopped"
FAILED = "failed"
"""Our own stop reasons of responses that did not end by themselves."""


@dataclass(slots=True)
class _Progress:
    """What has come back so far."""

    began: float
    started: Started | None = None
    first_token_seconds: float | None = None
    text_tokens: int = 0
    """Yardstick tokens of what was streamed, for the bill of a response that is cut."""
    held: BlockEnded | None = None
    """The newest whole block; it is committed with what follows it, which comes at once."""


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
    except asyncio.CancelledError:
        if progress.started is not None and outcome is None:
            await _settle(session, ready, progress, _cut_usage(progress, progress.started), STOPPED)
        raise
    lost = "The response ended without a closing event."
    return outcome or Failed(lost, "Resume the task to try again.", None, None)


async def _close(session: Session, ready: ReadyTurn, progress: _Progress, event: Ended | Failed) -> None:
    """Bill what ended, whether or not it ended well."""
    if isinstance(event, Ended):
        await _settle(session, ready, progress, event.usage, event.stop_reason)
    elif event.usage is not None and progress.started is not None:
        await _settle(session, ready, progress, event.usage, FAILED)
    else:
        await _release(session, progress)


def _cut_usage(progress: _Progress, started: Started) -> Usage:
    """The bill of a response that was cut: its input as reported, its output as far as it was seen."""
    return replace(started.usage, output_tokens=max(started.usage.output_tokens, progress.text_tokens))


async def _take(session: Session, ready: ReadyTurn, progress: _Progress, event: ProviderEvent) -> None:
    turn, now = ready.planned.turn, session.now()
    match event:
        case AttemptFailed():
            await session.emit(AttemptEnded(now, turn, event.attempt, event.status, event.error, event.wait_seconds))
        case Started():
            progress.started = event
            session.caches.state = after_request(session.caches.state, ready.plan, ready.planned.at, ready.tokens_at)
            session.tell(ResponseStarted(now, turn, event.model))
        case Delta():
            _mark_first(session, progress)
            await _release(session, progress)
            progress.text_tokens += session.ports.count(event.text)
            session.tell(_delta(turn, event))
        case ContentEnded():
            _mark_first(session, progress)
            await _release(session, progress)
            progress.held = BlockEnded(now, turn, make_block(event.content, session.ports.count))
        case _:
            pass


async def _release(session: Session, progress: _Progress) -> None:
    """Commit the block that is held back."""
    if progress.held is not None:
        held, progress.held = progress.held, None
        await session.emit(held)


def _mark_first(session: Session, progress: _Progress) -> None:
    if progress.first_token_seconds is None:
        progress.first_token_seconds = session.ports.clock.monotonic() - progress.began


def _delta(turn: int, delta: Delta) -> Event:
    if delta.kind == "text":
        return TextDelta(turn, delta.text)
    if delta.kind == "thinking":
        return ThinkingDelta(turn, delta.text)
    return ToolInputDelta(turn, delta.name, delta.text)


async def _settle(session: Session, ready: ReadyTurn, progress: _Progress, usage: Usage, stop_reason: str) -> None:
    """Bill the turn, close its forecast, and learn from it."""
    held, progress.held = progress.held, None
    wrote_nothing = held is None and len(session.state.transcript) == ready.planned.end_seq
    started = progress.started or Started("", ready.plan.card.id, "", usage, None)
    seconds = session.ports.clock.monotonic() - progress.began
    ended = TurnEnded(
        at=session.now(),
        turn=ready.planned.turn,
        model=started.model,
        message_id=started.message_id,
        request_id=started.request_id,
        stop_reason=stop_reason,
        usage=usage,
        cost_nanodollars=_cost(ready, usage, refused_unbilled=stop_reason == "refusal" and wrote_nothing),
        money=session.ports.provider.money,
        first_token_seconds=round(progress.first_token_seconds or seconds, 3),
        seconds=round(seconds, 3),
        input_end_seq=ready.planned.end_seq,
    )
    miss = _miss(session, ready, usage, started)
    await session.emit(*([held] if held else []), ended, *([miss] if miss else []))
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
