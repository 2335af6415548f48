"""Committing a turn must not get slower as the history grows: a full one against an empty one, turn by turn."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from cowork_tui.adapters.store.database import HistoryStore, open_database
from cowork_tui.core.blocks import AssistantText, Block, Content, ToolResult, ToolUse, make_block
from cowork_tui.core.cap import NO_CAP, Amount
from cowork_tui.core.events import BlockEnded, Event, TaskCreated, ToolEnded, ToolStarted, TurnEnded, TurnPlanned
from cowork_tui.core.hashing import digest
from cowork_tui.core.plan import Breakpoint, Parameters, PlanSettings, Ttl
from cowork_tui.core.pricing import Money
from cowork_tui.core.steps import StepKind
from cowork_tui.core.task_values import Forecast, Mode, ModelChoice, PrefixLink
from cowork_tui.core.usage import Usage

FULL = os.environ.get("COWORK_BENCH_FULL") == "1"
STORED_TURNS = 100_000 if FULL else 5_000
TURNS_IN_A_TASK = 100
MEASURED_TURNS = 300 if FULL else 60
MOST_TIMES_EMPTY = 1.5
WORDS = [f"{start}{end}" for start in ("bak", "rec", "tot", "inv", "pay", "let", "dat", "sum") for end in range(600)]
CHOICE = ModelChoice("claude-sonnet-5-5")
FORECAST = Forecast(40_000, 900, 12, 200, 800, 19_000_000, 30_000_000, 6.0, False, True)


class Author:
    """Writes tasks of ordinary turns: some text, a tool call, and a result of about 1 KB."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._head = digest(b"head", str(seed).encode())
        self._number = 0

    def begin(self, task_id: str) -> list[Event]:
        return [TaskCreated(
            1.0, task_id, task_id, "goal", "/folder", Mode.ASK, NO_CAP, 100_000, CHOICE, (), PlanSettings(),
            Money.DEMO, (), (),
        )]  # fmt: skip

    def turn(self, turn: int) -> list[list[Event]]:
        """The events of one turn, as grouped in calls by whoever stores them as they happen."""
        self._number += 1
        at, use_id = float(self._number), f"use_{self._random.getrandbits(64):x}"
        words = self._block(AssistantText(self._text(30)))
        use = self._block(ToolUse(use_id, "read_document", f'{{"path":"{self._text(3)}"}}'))
        result = self._block(ToolResult(use_id, self._text(150)))
        return [
            [self._planned(turn, at, (words, use, result))],
            [BlockEnded(at, turn, words)],
            [BlockEnded(at, turn, use)],
            [TurnEnded(at, turn, CHOICE.model, use_id, use_id, "tool_use", Usage(12, 900, 0, 40_000, 210), 19_000_000,
                       Money.DEMO, 0.5, 6.0, 3 * turn)],
            [ToolStarted(at, turn, use_id, "read_document", "{}")],
            [ToolEnded(at, turn, use_id, result, False, 0.1)],
        ]  # fmt: skip

    def _planned(self, turn: int, at: float, blocks: Sequence[Block]) -> TurnPlanned:
        links: list[PrefixLink] = []
        for block in blocks:
            links.append(PrefixLink(digest(self._head, block.hash), self._head, block.hash))
            self._head = links[-1].hash
        points = tuple(Breakpoint(3 * turn + number, Ttl.FIVE_MINUTES) for number in range(3))
        return TurnPlanned(
            at, turn, StepKind.EXTRACT, CHOICE, Parameters(16_000), points, tuple(link.hash for link in links),
            self._head, 3 * turn, 3 * turn, tuple(links), self._head.hex() * 2, None, FORECAST, Amount(1, 1),
        )  # fmt: skip

    def _block(self, content: Content) -> Block:
        return make_block(content, lambda text: len(text) // 4)

    def _text(self, words: int) -> str:
        return " ".join(self._random.choices(WORDS, k=words))


async def fill(store: HistoryStore, turns: int) -> None:
    author = Author(1)
    for task in range(turns // TURNS_IN_A_TASK):
        events = author.begin(f"task-{task}")
        for turn in range(1, TURNS_IN_A_TASK + 1):
            events += [event for group in author.turn(turn) for event in group]
        await store.append(f"task-{task}", events)


async def commit_seconds(store: HistoryStore, groups: Sequence[Sequence[Event]]) -> float:
    start = time.perf_counter()
    for group in groups:
        await store.append("new", group)
    return time.perf_counter() - start


async def test_a_turn_is_committed_as_fast_into_a_full_history_as_into_an_empty_one(tmp_path: Path) -> None:
    full, empty = open_database(tmp_path / "full.db"), open_database(tmp_path / "empty.db")
    await fill(full, STORED_TURNS)
    authors = {full: Author(2), empty: Author(3)}
    seconds: dict[HistoryStore, list[float]] = {full: [], empty: []}
    for store, author in authors.items():
        await store.append("new", author.begin("new"))
    for turn in range(1, MEASURED_TURNS + 1):
        for store in (full, empty) if turn % 2 else (empty, full):
            seconds[store].append(await commit_seconds(store, authors[store].turn(turn)))
    full.close()
    empty.close()
    times, base = statistics.median(seconds[full]), statistics.median(seconds[empty])
    print(
        f"\ncommit of a turn at {STORED_TURNS:,} stored turns: {times / base:.2f}x an empty history "
        f"(at most {MOST_TIMES_EMPTY}x at 100,000; {base * 1000:.1f} ms, {len(authors[full].turn(1))} commits)"
    )
    assert not FULL or times / base <= MOST_TIMES_EMPTY
