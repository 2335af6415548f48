"""Questions to the history and their answers."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cowork_tui.adapters.store.database import HistoryStore
from cowork_tui.adapters.store.queries import Calibration, HistoryQueries
from cowork_tui.core.blocks import UserText
from cowork_tui.core.cap import Cap
from cowork_tui.core.edits import Edit, EditKind, Replacement
from cowork_tui.core.errors import NotFound
from cowork_tui.core.events import (
    ApprovalAsked,
    ApprovalGiven,
    AttemptEnded,
    CacheMissed,
    EditApplied,
    PlanUpdated,
    StatusChanged,
    TaskChanged,
    UserSaid,
)
from cowork_tui.core.plan import Ttl
from cowork_tui.core.steps import Step, StepKind, StepStatus
from cowork_tui.core.task_values import MissCause, Mode, ModelChoice, Status
from cowork_tui.core.usage import Usage
from cowork_tui.engine.ports import TurnFact
from tests.adapters.store.store_story import FORECAST, MODEL, USAGE, Story, block, created


def test_before_the_first_task_there_is_nothing_to_see(tmp_path: Path) -> None:
    queries = HistoryQueries(tmp_path / "history.db")
    assert queries.tasks() == ()
    assert queries.cache_facts("x", "y", 0) == ()
    assert queries.turn_facts() == ()
    assert not queries.stop_requested("t1")
    for ask in (lambda: queries.resolve_task("last"), lambda: queries.events("t1")):
        with pytest.raises(NotFound, match="no history"):
            ask()
    assert list(tmp_path.iterdir()) == []


async def test_tasks_are_listed_newest_first(store: HistoryStore, queries: HistoryQueries) -> None:
    for number in (2, 1, 3):
        await store.append(f"t{number}", [created(f"t{number}", at=1000.0 + number)])
    await store.append("t1", [StatusChanged(2000.0, Status.PAUSED, "The cap is reached", "Raise it")])
    await store.append("t1", [TaskChanged(2001.0, Mode.READ_ONLY, Cap(), ModelChoice("claude-haiku-5-5"), ())])
    assert [task.id for task in queries.tasks()] == ["t3", "t2", "t1"]
    assert [task.id for task in queries.tasks(limit=1)] == ["t3"]
    oldest = queries.tasks()[-1]
    assert (oldest.title, oldest.status, oldest.folder) == ("Title of t1", "paused", "/home/me/receipts")
    assert (oldest.model, oldest.created_at, oldest.updated_at) == ("claude-haiku-5-5", 1001.0, 2001.0)


async def test_a_task_is_found_by_the_beginning_of_its_id(store: HistoryStore, queries: HistoryQueries) -> None:
    for number, task_id in enumerate(("ab12", "ab34", "ab", "cd_%")):
        await store.append(task_id, [created(task_id, at=1000.0 + number)])
    assert queries.resolve_task("ab1") == "ab12"
    assert queries.resolve_task("ab") == "ab"
    assert queries.resolve_task("last") == "cd_%"
    with pytest.raises(NotFound, match="more than one task"):
        queries.resolve_task("a")
    for unknown in ("%", "x", ""):
        with pytest.raises(NotFound, match="no task"):
            queries.resolve_task(unknown)


async def test_an_exact_id_is_found_among_many_that_begin_with_it(store: HistoryStore, queries: HistoryQueries) -> None:
    for number, task_id in enumerate(("ab", *(f"ab{digit}" for digit in range(9)))):
        await store.append(task_id, [created(task_id, at=1000.0 + number)])
    assert queries.resolve_task("ab") == "ab"


async def test_cache_facts_are_the_breakpoints_of_finished_turns_of_the_same_account(
    store: HistoryStore, queries: HistoryQueries
) -> None:
    story = Story("t1")
    store.set_account("https://api", "key-a")
    await store.append("t1", story.begin())
    await store.append("t1", story.next_turn())
    store.set_account("https://api", "key-b")
    await store.append("t1", story.next_turn())
    store.set_account("https://api", "key-a")
    plan = story.plan()
    await store.append("t1", story.next_turn())
    await store.append("t1", story.next_turn()[:3])

    facts = queries.cache_facts("https://api", "key-a", since=1025.0)
    assert [(fact.model, fact.started_at, fact.ttl) for fact in facts] == [(MODEL, 1030.0, Ttl.FIVE_MINUTES)] * 2
    assert [fact.prefix for fact in facts] == [plan.prefix_hash(point.position) for point in plan.breakpoints]
    assert [fact.tokens for fact in facts] == [None, 121]
    assert len(queries.cache_facts("https://api", "key-a", since=0)) == 4
    assert queries.cache_facts("https://other", "key-a", since=0) == ()


async def test_cache_facts_tell_nothing_that_the_usage_did_not(store: HistoryStore, queries: HistoryQueries) -> None:
    story = Story("t1")
    await store.append("t1", story.begin())
    for usage in (Usage(500, cache_known=False), Usage(500)):
        events = [replace(e, usage=usage) if hasattr(e, "usage") else e for e in story.next_turn()]
        await store.append("t1", events)
    facts = queries.cache_facts("", "", since=0)
    assert [(fact.started_at, fact.tokens) for fact in facts] == [(1010.0, None)] * 2


async def test_turn_facts_are_the_newest_finished_turns(store: HistoryStore, queries: HistoryQueries) -> None:
    story = Story("t1")
    await store.append("t1", story.begin())
    for _ in range(3):
        await store.append("t1", story.next_turn())
    await store.append("t1", story.next_turn()[:1])
    fact = TurnFact(MODEL, StepKind.EXTRACT, USAGE.output_tokens, 2.0, FORECAST.input_tokens, USAGE.prompt_tokens)
    assert queries.turn_facts() == (fact, fact, fact)
    assert len(queries.turn_facts(limit=2)) == 2
    assert queries.calibrations("") == (Calibration(MODEL, 3, 3 * 123, 3 * 124),)


async def test_every_row_that_follows_from_events_is_written(store: HistoryStore, queries: HistoryQueries) -> None:
    story = Story("t1")
    await store.append("t1", [*story.begin(), *story.next_turn()])
    stub = block(UserText("[pruned]"))
    steps = (Step("read", StepKind.EXTRACT, StepStatus.DONE), Step("write", StepKind.WRITE, StepStatus.ACTIVE))
    await store.append("t1", [
        PlanUpdated(1.0, 1, (steps[0],)),
        PlanUpdated(2.0, 1, steps),
        AttemptEnded(3.0, 1, 1, 529, "overloaded", 1.5),
        CacheMissed(4.0, 1, MissCause.EXPIRED, "6 minutes", 2, 900, 12),
        EditApplied(5.0, Edit(1, 1, EditKind.PRUNE, (Replacement(0, stub), Replacement(1, None)))),
        ApprovalAsked(6.0, 1, "use_1", "write_file", "writes a.csv", "+a", True),
        ApprovalGiven(7.0, 1, "use_1", True, "task", ""),
    ])  # fmt: skip
    with closing(sqlite3.connect(queries.path)) as db:

        def one(sql: str) -> tuple:
            return db.execute(sql).fetchall()[-1]

        assert one("SELECT count(*), max(title), max(status) FROM steps") == (2, "write", "done")
        assert one("SELECT turn, attempt, status, wait_seconds FROM attempts") == (1, 1, 529, 1.5)
        assert one("SELECT miss_cause, miss_tokens, miss_cost_nanodollars FROM turns") == ("expired", 900, 12)
        assert one("SELECT number, replacements FROM edits") == (1, f'[[0, "{stub.hash.hex()}"], [1, null]]')
        assert one("SELECT allowed, scope, outside_content, answered_at FROM approvals") == (1, "task", 1, 7.0)
        assert one("SELECT path, before_sha256, after_bytes FROM file_changes") == ("out/1.csv", None, 120)
        assert one("SELECT served_model, cost_nanodollars, output_tokens, stop_reason FROM turns") == (
            MODEL, 7_000, 50, "tool_use",
        )  # fmt: skip
    assert queries.block(stub.hash) == stub


async def test_search_finds_words_and_beginnings_of_words(store: HistoryStore, queries: HistoryQueries) -> None:
    said = [block(UserText(text)) for text in ("Grüße from the bakery", "two receipts", 'a "quoted" AND odd* (word')]
    await store.append("t1", [created("t1"), UserSaid(1001.0, 0, tuple(said))])
    await store.append("t2", [created("t2"), UserSaid(1001.0, 0, (said[1],))])
    assert [found.seq for found in queries.search("grusse")] == []
    assert [found.block_hash for found in queries.search("grüß")] == [said[0].hash]
    assert [(found.task_id, found.seq) for found in queries.search("receipt two")] == [("t2", 0), ("t1", 1)]
    assert [found.seq for found in queries.search('"quoted" AND odd*')] == [2]
    assert queries.search("  ") == ()


def test_the_task_list_needs_no_library_that_is_slow_to_load(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from cowork_tui.adapters.store.task_list import read_tasks;"
        f"assert read_tasks(pathlib.Path({str(tmp_path)!r}) / 'history.db') == ();"
        "sys.exit(' '.join({'sqlite_utils', 'cattrs', 'asyncio', 'click'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
