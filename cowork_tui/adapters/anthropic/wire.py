"""Blocks to the exact bytes of a Messages API request.

The same blocks, breakpoints and parameters always give the same bytes, so a stored request can be built again and
compared with the hash of what was sent. Fields stand in a fixed order, the growing part (`messages`) last.

A message is a run of blocks of one role. Text without a visible character, which the API refuses, is sent as
`(empty)`: leaving the block out would shift every position behind it. A lone surrogate, which no JSON parser has to
accept, is sent as `?`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from cowork_tui.core.blocks import (
    AssistantText,
    Block,
    Content,
    Document,
    Image,
    Role,
    Summary,
    SystemText,
    Thinking,
    ToolDefinition,
    ToolResult,
    ToolUse,
    UserText,
)
from cowork_tui.core.hashing import Hash
from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.core.models import ThinkingSupport
from cowork_tui.core.plan import Breakpoint, ContextPlan, Parameters, Ttl

EMPTY_TEXT = "(empty)"
"""Stands for text that has no visible character."""

INVALID_INPUT_KEY = "_invalid_json"
"""The key under which a tool input that is no JSON object goes back to the model."""

MAX_TITLE_CHARS = 500
"""The API refuses a longer document title."""

NO_MESSAGE = ""
"""In place of the id of a previous message: asks for diagnostics where there is no message before."""

THINKING_OFF = 0
"""As a thinking budget: thinking is switched off in so many words."""

FRAGMENT_LIMIT_BYTES = 64 * 1024 * 1024

_ADAPTIVE = (ThinkingSupport.ADAPTIVE, ThinkingSupport.ADAPTIVE_ON, ThinkingSupport.ALWAYS)
_OFF_BETWEEN_TOOLS = frozenset(("claude-sonnet-5-5",))
"""Models whose thinking is switched off by `between_tools` instead of `disabled`."""
_CACHE_CONTROL = {
    Ttl.FIVE_MINUTES: b',"cache_control":{"type":"ephemeral"}}',
    Ttl.ONE_HOUR: b',"cache_control":{"type":"ephemeral","ttl":"1h"}}',
}


class Fragments:
    """JSON texts of blocks by block hash, so that a turn writes only its new blocks and joins the rest.

    At `limit_bytes` everything is forgotten and made again when it is needed.
    """

    def __init__(self, limit_bytes: int = FRAGMENT_LIMIT_BYTES) -> None:
        self._texts: dict[Hash, bytes] = {}
        self._limit_bytes = limit_bytes
        self._bytes = 0

    def of(self, blocks: Iterable[Block]) -> list[bytes]:
        """The fragments of some blocks, in order."""
        known = self._texts.get
        return [known(block.hash) or self._make(block) for block in blocks]

    def _make(self, block: Block) -> bytes:
        text = fragment(block.content)
        if self._bytes + len(text) > self._limit_bytes:
            self._texts.clear()
            self._bytes = 0
        if len(text) <= self._limit_bytes:
            self._texts[block.hash] = text
            self._bytes += len(text)
        return text


def body(
    plan: ContextPlan,
    previous_message_id: str | None,
    *,
    fragments: Fragments | None = None,
    diagnostics: bool = True,
) -> bytes:
    """The body of a plan. `diagnostics` False: the endpoint refuses that field."""
    return body_from_blocks(
        plan.blocks(),
        plan.breakpoints,
        sent_parameters(plan),
        plan.card.id,
        sent_message_id(plan, previous_message_id, diagnostics),
        fragments=fragments,
    )


def body_from_blocks(
    blocks: Iterable[Block],
    breakpoints: Iterable[Breakpoint],
    parameters: Parameters,
    model_id: str,
    previous_message_id: str | None,
    *,
    fragments: Fragments | None = None,
) -> bytes:
    """The body of a request that sends these blocks; the last two as `sent_parameters` and `sent_message_id` give."""
    fields: dict[str, JsonValue] = {"model": model_id, "max_tokens": parameters.max_tokens, "stream": True}
    fields |= _shared_fields(parameters, model_id)
    if parameters.speed is not None:
        fields["speed"] = parameters.speed
    if previous_message_id is not None:
        fields["diagnostics"] = {"previous_message_id": previous_message_id or None}
    return _join(fields, list(blocks), breakpoints, fragments or Fragments())


def sent_parameters(plan: ContextPlan) -> Parameters:
    """The plan's parameters; a thinking budget of 0 stands for thinking that is switched off in so many words.

    That is needed where a model thinks unless told not to.
    """
    off = plan.parameters.thinking is ThinkingSupport.NONE and plan.card.thinking is ThinkingSupport.ADAPTIVE_ON
    return replace(plan.parameters, thinking_budget_tokens=THINKING_OFF) if off else plan.parameters


def sent_message_id(plan: ContextPlan, previous_message_id: str | None, diagnostics: bool = True) -> str | None:
    """What `diagnostics` carries: an id, `NO_MESSAGE` for null on a first turn; None where the field is left out."""
    return (previous_message_id or NO_MESSAGE) if plan.card.first_party and diagnostics else None


def count_body(plan: ContextPlan, fragments: Fragments | None = None) -> bytes:
    """The body that asks how many input tokens a plan has: no output limit, no stream, no diagnostics."""
    fields = {"model": plan.card.id, **_shared_fields(sent_parameters(plan), plan.card.id)}
    return _join(fields, list(plan.blocks()), plan.breakpoints, fragments or Fragments())


def _shared_fields(parameters: Parameters, model_id: str) -> dict[str, JsonValue]:
    fields: dict[str, JsonValue] = {}
    thinking = _thinking(parameters, model_id)
    if thinking is not None:
        fields["thinking"] = thinking
    if parameters.effort is not None:
        fields["output_config"] = {"effort": parameters.effort}
    choice = parameters.tool_choice
    if choice is not None:
        fields["tool_choice"] = (
            {"type": choice} if choice in ("auto", "any", "none") else {"type": "tool", "name": choice}
        )
    return fields


def _thinking(parameters: Parameters, model_id: str) -> JsonObject | None:
    if parameters.thinking in _ADAPTIVE:
        return {"type": "adaptive"}
    budget = parameters.thinking_budget_tokens
    if budget == THINKING_OFF:
        return {"type": "between_tools" if model_id in _OFF_BETWEEN_TOOLS else "disabled"}
    if parameters.thinking is ThinkingSupport.BUDGET and budget is not None:
        return {"type": "enabled", "budget_tokens": budget}
    return None


def _join(
    fields: Mapping[str, JsonValue], blocks: list[Block], breakpoints: Iterable[Breakpoint], fragments: Fragments
) -> bytes:
    texts = fragments.of(blocks)
    for point in breakpoints:
        texts[point.position - 1] = texts[point.position - 1][:-1] + _CACHE_CONTROL[point.ttl]
    roles = [block.role for block in blocks]
    parts = [_encode(fields)[:-1]]
    for role in (Role.TOOLS, Role.SYSTEM):
        chosen = [text for text, own in zip(texts, roles, strict=True) if own is role]
        if chosen:
            parts += (b',"', role.value.encode(), b'":[', b",".join(chosen), b"]")
    parts.append(b',"messages":[')
    parts += _messages(texts, roles)
    parts.append(b"]}")
    return b"".join(parts)


def _messages(texts: Iterable[bytes], roles: Iterable[Role]) -> list[bytes]:
    openings = {
        Role.USER: b'{"role":"user","content":[',
        Role.ASSISTANT: b'{"role":"assistant","content":[',
    }
    parts: list[bytes] = []
    current: Role | None = None
    for text, role in zip(texts, roles, strict=True):
        if role is current:
            parts += (b",", text)
        elif role in openings:
            parts += (b"]}," if current else b"", openings[role], text)
            current = role
    if current:
        parts.append(b"]}")
    return parts


def fragment(content: Content) -> bytes:
    """The JSON text of one block, without a breakpoint."""
    match content:
        case ToolDefinition():
            head: dict[str, JsonValue] = {"name": content.name}
            if content.description:
                head["description"] = content.description
            schema = _object_text(content.input_schema_json) or b'{"type":"object"}'
            return _encode(head)[:-1] + b',"input_schema":' + schema + b"}"
        case ToolUse():
            head = {"type": "tool_use", "id": content.id, "name": content.name}
            tool_input = _object_text(content.input_json) or _encode({INVALID_INPUT_KEY: content.input_json})
            return _encode(head)[:-1] + b',"input":' + tool_input + b"}"
        case SystemText() | UserText() | AssistantText() | Summary():
            return _utf8('{"type":"text","text":' + _dumps(_visible(content.text)) + "}")
        case ToolResult():
            call, text = _dumps(content.tool_use_id), _dumps(_result(content))
            end = ',"is_error":true}' if content.is_error else "}"
            return _utf8(f'{{"type":"tool_result","tool_use_id":{call},"content":{text}{end}')
        case _:
            return _encode(_fields(content))


def _result(result: ToolResult) -> JsonValue:
    """A result's text; with its images behind it where there are any."""
    if not result.images:
        return result.text
    return [{"type": "text", "text": _visible(result.text)}, *(_fields(image) for image in result.images)]


