"""The task loop: plan, send, run tools, until the task is done, paused, stopped or failed.

Every outcome is a `StatusChanged` event with a reason and a next step; nothing is raised but StoreError, when the
history itself can't be written.
"""

from __future__ import annotations

import asyncio

from cowork_tui.core.blocks import Role, UserText, make_block
from cowork_tui.core.events import Notice, StatusChanged, UserSaid
from cowork_tui.core.task_values import Status
from cowork_tui.engine.ports import Ended, Failed
from cowork_tui.engine.prompts import GO_ON, cap_note
from cowork_tui.engine.response import send_turn
from cowork_tui.engine.session import Session
from cowork_tui.engine.tool_calls import answer_interrupted_calls, answer_open_calls
from cowork_tui.engine.turn import HeldTurn, prepare_turn


class TaskLoop:
    """Runs one task. `say` and `stop` may be called from the same event loop at any time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._steering: list[str] = []
        self._running: asyncio.Task[None] | None = None
        self._stop_asked = False

    def say(self, text: str) -> None:
        """Queue the user's words; they join the transcript before the next turn."""
        self._steering.append(text)

    def stop(self) -> None:
        """Stop whatever is running, or is about to. Nothing stored is lost; `run` returns when the stop is stored."""
        if self._running is None:
            self._stop_asked = True
        else:
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
            await self._set(Status.STOPPED, "Stopped by you.", _resume_hint(self._session))
        if not self._session.state.started_tools:
            self._session.ports.tools.settle()
        return self._session.state.status

    async def _work(self) -> None:
        session = self._session
        if session.state.status is not Status.RUNNING:
            await self._set(Status.RUNNING)
        await answer_interrupted_calls(session)
        refused: set[str] = set()
        while True:
            await answer_open_calls(session)
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
                await self._failed(outcome)
                return
            elif await self._finished(outcome):
                return

    async def _finished(self, outcome: Ended) -> bool:
        """Whether the response ends the task, for now or for good; sets the status if so."""
        if self._session.state.open_uses or outcome.stop_reason in ("tool_use", "pause_turn") or self._steering:
            return False
        match outcome.stop_reason:
            case "max_tokens":
                limit = self._session.state.turns[-1].planned.parameters.max_tokens
                reason = f"The answer was cut at max_tokens ({limit:,})."
                await self._set(Status.PAUSED, reason, _resume_hint(self._session))
            case "model_context_window_exceeded":
                reason = "The answer filled the model's context window."
                await self._set(Status.PAUSED, reason, "Start a new task for the rest.")
            case "refusal":
                await self._set(
                    Status.FAILED, "The model refused this request.", "Change the goal, or try another model (--model)."
                )
            case _:
                await self._set(Status.DONE)
        return True

    async def _failed(self, failure: Failed) -> None:
        await self._set(Status.PAUSED, failure.error, failure.next_step or _resume_hint(self._session))

    async def _set(self, status: Status, reason: str = "", next_step: str = "") -> None:
        await self._session.emit(StatusChanged(self._session.now(), status, reason, next_step))

    async def _speak(self) -> None:
        """Let the user's queued words, a due note on the cap, or a plain "go on" join the transcript."""
        session = self._session
        state = session.state
        said, self._steering = self._steering, []
        if said:
            await self._say(said, note=False)
        note = cap_note(state.cap, state.spent, state.cap_notes)
        if note is not None:
            await self._say([note], note=True)
        last = state.transcript[len(state.transcript) - 1].block if len(state.transcript) else None
        resend = state.turns and state.turns[-1].ended and state.turns[-1].ended.stop_reason == "pause_turn"
        if not said and note is None and last is not None and last.role is Role.ASSISTANT and not resend:
            await self._say([GO_ON], note=False)

    async def _say(self, texts: list[str], *, note: bool) -> None:
        session = self._session
        blocks = tuple(make_block(UserText(text), session.ports.count) for text in texts)
        await session.emit(UserSaid(session.now(), session.state.turn, blocks, note))


def _resume_hint(session: Session) -> str:
    return f"Go on with: cowork-tui resume {session.state.task_id[:8]}"
