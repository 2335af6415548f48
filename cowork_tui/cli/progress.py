"""Readable progress of a running task: plan, tool calls, streamed text, and a line a turn."""

from __future__ import annotations

import json
from collections.abc import Callable

from cowork_tui.cli.output import echo
from cowork_tui.cli.turn_line import miss_line, turn_line
from cowork_tui.core.blocks import ToolResult
from cowork_tui.core.events import (
    ApprovalGiven,
    AttemptEnded,
    BlockEnded,
    CacheMissed,
    Event,
    MissCause,
    Notice,
    PlanUpdated,
    StatusChanged,
    TextDelta,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnPlanned,
)
from cowork_tui.core.plain_text import one_line
from cowork_tui.core.state import TaskState, TurnRecord
from cowork_tui.core.steps import Step, StepStatus

STEP_GLYPHS = {StepStatus.PENDING: "·", StepStatus.ACTIVE: "▸", StepStatus.DONE: "✓"}
RESULT_WIDTH = 60


class Progress:
    """A bus subscriber that prints."""

    def __init__(self, state: TaskState, model_name: Callable[[str], str]) -> None:
        self._model_name = model_name
        self._steps = state.steps
        self._planned: TurnPlanned | None = None
        self._text_open = False
        self._names: dict[str, tuple[str, str]] = {}

    def __call__(self, _task_id: str, event: Event) -> None:
        match event:
            case TextDelta():
                echo(event.text if self._text_open else "\n" + event.text, newline=False)
                self._text_open = True
                return
            case TurnPlanned():
                self._planned = event
            case BlockEnded() | StatusChanged() | ApprovalGiven():
                self._close_text()
            case AttemptEnded():
                wait = f"; trying again in {event.wait_seconds:.1f} s" if event.wait_seconds is not None else ""
                self._line(f"! attempt {event.attempt}: {event.error}{wait}")
            case TurnEnded() if self._planned is not None:
                self._line("  " + turn_line(TurnRecord(self._planned, event), self._model_name(event.model)))
            case CacheMissed() if event.cause is not MissCause.MODEL:  # the turn's line has the price of a switch
                self._line("  " + miss_line(event))
            case PlanUpdated():
                self._plan(event.steps)
            case ToolStarted():
                self._names[event.tool_use_id] = (event.name, _arguments(event.input_json))
            case ToolEnded():
                self._tool(event)
            case Notice():
                self._line(f"! {event.text}")
            case _:
                pass

    def _close_text(self) -> None:
        if self._text_open:
            echo()
            self._text_open = False

    def _line(self, text: str) -> None:
        self._close_text()
        echo(text)

    def _plan(self, steps: tuple[Step, ...]) -> None:
        """The whole plan when it is new, else only the steps that moved."""
        before = {step.title: step.status for step in self._steps}
        moved = [step for step in steps if before.get(step.title) is not step.status]
        if [step.title for step in steps] != [step.title for step in self._steps]:
            moved = list(steps)
        width = max((len(step.title) for step in steps), default=0)
        self._close_text()
        for step in moved:
            echo(f"  {STEP_GLYPHS[step.status]} {step.title:<{width}}  {step.kind}")
        self._steps = steps

    def _tool(self, event: ToolEnded) -> None:
        name, arguments = self._names.pop(event.tool_use_id, ("", ""))
        if not name:
            if event.is_error and isinstance(event.block.content, ToolResult):
                self._line(f"  ✗ {one_line(event.block.content.text, 110)}")
            return
        content = event.block.content
        result = one_line(content.text.partition("\n")[0], RESULT_WIDTH) if isinstance(content, ToolResult) else ""
        mark = "✗" if event.is_error else "→"
        self._line(f"  {name} {one_line(arguments, 48)}  {mark} {result}")


def _arguments(input_json: str) -> str:
    """The first argument that says what the call is about."""
    try:
        arguments = json.loads(input_json)
    except ValueError:
        return input_json
    if not isinstance(arguments, dict):
        return input_json
    for key in ("path", "query", "id", "pattern"):
        if key in arguments:
            return str(arguments[key])
    return ""
