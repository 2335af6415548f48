"""The task loop: plan, send, run tools, until the task is done, paused, stopped or failed.

Every outcome is a `StatusChanged` event with a reason and a next step; nothing is raised but StoreError, when the
history itself can't be written.
"""

from __future__ import annotations

import asyncio

from cowork_tui.core.blocks import Role, UserText, make_block
from cowork_tui.core.events import (
    ApprovalAsked,
    ApprovalGiven,
    AttemptEnded,
    Event,
    Notice,
    ResponseStarted,
    StatusChanged,
    TurnPlanned,
    UserSaid,
)
from cowork_tui.core.task_values import Status
from cowork_tui.engine.prompts import GO_ON, cap_note, undo_note
from cowork_tui.engine.provider_events import Ended, Failed
from cowork_tui.engine.response import send_turn
from cowork_tui.engine.session import Session
from cowork_tui.engine.tool_calls import answer_interrupted_calls, answer_open_calls, refuse_open_calls
from cowork_tui.engine.turn import HeldTurn, prepare_turn

MAX_CUTS = 1
"""How many responses in a row may break off and be gone on with, without asking the user."""
MAX_CALLS_CUT = 2
"""How many responses in a row may break off within a tool call at max_tokens."""
MAX_PAUSE_TURNS = 20
"""How often in a row a server may ask to be called again."""


