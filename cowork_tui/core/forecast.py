"""The forecast of one turn: what will be read, written and fresh, what it costs, now and with the cache gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cowork_tui.core.plan import ContextPlan
from cowork_tui.core.pricing import ModelPrices, cost_nanodollars
from cowork_tui.core.prompt_cache import CacheState, Hit, TokensAt, lookup, split
from cowork_tui.core.quantiles import median, quantile
from cowork_tui.core.steps import StepKind
from cowork_tui.core.task_values import Forecast
from cowork_tui.core.usage import Usage

MIN_OWN_TURNS = 5
"""Below this many turns of one's own a range comes from the built-in priors."""


@dataclass(frozen=True, slots=True)
class OutputRange:
    """Output tokens that half and nine tenths of such turns stay within."""

    p50_tokens: int
    p90_tokens: int
    own_history: bool


PRIOR_RANGES: dict[StepKind, OutputRange] = {
    StepKind.PLAN: OutputRange(500, 1800, False),
    StepKind.ACT: OutputRange(300, 1300, False),
    StepKind.EXTRACT: OutputRange(400, 2000, False),
    StepKind.WRITE: OutputRange(1000, 4000, False),
    StepKind.REVIEW: OutputRange(400, 1500, False),
    StepKind.SUMMARISE: OutputRange(500, 1500, False),
}
"""Acting follows recorded public agent sessions (median 296, ninth decile 1,300 tokens); the rest are set around it."""


def output_range(kind: StepKind, past_output_tokens: Sequence[int]) -> OutputRange:
    """The range of a step kind from its past turns, or from the priors where there are too few."""
    if len(past_output_tokens) < MIN_OWN_TURNS:
        return PRIOR_RANGES[kind]
    p50, p90 = quantile(past_output_tokens, 0.5), quantile(past_output_tokens, 0.9)
    return OutputRange(round(p50), round(p90), True)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a model takes."""

    first_token_seconds: float
    tokens_per_second: float

    def seconds(self, output_tokens: int) -> float:
        """Seconds of a turn with that output."""
        return self.first_token_seconds + output_tokens / self.tokens_per_second


PRIOR_PACE = Pace(1.5, 70.0)


def pace(turns: Iterable[tuple[int, float]]) -> Pace:
    """The pace that past (output tokens, seconds) show: the median slope between halves of the turns by output.

    Robust against a few turns that hung; the prior where there are too few turns, or too alike.
    """
    ordered = sorted(turns)
    if len(ordered) < MIN_OWN_TURNS:
        return PRIOR_PACE
    half = len(ordered) // 2
    pairs = zip(ordered[:half], ordered[-half:], strict=True)
    slopes = [(late - early) / (more - few) for (few, early), (more, late) in pairs if more - few >= 20]
    slope = median(slopes) if slopes else 1 / PRIOR_PACE.tokens_per_second
    per_token = min(max(slope, 1 / 10_000), 1.0)
    first = median(max(seconds - tokens * per_token, 0.0) for tokens, seconds in ordered)
    return Pace(first, 1 / per_token)


@dataclass(frozen=True, slots=True)
class InputSplit:
    """A prompt's tokens by how they are billed."""

    read: int
    write_1h: int
    write_5m: int
    fresh: int

    def usage(self, plan: ContextPlan, output_tokens: int) -> Usage:
        """The usage this would be, with that output."""
        speed = plan.parameters.speed or "standard"
        return Usage(self.fresh, self.write_5m, self.write_1h, self.read, output_tokens, speed=speed)


def input_split(plan: ContextPlan, hit: Hit | None, prefix_tokens: TokensAt) -> InputSplit:
    """How the prompt of a request with that hit is billed. A hit's exact tokens, where known, go before estimates."""
    if hit is not None and _hit_tokens(hit, prefix_tokens) < plan.card.cache_minimum_tokens:
        hit = None
    segments = split(plan, hit, prefix_tokens)
    read = _hit_tokens(hit, prefix_tokens) if hit is not None else 0
    to_1h = max(read, prefix_tokens(segments.write_1h)) if segments.write_1h > segments.read else read
    to_5m = max(to_1h, prefix_tokens(segments.write_5m)) if segments.write_5m > segments.write_1h else to_1h
    total = max(to_5m, prefix_tokens(segments.length)) if segments.length > segments.write_5m else to_5m
    return InputSplit(read, to_1h - read, to_5m - to_1h, total - to_5m)


def forecast(
    plan: ContextPlan,
    cache: CacheState,
    at: float,
    prefix_tokens: TokensAt,
    prices: ModelPrices | None,
    output: OutputRange,
    *,
    counted: bool,
    seconds: float,
    switched_from_end_seq: int | None = None,
) -> Forecast:
    """What the plan's turn takes if it starts at `at`.

    `counted`: whether `prefix_tokens` rests on the server's own count of this plan. `switched_from_end_seq`: the
    length of the transcript that the last turn, on another model, sent; None where the model stays.
    """
    now = input_split(plan, lookup(cache, plan, at), prefix_tokens)
    cold = input_split(plan, None, prefix_tokens)
    p50 = min(output.p50_tokens, plan.parameters.max_tokens)
    p90 = min(output.p90_tokens, plan.parameters.max_tokens)
    switch = 0
    if switched_from_end_seq is not None:
        switch = switch_cost(plan, cache, at, prefix_tokens, prices, switched_from_end_seq)
    return Forecast(
        read_tokens=now.read,
        write_tokens=now.write_1h + now.write_5m,
        fresh_tokens=now.fresh,
        output_p50_tokens=p50,
        output_p90_tokens=p90,
        cost_nanodollars=_cost(now, plan, p50, prices),
        cost_p90_nanodollars=_cost(now, plan, p90, prices),
        seconds=seconds,
        counted=counted,
        own_history=output.own_history,
        cold_cost_nanodollars=_cost(cold, plan, p50, prices),
        switch_nanodollars=switch,
    )


def switch_cost(
    plan: ContextPlan,
    cache: CacheState,
    at: float,
    prefix_tokens: TokensAt,
    prices: ModelPrices | None,
    sent_end_seq: int,
) -> int:
    """What changing to the plan's model adds to this turn, in nanodollars; 0 where prices are unknown.

    Against the same turn on the same model with everything that was sent before (the first `sent_end_seq` entries)
    read from its cache.
    """
    now = input_split(plan, lookup(cache, plan, at), prefix_tokens)
    sent_tokens = prefix_tokens(plan.position_of(sent_end_seq))
    if sent_tokens < plan.card.cache_minimum_tokens or sent_tokens <= now.read:
        return 0
    missing = sent_tokens - now.read
    from_1h = min(missing, now.write_1h)
    from_5m = min(missing - from_1h, now.write_5m)
    warm = replace(
        now,
        read=sent_tokens,
        write_1h=now.write_1h - from_1h,
        write_5m=now.write_5m - from_5m,
        fresh=now.fresh - (missing - from_1h - from_5m),
    )
    return max(0, (_cost(now, plan, 0, prices) or 0) - (_cost(warm, plan, 0, prices) or 0))


def _hit_tokens(hit: Hit, prefix_tokens: TokensAt) -> int:
    return hit.entry.tokens if hit.entry.tokens is not None else prefix_tokens(hit.position)


def _cost(billed: InputSplit, plan: ContextPlan, output_tokens: int, prices: ModelPrices | None) -> int | None:
    return None if prices is None else cost_nanodollars(billed.usage(plan, output_tokens), prices)
