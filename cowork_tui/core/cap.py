"""The cap: a spending limit that a request reserves on before it is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from cowork_tui.core.errors import BadInput
from cowork_tui.core.pricing import NANODOLLARS_PER_DOLLAR, PICODOLLARS_PER_NANODOLLAR, ModelPrices, format_dollars
from cowork_tui.core.usage import Usage

ESTIMATE_MARGIN_PERCENT = 125
"""An estimated input is reserved with a quarter on top; a counted one as it is."""

MIN_OUTPUT_TOKENS = 1024
"""`max_tokens` is never clamped below this, nor below the step's usual output."""


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit in money or in tokens; exactly one of the two is set, or neither (no cap).

    Tokens counted are those that are new: fresh, written and output; reading the cache doesn't count.
    """

    nanodollars: int | None = None
    tokens: int | None = None

    def __str__(self) -> str:
        if self.nanodollars is not None:
            return format_dollars(self.nanodollars)
        return f"{self.tokens:,} tokens" if self.tokens is not None else "none"


NO_CAP = Cap()


@dataclass(frozen=True, slots=True)
class Amount:
    """Money and tokens, spent or reserved."""

    nanodollars: int = 0
    tokens: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.nanodollars + other.nanodollars, self.tokens + other.tokens)


NO_AMOUNT = Amount()


def parse_cap(text: str) -> Cap:
    """`2.00` or `$2` is money, `200k` or `1.5M` tokens. Raises BadInput for anything else."""
    match = re.fullmatch(r"\$?\s*(\d+(?:\.\d+)?)\s*([kKmM]?)", text.strip())
    if match is None or float(match[1]) == 0 or (text.strip().startswith("$") and match[2]):
        raise BadInput(f"The cap {text!r} is neither dollars nor tokens: write 2.00 for dollars or 200k for tokens.")
    if match[2]:
        return Cap(tokens=round(float(match[1]) * (1_000 if match[2] in "kK" else 1_000_000)))
    return Cap(nanodollars=round(float(match[1]) * NANODOLLARS_PER_DOLLAR))


def counted(usage: Usage, cost_nanodollars: int) -> Amount:
    """What a finished request takes from the cap."""
    return Amount(cost_nanodollars, usage.input_tokens + usage.cache_write_tokens + usage.output_tokens)


def worst_case(
    input_tokens: int,
    counted_exactly: bool,
    max_tokens: int,
    ttl_seconds: int,
    prices: ModelPrices | None,
    factor: Fraction = Fraction(1),
) -> Amount:
    """What a request could take at most: all input written to the cache, all output used.

    Writing is the dearest an input token gets. `factor` is what the place and speed of inference may add. Without
    prices money is 0 and only a token cap can hold.
    """
    bound = input_tokens if counted_exactly else -(-input_tokens * ESTIMATE_MARGIN_PERCENT // 100)
    if prices is None:
        return Amount(0, bound + max_tokens)
    row = prices.row(bound)
    picodollars = bound * max(row.cache_write(ttl_seconds), row.input) + max_tokens * row.output
    return Amount(ceil(picodollars * factor / PICODOLLARS_PER_NANODOLLAR), bound + max_tokens)


def left(cap: Cap, spent: Amount) -> Amount | None:
    """What the cap leaves; None without a cap. Only the capped unit is meaningful."""
    if cap == NO_CAP:
        return None
    return Amount((cap.nanodollars or 0) - spent.nanodollars, (cap.tokens or 0) - spent.tokens)


def allows(cap: Cap, spent: Amount, reserved: Amount) -> bool:
    """Whether a request of that worst case may be sent."""
    total = spent + reserved
    if cap.nanodollars is not None:
        return total.nanodollars <= cap.nanodollars
    return cap.tokens is None or total.tokens <= cap.tokens


def largest_output(
    cap: Cap, spent: Amount, input_only: Amount, prices: ModelPrices | None, factor: Fraction = Fraction(1)
) -> int | None:
    """The most output tokens the cap still pays for; None where the cap does not limit output.

    `input_only` is the worst case of the same request without output.
    """
    if cap.tokens is not None:
        return cap.tokens - spent.tokens - input_only.tokens
    if cap.nanodollars is None or prices is None:
        return None
    room = cap.nanodollars - spent.nanodollars - input_only.nanodollars
    return int(room * PICODOLLARS_PER_NANODOLLAR // (prices.row(input_only.tokens).output * factor))
