"""Money is exact integer arithmetic."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cowork_tui.core.pricing import ModelPrices, PriceRow, cost_nanodollars, format_dollars
from cowork_tui.core.usage import Usage

HAIKU_LOW = PriceRow(100_000, 125_000, 200_000, 10_000, 500_000)
HAIKU_HIGH = PriceRow(500_000, 625_000, 1_000_000, 50_000, 2_500_000)
HAIKU = ModelPrices(((0, HAIKU_LOW), (100_000, HAIKU_HIGH)))
OPUS_5 = ModelPrices(((0, PriceRow(5_000_000, 6_250_000, 10_000_000, 500_000, 25_000_000)),))
SONNET_55 = ModelPrices(((0, PriceRow(2_000_000, 2_500_000, 4_000_000, 100_000, 10_000_000)),))
TOKENS = st.integers(0, 1_000_000)
USAGES = st.builds(
    Usage, TOKENS, TOKENS, TOKENS, TOKENS, TOKENS,
    service_tier=st.sampled_from(["standard", "batch", "priority"]),
    speed=st.sampled_from(["standard", "fast"]),
    inference_geo=st.sampled_from(["global", "us"]),
    web_searches=st.integers(0, 5),
)  # fmt: skip


def test_the_published_price_check() -> None:
    usage = Usage(1_000, 10_000, 20_000, 200_000, 500)
    assert cost_nanodollars(usage, OPUS_5) == 380_000_000
    assert cost_nanodollars(usage, SONNET_55) == 132_000_000


@pytest.mark.parametrize(
    ("prompt", "nanodollars"), [(100_000, 10_500_000), (100_001, 52_500_500), (150_000, 77_500_000)]
)
def test_above_the_step_every_token_is_billed_higher_output_too(prompt: int, nanodollars: int) -> None:
    assert cost_nanodollars(Usage(prompt, output_tokens=1_000), HAIKU) == nanodollars


def test_the_step_counts_cached_tokens() -> None:
    assert cost_nanodollars(Usage(1, 0, 0, 100_000), HAIKU) == 1 * 500 + 100_000 * 50


def test_modifiers_multiply() -> None:
    plain = cost_nanodollars(Usage(1_000), HAIKU)
    assert plain == 100_000
    assert cost_nanodollars(Usage(1_000, service_tier="batch"), HAIKU) == plain // 2
    assert cost_nanodollars(Usage(1_000, inference_geo="us"), HAIKU) == 110_000
    assert cost_nanodollars(Usage(1, cache_read_tokens=0, inference_geo="us", service_tier="batch"), HAIKU) == 55
    assert cost_nanodollars(Usage(1_000, speed="fast"), HAIKU) == 200_000


def test_a_search_costs_a_cent_whatever_the_mode() -> None:
    assert cost_nanodollars(Usage(web_searches=1, service_tier="batch"), HAIKU) == 10_000_000


@given(USAGES, st.sampled_from([HAIKU, OPUS_5, SONNET_55]))
def test_a_request_is_rounded_once_half_to_even(usage: Usage, prices: ModelPrices) -> None:
    row = prices.row(usage.prompt_tokens)
    parts = (
        (usage.input_tokens, row.input), (usage.cache_write_5m_tokens, row.cache_write_5m),
        (usage.cache_write_1h_tokens, row.cache_write_1h), (usage.cache_read_tokens, row.cache_read),
        (usage.output_tokens, row.output),
    )  # fmt: skip
    factor = Decimal(1)
    factor *= Decimal("0.5") if usage.service_tier == "batch" else 1
    factor *= Decimal("1.1") if usage.inference_geo == "us" else 1
    factor *= 2 if usage.speed == "fast" else 1
    exact = sum(Decimal(tokens * price) for tokens, price in parts) * factor / 1000
    searches = usage.web_searches * 10_000_000
    assert cost_nanodollars(usage, prices) == int((exact + searches).to_integral_value(ROUND_HALF_EVEN))


@pytest.mark.parametrize(
    ("nanodollars", "text"),
    [
        (0, "$0.00"), (900_000, "$0.00090"), (-900_000, "-$0.00090"), (19_000_000, "$0.019"), (99_400_000, "$0.099"),
        (99_600_000, "$0.10"), (1_790_000_000, "$1.79"), (-130_000_000, "-$0.13"), (1_234_500_000_000, "$1,234.50"),
        (9_000, "<$0.00001"),
    ],
)  # fmt: skip
def test_amounts_for_people(nanodollars: int, text: str) -> None:
    assert format_dollars(nanodollars) == text
