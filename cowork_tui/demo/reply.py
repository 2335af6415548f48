"""What the clerk answers, before the server gives it ids, signatures and usage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from cowork_tui.core.json_values import JsonObject

StopReason: TypeAlias = Literal["end_turn", "tool_use", "max_tokens", "stop_sequence", "refusal", "pause_turn"]


@dataclass(frozen=True, slots=True)
class ThinkingPart:
    """Reasoning shown before an answer; the server signs it."""

    text: str


@dataclass(frozen=True, slots=True)
class TextPart:
    """Visible text."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolUsePart:
    """A call of one of the tools that the request offers."""

    name: str
    input: JsonObject


Part: TypeAlias = ThinkingPart | TextPart | ToolUsePart


@dataclass(frozen=True, slots=True)
class Reply:
    """One assistant message: its parts in order and why it stops."""

    parts: tuple[Part, ...]
    stop_reason: StopReason
