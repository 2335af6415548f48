"""Why a prefix that was expected in the cache was not read, what had to be written again, and what that cost."""

from __future__ import annotations

from dataclasses import dataclass

from cowork_tui.core.blocks import BlockKind, payload_json
from cowork_tui.core.hashing import HASH_BYTES
from cowork_tui.core.models import ThinkingBinding
from cowork_tui.core.plan import ContextPlan, Ttl
from cowork_tui.core.pricing import PICODOLLARS_PER_NANODOLLAR, ModelPrices, modifier
from cowork_tui.core.prompt_cache import CLOCK_SLACK_SECONDS, LOOK_BACK_POSITIONS, Hit, TokensAt
from cowork_tui.core.task_values import MissCause
from cowork_tui.core.usage import Usage

TOLERANCE_TOKENS = 64
"""A read this much shorter than expected is no miss: estimates are not exact, a lost block is larger."""

_SHOWN_CHARS = 24

_API_CAUSES: dict[str, MissCause] = {
    "model_changed": MissCause.MODEL,
    "system_changed": MissCause.SYSTEM,
    "tools_changed": MissCause.TOOLS,
    "messages_changed": MissCause.MESSAGES,
    "unavailable": MissCause.PARAMETERS,
}
"""`unavailable` includes requests that differ in tool choice, thinking, effort or beta headers only."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An earlier request: its plan, its start in epoch seconds, and the tokens it left cached (read and written)."""

    plan: ContextPlan
    started_at: float
    cached_tokens: int


@dataclass(frozen=True, slots=True)
class Miss:
    """`tokens` were expected in the cache and not read; `position` counts the blocks before the first change."""

    cause: MissCause
    detail: str
    position: int | None
    tokens: int


def explain(
    previous: Sent | None,
    plan: ContextPlan,
    foretold: Hit | None,
    usage: Usage,
    at: float,
    *,
    tokens_at: TokensAt,
    api_reason: str | None = None,
    last: Sent | None = None,
) -> Miss | None:
    """The first cause that fits, or None where everything expected was read.

    `previous` is the last request on this model, `last` on any. Expected is what `previous` left in the cache or,
    where that is more, the hit that was foretold; on a model's first turn, what `last` left in another model's.
    """
    if not usage.cache_known:
        return None
    foretold_tokens = 0
    if foretold is not None:
        known = foretold.entry.tokens
        foretold_tokens = tokens_at(foretold.position) if known is None else known
    switched = previous is None and last is not None and last.plan.card.id != plan.card.id
    earlier = last.cached_tokens if switched and last is not None else previous.cached_tokens if previous else 0
    tokens = max(earlier, foretold_tokens) - usage.cache_read_tokens
    if tokens <= TOLERANCE_TOKENS:
        return None
    cause, detail, position = _cause(previous, plan, at, tokens_at, api_reason, last if switched else None)
    return Miss(cause, detail, position, tokens)


def extra_cost_nanodollars(miss: Miss, plan: ContextPlan, usage: Usage, prices: ModelPrices | None) -> int | None:
    """What writing the missed tokens again cost beyond reading them; None where prices are unknown.

    An edit leaves less to write than was missed: what was not sent again costs nothing.
    """
    if prices is None:
        return None
    row = prices.row(usage.prompt_tokens)
    ttl = plan.breakpoints[-1].ttl if plan.breakpoints else Ttl.FIVE_MINUTES
    again = min(miss.tokens, usage.cache_write_tokens + usage.input_tokens)
    written = min(again, usage.cache_write_tokens)
    picodollars = written * row.cache_write(ttl.seconds) + (again - written) * row.input - again * row.cache_read
    return round(picodollars * modifier(usage) / PICODOLLARS_PER_NANODOLLAR)


_Cause = tuple[MissCause, str, int | None]


def _cause(
    previous: Sent | None,
    plan: ContextPlan,
    at: float,
    tokens_at: TokensAt,
    api_reason: str | None,
    switched_from: Sent | None,
) -> _Cause:
    if previous is not None:
        found = _difference(previous.plan, plan) or _parameters(previous.plan, plan)
        found = found or _lifetime(previous, plan, at, tokens_at)
        if found is not None:
            return found
    if switched_from is not None:
        return MissCause.MODEL, f"{switched_from.plan.card.name} to {plan.card.name}", 0
    if api_reason in _API_CAUSES:
        return _API_CAUSES[api_reason], f"the server says: {api_reason}", None
    return MissCause.UNKNOWN, "the server dropped it", None


