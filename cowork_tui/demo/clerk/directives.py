"""`CALL <tool> <json>` lines: the user tells which tools to call."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.reply import Reply, TextPart, ToolUsePart

_LINE = re.compile(r"^[ \t]*CALL[ \t]+(?P<tool>[\w.:/-]+)[ \t]*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Directive:
    """One line: the tool and its input, or what is wrong with the input."""

    tool: str
    input: JsonObject
    fault: str


def has_directive(text: str) -> bool:
    """Whether the text holds a CALL line."""
    return bool(_LINE.search(text))


def directives_in(text: str) -> list[Directive]:
    """The CALL lines in order; JSON may run over several lines; no JSON is an empty object."""
    found: list[Directive] = []
    for match in _LINE.finditer(text):
        rest = text[match.end() :]
        if not rest.split("\n", 1)[0].strip():
            found.append(Directive(match["tool"], {}, ""))
            continue
        try:
            value: JsonValue = json.JSONDecoder().raw_decode(rest)[0]
        except (ValueError, RecursionError) as fault:
            found.append(Directive(match["tool"], {}, str(fault)))
            continue
        if isinstance(value, dict):
            found.append(Directive(match["tool"], value, ""))
        else:
            found.append(Directive(match["tool"], {}, "the input must be a JSON object"))
    return found


def follow(directives: list[Directive], offered: list[str], done: list[str], may_call: bool) -> Reply:
    """The next call, or `DONE` with the last result; `done` holds the results so far."""
    if len(done) >= len(directives):
        return _say(f"DONE {done[-1]}" if done else "DONE")
    directive = directives[len(done)]
    if directive.fault:
        return _say(
            f"The JSON after CALL {directive.tool} can't be read: {directive.fault}. "
            "Write one JSON object, then send it again."
        )
    if directive.tool not in offered:
        names = ", ".join(offered) or "none"
        return _say(f"There is no tool named {directive.tool} in this request. Offered: {names}.")
    if not may_call:
        return _say(f"CALL {directive.tool} is not allowed: the request's tool_choice is none.")
    return Reply((ToolUsePart(directive.tool, directive.input),), "tool_use")


def _say(text: str) -> Reply:
    return Reply((TextPart(text),), "end_turn")
