"""Token estimates: what text weighs on a model, corrected by every usage that comes back.

Yardstick counts are scaled per tokenizer generation. In a task most of a prompt is known exactly from the usage of
earlier turns, so only what was added since is estimated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cowork_tui.core.blocks import Block
from cowork_tui.core.calibration import RATES, STARTS, Calibration
from cowork_tui.core.hashing import Hash
from cowork_tui.core.models import ModelCard, Tokenizer
from cowork_tui.core.plan import NO_WEIGHT, ContextPlan, Weight, weigh
from cowork_tui.core.usage import Usage

KEPT_ANCHORS = 64
_KEPT_FIRST = 8

UNPUBLISHED_TOOL_PROMPT_TOKENS = 300
"""The hidden system prompt of tools on a Claude model for which none is published: about that of the 5.0 models."""


def growth_tokens(
    tokenizer: Tokenizer, text_tokens: int, tool_calls: int, tool_results: int, output_tokens: int | None
) -> int:
    """By how much the next request grows.

    Without `output_tokens`, `text_tokens` are the yardstick tokens of the model's output and what follows it; with
    them, of what follows it only, and the output counts as billed.
    """
    rates = RATES[tokenizer]
    if output_tokens is None:
        return round(rates.text * text_tokens + rates.per_call * tool_calls)
    return max(0, round(output_tokens + rates.result * text_tokens + rates.per_result * tool_results + rates.per_turn))


@dataclass(frozen=True, slots=True)
class Anchor:
    """A prefix whose tokens are known.

    It ends with the prompt named by `prefix`, or with the response to it, whose blocks are `tail`.
    """

    prompt_position: int
    prefix: Hash
    tail: tuple[Hash, ...]
    weight: Weight
    tokens: int

    @property
    def position(self) -> int:
        return self.prompt_position + len(self.tail)

    def stands_in(self, plan: ContextPlan) -> bool:
        """Whether the plan begins with this prefix."""
        return (
            self.position <= plan.length
            and plan.prefix_hash(self.prompt_position) == self.prefix
            and all(plan.block_before(self.prompt_position + n).hash == h for n, h in enumerate(self.tail, 1))
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one model in one task: anchors of the last plan sent, by position, and its calibration."""

    card: ModelCard
    calibration: Calibration
    anchors: tuple[Anchor, ...] = ()
    last: Anchor | None = None


@dataclass(frozen=True, slots=True)
class Estimator:
    """Estimates prompts of one task on all its models. Immutable: each turn gives the next one."""

    models: Mapping[str, Known] = field(default_factory=dict[str, Known])
    """By model id, the one last used at the end."""

    def prefix_tokens(self, plan: ContextPlan) -> Callable[[int], int]:
        """Tokens of any prefix of the plan: exact where usage told, estimated from there elsewhere."""
        known = self._known(plan.card)
        standing = known.anchors[: _standing(known.anchors, plan)]
        tool_prompt = _tool_prompt_tokens(plan.card) if plan.spans[0].blocks else 0
        far = known.last if known.last is not None and known.last not in standing else None
        shift = tool_prompt - _tool_prompt_tokens(known.card) if tool_prompt else 0
        start = _Knot(0.0, NO_WEIGHT, float(tool_prompt), False)
        scale = known.calibration
        knots = [start, *(_Knot(scale.raw(a.weight), a.weight, a.tokens, bool(a.tail)) for a in standing)]
        loose = _Knot(scale.raw(far.weight), far.weight, far.tokens + shift, bool(far.tail)) if far else None
        exact = {anchor.position: anchor.tokens for anchor in standing}
        memo: dict[int, int] = {0: 0, **exact}

        def tokens_at(position: int) -> int:
            tokens = memo.get(position)
            if tokens is None:
                tokens = memo[position] = round(_between(scale, plan.weight(position), knots, loose))
            return tokens

        return tokens_at

    def after_turn(self, plan: ContextPlan, usage: Usage, output: Sequence[Block] = ()) -> Estimator:
        """What a finished turn taught: the plan as sent, its usage, and the response's blocks in order."""
        if usage.prompt_tokens <= 0:
            return self
        known = self._own(plan.card)
        standing = known.anchors[: _standing(known.anchors, plan)]
        scale = known.calibration
        if standing and standing[-1].tail:
            added = plan.weight(plan.length) - standing[-1].weight
            if not added.tool_uses and not added.thinking_tokens:
                scale = scale.learn_growth(added, usage.prompt_tokens - standing[-1].tokens)
        made = _prompt_anchors(plan, usage)
        if output and usage.output_tokens:
            weight = weigh(output)
            scale = scale.learn_thinking(weight, usage.output_tokens)
            tail = tuple(block.hash for block in output)
            total = usage.prompt_tokens + usage.output_tokens
            end = made[-1]
            made.append(Anchor(end.prompt_position, end.prefix, tail, end.weight + weight, total))
        return self._with(plan.card, replace(known, calibration=scale), standing, made)

    def with_count(self, plan: ContextPlan, tokens: int) -> Estimator:
        """With the server's own count of a plan that may yet be sent; for forecasts of that plan only."""
        known = self._own(plan.card)
        standing = known.anchors[: _standing(known.anchors, plan)]
        standing = tuple(anchor for anchor in standing if anchor.position < plan.length)
        anchor = Anchor(plan.length, plan.prefix_hash(plan.length), (), plan.weight(plan.length), tokens)
        return self._with(plan.card, known, standing, [anchor])

    def _with(self, card: ModelCard, known: Known, standing: Sequence[Anchor], made: Sequence[Anchor]) -> Estimator:
        first = made[0].position
        anchors = (*(anchor for anchor in standing if anchor.position < first), *made)
        if len(anchors) > KEPT_ANCHORS:
            anchors = (*anchors[:_KEPT_FIRST], *anchors[_KEPT_FIRST + len(anchors) - KEPT_ANCHORS :])
        others = {model: other for model, other in self.models.items() if model != card.id}
        return Estimator({**others, card.id: Known(card, known.calibration, anchors, made[-1])})

    def _own(self, card: ModelCard) -> Known:
        return self.models.get(card.id) or Known(card, STARTS[card.tokenizer])

    def _known(self, card: ModelCard) -> Known:
        """What is known of the model, else of the model last used that counts alike, else the starting rates."""
        own = self.models.get(card.id)
        if own is not None:
            return own
        for other in reversed(list(self.models.values())):
            if other.card.tokenizer is card.tokenizer:
                return replace(other, anchors=())
        return Known(card, STARTS[card.tokenizer])