def _difference(before: ContextPlan, after: ContextPlan) -> _Cause | None:
    """Our own diff of what was cached: the first block that differs."""
    end = before.breakpoints[-1].position if before.breakpoints else before.length
    position = _first_difference(before, after, end)
    if position is None:
        return None
    old = before.block_before(position + 1)
    new = after.block_before(position + 1) if position < after.length else None
    if position < before.starts[1] or (position < after.starts[1]):
        return MissCause.TOOLS, _characters("tools", position, before, after), position
    if position < max(before.system_end, after.system_end):
        return MissCause.SYSTEM, _characters("system", position, before, after), position
    if old.kind is BlockKind.THINKING and (new is None or new.kind is not BlockKind.THINKING):
        if after.card.binding is ThinkingBinding.LAST_TURN:
            return MissCause.MESSAGES, "a new user turn strips earlier thinking on this model", position
        return MissCause.EDITED, "thinking behind an edit is not sent again", position
    return MissCause.EDITED, _characters("messages", position, before, after), position


def _first_difference(before: ContextPlan, after: ContextPlan, end: int) -> int | None:
    """The first position below `end` at which the two plans send different blocks. Equal spans are compared whole."""
    for index, span in enumerate(before.spans):
        start = before.starts[index]
        if start >= end:
            return None
        other = after.spans[index] if index < len(after.spans) else None
        if other is not None and (other is span or other.hashes == span.hashes) and after.starts[index] == start:
            continue
        theirs = other.hashes if other is not None else b""
        for offset in range(len(span.blocks)):
            place = slice(offset * HASH_BYTES, (offset + 1) * HASH_BYTES)
            if span.hashes[place] != theirs[place]:
                return start + offset if start + offset < end else None
        if index + 1 < len(before.spans) and len(theirs) > len(span.hashes):
            changed = start + len(span.blocks)
            return changed if changed < end else None
    return None


def _characters(segment: str, position: int, before: ContextPlan, after: ContextPlan) -> str:
    """Where a changed block stands, and the first characters that differ."""
    old = payload_json(before.block_before(position + 1).content)
    new = payload_json(after.block_before(position + 1).content) if position < after.length else ""
    first = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    shown = slice(max(0, first - 4), max(0, first - 4) + _SHOWN_CHARS)
    return f"{segment}, block {position}: {old[shown]!r} became {new[shown]!r}"


def _parameters(before: ContextPlan, after: ContextPlan) -> _Cause | None:
    names = ("thinking", "thinking_budget_tokens", "effort", "tool_choice", "speed")
    values = [(name, getattr(before.parameters, name), getattr(after.parameters, name)) for name in names]
    changed = [f"{name.replace('_', ' ')} {_shown(old)} to {_shown(new)}" for name, old, new in values if old != new]
    if _has_images(before) != _has_images(after):
        changed.append("images " + ("removed" if _has_images(before) else "added"))
    if not changed:
        return None
    speed = before.parameters.speed != after.parameters.speed
    return MissCause.PARAMETERS, ", ".join(changed), after.starts[1] if speed else after.system_end


def _lifetime(previous: Sent, plan: ContextPlan, at: float, tokens_at: TokensAt) -> _Cause | None:
    if previous.plan.breakpoints:
        ttl = previous.plan.breakpoints[-1].ttl
        idle = at - previous.started_at
        if idle < -CLOCK_SLACK_SECONDS:
            return MissCause.UNKNOWN, f"the clock went back by {round(-idle):,} s since the last request", None
        if idle >= ttl.seconds:
            return MissCause.EXPIRED, f"{round(idle):,} s after the last request, past {ttl.seconds:,} s", None
    if plan.breakpoints and tokens_at(plan.breakpoints[-1].position) < plan.card.cache_minimum_tokens:
        return MissCause.BELOW_MINIMUM, f"shorter than {plan.card.cache_minimum_tokens:,} tokens", None
    reached = {
        place
        for breakpoint in plan.breakpoints
        for place in range(max(1, breakpoint.position - LOOK_BACK_POSITIONS + 1), breakpoint.position + 1)
    }
    tail = previous.plan.breakpoints[-1].position if previous.plan.breakpoints else None
    if tail is not None and tail not in reached:
        added = plan.length - tail
        return MissCause.LOOKBACK, f"{added} blocks were added with no breakpoint within {LOOK_BACK_POSITIONS}", tail
    return None


def _shown(value: object) -> str:
    return "unset" if value is None else str(value)


def _has_images(plan: ContextPlan) -> bool:
    return any(span.weight.image_tokens for span in plan.spans)
