"""Tools that never return, clocks that jump, waits that the user cuts short, and the cap under all of it."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cowork_tui.cli.progress import Progress
from cowork_tui.core.blocks import ToolDefinition, ToolResult
from cowork_tui.core.cap import Cap
from cowork_tui.core.events import AttemptEnded, Event, ResponseStarted, ToolEnded, ToolStarted, TurnEnded
from cowork_tui.core.json_values import JsonObject
from cowork_tui.core.settings import Settings
from cowork_tui.core.state import TaskState
from cowork_tui.core.task_values import Mode, Status
from cowork_tui.engine.loop import TaskLoop
from cowork_tui.engine.ports import ToolHost, ToolIntent, ToolOutcome
from cowork_tui.engine.session import Session
from tests.scenarios.ledger import Bill, attempts, check_task

if TYPE_CHECKING:
    from tests.scenarios.conftest import Bench, MovableClock

    Faulty = Callable[..., Bench]

RECEIPTS = "Put the receipts into a table, one row each, with a total per month"
WAITING = "[[fault]]\nkind = 429\nturn = 2\nretry_after = 600\ntimes = 1\n"
PATIENCE_SECONDS = 30.0


class Hanging:
    """The folder's tools and one more that never returns; `stubborn`, not even when it is stopped."""

    def __init__(self, tools: ToolHost, *, stubborn: bool = False) -> None:
        self._tools = tools
        self._stubborn = stubborn

    def definitions(self) -> tuple[ToolDefinition, ...]:
        return (*self._tools.definitions(), ToolDefinition("hang", "Never returns.", '{"type":"object"}'))

    async def intent(self, name: str, tool_input: JsonObject) -> ToolIntent:
        if name == "hang":
            return ToolIntent(changes=self._stubborn, summary="hang", preview="")
        return await self._tools.intent(name, tool_input)

    async def call(self, name: str, tool_input: JsonObject, *, turn: int, tool_use_id: str) -> ToolOutcome:
        if name != "hang":
            return await self._tools.call(name, tool_input, turn=turn, tool_use_id=tool_use_id)
        for _ in range(3 if self._stubborn else 1):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if not self._stubborn:
                    raise
        return ToolOutcome("never")

    def repeatable(self, name: str) -> bool:
        return name != "hang" and self._tools.repeatable(name)

    def settle(self) -> None:
        self._tools.settle()


def on_event(kind: type[Event], act: Callable[[TaskLoop], None]) -> Callable[[Session, TaskLoop], None]:
    """Acts on the loop when the first event of a kind comes by."""

    def install(session: Session, loop: TaskLoop) -> None:
        seen: list[Event] = []

        def watch(_task: str, event: Event) -> None:
            if isinstance(event, kind) and not seen:
                seen.append(event)
                act(loop)

        session.ports.bus.subscribe(watch)

    return install


@pytest.mark.parametrize(
    ("stubborn", "said"),
    [(False, "hang was still running after 0.2 s; stopped."), (True, "could not be stopped: its outcome is unknown")],
)
async def test_a_tool_that_never_returns_is_answered_for_it(
    bench: Bench, folder: Path, stubborn: bool, said: str
) -> None:
    bench.tool_seconds = 0.2
    bench.host = lambda tools: Hanging(tools, stubborn=stubborn)
    session = await asyncio.wait_for(bench.run("CALL hang {}", folder), PATIENCE_SECONDS)
    assert session.state.status is Status.DONE
    [ended] = [event for event in bench.events if isinstance(event, ToolEnded)]
    assert ended.is_error
    assert isinstance(ended.block.content, ToolResult)
    assert said in ended.block.content.text
    check_task(bench, session.state)


@pytest.mark.parametrize("stubborn", [False, True])
async def test_stop_works_while_a_tool_never_returns(bench: Bench, folder: Path, stubborn: bool) -> None:
    bench.host = lambda tools: Hanging(tools, stubborn=stubborn)
    running = bench.run("CALL hang {}", folder, before=on_event(ToolStarted, TaskLoop.stop))
    session = await asyncio.wait_for(running, PATIENCE_SECONDS)
    assert session.state.status is Status.STOPPED
    assert session.state.next_step == "Go on with: cowork-tui resume task1"
    bench.tool_seconds = 0.1
    session = await bench.resume(folder)
    assert session.state.status is Status.DONE
    check_task(bench, session.state)


@pytest.mark.parametrize(
    ("act", "status", "reason"),
    [
        (TaskLoop.stop, Status.STOPPED, "Stopped by you."),
        (TaskLoop.pause, Status.PAUSED, "Paused by you."),
    ],
)
async def test_waiting_for_a_retry_ends_at_once(
    faulty: Faulty, folder: Path, act: Callable[[TaskLoop], None], status: Status, reason: str
) -> None:
    bench = faulty(WAITING)
    running = bench.run('CALL list_files {"path": "."}', folder, before=on_event(AttemptEnded, act))
    session = await asyncio.wait_for(running, PATIENCE_SECONDS)
    assert (session.state.status, session.state.reason) == (status, reason)
    [attempt] = attempts(bench.events)
    assert attempt.wait_seconds == 600
    assert session.state.held.nanodollars == 0
    check_task(bench, session.state)
    session = await bench.resume(folder)
    assert session.state.status is Status.DONE
    check_task(bench, session.state)


