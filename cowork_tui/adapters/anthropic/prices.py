"""Published prices, from the data that genai-prices ships; nothing is fetched."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from cowork_tui.core.pricing import ModelPrices, PriceRow

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice

_MYTHOS, _FABLE = "claude-mythos-", "claude-fable-"
"""A Mythos model costs what the Fable of the same number does; not every one has a row of its own."""

_PICODOLLARS_A_TOKEN = 1_000_000
"""Of one dollar for a million tokens."""


class GenaiPriceBook:
    """The engine's price book over genai-prices, which is imported with the first question."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, date], ModelPrices | None] = {}

    def prices(self, model: str, day: date) -> ModelPrices | None:
        """The published prices of a Claude model on a day (UTC); None for models that have none."""
        key = model, day
        if key not in self._known:
            self._known[key] = _look_up(model, day)
        return self._known[key]


def _look_up(model: str, day: date) -> ModelPrices | None:
    from genai_prices.data_snapshot import get_snapshot

    provider = get_snapshot().find_provider(None, "anthropic", None)
    info = provider.find_model(model)
    if info is None and model.startswith(_MYTHOS):
        info = provider.find_model(model.replace(_MYTHOS, _FABLE, 1))
    if info is None:
        return None
    published = info.get_prices(datetime.combine(day, time(12), UTC))
    starts = sorted({0, *(start for name in _CLASSES for start in _tier_starts(published, name))})
    return ModelPrices(tuple((start, _row(published, start)) for start in starts))


_CLASSES = ("input_mtok", "cache_write_mtok", "cache_write_1h_mtok", "cache_read_mtok", "output_mtok")


def _tier_starts(published: ModelPrice, name: str) -> list[int]:
    from genai_prices.types import TieredPrices

    value = getattr(published, name)
    return [tier.start for tier in value.tiers] if isinstance(value, TieredPrices) else []


def _row(published: ModelPrice, above_tokens: int) -> PriceRow:
    """One tier's row. What has no price of its own costs as much as plain input, a one-hour write as a short one."""
    fresh = _price(published, "input_mtok", above_tokens) or 0
    write = _price(published, "cache_write_mtok", above_tokens)
    write = fresh if write is None else write
    write_1h = _price(published, "cache_write_1h_mtok", above_tokens)
    read = _price(published, "cache_read_mtok", above_tokens)
    return PriceRow(
        input=fresh,
        cache_write_5m=write,
        cache_write_1h=write if write_1h is None else write_1h,
        cache_read=fresh if read is None else read,
        output=_price(published, "output_mtok", above_tokens) or 0,
    )


def _price(published: ModelPrice, name: str, above_tokens: int) -> int | None:
    from genai_prices.types import TieredPrices

    value = getattr(published, name)
    if isinstance(value, TieredPrices):
        tiers = [tier.price for tier in value.tiers if tier.start <= above_tokens]
        value = tiers[-1] if tiers and above_tokens else value.base
    if not isinstance(value, Decimal):
        return None
    picodollars = value * _PICODOLLARS_A_TOKEN
    if picodollars != int(picodollars):
        raise ValueError(f"{name} of {value} dollars is no whole number of picodollars a token")
    return int(picodollars)
