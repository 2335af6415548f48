"""Forecasts: equal to the bill when the counts are exact, honest about what a switch or a cold cache adds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.core.forecast import (
    PRIOR_PACE,
    PRIOR_RANGES,
    OutputRange,
    Pace,
    forecast,
    input_split,
    output_range,
    pace,
    switch_cost,
)
from cowork_tui.core.plan import ContextPlan, Ttl
from cowork_tui.core.pricing import ModelPrices, PriceRow, cost_nanodollars
from cowork_tui.core.prompt_cache import EMPTY_CACHE, CacheEntry, CacheState, after_request, from_facts, lookup
from cowork_tui.core.steps import StepKind
from cowork_tui.core.tokens import NEW_ESTIMATOR
from cowork_tui.core.usage import Usage
from tests.core.plans import conversation, plan_of

SONNET_46 = PriceRow(3_000_000, 3_750_000, 6_000_000, 300_000, 15_000_000)
FLAT = ModelPrices(((0, SONNET_46),))
STEPPED = ModelPrices(((0, SONNET_46), (3_000, PriceRow(15_000_000, 18_750_000, 30_000_000, 1_500_000, 75_000_000))))
OUTPUT = OutputRange(300, 1300, True)


def counts(plan: ContextPlan):
    """A server's exact counts of the plan's prefixes."""
    sizes = [200 + 3 * block.tokens for block in plan.blocks()]
    return lambda position: sum(sizes[:position])


def bill(plan: ContextPlan, cache: CacheState, at: float) -> Usage:
    """The usage by the published billing rules, worked out block by block."""
    tokens, minimum = counts(plan), plan.card.cache_minimum_tokens
    eligible = [b for b in plan.breakpoints if tokens(b.position) >= minimum]
    read = 0
    for b in eligible:
        for place in range(b.position, max(0, b.position - 20), -1):
            if cache.get(plan.card.id, plan.prefix_hash(place), at):
                read = max(read, place)
    classes = [0, 0, 0, 0]
    last = max([b.position for b in eligible], default=read)
    last_1h = max([b.position for b in eligible if b.ttl is Ttl.ONE_HOUR], default=0)
    for position in range(1, plan.length + 1):
        size = tokens(position) - tokens(position - 1)
        kind = 3 if position <= read else 2 if position <= last_1h else 1 if position <= last else 0
        classes[kind] += size
    fresh, write_5m, write_1h, cached = classes
    return Usage(fresh, write_5m, write_1h, cached)


@settings(max_examples=60)
@given(
    turns=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 4000)), min_size=1, max_size=6),
    ttl=st.sampled_from(Ttl),
    model=st.sampled_from(["claude-sonnet-5-5", "claude-haiku-4-5", "claude-opus-4-7"]),
)
def test_with_exact_counts_a_forecast_is_the_bill_to_the_token(
    turns: list[tuple[int, int]], ttl: Ttl, model: str
) -> None:
    cache, at, length, sent = EMPTY_CACHE, 0.0, 0, None
    for added, seconds in turns:
        length, at = length + added, at + seconds
        plan = plan_of(conversation(length), model, ttl=ttl, sent_end_seq=sent)
        foretold = forecast(plan, cache, at, counts(plan), FLAT, OUTPUT, counted=True, seconds=1.0)
        real = bill(plan, cache, at)
        assert (foretold.read_tokens, foretold.write_tokens, foretold.fresh_tokens) == (
            real.cache_read_tokens, real.cache_write_tokens, real.input_tokens,
        )  # fmt: skip
        with_output = real + Usage(output_tokens=300)
        assert foretold.cost_nanodollars == cost_nanodollars(with_output, FLAT)
        cache = after_request(cache, plan, at, counts(plan))
        sent = len(conversation(length))


def test_the_worked_example_of_a_prune_prices_as_published() -> None:
    """Sonnet 4.6, a warm context of 80k, a turn that adds nothing: $0.024; cold it is $0.30."""
    warm = Usage(cache_read_tokens=80_000)
    cold = Usage(cache_write_5m_tokens=80_000)
    assert cost_nanodollars(warm, FLAT) == 24_000_000
    assert cost_nanodollars(cold, FLAT) == 300_000_000


def test_cold_is_the_same_turn_with_nothing_live() -> None:
    plan = plan_of(conversation(4), sent_end_seq=len(conversation(3)))
    cache = after_request(EMPTY_CACHE, plan_of(conversation(3)), 0.0, counts(plan))
    warm = forecast(plan, cache, 1.0, counts(plan), FLAT, OUTPUT, counted=True, seconds=1.0)
    late = forecast(plan, cache, 400.0, counts(plan), FLAT, OUTPUT, counted=True, seconds=1.0)
    assert warm.read_tokens > 0
    assert late.read_tokens == 0
    assert warm.cold_cost_nanodollars == late.cold_cost_nanodollars == late.cost_nanodollars
    assert warm.input_tokens == late.input_tokens == counts(plan)(plan.length)
    assert warm.cost_nanodollars is not None
    assert warm.cold_cost_nanodollars is not None
    assert warm.cold_cost_nanodollars - warm.cost_nanodollars == warm.read_tokens * (3_750_000 - 300_000) // 1000


def test_below_the_minimum_everything_is_fresh() -> None:
    plan = plan_of(conversation(1), "claude-haiku-4-5")
    fact = CacheEntry(plan.card.id, plan.prefix_hash(plan.length), Ttl.ONE_HOUR, 0.0)
    foretold = forecast(plan, from_facts([fact]), 1.0, lambda p: 4095 * p // plan.length, FLAT, OUTPUT,
                        counted=True, seconds=1.0)  # fmt: skip
    assert (foretold.read_tokens, foretold.write_tokens, foretold.fresh_tokens) == (0, 0, 4095)


def test_a_long_prompt_is_priced_at_its_step_as_a_whole() -> None:
    plan = plan_of(conversation(6))
    at_step, above = (
        forecast(plan, EMPTY_CACHE, 0.0, lambda p, n=n: n * p // plan.length, STEPPED, OUTPUT, counted=True, seconds=1)
        for n in (3_000, 3_001)
    )
    assert at_step.cost_nanodollars == 3_000 * 3_750 + 300 * 15_000
    assert above.cost_nanodollars == 3_001 * 18_750 + 300 * 75_000


def test_exact_tokens_of_anothers_entry_go_before_the_estimate() -> None:
    plan = plan_of(conversation(2))
    fact = CacheEntry(plan.card.id, plan.prefix_hash(plan.system_end), Ttl.FIVE_MINUTES, 0.0, 3_210)
    tokens_at = NEW_ESTIMATOR.prefix_tokens(plan)
    foretold = forecast(plan, from_facts([fact]), 1.0, tokens_at, FLAT, OUTPUT, counted=False, seconds=1.0)
    assert foretold.read_tokens == 3_210
    assert foretold.input_tokens == max(3_210, tokens_at(plan.length))


def test_output_never_exceeds_max_tokens() -> None:
    plan = plan_of(conversation(1), max_tokens=1024)
    foretold = forecast(plan, EMPTY_CACHE, 0.0, counts(plan), FLAT, OUTPUT, counted=True, seconds=1.0)
    assert (foretold.output_p50_tokens, foretold.output_p90_tokens) == (300, 1024)


def test_unknown_prices_stay_unknown() -> None:
    plan = plan_of(conversation(1))
    foretold = forecast(plan, EMPTY_CACHE, 0.0, counts(plan), None, OUTPUT, counted=True, seconds=1.0)
    assert (foretold.cost_nanodollars, foretold.cost_p90_nanodollars, foretold.cold_cost_nanodollars) == (None,) * 3
    assert foretold.input_tokens == counts(plan)(plan.length)


def test_fast_mode_doubles_the_price() -> None:
    slow, fast = (plan_of(conversation(2), "claude-opus-5-5", speed=speed) for speed in (None, "fast"))
    costs = [
        forecast(p, EMPTY_CACHE, 0.0, counts(p), FLAT, OUTPUT, counted=True, seconds=1.0).cost_nanodollars
        for p in (slow, fast)
    ]
    assert costs[0] is not None
    assert costs[1] == 2 * costs[0]


def test_a_switch_costs_what_the_other_models_warm_context_must_be_written_again() -> None:
    sent_seq = len(conversation(5))
    plan = plan_of(conversation(6), "claude-haiku-5-5", sent_end_seq=sent_seq)
    tokens = counts(plan)
    sent_tokens = tokens(plan.position_of(sent_seq))
    assert switch_cost(plan, EMPTY_CACHE, 0.0, tokens, FLAT, sent_seq) == sent_tokens * (3_750 - 300)
    foretold = forecast(plan, EMPTY_CACHE, 0.0, tokens, FLAT, OUTPUT, counted=True, seconds=1.0,
                        switched_from_end_seq=sent_seq)  # fmt: skip
    assert foretold.switch_nanodollars == sent_tokens * 3_450


def test_coming_back_while_the_entry_lives_costs_only_what_was_added_elsewhere() -> None:
    plan = plan_of(conversation(6), sent_end_seq=len(conversation(4)))
    tokens = counts(plan)
    cache = after_request(EMPTY_CACHE, plan_of(conversation(4)), 0.0, tokens)
    added = tokens(plan.position_of(len(conversation(5)))) - tokens(plan.position_of(len(conversation(4))))
    assert switch_cost(plan, cache, 60.0, tokens, FLAT, len(conversation(5))) == added * 3_450
    assert switch_cost(plan, cache, 60.0, tokens, FLAT, len(conversation(4))) == 0
    assert switch_cost(plan, cache, 60.0, tokens, None, len(conversation(5))) == 0


def test_the_parts_always_add_up_to_the_prompt() -> None:
    for turns in range(1, 12):
        plan = plan_of(conversation(turns), ttl=Ttl.ONE_HOUR)
        tokens = NEW_ESTIMATOR.prefix_tokens(plan)
        parts = input_split(plan, lookup(EMPTY_CACHE, plan, 0.0), tokens)
        assert parts.read + parts.write_1h + parts.write_5m + parts.fresh == tokens(plan.length)
        assert parts.write_5m == 0


def test_ranges_come_from_own_turns_once_there_are_five() -> None:
    assert output_range(StepKind.ACT, [100] * 4) == PRIOR_RANGES[StepKind.ACT]
    assert output_range(StepKind.ACT, [100, 200, 300, 400, 500]) == OutputRange(300, 460, True)
    assert set(PRIOR_RANGES) == set(StepKind)


def test_pace_is_learnt_and_a_hung_turn_does_not_spoil_it() -> None:
    real = Pace(0.8, 50.0)
    turns = [(n, real.seconds(n)) for n in range(50, 1500, 100)]
    learnt = pace(turns)
    assert (learnt.first_token_seconds, learnt.tokens_per_second) == (pytest.approx(0.8), pytest.approx(50.0))
    hung = pace([*turns, (300, 900.0)])
    assert hung.seconds(1000) == pytest.approx(real.seconds(1000), rel=0.1)
    assert pace(turns[:4]) == PRIOR_PACE
    alike = pace([(100, 3.0)] * 10)
    assert alike.seconds(100) == pytest.approx(3.0)
