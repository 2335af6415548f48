"""What token estimates are linear in, and how a model's true coefficients are learnt from its usage.

The starting coefficients were fitted on recorded agent sessions, as multiples of the yardstick tokenizer's counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

from cowork_tui.core.models import Tokenizer
from cowork_tui.core.plan import Weight


@dataclass(frozen=True, slots=True)
class Rates:
    """Coefficients of one tokenizer generation, in its tokens."""

    text: float
    """For each yardstick token of a turn whose output is not known exactly."""
    per_call: int
    """Framing of a tool call and its result together."""
    result: float
    """For each yardstick token of tool results, where the model's output is known exactly."""
    per_result: int
    per_turn: int
    """What the next prompt holds less than the billed output, for each turn."""
    per_call_output: int = 52
    """Framing of a tool call within the billed output."""


RATES: dict[Tokenizer, Rates] = {
    Tokenizer.OLD: Rates(1.146, 78, 1.127, 62, -47),
    Tokenizer.NEW: Rates(1.535, 63, 1.51, 50, -47),
}
"""Fitted on consecutive calls with only tool results between them. Recordings of the old generation lack the output,
so its rates for known output are the new ones scaled by the ratio of the text rates and of the charges per call."""

_START_COVARIANCE = ((0.12**2, 0.0, 0.0), (0.0, 60.0**2, 0.0), (0.0, 0.0, 60.0**2))
_DRIFT = (0.01**2, 4.0, 4.0)
_RELATIVE_NOISE, _NOISE_TOKENS = 0.05, 15.0
_OUTLIER_DEVIATIONS = 3.0
_BOUNDS = ((0.5, 1.9), (0.0, 250.0), (-150.0, 150.0))
_THINKING_PRIOR_TOKENS = 200.0

_Row = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A model's coefficients: the published start, corrected after each turn.

    The correction is a recursive least-squares fit of (factor on text, tokens per result, tokens per turn); what lies
    more than three deviations off moves it no further than three deviations would.
    """

    rates: Rates
    mean: _Row
    covariance: tuple[_Row, _Row, _Row] = _START_COVARIANCE
    thinking_tokens: float = 0.0
    """Output tokens that were thinking, as far as the rest of the output is estimated."""
    thinking_weight: float = 0.0

    @property
    def factor(self) -> float:
        """Real tokens of text to its starting estimate."""
        return self.mean[0]

    @property
    def thinking_rate(self) -> float:
        """Tokens for each yardstick token of thinking."""
        known = self.thinking_tokens + _THINKING_PRIOR_TOKENS * self.rates.text
        return known / (self.thinking_weight + _THINKING_PRIOR_TOKENS)

    def raw(self, weight: Weight) -> float:
        """Uncorrected tokens of a run of blocks: the scale on which known points are interpolated."""
        return (
            self.rates.text * weight.tokens
            + self.rates.per_call * weight.tool_uses
            + self.thinking_rate * weight.thinking_tokens
            + weight.image_tokens
        )

    def growth(self, added: Weight, *, after_output: bool) -> float:
        """Tokens of blocks added to a prompt; `after_output`: right behind an output that counts as billed."""
        _, per_result, per_turn = self.mean
        pairs = min(added.tool_uses, added.tool_results)
        framing = (added.tool_results - pairs) * per_result + (per_turn if after_output else 0)
        learnt_per_pair = per_result - self.rates.per_result + per_turn - self.rates.per_turn
        framing += pairs * (self.rates.per_call + learnt_per_pair) + (added.tool_uses - pairs) * self.rates.per_call
        thinking = self.thinking_rate * added.thinking_tokens
        return max(0.0, self.factor * self._text(added) + framing + thinking + added.image_tokens)

    def learn_growth(self, added: Weight, tokens: int) -> Calibration:
        """Corrected by what user blocks, added behind an output, really took."""
        features = (self._text(added), float(added.tool_results), 1.0)
        error = tokens - added.image_tokens - _dot(self.mean, features)
        spread = _row([_dot(row, features) for row in self.covariance])
        variance = _dot(spread, features) + (_RELATIVE_NOISE * features[0]) ** 2 + _NOISE_TOKENS**2
        limit = _OUTLIER_DEVIATIONS * sqrt(variance)
        step = max(-limit, min(limit, error)) / variance
        moved = [value + share * step for value, share in zip(self.mean, spread, strict=True)]
        mean = [min(max(value, low), high) for value, (low, high) in zip(moved, _BOUNDS, strict=True)]
        rows = [[self.covariance[i][j] - spread[i] * spread[j] / variance for j in range(3)] for i in range(3)]
        for index, drift in enumerate(_DRIFT):
            rows[index][index] += drift
        return replace(self, mean=_row(mean), covariance=(_row(rows[0]), _row(rows[1]), _row(rows[2])))

    def learn_thinking(self, output: Weight, output_tokens: int) -> Calibration:
        """Corrected by a response that held thinking: what its text does not explain was thinking."""
        if not output.thinking_tokens:
            return self
        visible = self.factor * self.rates.text * output.tokens + self.rates.per_call_output * output.tool_uses
        return replace(
            self,
            thinking_tokens=self.thinking_tokens + max(0.0, output_tokens - visible),
            thinking_weight=self.thinking_weight + output.thinking_tokens,
        )

    def _text(self, added: Weight) -> float:
        rate = self.rates.text if added.tool_uses else self.rates.result
        return rate * added.result_tokens + self.rates.text * (added.tokens - added.result_tokens)


STARTS: dict[Tokenizer, Calibration] = {
    tokenizer: Calibration(rates, (1.0, float(rates.per_result), float(rates.per_turn)))
    for tokenizer, rates in RATES.items()
}


def _dot(left: _Row, right: _Row) -> float:
    return left[0] * right[0] + left[1] * right[1] + left[2] * right[2]


def _row(values: list[float]) -> _Row:
    first, second, third = values
    return first, second, third
