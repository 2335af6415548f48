"""Answers that are no work on files: probes, JSON on demand, summaries of the conversation, plain refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.clerk.goals import ABILITIES
from cowork_tui.demo.clerk.receipts.reader import Receipt, read_receipt
from cowork_tui.demo.clerk.request_view import RequestView
from cowork_tui.demo.clerk.schema_filler import fill
from cowork_tui.demo.clerk.task_view import TaskView, current_task
from cowork_tui.demo.reply import Reply, TextPart

TASK_TOOLS = frozenset({"list_files", "read_document", "write_file", "search_files"})
MAX_QUOTE_CHARACTERS = 400


def pong() -> Reply:
    """The answer to a probe."""
    return _say("pong. This demo is a script, not AI.")


def without_goal(task: TaskView, chat: bool) -> Reply:
    """The answer to a text that asks for nothing that a script can do."""
    if chat or not TASK_TOOLS & set(task.request.tools):
        return pong()
    lines = "\n".join(f"- {ability}" for ability in ABILITIES)
    return _say(
        f"This goal is beyond a script, and this demo is a script, not AI. It can:\n{lines}\n"
        "Try one of these, or a line `CALL <tool> <json>` to call a tool."
    )


def as_json(schema: JsonObject, text: str) -> Reply:
    """JSON that fits the schema; what a receipt in the text says goes into fields of that name."""
    return _say(json.dumps(fill(schema, hints(text)), ensure_ascii=False))


def hints(text: str) -> Mapping[str, JsonValue]:
    """The fields of a receipt that stands in the text, if one does."""
    found = read_receipt("text", "txt", text[:20_000]) if text else None
    if not isinstance(found, Receipt):
        return {}
    _, day, vendor, total, currency = found.cells()
    return {"date": day, "vendor": vendor, "total": float(total), "currency": currency}


def so_far(request: RequestView, asked: str) -> Reply:
    """A summary of the conversation: the goal, and what was called and found; the goal's words stay recognisable."""
    earlier = [said for said in request.user_texts if said.text != asked]
    task = current_task(request)
    calls = request.calls
    goal = earlier[0].text if earlier else ""
    lines = [f"Goal: {_quoted(goal)}" if goal else "Goal: none was given."]
    if task is not None or calls:
        counts: dict[str, int] = {}
        for call in calls:
            counts[call.name] = counts.get(call.name, 0) + 1
        lines.append("Calls so far: " + (", ".join(f"{name} {count}" for name, count in counts.items()) or "none"))
    files = [call.text_input("path") for call in calls if call.name == "read_document"]
    if files:
        lines.append("Read: " + ", ".join(dict.fromkeys(files)))
    for call in calls:
        if call.name == "write_file" and call.result is not None and not call.result.is_error:
            lines.append(f"Written {call.text_input('path')}:\n{call.text_input('content')}")
    return _say("\n".join(lines))


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_QUOTE_CHARACTERS else text[: MAX_QUOTE_CHARACTERS - 1] + "…"


def stopped(task: TaskView) -> Reply:
    """The answer to "stop"."""
    reads = len({call.text_input("path") for call in task.calls_of("read_document")})
    files = [
        call.text_input("path")
        for call in task.calls_of("write_file")
        if call.result is not None and not call.result.is_error
    ]
    wrote = f", wrote {', '.join(dict.fromkeys(files))}" if files else ", wrote nothing"
    return _say(f"Stopped, as you asked. So far I read {reads} documents{wrote}. Say “continue” to go on.")


def _say(text: str) -> Reply:
    return Reply((TextPart(text),), "end_turn")
