"""Checks of `system` and `messages`: roles, block forms, and the pairing of tool uses with their results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, takewhile
from operator import attrgetter
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.blocks import PromptBlock
from cowork_tui.demo.check_fields import check_list, check_object, check_one_of, check_text
from cowork_tui.demo.context import NEW_VERSION, RequestContext
from cowork_tui.demo.errors import invalid

_TOOL_ID = re.compile(r"[a-zA-Z0-9_-]+")
_USER_KINDS = frozenset(("text", "image", "document", "search_result", "tool_result", "container_upload"))
_ASSISTANT_KINDS = frozenset(
    ("text", "image", "document", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "mcp_tool_use",
     "compaction", "container_upload", "search_result")
)  # fmt: skip
_SYSTEM_KINDS = frozenset(("text", "tool_addition", "tool_removal"))
_RESULT_KINDS = frozenset(("text", "image", "document", "search_result", "tool_reference", "browser_state"))
_ROLE = attrgetter("role")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_TEXT_MEDIA = ("text/plain",)
_MEDIA = {"image": ("image/jpeg", "image/png", "image/gif", "image/webp"), "document": ("application/pdf",)}
_SOURCE_KINDS = ("base64", "url", "file", "text", "content")


def check_message(value: JsonValue, index: int, last: bool, context: RequestContext) -> JsonObject:
    """One message, refused where the API refuses it whatever the model and the other messages."""
    message = check_object(value, f"messages.{index}")
    role = check_one_of(message.get("role"), ("user", "assistant", "system"), f"messages.{index}.role")
    if index == 0 and role == "assistant":
        raise invalid('messages: first message must use the "user" role')
    _check_content(message, role, index, last=last, context=context)
    return message


def check_system(system: JsonValue) -> None:
    """Refuse system text that is neither text nor text blocks."""
    if system is None or isinstance(system, str):
        return
    for index, value in enumerate(check_list(system, "system")):
        block = check_object(value, f"system.{index}")
        check_one_of(block.get("type"), ("text",), f"system.{index}.type")
        _check_text_block(block, f"system.{index}", "system")


def _check_content(message: JsonObject, role: str, index: int, last: bool, context: RequestContext) -> None:
    content = message.get("content")
    if content is None and not (role == "system" and message.get("output_config") is not None):
        raise invalid(f"messages.{index}.content: Field required")
    if content is None:
        return
    if not isinstance(content, str):
        check_list(content, f"messages.{index}.content")
    if not content and not (role == "assistant" and last):
        raise invalid(
            f"messages.{index}: all messages must have non-empty content except for the optional final assistant "
            "message"
        )
    if isinstance(content, str):
        return
    kinds = {"user": _USER_KINDS, "assistant": _ASSISTANT_KINDS, "system": _SYSTEM_KINDS}[role]
    for position, value in enumerate(cast(Sequence[JsonValue], content)):
        path = f"messages.{index}.content.{position}"
        block = check_object(value, path)
        kind = block.get("type")
        if kind is None:
            raise invalid(f"{path}.type: Field required")
        name = check_text(kind, f"{path}.type")
        if name not in kinds and not (role == "assistant" and name.endswith("_tool_result")):
            raise _unknown_kind(path, name, kinds)
        _check_block(block, name, path, role, context)


def _unknown_kind(path: str, kind: str, kinds: frozenset[str]) -> Exception:
    expected = ", ".join(f"'{name}'" for name in sorted(kinds))
    return invalid(f"{path}: Input tag '{kind}' found using 'type' does not match any of the expected tags: {expected}")


def _check_block(block: JsonObject, kind: str, path: str, role: str, context: RequestContext) -> None:
    if kind == "text":
        _check_text_block(block, path, "messages")
        if role == "user" and context.version == NEW_VERSION and block.get("citations"):
            raise invalid(f"{path}.text.citations: citations are not permitted on text blocks in user messages")
    elif kind == "document" and role == "assistant" and context.version == NEW_VERSION:
        raise invalid(f"{path}: document blocks are not permitted directly in assistant messages")
    elif kind in ("image", "document"):
        _check_source(block, kind, path)
    elif kind == "thinking":
        check_text(block.get("thinking"), f"{path}.thinking.thinking")
        check_text(block.get("signature"), f"{path}.thinking.signature")
    elif kind == "redacted_thinking":
        check_text(block.get("data"), f"{path}.redacted_thinking.data")
    elif kind == "tool_use":
        _check_tool_id(block.get("id"), f"{path}.tool_use.id")
        check_text(block.get("name"), f"{path}.tool_use.name")
        check_object(block.get("input"), f"{path}.tool_use.input")
    elif kind == "tool_result":
        _check_tool_result(block, path)


def _check_text_block(block: JsonObject, path: str, place: str) -> None:
    if block.get("text") is None:
        raise invalid(f"{path}.text.text: Field required")
    text = check_text(block["text"], f"{path}.text.text")
    if not text:
        if block.get("cache_control") is not None:
            raise invalid(f"{path}.text: cache_control cannot be set for empty text blocks")
        raise invalid(f"{place}: text content blocks must be non-empty")
    if place == "messages" and not text.strip():
        raise invalid("messages: text content blocks must contain non-whitespace text")


def _check_source(block: JsonObject, kind: str, path: str) -> None:
    source = check_object(block.get("source"), f"{path}.{kind}.source")
    form = check_one_of(source.get("type"), _SOURCE_KINDS, f"{path}.{kind}.source.type")
    field = {"base64": "data", "text": "data", "url": "url", "file": "file_id"}.get(form)
    if field is not None:
        check_text(source.get(field), f"{path}.{kind}.source.{form}.{field}")
    if form in ("base64", "text"):
        allowed = _TEXT_MEDIA if form == "text" else _MEDIA[kind]
        check_one_of(source.get("media_type"), allowed, f"{path}.{kind}.source.{form}.media_type")
    if form == "base64" and not _BASE64.fullmatch(str(source["data"])):
        raise invalid(f"{path}.{kind}.source.base64.data: The {kind} data is not valid base64")


def _check_tool_id(value: JsonValue, path: str) -> None:
    if not _TOOL_ID.fullmatch(check_text(value, path)):
        raise invalid(f"{path}: String should match pattern '^[a-zA-Z0-9_-]+$'")


def _check_tool_result(block: JsonObject, path: str) -> None:
    _check_tool_id(block.get("tool_use_id"), f"{path}.tool_result.tool_use_id")
    failed = block.get("is_error")
    if failed is not None and not isinstance(failed, bool):
        raise invalid(f"{path}.tool_result.is_error: Input should be a valid boolean")
    content = block.get("content")
    if content is None or isinstance(content, str):
        return
    for index, value in enumerate(check_list(content, f"{path}.tool_result.content")):
        inner_path = f"{path}.tool_result.content.{index}"
        inner = check_object(value, inner_path)
        kind = check_text(inner.get("type"), f"{inner_path}.type")
        if kind not in _RESULT_KINDS:
            raise _unknown_kind(inner_path, kind, _RESULT_KINDS)
        if inner["type"] == "text":
            check_text(inner.get("text"), f"{inner_path}.text.text")
        elif inner["type"] in ("image", "document"):
            _check_source(inner, str(inner["type"]), inner_path)
        elif inner["type"] == "tool_reference":
            check_text(inner.get("tool_name"), f"{inner_path}.tool_reference.tool_name")


def check_pairing(blocks: Iterable[PromptBlock]) -> None:
    """Every tool use is answered by exactly one result at the head of the next user turn, and by nothing else.

    Neighbours of one role are one turn; system messages do not count.
    """
    seen: set[str] = set()
    open_ids: list[str] = []
    asked_in = 0
    spoken = (block for block in blocks if block.role != "system" and block.segment == "messages")
    for role, turn in groupby(spoken, _ROLE):
        entries = list(turn)
        if role == "assistant":
            open_ids = [str(entry.block["id"]) for entry in entries if entry.kind == "tool_use"]
            if len({*open_ids}) < len(open_ids) or not seen.isdisjoint(open_ids):
                raise invalid("messages: `tool_use` ids must be unique")
            seen.update(open_ids)
            asked_in = entries[-1].message
        else:
            _check_answered(open_ids, entries, asked_in)
            _check_expected(entries, open_ids)
            open_ids = []
    _check_answered(open_ids, (), asked_in)


def _check_answered(used: Sequence[str], following: Sequence[PromptBlock], index: int) -> None:
    if not used:
        return
    answered = {str(entry.block["tool_use_id"]) for entry in takewhile(_is_result, following)}
    missing = [tool_id for tool_id in used if tool_id not in answered]
    if missing:
        raise invalid(
            f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
            "message."
        )


def _check_expected(entries: Sequence[PromptBlock], used: Sequence[str]) -> None:
    answered: set[str] = set()
    for entry in filter(_is_result, entries):
        tool_id = str(entry.block["tool_use_id"])
        if tool_id not in used:
            raise invalid(
                f"{entry.path}: unexpected `tool_use_id` found in `tool_result` blocks: {tool_id}. Each `tool_result` "
                "block must have a corresponding `tool_use` block in the previous message."
            )
        if tool_id in answered:
            raise invalid(
                f"{entry.path}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: "
                f"{tool_id}"
            )
        answered.add(tool_id)


def _is_result(block: PromptBlock) -> bool:
    return block.kind == "tool_result"
