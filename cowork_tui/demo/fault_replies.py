"""Faults in what is said: how a finished answer is spoiled before it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.blocks import as_blocks, text_block
from cowork_tui.demo.compose import Answer
from cowork_tui.demo.faults import FaultRule

CountBlock = Callable[[JsonObject], int]

_PAUSE_TEXT = "Still at it."
_CACHE_FIELDS = ("cache_creation", "cache_creation_input_tokens", "cache_read_input_tokens")


def spoil(rule: FaultRule, answer: Answer, body: JsonObject, count: CountBlock) -> Answer | None:
    """The answer with a rule's fault, unchanged where that strikes later; None where the rule finds nothing to strike.

    `count` gives the output tokens of a block.
    """
    text, call = _first(answer, "text"), _first(answer, "tool_use")
    match rule.kind:
        case "cut_mid_text":
            return answer if text is not None else None
        case "cut_mid_tool_input":
            return answer if call is not None else None
        case "refusal_before_output":
            return Answer((), "refusal", None, 1, 0, refusal_category=rule.text("category") or None)
        case "refusal_after_output":
            said = None if text is None else _half_text(answer, text, "refusal", count)
            return said and replace(said, refusal_category=rule.text("category") or None)
        case "max_tokens_in_tool_call":
            return None if call is None else _half_call(answer, call, "max_tokens", count)
        case "context_window_exceeded":
            full = "model_context_window_exceeded"
            if text is not None:
                return _half_text(answer, text, full, count)
            return None if call is None else _half_call(answer, call, full, count)
        case "pause_turn":
            return _paused(answer, count)
        case "duplicate_tool_ids":
            return None if call is None else _duplicate(answer, call, body)
        case "tool_input_not_json":
            return None if call is None else _unreadable(answer, call)
        case _:
            return answer


def without_cache_fields(usage: JsonObject) -> JsonObject:
    """Usage as a gateway reports it that does not know of caching: every input token is fresh."""
    cached = sum(cast(int, usage.get(name) or 0) for name in _CACHE_FIELDS[1:])
    kept = {name: value for name, value in usage.items() if name not in _CACHE_FIELDS}
    return {**kept, "input_tokens": cast(int, usage["input_tokens"]) + cached}


def _first(answer: Answer, kind: str) -> int | None:
    return next((place for place, block in enumerate(answer.content) if block.get("type") == kind), None)


def _shortened(answer: Answer, content: Sequence[JsonObject], reason: str, count: CountBlock) -> Answer:
    spoken = sum(count(block) for block in content if block.get("type") != "thinking")
    return replace(
        answer,
        content=tuple(content),
        stop_reason=reason,
        stop_sequence=None,
        output_tokens=max(1, answer.thinking_tokens + spoken),
        cut_input=None,
    )


def _half_text(answer: Answer, place: int, reason: str, count: CountBlock) -> Answer:
    text = str(answer.content[place]["text"])
    half = text[: max(1, len(text) // 2)]
    return _shortened(answer, (*answer.content[:place], text_block(half)), reason, count)


def _half_call(answer: Answer, place: int, reason: str, count: CountBlock) -> Answer:
    block = answer.content[place]
    text = json.dumps(block["input"], ensure_ascii=False)
    half = text[: max(1, len(text) // 2)]
    counted = _shortened(answer, (*answer.content[:place], {**block, "input": half}), reason, count)
    return replace(counted, content=(*answer.content[:place], {**block, "input": {}}), cut_input=half)


def _paused(answer: Answer, count: CountBlock) -> Answer:
    kept = [block for block in answer.content if block.get("type") != "tool_use"]
    if all(block.get("type") != "text" for block in kept):
        kept.append(text_block(_PAUSE_TEXT))
    return _shortened(answer, kept, "pause_turn", count)


def _duplicate(answer: Answer, place: int, body: JsonObject) -> Answer | None:
    """The first call under the id of the latest earlier one; in a first turn, the second under that of the first."""
    earlier = list(_tool_ids(body))
    calls = [index for index, block in enumerate(answer.content) if block.get("type") == "tool_use"]
    if earlier:
        changed, tool_id = place, earlier[-1]
    elif len(calls) > 1:
        changed, tool_id = calls[1], answer.content[place]["id"]
    else:
        return None
    block: JsonObject = {**answer.content[changed], "id": tool_id}
    return replace(answer, content=(*answer.content[:changed], block, *answer.content[changed + 1 :]))


def _tool_ids(body: JsonObject) -> Iterator[JsonValue]:
    for message in cast(Sequence[JsonObject], body["messages"]):
        if message.get("role") == "assistant":
            yield from (block["id"] for block in as_blocks(message.get("content")) if block.get("type") == "tool_use")


def _unreadable(answer: Answer, place: int) -> Answer:
    block = answer.content[place]
    given = cast(Mapping[str, JsonValue], block["input"])
    broken = json.dumps(given, ensure_ascii=False)[:-1] + ', "'
    spoiled: JsonObject = {**block, "input": {"INVALID_JSON": broken}}
    return replace(answer, content=(*answer.content[:place], spoiled), cut_input=broken)
