"""Estimates against recorded truth: by how much real requests grew."""

from __future__ import annotations

import gzip
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from cowork_tui.adapters.tokenizer import Tokenizer
from cowork_tui.core.models import Tokenizer as Generation
from cowork_tui.core.quantiles import median
from cowork_tui.core.tokens import growth_tokens

FULL = os.environ.get("COWORK_BENCH_FULL") == "1"
RECORDINGS = os.environ.get("COWORK_RECORDINGS")
MIN_GROWTH_TOKENS = 100


@dataclass(frozen=True)
class Pair:
    """Two consecutive calls of a session: what came between them, and by how many tokens the input grew."""

    session: str
    growth_tokens: int
    thinking: bool
    output_tokens: int
    made: tuple[str, ...]
    results: tuple[str, ...]
    calls: int


def pairs() -> Iterator[Pair]:
    """The recorded pairs of the new tokenizer generation."""
    assert RECORDINGS is not None
    with gzip.open(Path(RECORDINGS, "calibration", "new-tokenizer.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line in lines if FULL else islice(lines, 0, None, 20):
            entry = json.loads(line)
            made = (entry["assistant_text"], *entry["tool_names"], *entry["tool_inputs"])
            yield Pair(
                entry["session"], entry["delta_tokens"], entry["thinking"], entry["output_tokens"], made,
                tuple(entry["tool_results"]), len(entry["tool_names"]),
            )  # fmt: skip


def errors(chosen: list[Pair], estimate: Callable[[Pair], int]) -> tuple[float, float]:
    """The median error of a turn, and of a session's sum."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    turns: list[float] = []
    for pair in chosen:
        tokens = estimate(pair)
        turns.append(abs(tokens - pair.growth_tokens) / pair.growth_tokens)
        sums[pair.session][0] += tokens
        sums[pair.session][1] += pair.growth_tokens
    return median(turns), median(abs(guess - truth) / truth for guess, truth in sums.values())


@pytest.mark.skipif(RECORDINGS is None, reason="COWORK_RECORDINGS does not name a folder of recordings")
def test_estimates_follow_real_growth() -> None:
    count = Tokenizer().count
    chosen = [pair for pair in pairs() if pair.growth_tokens >= MIN_GROWTH_TOKENS]

    def live(pair: Pair) -> int:
        text = sum(map(count, pair.results))
        return growth_tokens(Generation.NEW, text, pair.calls, len(pair.results), pair.output_tokens)

    def text_only(pair: Pair) -> int:
        text = sum(map(count, (*pair.made, *pair.results)))
        return growth_tokens(Generation.NEW, text, pair.calls, len(pair.results), None)

    turn, session = errors(chosen, live)
    print(f"\n{len(chosen)} pairs, output known: {turn:.2%} a turn, {session:.2%} a session (at most 2.5 %)")
    plain_turn, plain_session = errors([pair for pair in chosen if not pair.thinking], text_only)
    print(f"text only, no thinking: {plain_turn:.2%} a turn (at most 5.5 %), {plain_session:.2%} a session (2.8 %)")
    if FULL:
        assert turn <= 0.025
        assert session <= 0.025
        assert plain_turn <= 0.055
        assert plain_session <= 0.028
