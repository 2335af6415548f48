"""The line that accounts for a turn."""

from __future__ import annotations

from cowork_tui.cli.output import joined
from cowork_tui.core import figures
from cowork_tui.core.events import CacheMissed, TurnEnded
from cowork_tui.core.state import TurnRecord
from cowork_tui.core.task_values import MissCause
from cowork_tui.core.usage import Usage

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


def turn_line(record: TurnRecord, model_name: str, width: int | None = None, *, indent: str = "") -> str:
    """`turn 4 · extract · Sonnet 5.5 · 5.1k in: 3.3k read, 1.8k written, 3 fresh · 65 % read · 0.4k out · $0.009 …`.

    Where that is wider than `width` columns it becomes two lines: what the turn was and cost, then what went in.
    """
    planned, ended = record.planned, record.ended
    head = [f"{indent}turn {planned.turn}", str(planned.step_kind), model_name]
    if ended is None:
        return joined([*head, "no response"], width)
    out, took = f"{figures.tokens(ended.usage.output_tokens)} out", figures.seconds(ended.seconds)
    switch = _switch(record)
    line = joined([*head, *_input(ended.usage), out, _cost(record, ended), took, *switch], None)
    if width is None or len(line) <= width:
        return line
    inner = f"{indent}  "
    input_first, *input_rest = _input(ended.usage, _foretold_input(record))
    first = joined([*head, _cost(record, ended, with_input=False), out, took, *switch], width, indent=inner)
    return f"{first}\n{joined([inner + input_first, *input_rest], width, indent=inner)}"


def _input(usage: Usage, foretold: str = "") -> list[str]:
    """What the prompt weighed and what the cache held of it."""
    total = f"{figures.tokens(usage.prompt_tokens)} in{f' (foretold {foretold})' if foretold else ''}"
    if not usage.cache_known:
        return [f"{total}, cache not reported"]
    return [
        f"{total}: {figures.tokens(usage.cache_read_tokens)} read, {figures.tokens(usage.cache_write_tokens)} written, "
        f"{figures.tokens(usage.input_tokens)} fresh",
        f"{figures.percent(usage.hit_share)} read",
    ]


def _foretold_input(record: TurnRecord) -> str:
    return figures.tokens(record.forecast.input_tokens, estimate=not record.forecast.counted)


def _cost(record: TurnRecord, ended: TurnEnded, *, with_input: bool = True) -> str:
    foretold = [f"{_foretold_input(record)} in"] if with_input else []
    if ended.cost_nanodollars is None:
        paid = "price unknown"
    else:
        paid = figures.dollars(ended.cost_nanodollars)
        foretold.insert(0, figures.dollars(record.forecast.cost_nanodollars, estimate=True))
    return f"{paid} (foretold {', '.join(foretold)})" if foretold else paid


def _switch(record: TurnRecord) -> list[str]:
    added = record.forecast.switch_nanodollars
    return [f"switching the model added {figures.dollars(added, estimate=True)}"] if added else []


def miss_line(miss: CacheMissed) -> str:
    """`× cache missed: the tools changed; 38.2k written again, +$0.09`."""
    cost = f", +{figures.dollars(miss.cost_nanodollars)}" if miss.cost_nanodollars else ""
    words = MISS_WORDS[miss.cause]
    detail = f" ({miss.detail})" if miss.detail and miss.detail != words else ""
    return f"× cache missed: {words}{detail}; {figures.tokens(miss.tokens)} written again{cost}"
