"""Puts one turn together: thinking, words, the plan when it moved on, and the calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.clerk.task_view import TaskView
from cowork_tui.demo.reply import Part, Reply, TextPart, ThinkingPart, ToolUsePart

_WORTH_A_RETRY = re.compile(
    r"outcome unknown|interrupted|was stopped|stopped before|not run|try again|timed? ?out|temporar", re.IGNORECASE
)
MAX_PLAN_FAILURES = 1


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the plan: its title and kind."""

    title: str
    kind: str


def work(
    task: TaskView, plan: Sequence[Step], active: int, calls: Sequence[ToolUsePart], text: str = "", thinking: str = ""
) -> Reply:
    """A turn that calls tools; the plan goes first when its state differs from the one last told."""
    parts = _opening(task, text, thinking)
    uses = [*_plan_update(task, plan, active), *calls]
    if not task.request.parallel:
        uses = uses[:1]
    return Reply((*parts, *uses), "tool_use")


def finish(task: TaskView, plan: Sequence[Step], text: str, thinking: str = "") -> Reply:
    """The last turns: tell the plan that all is done, then the closing words."""
    update = _plan_update(task, plan, len(plan))
    if update:
        return Reply((*_opening(task, "", thinking), *update), "tool_use")
    return say(text, _acknowledgement(task))


def say(text: str, before: str = "") -> Reply:
    """Words that end the run."""
    return Reply((TextPart(f"{before}\n\n{text}" if before else text),), "end_turn")


def _opening(task: TaskView, text: str, thinking: str) -> list[Part]:
    parts: list[Part] = []
    if thinking and task.request.thinking:
        parts.append(ThinkingPart(thinking))
    words = "\n\n".join(part for part in (_acknowledgement(task), text) if part)
    if words:
        parts.append(TextPart(words))
    return parts


def _acknowledgement(task: TaskView) -> str:
    if not task.said_meanwhile:
        return ""
    said = " ".join(task.said_meanwhile.split())
    said = said if len(said) <= 120 else said[:117] + "…"
    return (
        f"Noted: “{said}”. A script can't take up new wishes half-way; "
        "I go on with the task and say at the end what the documents show."
    )


def _plan_update(task: TaskView, plan: Sequence[Step], active: int) -> list[ToolUsePart]:
    if not task.offers("update_plan"):
        return []
    told = task.calls_of("update_plan")
    failures = sum(1 for call in told if call.result is not None and call.result.is_error)
    wanted: JsonObject = {"steps": [_step(step, index, active) for index, step in enumerate(plan)]}
    if failures > MAX_PLAN_FAILURES or (told and told[-1].input == wanted):
        return []
    return [ToolUsePart("update_plan", wanted)]


def _step(step: Step, index: int, active: int) -> JsonValue:
    status = "done" if index < active else "active" if index == active else "pending"
    return {"title": step.title, "kind": step.kind, "status": status}


@dataclass(frozen=True, slots=True)
class Written:
    """How a file stands: not written yet, written, or refused with the tool's words."""

    content: str | None
    refusal: str = ""


def written(task: TaskView, path: str) -> Written:
    """What this task wrote to the path; an interrupted write is worth one more try."""
    calls = [call for call in task.calls_of("write_file") if call.text_input("path") == path]
    for call in reversed(calls):
        if call.result is not None and not call.result.is_error:
            return Written(call.text_input("content"))
    if not calls:
        return Written(None)
    last = calls[-1].result
    words = last.text if last is not None else "no answer from the tool"
    if len(calls) < 2 and (last is None or worth_a_retry(words)):
        return Written(None)
    return Written(None, " ".join(words.split()) or "refused without a reason")


def worth_a_retry(words: str) -> bool:
    """Whether a failure says that the outcome is unknown or that the call did not run."""
    return bool(_WORTH_A_RETRY.search(words))


def write_call(path: str, content: str) -> ToolUsePart:
    """A `write_file` call."""
    return ToolUsePart("write_file", {"path": path, "content": content})
