"""Figures as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cowork_tui.core import figures


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (812, "812"), (999, "999"), (1_000, "1.0k"), (4_239, "4.2k"), (999_949, "999.9k"),
     (999_950, "1.00M"), (1_254_000, "1.25M")],
)  # fmt: skip
def test_tokens(count: int, text: str) -> None:
    assert figures.tokens(count) == text
    assert figures.tokens(count, estimate=True) == f"~{text}"


@pytest.mark.parametrize(
    ("nanodollars", "text"), [(None, "?"), (0, "$0.00"), (19_000_000, "$0.019"), (1_790_000_000, "$1.79")]
)
def test_dollars_unknown_is_never_zero(nanodollars: int | None, text: str) -> None:
    assert figures.dollars(nanodollars) == text
    assert figures.dollars(nanodollars, estimate=True) == (text if nanodollars is None else f"~{text}")


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "?"), (0.0, "0 %"), (0.001, "1 %"), (0.5, "50 %"), (0.999, "99 %"), (1.0, "100 %")],
)
def test_percent_is_full_or_empty_only_when_it_is(share: float | None, text: str) -> None:
    assert figures.percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (185.2, "3 min 5 s")],
)
def test_seconds(value: float, text: str) -> None:
    assert figures.seconds(value) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_200, "1.2 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB"),
     (3_440_000, "3.4 MB")],
)  # fmt: skip
def test_size(count: int, text: str) -> None:
    assert figures.size(count) == text


@given(st.integers(min_value=0, max_value=10**9))
def test_no_figure_is_wider_than_its_unit(count: int) -> None:
    assert len(figures.tokens(count)) <= 8
    assert float(figures.tokens(count).rstrip("kM")) < 1000 or count >= 999_950
    assert float(figures.size(count).split()[0]) <= 1000
