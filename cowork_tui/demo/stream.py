"""A finished message as the events of a stream, in the published order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue

_EMPTY: Mapping[str, JsonObject] = {
    "text": {"text": ""},
    "thinking": {"thinking": "", "signature": ""},
    "tool_use": {"input": {}},
    "server_tool_use": {"input": {}},
}


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One server-sent event. `delta` marks pieces of content, which come at the pace of the model."""

    name: str
    data: JsonObject

    @property
    def delta(self) -> bool:
        """Whether this is a piece of content."""
        return self.name == "content_block_delta"

    def encode(self) -> bytes:
        """The event on the wire."""
        data = json.dumps(self.data, separators=(",", ":"), ensure_ascii=False)
        return f"event: {self.name}\ndata: {data}\n\n".encode()


def events_of(
    message: JsonObject, ending: JsonObject, cut_input: str | None, delta_chars: int
) -> Iterator[StreamEvent]:
    """The events of a message.

    `message` is the message as it starts, its `content` complete; `ending` holds what `message_delta` says besides
    its type. `cut_input` replaces the JSON of the last tool call where that was cut off.
    """
    content = cast("Sequence[JsonObject]", message["content"])
    yield _event("message_start", message={**message, "content": []})
    yield _event("ping") if not content else _start(0, content[0])
    if content:
        yield _event("ping")
    for index, block in enumerate(content):
        if index:
            yield _start(index, block)
        cut = cut_input if index == len(content) - 1 else None
        for delta in _deltas(block, cut, delta_chars):
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    yield _event("message_delta", **ending)
    yield _event("message_stop")


def _event(name: str, **fields: JsonValue) -> StreamEvent:
    return StreamEvent(name, {"type": name, **fields})


def _start(index: int, block: JsonObject) -> StreamEvent:
    return _event("content_block_start", index=index, content_block={**block, **_EMPTY.get(str(block["type"]), {})})


def _deltas(block: JsonObject, cut_input: str | None, delta_chars: int) -> Iterator[JsonObject]:
    if block["type"] == "text":
        for piece in _pieces(str(block["text"]), delta_chars):
            yield {"type": "text_delta", "text": piece}
    elif block["type"] == "thinking":
        for piece in _pieces(str(block["thinking"]), delta_chars):
            yield {"type": "thinking_delta", "thinking": piece}
        yield {"type": "signature_delta", "signature": block["signature"]}
    elif block["type"] in ("tool_use", "server_tool_use"):
        text = json.dumps(block["input"], ensure_ascii=False) if cut_input is None else cut_input
        yield {"type": "input_json_delta", "partial_json": ""}
        for piece in _pieces(text, delta_chars):
            yield {"type": "input_json_delta", "partial_json": piece}


def _pieces(text: str, chars: int) -> Iterator[str]:
    for start in range(0, len(text), chars):
        yield text[start : start + chars]
