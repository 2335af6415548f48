"""The models that can be chosen: built-in cards, corrected and extended by what the models endpoint lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from cowork_tui.adapters.anthropic.models_list import ListedModel
from cowork_tui.adapters.anthropic.prices import GenaiPriceBook
from cowork_tui.core.errors import NotFound
from cowork_tui.core.models import CARDS, ModelCard, ThinkingSupport, generic_card, known_card

__all__ = ["GenaiPriceBook", "ModelCatalogue"]

RETIRED: dict[str, str] = {
    "claude-opus-4-1": "2026-08-05",
    "claude-opus-4-0": "2026-06-15",
    "claude-opus-4": "2026-06-15",
    "claude-sonnet-4-0": "2026-06-15",
    "claude-sonnet-4": "2026-06-15",
    "claude-3-haiku": "2026-04-20",
    "claude-3-7-sonnet": "2026-02-19",
    "claude-3-5-haiku": "2026-02-19",
    "claude-3-opus": "2026-01-05",
}
"""Published retirement days, for when no list is at hand."""

_UNKNOWN_RELEASE = "1970-01-01"


class ModelCatalogue:
    """The engine's catalogue. Built anew when the models endpoint has answered."""

    def __init__(self, listed: Sequence[ListedModel] | None = None, *, accept_unknown: bool = False) -> None:
        """`listed` None: the endpoint was not asked or has no list. `accept_unknown`: take any id, for such servers."""
        self._accept_unknown = accept_unknown
        self._listed = {model.id: model for model in listed or ()}
        cards = [_card_of(model) for model in listed] if listed else list(CARDS)
        self._cards = {card.id: card for card in cards}
        self._lines = {card.line for card in CARDS} | {model.line for model in listed or () if model.line}

    def cards(self) -> tuple[ModelCard, ...]:
        """All models that can be chosen, newest first within a line, lines in the order of the built-in cards."""
        order = list(dict.fromkeys(card.line for card in CARDS))
        usable = [card for card in self._cards.values() if card.lifecycle != "retired"]
        lines = sorted({card.line for card in usable}, key=lambda line: (_index(order, line), line))
        return tuple(card for line in lines for card in self._newest_first(c for c in usable if c.line == line))

    def card(self, model_id: str) -> ModelCard | None:
        """What is known of a model, retired ones included; None where nothing is."""
        found = self._cards.get(model_id) or self._alias(model_id) or known_card(model_id)
        if found is None and not self._listed:
            found = _newer_card(model_id)
        if found is None and self._accept_unknown:
            found = generic_card(model_id)
        return found

    def resolve(self, name: str) -> ModelCard:
        """A line (`sonnet`) to its newest active model, an exact id to itself.

        Raises NotFound for a retired model, or with near names for one that doesn't exist.
        """
        wanted = name.strip()
        if wanted.lower() in self._lines:
            return self._newest_of(wanted.lower())
        card = self.card(wanted)
        retired_on = self._retired_on(wanted)
        if retired_on is not None or (card is not None and card.lifecycle == "retired"):
            when = f" on {retired_on}" if retired_on else ""
            raise NotFound(f"The model {wanted} was retired{when}; choose {self._successor(wanted)}.")
        if card is not None and (not self._listed or self._is_listed(card) or self._accept_unknown):
            return card
        if card is not None:
            raise NotFound(f"The server does not offer {wanted}; {self._hint(wanted)}.")
        raise NotFound(f"There is no model {wanted!r}; {self._hint(wanted)}.")

    def _newest_of(self, line: str) -> ModelCard:
        ranked = self._newest_first(card for card in self._cards.values() if card.line == line)
        active = [card for card in ranked if card.lifecycle == "active"]
        if active:
            return active[0]
        callable_ids = ", ".join(card.id for card in ranked if card.lifecycle != "retired")
        choice = f"name one of the deprecated ones in full: {callable_ids}" if callable_ids else self._hint(line)
        raise NotFound(f"The server has no active {line} model; {choice}.")

    def _newest_first(self, cards: Iterable[ModelCard]) -> list[ModelCard]:
        """By release day; where one is not known, by the numbers in the ids."""
        chosen = list(cards)
        days = {card.id: self._listed[card.id].created_at or "" for card in chosen if card.id in self._listed}
        dated = len(days) == len(chosen) and all(day > _UNKNOWN_RELEASE + "T99" for day in days.values())
        return sorted(chosen, key=lambda card: (days[card.id] if dated else "", _version(card.id)), reverse=True)

    def _alias(self, model_id: str) -> ModelCard | None:
        """`claude-haiku-4-5` where the server lists only the dated id that it stands for."""
        dated = re.compile(re.escape(model_id) + r"-\d{8}$")
        match = next((card for card in self._cards.values() if dated.match(card.id)), None)
        return replace(match, id=model_id) if match is not None else None

    def _is_listed(self, card: ModelCard) -> bool:
        return card.id in self._cards or self._alias(card.id) is not None or _undated(card.id) in self._cards

    def _retired_on(self, model_id: str) -> str | None:
        listed = self._listed.get(model_id)
        if listed is not None:
            return listed.retires_at[:10] if listed.lifecycle == "retired" and listed.retires_at else None
        return RETIRED.get(_undated(model_id))

    def _successor(self, model_id: str) -> str:
        line = next((line for line in sorted(self._lines) if line in model_id), None)
        active = self._newest_first(c for c in self._cards.values() if c.lifecycle == "active" and c.line == line)
        return active[0].id if active else "another (`cowork-tui models` lists them)"

    def _hint(self, name: str) -> str:
        names = [*sorted(self._lines & {card.line for card in self._cards.values()}), *self._cards]
        near = get_close_matches(name.lower(), names, n=3, cutoff=0.6)
        if near:
            return f"did you mean {' or '.join(near)}? `cowork-tui models` lists all"
        return "`cowork-tui models` lists all"