class TaskLoop:
    """Runs one task. `say`, `stop` and `pause` may be called from the same event loop at any time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._steering: list[str] = []
        self._running: asyncio.Task[None] | None = None
        self._stop_asked = False
        self._pause_asked = False
        self._between_steps = False
        """Whether it waits for something that is not a turn: a retry, or the user's yes."""
        self._in_a_row: dict[str, int] = {}
        session.ports.bus.subscribe(self._notice)

    def say(self, text: str) -> None:
        """Queue the user's words; they join the transcript before the next turn."""
        self._steering.append(text)

    def stop(self) -> None:
        """Stop whatever is running, or is about to. Nothing stored is lost; `run` returns when the stop is stored."""
        if self._running is None or not self._running.done():
            self._stop_asked = True
        if self._running is not None:
            self._running.cancel()

    def pause(self) -> None:
        """Pause once the turn that runs and its tool calls have ended; at once where it only waits."""
        self._pause_asked = True
        if self._running is not None and self._between_steps:
            self._running.cancel()

    async def run(self) -> Status:
        """Run until the task stops by itself or is stopped; returns where it stands."""
        self._running = asyncio.ensure_future(self._work())
        if self._stop_asked:
            self._running.cancel()
        try:
            await self._running
        except asyncio.CancelledError:
            if not self._running.done():
                self._running.cancel()
                await asyncio.wait([self._running])
            if self._pause_asked and not self._stop_asked:
                await self._pause()
            else:
                await self._set(Status.STOPPED, "Stopped by you.", _resume_hint(self._session))
        finally:
            self._stop_asked = self._pause_asked = self._between_steps = False
        if not self._session.state.started_tools:
            self._session.ports.tools.settle()
        return self._session.state.status

    async def _work(self) -> None:
        session = self._session
        await self._settle_crash()
        if session.state.status is not Status.RUNNING:
            await self._set(Status.RUNNING)
        await answer_interrupted_calls(session)
        refused: set[str] = set()
        while True:
            await answer_open_calls(session)
            if self._pause_asked:
                await self._pause()
                return
            await self._speak()
            ready = await prepare_turn(session)
            if isinstance(ready, HeldTurn):
                await self._set(Status.PAUSED, ready.reason, ready.next_step)
                return
            outcome = await send_turn(session, ready)
            if isinstance(outcome, Failed) and outcome.refused_field and outcome.refused_field not in refused:
                refused.add(outcome.refused_field)
                text = f"This endpoint does not take {outcome.refused_field!r}; it is left out from here on."
                await session.emit(Notice(session.now(), text))
            elif isinstance(outcome, Failed):
                if not await self._goes_on(outcome):
                    return
            elif await self._finished(outcome):
                return

    async def _settle_crash(self) -> None:
        """A request that was out when the app died may have been billed: its reservation stays on the cap."""
        state = self._session.state
        record = state.turns[-1] if state.turns else None
        if state.status is Status.RUNNING and record is not None and record.is_out:
            error = "The app ended before the answer did; the request may have been billed."
            attempt, held = record.failed_attempts + 1, record.planned.reserved
            await self._session.emit(
                AttemptEnded(self._session.now(), record.planned.turn, attempt, None, error, None, held)
            )

    async def _finished(self, outcome: Ended) -> bool:
        """Whether the response ends the task, for now or for good; sets the status if so."""
        open_uses, reason = self._session.state.open_uses, outcome.stop_reason
        hint = _resume_hint(self._session)
        calls_cut = self._count("calls cut", reason == "max_tokens" and bool(open_uses))
        pauses = self._count("pause turns", reason == "pause_turn")
        self._count("cuts", False)
        if reason == "refusal":
            await refuse_open_calls(self._session)
            step = "Change the goal, or try another model (--model)."
            await self._set(Status.FAILED, "The model refused this request.", step)
        elif reason == "model_context_window_exceeded":
            step = "Resume with a model that has a larger window (--model), or start a new task for the rest."
            await self._set(Status.PAUSED, "The answer filled the model's context window.", step)
        elif calls_cut > MAX_CALLS_CUT:
            await self._set(Status.PAUSED, f"Tool calls were cut {calls_cut} times in a row at {self._limit()}.", hint)
        elif pauses > MAX_PAUSE_TURNS:
            await self._set(Status.PAUSED, f"The server paused the turn {pauses} times in a row.", hint)
        elif open_uses or reason in ("tool_use", "pause_turn") or self._steering:
            return False
        elif reason == "max_tokens":
            await self._set(Status.PAUSED, f"The answer was cut at {self._limit()}.", hint)
        else:
            await self._set(Status.DONE)
        return True

    async def _goes_on(self, failure: Failed) -> bool:
        """After a failure: whether the task goes on from what has come; else it is paused."""
        session = self._session
        wait = failure.retry_seconds
        if wait is None or self._count("cuts", True) > MAX_CUTS:
            step = failure.next_step or _resume_hint(session)
            if failure.retired_model:
                step = (
                    f"Resume with another model: cowork-tui resume {session.state.task_id[:8]} --model sonnet "
                    "(`cowork-tui models` lists what there is)."
                )
            await self._set(Status.PAUSED, failure.error, step)
            return False
        record = session.state.turns[-1]
        attempt = record.failed_attempts + 1
        await session.emit(
            AttemptEnded(session.now(), record.planned.turn, attempt, failure.status, failure.error, wait)
        )
        await asyncio.sleep(wait)
        self._between_steps = False
        return True

    def _count(self, what: str, happened: bool) -> int:
        """How often something has happened in a row."""
        self._in_a_row[what] = self._in_a_row.get(what, 0) + 1 if happened else 0
        return self._in_a_row[what]

    def _limit(self) -> str:
        return f"max_tokens ({self._session.state.turns[-1].planned.parameters.max_tokens:,})"

    def _notice(self, task_id: str, event: Event) -> None:
        """Know whether it waits; a pause that was asked for then need not wait too."""
        if task_id != self._session.state.task_id:
            return
        match event:
            case AttemptEnded():
                self._between_steps = event.wait_seconds is not None
            case ApprovalAsked():
                self._between_steps = True
            case ApprovalGiven() | ResponseStarted() | TurnPlanned():
                self._between_steps = False
            case _:
                return
        if self._between_steps and self._pause_asked:
            self.pause()

    async def _pause(self) -> None:
        await self._set(Status.PAUSED, "Paused by you.", _resume_hint(self._session))

    async def _set(self, status: Status, reason: str = "", next_step: str = "") -> None:
        await self._session.emit(StatusChanged(self._session.now(), status, reason, next_step))

    async def _speak(self) -> None:
        """Let the user's queued words, what they undid, a due note on the cap, or "go on" join the transcript."""
        session = self._session
        state = session.state
        said, self._steering = self._steering, []
        if said:
            await self._say(said, note=False)
        undone = undo_note(state.untold_changes)
        if undone is not None:
            await self._say([undone], note=False, undo=True)
        note = cap_note(state.cap, state.spent, state.cap_notes)
        if note is not None:
            await self._say([note], note=True)
        last = state.transcript[len(state.transcript) - 1].block if len(state.transcript) else None
        resend = state.turns and state.turns[-1].ended and state.turns[-1].ended.stop_reason == "pause_turn"
        spoken = bool(said) or note is not None or undone is not None
        if not spoken and last is not None and last.role is Role.ASSISTANT and not resend:
            await self._say([GO_ON], note=False)

    async def _say(self, texts: list[str], *, note: bool, undo: bool = False) -> None:
        session = self._session
        blocks = tuple(make_block(UserText(text), session.ports.count) for text in texts)
        await session.emit(UserSaid(session.now(), session.state.turn, blocks, note, undo))


def _resume_hint(session: Session) -> str:
    return f"Go on with: cowork-tui resume {session.state.task_id[:8]}"
