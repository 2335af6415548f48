"""What fault plans and scenarios go by: the turn that a request asks for, and what was said last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.blocks import as_blocks


def turn_of(body: JsonObject) -> int:
    """The turn that a request asks for: one more than the assistant turns in it."""
    turns, speaker = 1, ""
    for message in _messages(body):
        role = str(message.get("role", ""))
        turns += role == "assistant" and speaker != "assistant"
        speaker = role
    return turns


def heard_text(body: JsonObject) -> str:
    """The text of the last user message, tool results included."""
    said = next((message for message in reversed(_messages(body)) if message.get("role") == "user"), None)
    return "\n".join(_texts(said.get("content"))) if said is not None else ""


def _messages(body: JsonObject) -> Sequence[JsonObject]:
    messages = body.get("messages")
    return [message for message in messages if isinstance(message, Mapping)] if isinstance(messages, list) else ()


def _texts(content: JsonValue) -> list[str]:
    found: list[str] = []
    for block in as_blocks(content):
        found.append(str(block.get("text") or ""))
        if block.get("type") == "tool_result":
            found.extend(_texts(block.get("content")))
    return found