async def test_pause_lets_the_turn_and_its_calls_end(bench: Bench, folder: Path) -> None:
    session = await bench.run(RECEIPTS, folder, before=on_event(ResponseStarted, TaskLoop.pause))
    state = session.state
    assert (state.status, state.reason, len(state.turns)) == (Status.PAUSED, "Paused by you.", 1)
    assert state.next_step == "Go on with: cowork-tui resume task1"
    assert state.turns[0].ended is not None
    assert state.turns[0].ended.stop_reason == "tool_use"
    assert not state.open_uses
    check_task(bench, state)
    session = await bench.resume(folder)
    assert session.state.status is Status.DONE
    check_task(bench, session.state)


async def test_a_stop_before_any_answer_keeps_the_reservation(faulty: Faulty, folder: Path) -> None:
    bench = faulty('[[fault]]\nkind = "silence"\nturn = 1\nseconds = 60\n')

    def stop_soon(_session: Session, loop: TaskLoop) -> None:
        asyncio.get_running_loop().call_later(0.3, loop.stop)

    session = await bench.run("hello", folder, before=stop_soon)
    assert session.state.status is Status.STOPPED
    [attempt] = attempts(bench.events)
    assert "may have been billed" in attempt.error
    assert attempt.held == session.state.turns[0].planned.reserved
    check_task(bench, session.state)


@pytest.mark.parametrize("jump_seconds", [3_700.0, -3_700.0])
async def test_a_clock_that_jumps_leaves_forecasts_sane(
    bench: Bench, folder: Path, clock: MovableClock, jump_seconds: float
) -> None:
    """A laptop that slept, or a clock that was set: what was cached is taken to be gone."""

    def jump(session: Session, _loop: TaskLoop) -> None:
        ended: list[Event] = []

        def watch(_task: str, event: Event) -> None:
            if isinstance(event, TurnEnded):
                ended.append(event)
                if len(ended) == 3:
                    clock.ahead_seconds += jump_seconds

        session.ports.bus.subscribe(watch)

    session = await bench.run(RECEIPTS, folder, before=jump)
    state = session.state
    assert state.status is Status.DONE
    after = state.turns[3]
    assert after.forecast.read_tokens == 0
    assert after.forecast.write_tokens > 0
    for record in state.turns:
        assert record.ended is not None
        assert record.ended.seconds >= 0
        assert record.ended.first_token_seconds >= 0
        assert record.forecast.seconds >= 0
        assert "-" not in (record.miss.detail if record.miss else "")
    assert all(record.forecast.read_tokens for record in state.turns[4:])
    check_task(bench, state)


KINDS = (
    "429", "500", "529", "cut_before_first_byte", "cut_mid_text", "cut_mid_tool_input", "connection_reset",
    "malformed_sse", "error_event_after_200", "max_tokens_in_tool_call", "refusal_after_output", "pause_turn",
    "duplicate_tool_ids", "tool_input_not_json", "connection_refuse",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(60 if os.environ.get("COWORK_BENCH_FULL") == "1" else 2))
async def test_the_cap_holds_whatever_goes_wrong(faulty: Faulty, folder: Path, seed: int) -> None:
    """What the demo billed in all, also for answers that never arrived, stays within the cap."""
    dice = random.Random(seed)
    kinds = dice.sample(KINDS, 6)
    bench = faulty("".join(f'[[fault]]\nkind = "{kind}"\nprobability = 0.12\n' for kind in kinds))
    cap = Cap(nanodollars=dice.choice([300, 600, 1_200]) * 1_000_000)
    session = await bench.run(RECEIPTS, folder, Settings(mode=Mode.AUTO_EDIT, cap=cap))
    for _ in range(2):
        if session.state.status is Status.DONE:
            break
        session = await bench.resume(folder)
    check_task(bench, session.state)
    assert cap.nanodollars is not None
    assert session.state.spent.nanodollars <= cap.nanodollars
    assert sum(Bill(message).cost_nanodollars for message in bench.billed) <= cap.nanodollars


def test_a_wait_is_shown_with_the_way_to_end_it(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(TaskState(), lambda model: model)
    progress("task1", AttemptEnded(0.0, 1, 1, 529, "The server is busy.", 0.5))
    progress("task1", AttemptEnded(0.0, 1, 2, 429, "Too many requests.", 20.0))
    assert capsys.readouterr().out.splitlines() == [
        "! attempt 1: The server is busy; trying again in 0.5 s",
        "! attempt 2: Too many requests; trying again in 20.0 s (Ctrl-C stops the task)",
    ]