def _fields(content: Content) -> JsonObject:
    match content:
        case Thinking():
            if content.redacted:
                return {"type": "redacted_thinking", "data": content.redacted}
            return {"type": "thinking", "thinking": content.text, "signature": content.signature}
        case Image():
            return {
                "type": "image",
                "source": {"type": "base64", "media_type": content.media_type, "data": content.data},
            }
        case Document():
            source = {"type": "text", "media_type": "text/plain", "data": _visible(content.text)}
            title = {"title": content.title[:MAX_TITLE_CHARS]} if content.title else {}
            return {"type": "document", "source": source, **title}
        case _:
            raise TypeError(f"no wire form for {type(content).__name__}")


def _visible(text: str) -> str:
    return text if text and not text.isspace() else EMPTY_TEXT


def _object_text(text: str) -> bytes | None:
    """The text as it is, if it is a JSON object in the strict sense; else None."""
    try:
        value = _decode(text)
    except (ValueError, RecursionError):
        return None
    return _utf8(text) if isinstance(value, dict) else None


def _refuse(constant: str) -> JsonValue:
    raise ValueError(f"{constant} is not JSON")


_decode: Callable[[str], JsonValue] = json.JSONDecoder(parse_constant=_refuse).decode
_dumps: Callable[[JsonValue], str] = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode


def _encode(value: JsonObject) -> bytes:
    return _utf8(_dumps(value))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
