"""The prompt cache by its published rules: entries for prefixes, look-back, lifetimes, and how tokens are billed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cowork_tui.demo.blocks import Ttl

LOOK_BACK_POSITIONS = 20  # the breakpoint counts as the first
TTL_SECONDS: Mapping[Ttl, float] = {"5m": 300.0, "1h": 3_600.0}
_SWEEP_ABOVE_ENTRIES = 10_000


class CacheKey(NamedTuple):
    """Entries are never shared between keys or models."""

    owner: str
    model: str
    prefix: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One cached prefix: how long it lives and the start, in seconds, of the request that last wrote or read it."""

    ttl: Ttl
    used_at_seconds: float

    def live(self, now_seconds: float) -> bool:
        """Whether the entry can still be read by a request that starts now."""
        return now_seconds - self.used_at_seconds < TTL_SECONDS[self.ttl]


@dataclass(frozen=True, slots=True)
class Chain:
    """A prompt as the cache sees it: the hash and the tokens of every prefix, and the breakpoints by position."""

    prefixes: tuple[bytes, ...]
    prefix_tokens: tuple[int, ...]
    breakpoints: Mapping[int, Ttl]

    @property
    def total_tokens(self) -> int:
        """Tokens of the whole prompt."""
        return self.prefix_tokens[-1] if self.prefix_tokens else 0


@dataclass(frozen=True, slots=True)
class CacheBill:
    """The four ways in which a prompt's tokens are billed; they add up to the prompt."""

    read_tokens: int
    write_5m_tokens: int
    write_1h_tokens: int
    input_tokens: int

    @property
    def write_tokens(self) -> int:
        """All tokens written to the cache."""
        return self.write_5m_tokens + self.write_1h_tokens


@dataclass(frozen=True, slots=True)
class CachePlan:
    """What one request reads and, once its response begins, writes."""

    bill: CacheBill
    writes: tuple[tuple[CacheKey, Ttl], ...]
    started_at_seconds: float


class PromptCache:
    """The live entries of one server. Not thread-safe: the owner locks."""

    def __init__(self) -> None:
        self._entries: dict[CacheKey, Entry] = {}

    def look_up(self, owner: str, model: str, chain: Chain, min_tokens: int, now_seconds: float) -> CachePlan:
        """Bill a request that starts now. Hits are refreshed at once; writes wait for `commit`."""
        eligible = [p for p in sorted(chain.breakpoints) if chain.prefix_tokens[p] >= min_tokens]
        hits = [self._hit(owner, model, chain, position, now_seconds) for position in eligible]
        highest = max((hit for hit in hits if hit is not None), default=-1)
        writes: list[tuple[CacheKey, Ttl]] = [
            (CacheKey(owner, model, chain.prefixes[p]), chain.breakpoints[p])
            for p, hit in zip(eligible, hits, strict=True)
            if hit != p
        ]
        return CachePlan(_bill(chain, eligible, highest), tuple(writes), now_seconds)

    def commit(self, plan: CachePlan) -> None:
        """Make a request's writes readable: its response has begun."""
        for key, ttl in plan.writes:
            known = self._entries.get(key)
            if known is None or known.used_at_seconds <= plan.started_at_seconds:
                self._entries[key] = Entry(ttl, plan.started_at_seconds)
        if len(self._entries) > _SWEEP_ABOVE_ENTRIES:
            now = plan.started_at_seconds
            self._entries = {key: entry for key, entry in self._entries.items() if entry.live(now)}

    def _hit(self, owner: str, model: str, chain: Chain, position: int, now_seconds: float) -> int | None:
        for place in range(position, max(-1, position - LOOK_BACK_POSITIONS), -1):
            key = CacheKey(owner, model, chain.prefixes[place])
            entry = self._entries.get(key)
            if entry is not None and entry.live(now_seconds):
                self._entries[key] = replace(entry, used_at_seconds=max(entry.used_at_seconds, now_seconds))
                return place
        return None


def _bill(chain: Chain, eligible: Sequence[int], hit: int) -> CacheBill:
    """Split a prompt at A, the highest hit, B, the last one-hour breakpoint behind it, and C, the last breakpoint."""
    if not eligible:
        return CacheBill(0, 0, 0, chain.total_tokens)

    def upto(position: int) -> int:
        return chain.prefix_tokens[position] if position >= 0 else 0

    last = max(eligible[-1], hit)
    last_1h = max((p for p in eligible if chain.breakpoints[p] == "1h" and p > hit), default=hit)
    read = upto(hit)
    return CacheBill(
        read_tokens=read,
        write_5m_tokens=upto(last) - upto(last_1h),
        write_1h_tokens=upto(last_1h) - read,
        input_tokens=chain.total_tokens - upto(last),
    )
