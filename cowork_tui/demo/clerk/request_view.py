"""A typed view of a Messages API request body; anything malformed is left out, never an error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cowork_tui.core.json_values import JsonObject, JsonValue

_PRUNED = re.compile(r"^\s*\[pruned: [^\]\n]*?recall\(\"(?P<id>[^\"\n]+)\"\)[^\n]*\]\s*$")
_REMINDER = re.compile(r"<(system-reminder|command-message|local-command-stdout)>.*?</\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The outcome of a call; `pruned_id` is set when the text was hidden and `recall` can bring it back."""

    text: str
    is_error: bool
    pruned_id: str | None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool use of the assistant; `result` is None while it has none."""

    name: str
    input: JsonObject
    result: ToolResult | None
    message: int

    def text_input(self, key: str) -> str:
        """A string field of the input, empty when absent."""
        return as_text(self.input.get(key))


@dataclass(frozen=True, slots=True)
class UserText:
    """What the user wrote in one message, its text blocks in order."""

    blocks: tuple[str, ...]
    message: int
    beside_results: bool

    @property
    def text(self) -> str:
        """The blocks joined by lines."""
        return "\n".join(self.blocks)


@dataclass(frozen=True, slots=True)
class RequestView:
    """What the clerk needs of a request."""

    tools: Mapping[str, JsonObject]
    user_texts: tuple[UserText, ...]
    calls: tuple[ToolCall, ...]
    closing_turns: tuple[int, ...]
    message_count: int
    thinking: bool
    parallel: bool
    tool_choice: str
    forced_tool: str
    schema: JsonObject | None


def as_object(value: JsonValue) -> JsonObject:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: JsonValue) -> Sequence[JsonValue]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, Sequence) and not isinstance(value, (str, bytes)) else ()


def as_text(value: JsonValue) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def view(body: JsonObject) -> RequestView:
    """Reads the request."""
    messages = [as_object(message) for message in as_list(body.get("messages"))]
    results = _results(messages)
    choice = as_object(body.get("tool_choice"))
    return RequestView(
        tools={
            name: tool for tool in map(as_object, as_list(body.get("tools"))) if (name := as_text(tool.get("name")))
        },
        user_texts=tuple(_user_texts(messages)),
        calls=tuple(_calls(messages, results)),
        closing_turns=tuple(_closing_turns(messages)),
        message_count=len(messages),
        thinking=as_text(as_object(body.get("thinking")).get("type")) in {"adaptive", "enabled"},
        parallel=choice.get("disable_parallel_tool_use") is not True,
        tool_choice=as_text(choice.get("type")),
        forced_tool=as_text(choice.get("name")) if choice.get("type") == "tool" else "",
        schema=_schema(body),
    )


def _schema(body: JsonObject) -> JsonObject | None:
    for holder in (as_object(body.get("output_config")).get("format"), body.get("output_format")):
        form = as_object(holder)
        if form.get("type") == "json_schema" and isinstance(form.get("schema"), Mapping):
            return as_object(form.get("schema"))
    return None


def _blocks(message: JsonObject) -> Sequence[JsonObject]:
    content = message.get("content")
    if isinstance(content, str):
        return ({"type": "text", "text": content},)
    return [as_object(block) for block in as_list(content)]


def _results(messages: list[JsonObject]) -> dict[str, ToolResult]:
    found: dict[str, ToolResult] = {}
    for message in messages:
        for block in _blocks(message):
            if block.get("type") == "tool_result":
                found[as_text(block.get("tool_use_id"))] = _result(block)
    return found


def _result(block: JsonObject) -> ToolResult:
    content = block.get("content")
    text = (
        content
        if isinstance(content, str)
        else "\n".join(
            as_text(part.get("text")) for part in map(as_object, as_list(content)) if part.get("type") == "text"
        )
    )
    match = _PRUNED.match(text)
    return ToolResult(text, block.get("is_error") is True, match["id"] if match else None)


def _calls(messages: list[JsonObject], results: dict[str, ToolResult]) -> list[ToolCall]:
    return [
        ToolCall(
            as_text(block.get("name")), as_object(block.get("input")), results.get(as_text(block.get("id"))), index
        )
        for index, message in enumerate(messages)
        if message.get("role") == "assistant"
        for block in _blocks(message)
        if block.get("type") == "tool_use"
    ]


def _closing_turns(messages: list[JsonObject]) -> list[int]:
    """Assistant messages that ended a run: they call no tool."""
    return [
        index
        for index, message in enumerate(messages)
        if message.get("role") == "assistant" and not any(block.get("type") == "tool_use" for block in _blocks(message))
    ]


def _user_texts(messages: list[JsonObject]) -> list[UserText]:
    found: list[UserText] = []
    for index, message in enumerate(messages):
        if message.get("role") != "user":
            continue
        blocks = _blocks(message)
        texts = tuple(
            cleaned
            for block in blocks
            if block.get("type") == "text" and (cleaned := _REMINDER.sub("", as_text(block.get("text"))).strip())
        )
        if texts:
            found.append(UserText(texts, index, any(block.get("type") == "tool_result" for block in blocks)))
    return found
