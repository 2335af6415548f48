"""The cap: how it is written, and that no request can take more than was reserved for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cowork_tui.core.cap import NO_CAP, Amount, Cap, allows, counted, largest_output, left, parse_cap, worst_case
from cowork_tui.core.errors import BadInput
from cowork_tui.core.pricing import ModelPrices, PriceRow, cost_nanodollars
from cowork_tui.core.usage import Usage

HAIKU = ModelPrices((
    (0, PriceRow(100_000, 125_000, 200_000, 10_000, 500_000)),
    (100_000, PriceRow(500_000, 625_000, 1_000_000, 50_000, 2_500_000)),
))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cap"),
    [
        ("2.00", Cap(nanodollars=2_000_000_000)),
        ("$2", Cap(nanodollars=2_000_000_000)),
        (" $ 0.05 ", Cap(nanodollars=50_000_000)),
        ("200k", Cap(tokens=200_000)),
        ("1.5M", Cap(tokens=1_500_000)),
    ],
)
def test_a_cap_is_dollars_or_tokens(text: str, cap: Cap) -> None:
    assert parse_cap(text) == cap


@pytest.mark.parametrize("text", ["", "0", "0k", "-1", "two", "$200k", "1e3", "2,00", "nan", "200kk", "k"])
def test_anything_else_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(BadInput, match=r"is neither dollars nor tokens: write 2\.00 for dollars or 200k for tokens\.$"):
        parse_cap(text)


@given(
    st.lists(st.integers(0, 200_000), min_size=4, max_size=4), st.integers(0, 128_000), st.sampled_from([300, 3600])
)
def test_no_request_costs_more_than_its_worst_case(parts: list[int], output: int, ttl_seconds: int) -> None:
    fresh, short, long, read = parts
    usage = Usage(fresh, short + (long if ttl_seconds == 300 else 0), long if ttl_seconds == 3600 else 0, read, output)
    reserved = worst_case(usage.prompt_tokens, True, output, ttl_seconds, HAIKU)
    spent = counted(usage, cost_nanodollars(usage, HAIKU))
    assert spent.nanodollars <= reserved.nanodollars
    assert spent.tokens <= reserved.tokens


def test_an_estimate_is_reserved_with_a_quarter_on_top() -> None:
    assert worst_case(1_001, False, 10, 300, None) == Amount(0, 1_252 + 10)
    assert worst_case(1_001, True, 10, 300, None) == Amount(0, 1_001 + 10)


def test_reading_the_cache_counts_as_money_but_not_as_tokens() -> None:
    assert counted(Usage(1, 2, 3, 1_000, 4), 77) == Amount(77, 10)


def test_a_cap_holds_to_the_last_unit() -> None:
    money, tokens = Cap(nanodollars=100), Cap(tokens=100)
    assert allows(money, Amount(60, 999), Amount(40, 999))
    assert not allows(money, Amount(60), Amount(41))
    assert allows(tokens, Amount(999, 60), Amount(999, 40))
    assert not allows(tokens, Amount(0, 60), Amount(0, 41))
    assert allows(NO_CAP, Amount(10**15, 10**9), Amount(10**15, 10**9))


@given(st.integers(0, 10**9), st.integers(0, 10**8), st.integers(1, 150_000))
def test_the_largest_output_is_what_the_cap_still_pays_for(cap: int, spent: int, prompt: int) -> None:
    limit = Cap(nanodollars=cap)
    input_only = worst_case(prompt, True, 0, 300, HAIKU)
    output = largest_output(limit, Amount(spent), input_only, HAIKU)
    assert output is not None
    if output >= 0:
        assert allows(limit, Amount(spent), worst_case(prompt, True, output, 300, HAIKU))
        assert not allows(limit, Amount(spent), worst_case(prompt, True, output + 1, 300, HAIKU))
    assert largest_output(NO_CAP, Amount(spent), input_only, HAIKU, prompt) is None
    assert largest_output(Cap(tokens=500), Amount(tokens=100), Amount(tokens=50), None, 50) == 350


def test_what_is_left() -> None:
    assert left(NO_CAP, Amount(5, 5)) is None
    assert left(Cap(nanodollars=100), Amount(30, 5)) == Amount(70, -5)
    caps = Cap(2_000_000_000), Cap(tokens=200_000), NO_CAP
    assert [str(cap) for cap in caps] == ["$2.00", "200,000 tokens", "none"]
