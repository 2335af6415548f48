"""The line that accounts for a turn."""

from __future__ import annotations

from cowork_tui.core import figures
from cowork_tui.core.events import CacheMissed, MissCause
from cowork_tui.core.state import TurnRecord

MISS_WORDS = {
    MissCause.EDITED: "the context was edited",
    MissCause.TOOLS: "the tools changed",
    MissCause.SYSTEM: "the system prompt changed",
    MissCause.MESSAGES: "earlier messages changed",
    MissCause.MODEL: "the model changed",
    MissCause.PARAMETERS: "thinking, effort or tool choice changed",
    MissCause.EXPIRED: "it had expired",
    MissCause.BELOW_MINIMUM: "it was below the model's minimum",
    MissCause.LOOKBACK: "it lay more than 20 blocks back",
    MissCause.UNKNOWN: "the server dropped it",
}


def turn_line(record: TurnRecord, model_name: str) -> str:
    """`turn 4 · extract · Sonnet 5.5 · 5.1k in: 3.3k read, 1.8k written, 3 fresh · 65 % read · 0.4k out · $0.009 …`."""
    planned, ended = record.planned, record.ended
    head = f"turn {planned.turn} · {planned.step_kind} · {model_name}"
    if ended is None:
        return f"{head} · no response"
    usage = ended.usage
    if usage.cache_known:
        split = (
            f"{figures.tokens(usage.prompt_tokens)} in: {figures.tokens(usage.cache_read_tokens)} read, "
            f"{figures.tokens(usage.cache_write_tokens)} written, {figures.tokens(usage.input_tokens)} fresh · "
            f"{figures.percent(usage.hit_share)} read"
        )
    else:
        split = f"{figures.tokens(usage.prompt_tokens)} in, cache not reported"
    parts = [head, split, f"{figures.tokens(usage.output_tokens)} out", _cost(record), figures.seconds(ended.seconds)]
    if planned.forecast.switch_nanodollars:
        parts.append(f"switching the model added {figures.dollars(planned.forecast.switch_nanodollars, estimate=True)}")
    return " · ".join(parts)


def _cost(record: TurnRecord) -> str:
    foretold, ended = record.forecast, record.ended
    assert ended is not None
    if ended.cost_nanodollars is None:
        return f"price unknown (foretold {figures.tokens(foretold.input_tokens, estimate=not foretold.counted)} in)"
    return (
        f"{figures.dollars(ended.cost_nanodollars)} (foretold "
        f"{figures.dollars(foretold.cost_nanodollars, estimate=True)}, "
        f"{figures.tokens(foretold.input_tokens, estimate=not foretold.counted)} in)"
    )


def miss_line(miss: CacheMissed) -> str:
    """`× cache missed: the tools changed; 38.2k written again, +$0.09`."""
    cost = f", +{figures.dollars(miss.cost_nanodollars)}" if miss.cost_nanodollars else ""
    detail = f" ({miss.detail})" if miss.detail else ""
    return f"× cache missed: {MISS_WORDS[miss.cause]}{detail}; {figures.tokens(miss.tokens)} written again{cost}"
