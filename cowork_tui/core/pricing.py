"""Money: exact integer arithmetic on published price rows.

Prices are picodollars (10⁻¹² $) a token, so every published price is an integer; a request's cost is summed in
picodollars and rounded half-even to nanodollars (10⁻⁹ $) once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from cowork_tui.core.usage import Usage

NANODOLLARS_PER_DOLLAR = 1_000_000_000
PICODOLLARS_PER_NANODOLLAR = 1_000

BATCH_FACTOR = Fraction(1, 2)
US_GEO_FACTOR = Fraction(11, 10)
FAST_FACTOR = Fraction(2)
WEB_SEARCH_PICODOLLARS = 10_000_000_000


class Money(StrEnum):
    """Kinds of money; amounts of different kinds are never added."""

    BILLED = "billed"
    DEMO = "demo"
    IMPORTED = "imported"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PriceRow:
    """Picodollars a token, by class. $3 per million tokens is 3,000,000."""

    input: int
    cache_write_5m: int
    cache_write_1h: int
    cache_read: int
    output: int

    def cache_write(self, ttl_seconds: int) -> int:
        """The write price for a time to live of 300 or 3,600 seconds."""
        return self.cache_write_1h if ttl_seconds > 300 else self.cache_write_5m


@dataclass(frozen=True, slots=True)
class ModelPrices:
    """A model's price rows on one day: `tiers` as (prompt tokens above which the row holds, row), ascending from 0.

    The whole request, output included, is billed at the row of its prompt's length.
    """

    tiers: tuple[tuple[int, PriceRow], ...]

    def row(self, prompt_tokens: int) -> PriceRow:
        """The row for a prompt of that length; a prompt exactly at a step stays below it."""
        chosen = self.tiers[0][1]
        for above_tokens, row in self.tiers:
            if prompt_tokens > above_tokens:
                chosen = row
        return chosen

    @property
    def step_tokens(self) -> int | None:
        """The first price step, e.g. 100,000; None where the price is flat."""
        return self.tiers[1][0] if len(self.tiers) > 1 else None


def modifier(usage: Usage) -> Fraction:
    """What batch processing, US-only inference and fast mode multiply the token price by."""
    factor = Fraction(1)
    if usage.service_tier == "batch":
        factor *= BATCH_FACTOR
    if usage.inference_geo == "us":
        factor *= US_GEO_FACTOR
    if usage.speed == "fast":
        factor *= FAST_FACTOR
    return factor


def cost_nanodollars(usage: Usage, prices: ModelPrices) -> int:
    """What one request cost."""
    row = prices.row(usage.prompt_tokens)
    picodollars = (
        usage.input_tokens * row.input
        + usage.cache_write_5m_tokens * row.cache_write_5m
        + usage.cache_write_1h_tokens * row.cache_write_1h
        + usage.cache_read_tokens * row.cache_read
        + usage.output_tokens * row.output
    )
    exact = picodollars * modifier(usage) + usage.web_searches * WEB_SEARCH_PICODOLLARS
    return round(exact / PICODOLLARS_PER_NANODOLLAR)  # Fraction rounds half to even


def format_dollars(nanodollars: int) -> str:
    """An amount for people: `$1.79`, `$0.019`, `$0.00042`; cents, or two to three figures where it is less."""
    sign, amount = ("-", -nanodollars) if nanodollars < 0 else ("", nanodollars)
    dollars = amount / NANODOLLARS_PER_DOLLAR
    if amount == 0 or dollars >= 0.0995:
        return f"{sign}${dollars:,.2f}"
    if dollars >= 0.00095:
        return f"{sign}${dollars:.3f}"
    return f"{sign}${dollars:.5f}" if dollars >= 0.00001 else f"{sign}<$0.00001"
