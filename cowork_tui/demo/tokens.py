"""How many tokens the demo's models make of a block: a yardstick, skewed per model by amounts that clients don't know.

Every block has its own whole count, so the count of any prefix is the sum over its blocks.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.blocks import PromptBlock, as_blocks
from cowork_tui.demo.media import document_base, image_tokens
from cowork_tui.demo.models import ModelRow
from cowork_tui.demo.settings import DemoSettings

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_KEPT_COUNTS = 200_000


@dataclass(frozen=True, slots=True)
class Skew:
    """A model's token factor and hidden additions, in tokens."""

    factor: float
    per_message: int = 0
    per_tool: int = 0
    per_call: int = 0
    per_result: int = 0
    tool_prompt: int = 0
    forced_tool_prompt: int = 0

    def added(self, kind: str) -> int:
        """The hidden addition for a block of a kind."""
        if kind == "tool_use":
            return self.per_call
        if kind == "tool_result":
            return self.per_result
        return self.per_tool if kind == "tool" else 0


def skew_of(row: ModelRow, settings: DemoSettings) -> Skew:
    """The factor (0.9 to 1.15) and additions of a model under a seed; factor 1 and none where skew is off."""
    scale = settings.new_tokenizer_scale if row.new_tokenizer else settings.old_tokenizer_scale
    if not settings.skew:
        return Skew(scale)
    dice = random.Random(f"{settings.seed}:{row.id}")
    factor = scale * dice.uniform(0.9, 1.15)
    tool_prompt = dice.randint(260, 400)
    auto, forced = row.tool_prompt_tokens or (tool_prompt, tool_prompt + 120)
    additions = (dice.randint(3, 6), dice.randint(12, 40), dice.randint(20, 60), dice.randint(10, 40))
    return Skew(factor, *additions, tool_prompt=auto, forced_tool_prompt=forced - auto)


@dataclass(frozen=True, slots=True)
class BaseCount:
    """What of a block scales with the model's tokenizer, and what is fixed by its pictures."""

    text_tokens: int
    picture_tokens: int = 0


class TokenCounter:
    """Counts blocks for every model; each content is tokenised once while it is remembered. Safe to share."""

    def __init__(self, settings: DemoSettings) -> None:
        self._settings = settings
        self._counts: dict[tuple[bytes, bool], BaseCount] = {}

    def skew(self, row: ModelRow) -> Skew:
        """The hidden amounts of a model."""
        return skew_of(row, self._settings)

    def text(self, row: ModelRow, text: str) -> int:
        """Tokens of bare output text."""
        return round(self._settings.count_text(text) * self.skew(row).factor)

    def block(self, row: ModelRow, skew: Skew, block: PromptBlock) -> int:
        """Tokens of one position, without what its place in the prompt adds. Thinking is counted by its signature."""
        base = self._base(block, row.new_tokenizer)
        return max(1, round(base.text_tokens * skew.factor)) + base.picture_tokens + skew.added(block.kind)

    def _base(self, block: PromptBlock, new_generation: bool) -> BaseCount:
        key = (block.digest, new_generation)
        known = self._counts.get(key)
        if known is not None:
            return known
        text, pictures = _content(block.kind, block.block, new_generation)
        if len(self._counts) > _KEPT_COUNTS:
            self._counts = {}
        base = self._counts[key] = BaseCount(self._settings.count_text(text), pictures)
        return base


def _content(kind: str, block: JsonObject, new_generation: bool) -> tuple[str, int]:
    """The text of a block and the tokens of its pictures."""
    if kind == "text":
        return str(block.get("text", "")), 0
    if kind == "tool_use":
        return f"{block.get('name')}\n{_compact(block.get('input'))}", 0
    if kind == "tool_result":
        return _joined(as_blocks(cast(JsonValue, block.get("content"))), new_generation)
    if kind == "image":
        return "", image_tokens(cast(JsonObject, block.get("source")), new_generation)
    if kind == "document":
        text, pictures = document_base(block, new_generation)
        inner, inner_pictures = _joined(_nested_content(block), new_generation)
        return f"{text}{inner}", pictures + inner_pictures
    if kind == "search_result":
        text, pictures = _joined(as_blocks(cast(JsonValue, block.get("content"))), new_generation)
        return f"{block.get('title')}\n{block.get('source')}\n{text}", pictures
    return _compact(block), 0


def _nested_content(document: JsonObject) -> Sequence[JsonObject]:
    source = cast(JsonObject, document.get("source") or {})
    return as_blocks(source.get("content")) if source.get("type") == "content" else ()


def _joined(blocks: Sequence[JsonObject], new_generation: bool) -> tuple[str, int]:
    parts = [_content(str(block.get("type", "")), block, new_generation) for block in blocks]
    return "\n".join(text for text, _ in parts), sum(pictures for _, pictures in parts)


def _compact(value: object) -> str:
    return _ENCODER.encode(value)
