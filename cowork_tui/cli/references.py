"""What reference documents weigh and cost, said before the task begins."""

from __future__ import annotations

from cowork_tui.core import figures
from cowork_tui.core.json_values import JsonObject
from cowork_tui.engine.references import ReferenceCost


def reference_words(cost: ReferenceCost) -> str:
    """`2 reference documents, ~12.3k tokens: ~$0.031 to write once, ~$0.001 a turn to read`."""
    documents = f"{cost.documents} reference document{'s' if cost.documents != 1 else ''}"
    weight = f"{documents}, {figures.tokens(cost.tokens, estimate=True)} tokens"
    if cost.write_nanodollars is None or cost.read_nanodollars is None:
        return f"{weight}: price unknown"
    written = figures.dollars(cost.write_nanodollars, estimate=True)
    words = f"{weight}: {written} to write once, {figures.dollars(cost.read_nanodollars, estimate=True)} a turn to read"
    if cost.step_tokens is not None:
        step = f"{cost.model}'s price step of {cost.step_tokens:,} tokens"
        words += f"\n! With them every turn is over {step}, and all of it costs more."
    return words


def reference_line(cost: ReferenceCost) -> JsonObject:
    """The same for programs."""
    return {
        "event": "references",
        "documents": cost.documents,
        "tokens": cost.tokens,
        "model": cost.model,
        "write_nanodollars": cost.write_nanodollars,
        "read_nanodollars": cost.read_nanodollars,
        "price_step_tokens": cost.step_tokens,
    }
