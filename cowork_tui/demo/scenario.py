"""Scenario files: replies written beforehand, in place of the script's own.

A scenario is a TOML file of `[[reply]]` tables:

    [[reply]]
    thinking = "First the folder."        # optional, as are text and call
    text = "Let me look."
    call = [{ tool = "list_files", input = { path = "." } }]

    [[reply]]
    trigger = "stop"                      # for requests whose last user message holds this text
    text = "Stopped."
    stop_reason = "end_turn"              # unless told: tool_use where there is a call, else end_turn

The first reply whose `trigger` is heard or whose `turn` it is answers; a request's turn is one more than the assistant
turns in it. Replies with neither answer one turn each, in order. What none answers is left to the script.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from cowork_tui.core.errors import BadInput
from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.reply import Part, Reply, StopReason, TextPart, ThinkingPart, ToolUsePart
from cowork_tui.demo.request_facts import heard_text, turn_of
from cowork_tui.demo.toml_places import line_of, near, tables_of

_FIELDS = ("turn", "trigger", "thinking", "text", "call", "stop_reason")
_CALL_FIELDS = ("tool", "input")


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """One reply and when it is given: at a turn, or where the last user message holds `trigger`."""

    reply: Reply
    turn: int | None = None
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Replies in order."""

    replies: tuple[ScriptedReply, ...]

    def answer(self, body: JsonObject, otherwise: Callable[[JsonObject], Reply]) -> Reply:
        """The reply to a request body: the same for the same body; `otherwise` answers what the scenario does not."""
        turn = turn_of(body)
        heard = heard_text(body).casefold()
        for scripted in self.replies:
            if scripted.trigger and scripted.trigger.casefold() in heard and scripted.turn in (None, turn):
                return _offered(scripted.reply, body)
            if not scripted.trigger and scripted.turn == turn:
                return _offered(scripted.reply, body)
        plain = [scripted for scripted in self.replies if scripted.turn is None and not scripted.trigger]
        return _offered(plain[turn - 1].reply, body) if turn <= len(plain) else otherwise(body)


def _offered(reply: Reply, body: JsonObject) -> Reply:
    """The reply; a call of a tool that the request does not offer becomes text that says so."""
    tools = cast("Sequence[JsonObject]", body.get("tools") or ())
    names = {str(tool.get("name")) for tool in tools}
    strange = [part.name for part in reply.parts if isinstance(part, ToolUsePart) and part.name not in names]
    if not strange:
        return reply
    return Reply((TextPart(f"The scenario calls {strange[0]}, which this request does not offer."),), "end_turn")


def parse_scenario(text: str) -> Scenario:
    """The scenario that a TOML text describes. Raises `BadInput` with the line and the key of what is wrong."""
    tables = tables_of(text, "reply", "scenario")
    return Scenario(tuple(_scripted(text, number, table) for number, table in enumerate(tables, 1)))


def _scripted(text: str, number: int, table: Mapping[str, object]) -> ScriptedReply:
    def wrong(name: str, detail: str) -> BadInput:
        place = line_of(text, name, "reply", number)
        return BadInput(f'Reply {number} of the scenario: "{name}"{place} {detail}.')

    for name in table:
        if name not in _FIELDS:
            raise wrong(name, f"is no field of a reply: {near(name, _FIELDS)}")
    for name in ("trigger", "thinking", "text"):
        if not isinstance(table.get(name, ""), str):
            raise wrong(name, "must be text: put it in quotes")
    turn = table.get("turn")
    if turn is not None and (isinstance(turn, bool) or not isinstance(turn, int) or turn < 1):
        raise wrong("turn", f"must be a whole number from 1: it is {turn!r}")
    parts: list[Part] = []
    if table.get("thinking"):
        parts.append(ThinkingPart(str(table["thinking"])))
    if table.get("text"):
        parts.append(TextPart(str(table["text"])))
    calls = table.get("call", [])
    for call in calls if isinstance(calls, list) else [calls]:
        parts.append(_call(call, wrong))
    stop = table.get("stop_reason", "tool_use" if any(isinstance(part, ToolUsePart) for part in parts) else "end_turn")
    if stop not in get_args(StopReason):
        raise wrong("stop_reason", f'"{stop}" is not known: {near(str(stop), get_args(StopReason))}')
    return ScriptedReply(Reply(tuple(parts), cast(StopReason, stop)), turn, str(table.get("trigger", "")))


def _call(call: object, wrong: Callable[[str, str], BadInput]) -> ToolUsePart:
    table = cast("Mapping[str, object]", call) if isinstance(call, dict) else {}
    name, given = table.get("tool"), table.get("input", {})
    if not isinstance(name, str) or set(table) - set(_CALL_FIELDS):
        raise wrong("call", 'needs tables of a tool and its input: write call = [{ tool = "…", input = { … } }]')
    if not isinstance(given, dict):
        raise wrong("call", "has an input that is no table: write input = { name = value }")
    try:
        json.dumps(given, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise wrong("call", "has an input that JSON can't hold: put dates in quotes") from error
    return ToolUsePart(name, cast(JsonObject, given))
