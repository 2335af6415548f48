"""The events of a streamed response to what the engine knows.

Usage stands in two places: `message_start` has the input side, the split of cache writes and where it ran;
`message_delta` has cumulative values, which replace the earlier ones and are never added. Some gateways give cache
counters in one of them only, so the larger holds. Writes that `message_delta` adds to those of `message_start` come
from server tools, whose own breakpoints last 5 minutes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from cowork_tui.adapters.anthropic.failures import ApiError, error_of
from cowork_tui.core.blocks import AssistantText, Content, Thinking, ToolUse
from cowork_tui.core.hashing import canonical_json
from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.core.usage import NO_USAGE, Usage
from cowork_tui.engine.provider_events import ContentEnded, Delta, Ended, ProviderEvent, Started

_CACHE_FIELDS = ("cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation")


@dataclass(slots=True)
class _OpenBlock:
    """A block that is being received."""

    kind: str
    id: str = ""
    name: str = ""
    signature: str = ""
    redacted: str = ""
    given_input: JsonValue = None
    parts: list[str] = field(default_factory=list[str])


class StreamReader:
    """Takes parsed events one by one. Whatever a server sends, it never raises; what it does not know it skips."""

    def __init__(self, request_id: str = "") -> None:
        self._request_id = request_id
        self._model = ""
        self._open: dict[object, _OpenBlock] = {}
        self._stop_reason: str | None = None
        self.usage = replace(NO_USAGE, cache_known=False)
        """What has been reported so far."""
        self.started = False
        self.ended = False
        self.error: ApiError | None = None
        """An error that the server sent inside the stream."""

    def feed(self, event: JsonValue) -> Iterator[ProviderEvent]:
        """What one event means. Nothing follows the end or an error."""
        if self.ended or self.error is not None:
            return
        body = _object(event)
        match body.get("type"):
            case "message_start":
                yield from self._start(_object(body.get("message")))
            case "content_block_start":
                yield from self._start_block(body.get("index"), _object(body.get("content_block")))
            case "content_block_delta":
                yield from self._delta(body.get("index"), _object(body.get("delta")))
            case "content_block_stop":
                yield from self._stop_block(body.get("index"))
            case "message_delta":
                self._stop_reason = _text(_object(body.get("delta")).get("stop_reason")) or self._stop_reason
                self.usage = merge_usage(self.usage, _object(body.get("usage")))
            case "message_stop":
                yield from self._end()
            case "error":
                self.error = error_of(body)
            case _:
                pass

    def _start(self, message: JsonObject) -> Iterator[ProviderEvent]:
        if self.started:
            return
        self.started = True
        self._model = _text(message.get("model"))
        self.usage = merge_usage(self.usage, _object(message.get("usage")))
        reason = _object(_object(message.get("diagnostics")).get("cache_miss_reason")).get("type")
        yield Started(_text(message.get("id")), self._model, self._request_id, self.usage, _text(reason) or None)

    def _start_block(self, index: JsonValue, block: JsonObject) -> Iterator[ProviderEvent]:
        kind = _text(block.get("type"))
        opened = _OpenBlock(kind, _text(block.get("id")), _text(block.get("name")), given_input=block.get("input"))
        opened.signature, opened.redacted = _text(block.get("signature")), _text(block.get("data"))
        self._open[_key(index)] = opened
        text = _text(block.get("thinking" if kind == "thinking" else "text"))
        if text and kind in ("text", "thinking"):
            opened.parts.append(text)
            yield Delta(kind, text)

    def _delta(self, index: JsonValue, delta: JsonObject) -> Iterator[ProviderEvent]:
        block = self._open.get(_key(index))
        if block is None:
            return
        match delta.get("type"), block.kind:
            case "text_delta", "text":
                yield from _take(block, "text", _text(delta.get("text")))
            case "thinking_delta", "thinking":
                yield from _take(block, "thinking", _text(delta.get("thinking")))
            case "input_json_delta", "tool_use":
                yield from _take(block, "tool_input", _text(delta.get("partial_json")))
            case "signature_delta", "thinking":
                block.signature += _text(delta.get("signature"))
            case _:
                pass

    def _stop_block(self, index: JsonValue) -> Iterator[ProviderEvent]:
        block = self._open.pop(_key(index), None)
        content = None if block is None else self._content(block)
        if content is not None:
            yield ContentEnded(content)

    def _content(self, block: _OpenBlock) -> Content | None:
        """The block as a value; None for kinds the engine has no use for and for text that shows nothing."""
        text = "".join(block.parts)
        match block.kind:
            case "text":
                return AssistantText(text) if text and not text.isspace() else None
            case "thinking":
                return Thinking(text, block.signature, self._model) if text or block.signature else None
            case "redacted_thinking":
                return Thinking("", "", self._model, block.redacted) if block.redacted else None
            case "tool_use":
                return ToolUse(block.id, block.name, _input_json(text, block.given_input))
            case _:
                return None

    def _end(self) -> Iterator[ProviderEvent]:
        for index in list(self._open):
            yield from self._stop_block(index)  # pyright: ignore[reportArgumentType]
        self.ended = True
        yield Ended(self._stop_reason or "end_turn", self.usage)


def _take(block: _OpenBlock, kind: str, text: str) -> Iterator[ProviderEvent]:
    if text:
        block.parts.append(text)
        yield Delta(kind, text, block.name if kind == "tool_input" else "")


def _input_json(text: str, given: JsonValue) -> str:
    """A tool call's input as canonical JSON; as received where it is no JSON. Some servers give it at the start."""
    try:
        return canonical_json(json.loads(text) if text else given if given is not None else {})
    except (ValueError, TypeError, RecursionError):
        return text


def merge_usage(seen: Usage, reported: JsonObject) -> Usage:
    """Later figures replace earlier ones field by field; of cache counters the larger holds."""
    split = _object(reported.get("cache_creation"))
    write_1h = max(seen.cache_write_1h_tokens, _count(split.get("ephemeral_1h_input_tokens")) or 0)
    split_5m = _count(split.get("ephemeral_5m_input_tokens")) or 0
    total = _count(reported.get("cache_creation_input_tokens")) or 0
    write_5m = max(seen.cache_write_tokens, total, split_5m + write_1h) - write_1h
    input_tokens = _count(reported.get("input_tokens"))
    output_tokens = _count(reported.get("output_tokens"))
    searches = _count(_object(reported.get("server_tool_use")).get("web_search_requests"))
    return Usage(
        seen.input_tokens if input_tokens is None else input_tokens,
        write_5m,
        write_1h,
        max(seen.cache_read_tokens, _count(reported.get("cache_read_input_tokens")) or 0),
        seen.output_tokens if output_tokens is None else output_tokens,
        seen.cache_known or any(reported.get(name) is not None for name in _CACHE_FIELDS),
        _text(reported.get("service_tier")) or seen.service_tier,
        _text(reported.get("speed")) or seen.speed,
        _text(reported.get("inference_geo")) or seen.inference_geo,
        seen.web_searches if searches is None else searches,
    )


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, Mapping) else {}


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _count(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _key(index: JsonValue) -> object:
    return index if isinstance(index, int) else str(index)