NEW_ESTIMATOR = Estimator()


@dataclass(frozen=True, slots=True)
class _Knot:
    """A point of known tokens on the scale of uncorrected estimates."""

    raw: float
    weight: Weight
    tokens: float
    after_output: bool


def _between(scale: Calibration, weight: Weight, knots: Sequence[_Knot], loose: _Knot | None) -> float:
    """Tokens of a prefix of that weight: interpolated between known points, else grown from the nearest.

    `loose` is the newest known point where it is no prefix of this plan (something before it was edited).
    """
    raw = scale.raw(weight)
    lower = max((knot for knot in knots if knot.raw <= raw), key=lambda knot: knot.raw)
    upper = min((knot for knot in knots if knot.raw > raw), key=lambda knot: knot.raw, default=None)
    if upper is None and loose is not None:
        if loose.raw > raw:
            upper = loose
        elif loose.raw >= lower.raw:
            lower = loose
    if upper is not None:
        return lower.tokens + (upper.tokens - lower.tokens) * (raw - lower.raw) / (upper.raw - lower.raw)
    return lower.tokens + scale.growth(weight - lower.weight, after_output=lower.after_output)


def _tool_prompt_tokens(card: ModelCard) -> int:
    return card.tool_prompt_tokens or (UNPUBLISHED_TOOL_PROMPT_TOKENS if card.first_party else 0)


def _standing(anchors: Sequence[Anchor], plan: ContextPlan) -> int:
    """How many anchors are prefixes of the plan: those up to the first change, since all lie on one line."""
    low, high = 0, len(anchors)
    while low < high:
        middle = (low + high) // 2
        if anchors[middle].stands_in(plan):
            low = middle + 1
        else:
            high = middle
    return low


def _prompt_anchors(plan: ContextPlan, usage: Usage) -> list[Anchor]:
    """The prompt's end and, where the cache was written, the last breakpoint: there the prefix is what was read and
    written, and the next turn reads exactly that."""
    cached = usage.cache_read_tokens + usage.cache_write_tokens if usage.cache_write_tokens else 0
    written_to = plan.breakpoints[-1].position if cached and plan.breakpoints else 0
    known = {plan.length: usage.prompt_tokens, **({written_to: cached} if written_to else {})}
    return [
        Anchor(position, plan.prefix_hash(position), (), plan.weight(position), known[position])
        for position in sorted(known)
    ]
