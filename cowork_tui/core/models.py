"""What is known of each model beyond its price: window, cache minimum, tokenizer, thinking, effort.

The figures are the published ones as of November 2026; what the models endpoint reports at run time overrides them
(`adapters/anthropic/catalogue.py`). A model that stands in no row gets `generic_card`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Tokenizer(StrEnum):
    """Token counts are comparable within a generation only; the new one came with Opus 4.7."""

    OLD = "old"
    NEW = "new"


class ThinkingSupport(StrEnum):
    """Which form of the `thinking` parameter a model takes."""

    NONE = "none"
    BUDGET = "budget"
    """`enabled` with `budget_tokens`; off by default."""
    ADAPTIVE = "adaptive"
    """`adaptive`; off until asked for."""
    ADAPTIVE_ON = "adaptive_on"
    """`adaptive` by default; may be switched off."""
    ALWAYS = "always"
    """`adaptive` only."""


class ThinkingBinding(StrEnum):
    """What becomes of thinking blocks in the history."""

    LAST_TURN = "last_turn"
    """Stripped by the API before the newest user turn that is not a tool result (to 4.5, but not Opus 4.5)."""
    INTEGRITY = "integrity"
    """Kept; a signature is checked against its own block only (Opus 4.5, 4.6 to 5.0)."""
    PREFIX_DROPS = "prefix_drops"
    """Bound to model and prefix; stale blocks are dropped at no tokens (5.1, 5.5)."""
    PREFIX_REFUSES = "prefix_refuses"
    """Bound to model and prefix; a stale block is an error (Fable 5.2)."""


LOW_TO_HIGH = ("low", "medium", "high")
TO_MAX = (*LOW_TO_HIGH, "max")
TO_XHIGH = (*LOW_TO_HIGH, "xhigh", "max")


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model. `efforts` is empty where the model takes none; `lifecycle` is active, deprecated or retired."""

    id: str
    line: str
    name: str
    context_window_tokens: int
    max_output_tokens: int
    cache_minimum_tokens: int
    tokenizer: Tokenizer
    thinking: ThinkingSupport
    binding: ThinkingBinding
    efforts: tuple[str, ...]
    default_effort: str | None
    tool_prompt_tokens: int
    """The hidden system prompt that any tool adds; 0 where it is not published."""
    lifecycle: str = "active"
    first_party: bool = True
    """Whether fields that only the Claude API knows (`diagnostics`, effort) may be sent."""

    @property
    def letter(self) -> str:
        """The letter that stands for the model's line, e.g. `S`."""
        return self.line[:1].upper()


def _card(
    model_id: str,
    name: str,
    minimum: int,
    thinking: ThinkingSupport,
    binding: ThinkingBinding,
    *,
    efforts: tuple[str, ...] = TO_XHIGH,
    default_effort: str | None = "high",
    tokenizer: Tokenizer = Tokenizer.NEW,
    window: int = 1_000_000,
    max_output: int = 128_000,
    tool_prompt: int = 0,
    lifecycle: str = "active",
) -> ModelCard:
    line = model_id.split("-")[1]
    return ModelCard(
        model_id, line, name, window, max_output, minimum, tokenizer, thinking, binding, efforts, default_effort,
        tool_prompt, lifecycle,
    )  # fmt: skip


_T, _B = ThinkingSupport, ThinkingBinding

CARDS: tuple[ModelCard, ...] = (
    _card("claude-fable-5-2", "Fable 5.2", 512, _T.ALWAYS, _B.PREFIX_REFUSES),
    _card("claude-fable-5-1", "Fable 5.1", 512, _T.ALWAYS, _B.PREFIX_DROPS),
    _card("claude-fable-5", "Fable 5", 512, _T.ALWAYS, _B.INTEGRITY),
    _card("claude-mythos-5-2", "Mythos 5.2", 512, _T.ALWAYS, _B.PREFIX_REFUSES),
    _card("claude-mythos-5-1", "Mythos 5.1", 512, _T.ALWAYS, _B.PREFIX_DROPS),
    _card("claude-mythos-5", "Mythos 5", 512, _T.ALWAYS, _B.INTEGRITY),
    _card("claude-opus-5-5", "Opus 5.5", 512, _T.ALWAYS, _B.PREFIX_DROPS, default_effort="medium"),
    _card("claude-opus-5", "Opus 5", 512, _T.ADAPTIVE_ON, _B.INTEGRITY, tool_prompt=286),
    _card("claude-opus-4-8", "Opus 4.8", 1024, _T.ADAPTIVE, _B.INTEGRITY, tool_prompt=290),
    _card("claude-opus-4-7", "Opus 4.7", 2048, _T.ADAPTIVE, _B.INTEGRITY, tool_prompt=675),
    _card("claude-opus-4-6", "Opus 4.6", 4096, _T.ADAPTIVE, _B.INTEGRITY,
          efforts=TO_MAX, tokenizer=Tokenizer.OLD, tool_prompt=497),
    _card("claude-opus-4-5", "Opus 4.5", 4096, _T.BUDGET, _B.INTEGRITY,
          efforts=LOW_TO_HIGH, tokenizer=Tokenizer.OLD, window=200_000, max_output=64_000, tool_prompt=496),
    _card("claude-sonnet-5-5", "Sonnet 5.5", 512, _T.ADAPTIVE_ON, _B.PREFIX_DROPS),
    _card("claude-sonnet-5", "Sonnet 5", 1024, _T.ADAPTIVE_ON, _B.INTEGRITY, tool_prompt=354),
    _card("claude-sonnet-4-6", "Sonnet 4.6", 1024, _T.ADAPTIVE, _B.INTEGRITY,
          efforts=TO_MAX, tokenizer=Tokenizer.OLD, tool_prompt=497),
    _card("claude-sonnet-4-5", "Sonnet 4.5", 1024, _T.BUDGET, _B.LAST_TURN, efforts=(), default_effort=None,
          tokenizer=Tokenizer.OLD, window=200_000, max_output=64_000, tool_prompt=496, lifecycle="deprecated"),
    _card("claude-haiku-5-5", "Haiku 5.5", 512, _T.ADAPTIVE_ON, _B.PREFIX_DROPS, default_effort="medium"),
    _card("claude-haiku-4-5", "Haiku 4.5", 4096, _T.BUDGET, _B.LAST_TURN, efforts=(), default_effort=None,
          tokenizer=Tokenizer.OLD, window=200_000, max_output=64_000, tool_prompt=496),
)  # fmt: skip
"""Newest first within a line. Short ids of the 4.5 models are aliases of dated ids."""


def known_card(model_id: str) -> ModelCard | None:
    """The row of a model, also when asked by its dated id (`claude-haiku-4-5-20251001`)."""
    for card in CARDS:
        if model_id == card.id or (model_id.startswith(card.id + "-") and model_id[len(card.id) + 1 :].isdigit()
                                   and len(model_id) == len(card.id) + 9):  # fmt: skip
            return card if model_id == card.id else replace(card, id=model_id)
    return None


def generic_card(model_id: str) -> ModelCard:
    """A model of another server: nothing assumed beyond the plain Messages API."""
    return ModelCard(
        model_id, model_id, model_id, 128_000, 8_192, 1024, Tokenizer.NEW, ThinkingSupport.NONE,
        ThinkingBinding.INTEGRITY, (), None, 0, first_party=False,
    )  # fmt: skip
