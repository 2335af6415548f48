"""Where the task at hand starts in the conversation, and what has been done for it since."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cowork_tui.demo.clerk.directives import has_directive
from cowork_tui.demo.clerk.goals import Goal, asks_for_conversation_summary, recognise
from cowork_tui.demo.clerk.request_view import RequestView, ToolCall, UserText

_GO_ON = re.compile(
    r"^\W*(?:please\s+)?(?:continue|go on|resume|carry on|proceed|keep going|try again|retry"
    r"|weiter|mach weiter|continuez?)\b.{0,80}$",
    re.IGNORECASE | re.DOTALL,
)
_STOP = re.compile(
    r"^\W*(?:please\s+)?(?:stop|halt|cancel|abort|stopp|arr[êe]te[rz]?|basta)\b.{0,60}$", re.IGNORECASE | re.DOTALL
)
# Notes that the program itself adds beside tool results, such as what is left of the cap.
_NOTE = re.compile(
    r"^\W*(?:cap|budget|spending|tokens?|note|reminder|system|context)\b[^\n]{0,20}[:\d%]|^\s*[\[<]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class TaskView:
    """The task at hand: the text that started it, its goal if one is recognised, and its calls so far."""

    request: RequestView
    start: UserText
    goal: Goal | None
    calls: tuple[ToolCall, ...]
    said_meanwhile: str

    def offers(self, tool: str) -> bool:
        """Whether the request offers the tool."""
        return tool in self.request.tools

    def calls_of(self, tool: str) -> list[ToolCall]:
        """This task's calls of one tool, in order."""
        return [call for call in self.calls if call.name == tool]

    @property
    def asks_to_stop(self) -> bool:
        """Whether the newest message asks to stop."""
        return bool(_STOP.match(self.said_meanwhile))


def current_task(request: RequestView) -> TaskView | None:
    """The task that the newest messages belong to; None when the user has written nothing."""
    start: UserText | None = None
    goal: Goal | None = None
    meanwhile = ""
    for said in request.user_texts:
        if start is not None and asks_for_conversation_summary(said.text):
            continue
        fresh = start is None or any(start.message < closing < said.message for closing in request.closing_turns)
        is_note = start is not None and bool(_NOTE.match(said.text))
        own_goal = None if is_note else recognise(said.blocks)
        if (
            start is None
            or (has_directive(said.text) and not is_note)
            or (own_goal is not None and not _is_step_back(said.text))
        ):
            start, goal, meanwhile = said, own_goal, ""
        elif fresh and not is_note and not (goal is not None and _GO_ON.match(said.text)) and not said.beside_results:
            start, goal, meanwhile = said, None, ""
        elif said.message == request.message_count - 1 and not is_note and not _GO_ON.match(said.text):
            meanwhile = said.text
    if start is None:
        return None
    calls = tuple(call for call in request.calls if call.message > start.message)
    return TaskView(request, start, goal, calls, meanwhile)


def _is_step_back(text: str) -> bool:
    """A short remark such as "stop searching" is not a goal of its own."""
    return bool(_STOP.match(text))
