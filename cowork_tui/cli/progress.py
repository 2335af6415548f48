"""Readable progress of a running task: plan, tool calls, streamed text, and a line a turn."""

from __future__ import annotations

import json
from collections.abc import Callable

from cowork_tui.cli.output import echo, line_width
from cowork_tui.cli.plan_lines import plan_lines
from cowork_tui.cli.turn_line import miss_line, turn_line
from cowork_tui.core.blocks import ToolResult
from cowork_tui.core.events import (
    ApprovalAsked,
    AttemptEnded,
    BlockEnded,
    CacheMissed,
    Event,
    Notice,
    PlanUpdated,
    StatusChanged,
    TextDelta,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnPlanned,
)
from cowork_tui.core.plain_text import one_line, one_path
from cowork_tui.core.state import TaskState, TurnRecord
from cowork_tui.core.task_values import MissCause

RESULT_CHARS, MIN_RESULT_CHARS = 60, 24
ARGUMENT_CHARS = 56
ERROR_CHARS = 200
LONG_WAIT_SECONDS = 3.0


class Progress:
    """A bus subscriber that prints."""

    def __init__(self, state: TaskState, model_name: Callable[[str], str]) -> None:
        self._model_name = model_name
        self._steps = state.steps
        self._planned: TurnPlanned | None = None
        self._text_open = False
        self._calls: dict[str, tuple[str, str]] = {}

    def __call__(self, _task_id: str, event: Event) -> None:
        match event:
            case TextDelta():
                self._text(event.text)
            case TurnPlanned():
                self._planned = event
            case BlockEnded() | StatusChanged() | ApprovalAsked():
                self._close_text()
            case AttemptEnded():
                error = one_line(event.error, ERROR_CHARS)
                self._line(f"! attempt {event.attempt}: {_with_wait(error, event.wait_seconds)}")
            case TurnEnded() if self._planned is not None:
                record = TurnRecord(self._planned, event)
                self._line(turn_line(record, self._model_name(event.model), line_width(), indent="  "))
            case CacheMissed() if event.cause is not MissCause.MODEL:  # the turn's line has the price of a switch
                self._line("  " + miss_line(event))
            case PlanUpdated():
                for line in plan_lines(event.steps, self._steps):
                    self._line(line)
                self._steps = event.steps
            case ToolStarted():
                self._calls[event.tool_use_id] = (event.name, _argument(event.input_json))
            case ToolEnded():
                self._tool(event)
            case Notice():
                self._line(f"! {event.text}")
            case _:
                pass

    def _text(self, text: str) -> None:
        """Text as it comes, a blank line before it."""
        if not self._text_open:
            text = "\n" + text.lstrip("\n")
        echo(text, newline=False)
        self._text_open = True

    def _close_text(self) -> None:
        if self._text_open:
            echo()
            self._text_open = False

    def _line(self, text: str) -> None:
        self._close_text()
        echo(text)

    def _tool(self, event: ToolEnded) -> None:
        """A line a call. Calls that never began, such as the plan's, show only when they failed."""
        name, argument = self._calls.pop(event.tool_use_id, ("", ""))
        text = event.block.content.text if isinstance(event.block.content, ToolResult) else ""
        if event.is_error:
            called = f"{name} {one_path(argument, ARGUMENT_CHARS)}  " if name else ""
            self._line(f"  {called}✗ {one_line(text, ERROR_CHARS)}")
        elif name:
            called = f"  {name} {one_path(argument, ARGUMENT_CHARS)}  → "
            room = (line_width() or len(called) + RESULT_CHARS) - len(called)
            self._line(called + one_line(_told(text, argument), max(min(room, RESULT_CHARS), MIN_RESULT_CHARS)))


def _with_wait(error: str, seconds: float | None) -> str:
    """The error, when the next try follows, and how to end a wait that is long enough to be ended."""
    if seconds is None:
        return error
    how_to_end = " (Ctrl-C stops the task)" if seconds >= LONG_WAIT_SECONDS else ""
    return f"{error.rstrip('.')}; trying again in {seconds:.1f} s{how_to_end}"


def _told(result: str, argument: str) -> str:
    """The first line of a result, without the name of the file that the call named already."""
    first = result.partition("\n")[0]
    if not argument or argument == ".":
        return first
    return first.removeprefix(f"{argument} | ").replace(f"wrote {argument}: ", "wrote ", 1)


def _argument(input_json: str) -> str:
    """The argument that says what the call is about."""
    try:
        arguments = json.loads(input_json)
    except ValueError:
        return input_json
    if not isinstance(arguments, dict):
        return input_json
    for key in ("query", "path", "id", "pattern"):
        if key in arguments:
            return str(arguments[key])
    return ""
