"""The prompt cache as a pure state machine, by the published prompt-caching rules.

An entry stands for one exact prefix of one model's prompts. It lives from the start of the request that last wrote or
read it, and can be read from the moment that request's first response begins. Only breakpoints write; a read looks
back from each breakpoint over 20 positions. A state holds the entries of one endpoint and one key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from cowork_tui.core.hashing import Hash
from cowork_tui.core.models import ModelCard
from cowork_tui.core.plan import Breakpoint, Ttl

LOOK_BACK_POSITIONS = 20
"""How many positions a breakpoint looks at, itself counted as the first."""

TokensAt: TypeAlias = Callable[[int], int]
"""Tokens of the prefix that ends at a position."""


class Prefixes(Protocol):
    """What of a plan the rules look at."""

    @property
    def card(self) -> ModelCard: ...

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]: ...

    @property
    def length(self) -> int: ...

    def prefix_hash(self, position: int) -> Hash:
        """The name of the first `position` blocks."""
        ...


class Fact(Protocol):
    """A breakpoint of an earlier request whose response began, as the history knows it."""

    @property
    def model(self) -> str: ...

    @property
    def prefix(self) -> Hash: ...

    @property
    def ttl(self) -> Ttl: ...

    @property
    def started_at(self) -> float: ...

    @property
    def tokens(self) -> int | None: ...


CLOCK_SLACK_SECONDS = 5.0
"""By how much a clock that is being set may go back without anything being forgotten."""


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """One cached prefix. `started_at` is the start of the request that last wrote or read it, in epoch seconds."""

    model: str
    prefix: Hash
    ttl: Ttl
    started_at: float
    tokens: int | None = None
    """Exact tokens of the prefix, where a usage told them."""

    @property
    def expires_at(self) -> float:
        return self.started_at + self.ttl.seconds

    def live(self, at: float) -> bool:
        """Whether a request that starts at `at` may read it. Not where the clock went back: its age is unknown."""
        return self.started_at - CLOCK_SLACK_SECONDS <= at < self.expires_at


@dataclass(frozen=True, slots=True)
class CacheState:
    """The entries by model and prefix; some may have expired."""

    entries: Mapping[tuple[str, Hash], CacheEntry]

    def get(self, model: str, prefix: Hash, at: float) -> CacheEntry | None:
        """The live entry of a prefix."""
        entry = self.entries.get((model, prefix))
        return entry if entry is not None and entry.live(at) else None


EMPTY_CACHE = CacheState({})


@dataclass(frozen=True, slots=True)
class Hit:
    """The longest live prefix of a request: the first `position` blocks are read."""

    position: int
    entry: CacheEntry


@dataclass(frozen=True, slots=True)
class Segments:
    """A request cut at the positions where its billing changes.

    Blocks before `read` are read, then written for an hour up to `write_1h`, written for five minutes up to
    `write_5m`, and fresh up to `length`.
    """

    read: int
    write_1h: int
    write_5m: int
    length: int


def lookup(state: CacheState, plan: Prefixes, at: float) -> Hit | None:
    """What a request that starts at `at` reads."""
    if not any(model == plan.card.id for model, _ in state.entries):
        return None
    hits = (_look_back(state, plan, breakpoint.position, at) for breakpoint in plan.breakpoints)
    return max((hit for hit in hits if hit is not None), key=lambda hit: hit.position, default=None)


def split(plan: Prefixes, hit: Hit | None, tokens_at: TokensAt) -> Segments:
    """How a request with that hit is billed.

    With A the hit, B the last one-hour breakpoint behind it and C the last breakpoint: up to A is read, A to B written
    for an hour, B to C for five minutes. Breakpoints on prefixes below the model's minimum count for nothing.
    """
    read = write_1h = last = hit.position if hit is not None else 0
    for breakpoint in _eligible(plan, tokens_at):
        last = max(last, breakpoint.position)
        if breakpoint.ttl is Ttl.ONE_HOUR:
            write_1h = max(write_1h, breakpoint.position)
    return Segments(read, write_1h, last, plan.length)


def after_request(state: CacheState, plan: Prefixes, started_at: float, tokens_at: TokensAt) -> CacheState:
    """The entries once the response to a request that started at `started_at` has begun.

    Each breakpoint refreshes what it finds, at its own prefix or by looking back; where its own prefix is not live it
    writes an entry. A refreshed entry keeps its time to live: nothing was written.
    """
    entries = {key: entry for key, entry in state.entries.items() if entry.live(started_at)}
    for breakpoint in _eligible(plan, tokens_at):
        hit = _look_back(state, plan, breakpoint.position, started_at)
        if hit is not None:
            entries[hit.entry.model, hit.entry.prefix] = _refreshed(hit.entry, started_at)
        if hit is None or hit.position != breakpoint.position:
            prefix = plan.prefix_hash(breakpoint.position)
            entries[plan.card.id, prefix] = CacheEntry(plan.card.id, prefix, breakpoint.ttl, started_at)
    return CacheState(entries)


def from_facts(facts: Iterable[Fact]) -> CacheState:
    """The entries that earlier requests left, whoever's task they were. Requests whose response never began wrote none.

    The breakpoints alone tell: a request's hit is, but for look-back, at a breakpoint of its own.
    """
    entries: dict[tuple[str, Hash], CacheEntry] = {}
    for fact in sorted(facts, key=lambda fact: fact.started_at):
        key = fact.model, fact.prefix
        known = entries.get(key)
        if known is not None and known.live(fact.started_at):
            tokens = known.tokens if fact.tokens is None else fact.tokens
            entries[key] = replace(_refreshed(known, fact.started_at), tokens=tokens)
        else:
            entries[key] = CacheEntry(fact.model, fact.prefix, fact.ttl, fact.started_at, fact.tokens)
    return CacheState(entries)


def warm_until(state: CacheState, plan: Prefixes, at: float) -> float | None:
    """Until when the longest prefix that a request at `at` would read stays; None where nothing would be read."""
    hit = lookup(state, plan, at)
    return hit.entry.expires_at if hit is not None else None


def _eligible(plan: Prefixes, tokens_at: TokensAt) -> Iterator[Breakpoint]:
    """The breakpoints on prefixes long enough to be cached."""
    minimum = plan.card.cache_minimum_tokens
    return (breakpoint for breakpoint in plan.breakpoints if tokens_at(breakpoint.position) >= minimum)


def _look_back(state: CacheState, plan: Prefixes, position: int, at: float) -> Hit | None:
    for place in range(position, max(position - LOOK_BACK_POSITIONS, 0), -1):
        entry = state.get(plan.card.id, plan.prefix_hash(place), at)
        if entry is not None and (entry.tokens is None or entry.tokens >= plan.card.cache_minimum_tokens):
            return Hit(place, entry)
    return None


def _refreshed(entry: CacheEntry, at: float) -> CacheEntry:
    return replace(entry, started_at=max(entry.started_at, at))
