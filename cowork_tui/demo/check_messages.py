"""Checks of `system` and `messages`: roles, block forms, and the pairing of tool uses with their results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.blocks import as_blocks
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
_SOURCE_KINDS = ("base64", "url", "file", "text", "content")


def check_messages(body: JsonObject, context: RequestContext) -> None:
    """Refuse prompts that the API refuses, whatever the model."""
    _check_system(body.get("system"))
    messages = cast(Sequence[JsonValue], body["messages"])
    if not messages:
        raise invalid("messages: at least one message is required")
    for index, value in enumerate(messages):
        message = check_object(value, f"messages.{index}")
        role = check_one_of(message.get("role"), ("user", "assistant", "system"), f"messages.{index}.role")
        if index == 0 and role == "assistant":
            raise invalid('messages: first message must use the "user" role')
        _check_content(message, role, index, last=index == len(messages) - 1, context=context)
    _check_pairing(cast(Sequence[JsonObject], messages))


def _check_system(system: JsonValue) -> None:
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


def _check_pairing(messages: Sequence[JsonObject]) -> None:
    """Every tool use is answered by exactly one result at the head of the next user turn, and by nothing else."""
    seen: set[str] = set()
    turns = _turns(messages)
    for number, (role, entries) in enumerate(turns):
        used = [str(block["id"]) for _, _, block in entries if block.get("type") == "tool_use"]
        for tool_id in used:
            if tool_id in seen:
                raise invalid("messages: `tool_use` ids must be unique")
            seen.add(tool_id)
        if role == "assistant" and used:
            following = turns[number + 1][1] if number + 1 < len(turns) else []
            _check_answered(used, following, entries[-1][0])
        if role == "user":
            before = turns[number - 1][1] if number else []
            _check_expected(entries, {str(b["id"]) for _, _, b in before if b.get("type") == "tool_use"})


def _turns(messages: Sequence[JsonObject]) -> list[tuple[str, list[tuple[int, int, JsonObject]]]]:
    """Messages with neighbours of one role joined and system messages left out; entries know their place."""
    turns: list[tuple[str, list[tuple[int, int, JsonObject]]]] = []
    for index, message in enumerate(messages):
        role = str(message["role"])
        if role == "system":
            continue
        if not turns or turns[-1][0] != role:
            turns.append((role, []))
        turns[-1][1].extend((index, place, block) for place, block in enumerate(as_blocks(message.get("content"))))
    return turns


def _check_answered(used: list[str], following: list[tuple[int, int, JsonObject]], index: int) -> None:
    answered: set[str] = set()
    for _, _, block in following:
        if block.get("type") != "tool_result":
            break
        answered.add(str(block["tool_use_id"]))
    missing = [tool_id for tool_id in used if tool_id not in answered]
    if missing:
        raise invalid(
            f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
            "message."
        )


def _check_expected(entries: list[tuple[int, int, JsonObject]], used: set[str]) -> None:
    answered: set[str] = set()
    for index, place, block in entries:
        if block.get("type") != "tool_result":
            continue
        tool_id = str(block["tool_use_id"])
        path = f"messages.{index}.content.{place}"
        if tool_id not in used:
            raise invalid(
                f"{path}: unexpected `tool_use_id` found in `tool_result` blocks: {tool_id}. Each `tool_result` block "
                "must have a corresponding `tool_use` block in the previous message."
            )
        if tool_id in answered:
            raise invalid(
                f"{path}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: "
                f"{tool_id}"
            )
        answered.add(tool_id)
