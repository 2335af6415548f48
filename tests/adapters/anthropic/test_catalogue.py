"""Which model a name means, what is known of it, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.adapters.anthropic.catalogue import ModelCatalogue
from cowork_tui.adapters.anthropic.models_list import ListedModel
from cowork_tui.adapters.anthropic.prices import GenaiPriceBook
from cowork_tui.core.errors import NotFound
from cowork_tui.core.models import CARDS, ThinkingBinding, ThinkingSupport, Tokenizer
from cowork_tui.core.pricing import cost_nanodollars
from cowork_tui.core.usage import Usage

BOOK = GenaiPriceBook()
TODAY = date(2026, 11, 22)
CLAUDES = {model.id: model for model in get_snapshot().find_provider(None, "anthropic", None).models}
STANDARD_ONLY = st.integers(0, 400_000)


def listed(model_id: str, created: str | None = "2026-06-01T00:00:00Z", **changes: object) -> ListedModel:
    parts = model_id.split("-")
    line = parts[1] if parts[0] == "claude" else None
    model = ListedModel(model_id, model_id, line, "active", 1_000_000, 128_000, created, None, None, None, None, None)
    return replace(model, **changes)  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(
    model=st.sampled_from(sorted(set(CLAUDES) - {"claude-2", "claude-v1"})),
    day=st.dates(date(2025, 10, 1), date(2027, 1, 1)),
    tokens=st.tuples(STANDARD_ONLY, STANDARD_ONLY, STANDARD_ONLY, STANDARD_ONLY, STANDARD_ONLY),
    batch=st.booleans(),
    searches=st.integers(0, 3),
)
def test_costs_equal_those_of_genai_prices(
    model: str, day: date, tokens: tuple[int, int, int, int, int], batch: bool, searches: int
) -> None:
    fresh, write_5m, write_1h, read, output = tokens
    at = datetime.combine(day, time(12), UTC)
    reported = genai_prices.Usage(
        input_tokens=fresh + write_5m + write_1h + read, cache_write_tokens=write_5m + write_1h,
        cache_write_1h_tokens=write_1h, cache_read_tokens=read, output_tokens=output,
    )  # fmt: skip
    context = {"processing": "batch"} if batch else None
    theirs = genai_prices.calc_price(
        reported, model, provider_id="anthropic", genai_request_timestamp=at, price_context=context
    ).total_price
    if batch and not any(
        variant.when == {"processing": "batch"} and (variant.constraint is None or variant.constraint.active(at))
        for variant in CLAUDES[model].price_variants or ()
    ):
        theirs /= (
            2  # batch is half for every model; where the data has no row of its own for it, it gives the full price
        )
    theirs += Decimal(searches) / 100
    prices = BOOK.prices(model, day)
    assert prices is not None
    usage = Usage(
        fresh, write_5m, write_1h, read, output, service_tier="batch" if batch else "standard", web_searches=searches
    )
    assert cost_nanodollars(usage, prices) == int((theirs * 10**9).to_integral_value(ROUND_HALF_EVEN))


@pytest.mark.parametrize("model", sorted(CLAUDES))
def test_fast_mode_is_twice_the_price_where_it_is_offered(model: str) -> None:
    fast = [v for v in CLAUDES[model].price_variants or () if v.when == {"speed": "fast"}]
    prices = BOOK.prices(model, TODAY)
    assert prices is not None
    row = prices.row(0)
    for variant in fast:
        published = variant.prices.input_mtok, variant.prices.cache_read_mtok, variant.prices.output_mtok
        for price, ours in zip(published, (row.input, row.cache_read, row.output), strict=True):
            assert isinstance(price, Decimal)
            assert price * 10**6 == 2 * ours


def test_every_card_has_a_price() -> None:
    for card in CARDS:
        assert BOOK.prices(card.id, TODAY) is not None, card.id


def test_mythos_costs_what_fable_does() -> None:
    for number in ("5-2", "5-1", "5"):
        assert BOOK.prices(f"claude-mythos-{number}", TODAY) == BOOK.prices(f"claude-fable-{number}", TODAY)


def test_prices_have_dates_and_steps() -> None:
    before, after = (BOOK.prices("claude-opus-4-6", day) for day in (date(2026, 3, 12), date(2026, 3, 13)))
    assert before is not None
    assert after is not None
    assert (before.step_tokens, after.step_tokens) == (200_000, None)
    haiku = BOOK.prices("claude-haiku-5-5", TODAY)
    assert haiku is not None
    assert haiku.step_tokens == 100_000
    assert (haiku.row(100_000).output, haiku.row(100_001).output) == (500_000, 2_500_000)


def test_models_without_published_prices_are_unknown_not_free() -> None:
    for model in ("llama3.1:8b", "gpt-5", "claude-sonnet-9-9", ""):
        assert BOOK.prices(model, TODAY) is None


@pytest.mark.parametrize(
    ("line", "model"),
    [
        ("fable", "claude-fable-5-2"), ("opus", "claude-opus-5-5"), ("sonnet", "claude-sonnet-5-5"),
        ("haiku", "claude-haiku-5-5"), ("Sonnet", "claude-sonnet-5-5"), (" opus ", "claude-opus-5-5"),
    ],
)  # fmt: skip
def test_a_line_is_its_newest_active_model(line: str, model: str) -> None:
    assert ModelCatalogue().resolve(line).id == model


@pytest.mark.parametrize("model", [card.id for card in CARDS] + ["claude-haiku-4-5-20251001"])
def test_an_exact_id_is_pinned(model: str) -> None:
    assert ModelCatalogue().resolve(model).id == model


def test_the_servers_list_decides_what_is_newest_and_active() -> None:
    catalogue = ModelCatalogue([
        listed("claude-sonnet-5-5", "2026-09-28T00:00:00Z", lifecycle="deprecated"),
        listed("claude-sonnet-5", "2026-06-30T00:00:00Z"),
        listed("claude-sonnet-4-6", "2026-02-17T00:00:00Z"),
    ])  # fmt: skip
    assert catalogue.resolve("sonnet").id == "claude-sonnet-5"
    assert catalogue.resolve("claude-sonnet-5-5").lifecycle == "deprecated"
    with pytest.raises(NotFound, match="does not offer claude-opus-5-5"):
        catalogue.resolve("claude-opus-5-5")
    assert [card.id for card in catalogue.cards()] == ["claude-sonnet-5-5", "claude-sonnet-5", "claude-sonnet-4-6"]


def test_a_model_no_card_knows_gets_the_newest_card_of_its_line() -> None:
    catalogue = ModelCatalogue([
        listed("claude-sonnet-5-5", "2026-09-28T00:00:00Z"),
        listed(
            "claude-sonnet-6", "2027-01-05T00:00:00Z", display_name="Claude Sonnet 6", max_input_tokens=2_000_000,
            max_tokens=256_000, efforts=("low", "high"), thinking_types=("adaptive",),
        ),
    ])  # fmt: skip
    card = catalogue.resolve("sonnet")
    assert (card.id, card.name, card.line) == ("claude-sonnet-6", "Sonnet 6", "sonnet")
    assert (card.context_window_tokens, card.max_output_tokens) == (2_000_000, 256_000)
    assert (card.efforts, card.default_effort) == (("low", "high"), "high")
    assert (card.thinking, card.binding) == (ThinkingSupport.ALWAYS, ThinkingBinding.PREFIX_DROPS)
    assert card.cache_minimum_tokens == 512
    assert card.tokenizer is Tokenizer.NEW


def test_without_release_days_the_number_decides() -> None:
    catalogue = ModelCatalogue([
        listed("claude-opus-5", "2026-07-24T00:00:00Z"),
        listed("claude-opus-5-5", "1970-01-01T00:00:00Z"),
        listed("claude-opus-4-5-20251101", "2025-11-24T00:00:00Z"),
    ])  # fmt: skip
    assert catalogue.resolve("opus").id == "claude-opus-5-5"


def test_a_short_id_stands_for_the_dated_one_that_is_listed() -> None:
    catalogue = ModelCatalogue([listed("claude-haiku-4-5-20251001", max_input_tokens=150_000)])
    card = catalogue.resolve("claude-haiku-4-5")
    assert (card.id, card.context_window_tokens) == ("claude-haiku-4-5", 150_000)


def test_a_newer_id_can_be_pinned_before_any_card_knows_it() -> None:
    card = ModelCatalogue().resolve("claude-opus-6-1")
    assert (card.id, card.name, card.line) == ("claude-opus-6-1", "Opus 6.1", "opus")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("sonet", "There is no model 'sonet'; did you mean sonnet? `cowork-tui models` lists all."),
        ("claude-sonnet-5-6-beta", "did you mean claude-sonnet-5-5"),
        ("claude-opus-3-9", "There is no model 'claude-opus-3-9'; did you mean claude-opus-"),
        ("zzz", "There is no model 'zzz'; `cowork-tui models` lists all."),
        ("", "There is no model ''"),
        ("claude-opus-4-1", "The model claude-opus-4-1 was retired on 2026-08-05; choose claude-opus-5-5."),
        ("claude-3-5-haiku-20241022", "was retired on 2026-02-19; choose claude-haiku-5-5."),
    ],
)
def test_a_name_that_means_nothing_gets_near_names(name: str, sentence: str) -> None:
    with pytest.raises(NotFound) as error:
        ModelCatalogue().resolve(name)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_retired_model_in_the_list_is_refused_but_still_described() -> None:
    catalogue = ModelCatalogue([
        listed("claude-opus-5", "2026-07-24T00:00:00Z"),
        listed("claude-opus-4-8", "2026-05-28T00:00:00Z", lifecycle="retired", retires_at="2027-06-01T00:00:00Z"),
    ])  # fmt: skip
    with pytest.raises(NotFound, match=r"was retired on 2027-06-01; choose claude-opus-5\.$"):
        catalogue.resolve("claude-opus-4-8")
    known = catalogue.card("claude-opus-4-8")
    assert known is not None
    assert known.name == "Opus 4.8"


def test_a_line_with_nothing_active_names_what_is_left() -> None:
    catalogue = ModelCatalogue([listed("claude-opus-4-8", lifecycle="deprecated")])
    with pytest.raises(
        NotFound, match="no active opus model; name one of the deprecated ones in full: claude"
    ):
        catalogue.resolve("opus")


def test_models_of_other_servers_get_a_plain_card() -> None:
    plain = listed("llama3.1:8b", None, lifecycle=None, max_input_tokens=8_192, max_tokens=None)
    card = ModelCatalogue([plain]).resolve("llama3.1:8b")
    assert (card.context_window_tokens, card.first_party, card.efforts) == (8_192, False, ())
    assert ModelCatalogue(accept_unknown=True).resolve("qwen3").first_party is False
    with pytest.raises(NotFound):
        ModelCatalogue().resolve("qwen3")