def _card_of(model: ListedModel) -> ModelCard:
    """A listed model's card: the built-in one, else the newest of its line as a template, else a plain one."""
    known = known_card(model.id)
    card = known or _template(model) or replace(generic_card(model.id), name=model.display_name)
    thinking = card.thinking if known is not None else _thinking(card, model.thinking_types)
    efforts = card.efforts if model.efforts is None else model.efforts
    return replace(
        card,
        line=model.line or card.line,
        context_window_tokens=model.max_input_tokens or card.context_window_tokens,
        max_output_tokens=model.max_tokens or card.max_output_tokens,
        efforts=efforts,
        default_effort=card.default_effort if efforts else None,
        thinking=thinking,
        lifecycle=model.lifecycle or card.lifecycle,
    )


def _template(model: ListedModel) -> ModelCard | None:
    newest = next((card for card in CARDS if card.line == model.line), None)
    if newest is None or not model.id.startswith("claude-"):
        return None
    return replace(newest, id=model.id, name=model.display_name.removeprefix("Claude "))


def _thinking(card: ModelCard, types: tuple[str, ...] | None) -> ThinkingSupport:
    if types is None:
        return card.thinking
    if "adaptive" not in types:
        return ThinkingSupport.BUDGET if "enabled" in types else ThinkingSupport.NONE
    if "disabled" not in types and "between_tools" not in types:
        return ThinkingSupport.ALWAYS
    return card.thinking if card.thinking is ThinkingSupport.ADAPTIVE else ThinkingSupport.ADAPTIVE_ON


def _newer_card(model_id: str) -> ModelCard | None:
    """A model of a known line that is newer than every card, e.g. `claude-sonnet-6`, where there is no list to ask."""
    match = re.fullmatch(r"claude-([a-z]+)-(\d{1,2})(?:-(\d{1,2}))?(?:-\d{8})?", model_id)
    newest = next((card for card in CARDS if match is not None and card.line == match[1]), None)
    if match is None or newest is None or _version(model_id) <= _version(newest.id):
        return None
    name = f"{match[1].capitalize()} {match[2]}" + (f".{match[3]}" if match[3] else "")
    return replace(newest, id=model_id, name=name)


def _version(model_id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in _undated(model_id).split("-") if part.isdigit())


def _undated(model_id: str) -> str:
    return re.sub(r"-\d{8}$", "", model_id)


def _index(order: Sequence[str], line: str) -> int:
    return order.index(line) if line in order else len(order)
