"""A damaged history: the file is kept, what can be read is read, and it is said how much that was."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from cowork_tui.adapters.store.database import open_database
from cowork_tui.adapters.store.migrations import PAGE_BYTES
from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.adapters.store.recovery import Recovered, recover
from cowork_tui.adapters.store.verify import verify
from cowork_tui.core.errors import StoreError
from cowork_tui.core.events import Event, StatusChanged
from tests.adapters.store.store_story import Story, body_from_blocks

NOW = datetime(2026, 11, 22, 19, 30)
TASKS = ("one", "two", "three")


async def three_tasks(path: Path) -> dict[str, tuple[Event, ...]]:
    """A history of three tasks, of twelve turns each, in turns; every event by task."""
    store = open_database(path)
    store.set_account("http://server", "fingerprint")
    stories = {name: Story(name) for name in TASKS}
    for name, story in stories.items():
        await store.append(name, story.begin())
    for _ in range(12):
        for name, story in stories.items():
            await store.append(name, story.next_turn())
    store.close()
    return {name: HistoryQueries(path).events(name) for name in TASKS}


def check_rescued(path: Path, damaged: bytes, known: dict[str, tuple[Event, ...]], found: Recovered) -> None:
    """The copy is what was there; each task that is kept is the old one, or its beginning and a word about the rest."""
    assert found.copy.read_bytes() == damaged
    queries = HistoryQueries(path)
    kept = [row.id for row in queries.tasks()]
    assert len(kept) == found.whole + found.shortened
    whole = 0
    for task_id in kept:
        events = queries.events(task_id)
        if events == known[task_id]:
            whole += 1
        else:
            assert events[:-1] == known[task_id][: len(events) - 1]
            assert isinstance(events[-1], StatusChanged)
            assert "damaged" in events[-1].reason
        assert verify(queries, task_id, body_from_blocks) == ()
    assert whole == found.whole
    assert f"{len(kept)} of its" in found.sentence or found.whole + found.shortened + found.lost == 0
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    open_database(path).close()


async def test_any_damaged_page_costs_no_more_than_what_stood_on_it(path: Path) -> None:
    known = await three_tasks(path)
    good = path.read_bytes()
    pages = len(good) // PAGE_BYTES
    dice = random.Random(3)
    kept: list[int] = []
    for page in dice.sample(range(pages), 5):
        spoilt = bytearray(good)
        spoilt[page * PAGE_BYTES : (page + 1) * PAGE_BYTES] = dice.randbytes(PAGE_BYTES)
        path.write_bytes(spoilt)
        found = recover(path, NOW)
        check_rescued(path, bytes(spoilt), known, found)
        kept.append(found.whole + found.shortened)
        found.copy.unlink()
    assert max(kept) == 3


async def test_a_file_cut_short_keeps_what_is_left(path: Path) -> None:
    known = await three_tasks(path)
    cut = path.read_bytes()[: PAGE_BYTES * 20]
    path.write_bytes(cut)
    check_rescued(path, cut, known, recover(path, NOW))


async def test_what_is_no_history_at_all_is_kept_and_said(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"PK\x03\x04 a spreadsheet" * 1_000)
    found = recover(path, NOW)
    assert found.copy.name == "history.db.damaged-20261122-193000"
    assert re.fullmatch(
        r"The history .*history\.db was damaged: no task could be read in it, so it may be no history at all, "
        r"and the damaged file is "
        r"history\.db\.damaged-20261122-193000 beside it\. Repeat the command to go on\.",
        found.sentence,
    )
    assert found.copy.read_bytes().startswith(b"PK")
    assert HistoryQueries(path).tasks() == ()


async def test_what_is_still_in_the_log_is_read_too(path: Path, tmp_path: Path) -> None:
    store, story = open_database(path), Story("one")
    await store.append("one", story.begin())
    taken = tmp_path / "taken"
    taken.mkdir()
    for name in ("history.db", "history.db-wal"):
        (taken / name).write_bytes(path.with_name(name).read_bytes())
    store.close()
    found = recover(taken / "history.db", NOW)
    assert (found.whole, found.lost) == (1, 0)
    assert found.copy.with_name(found.copy.name + "-wal").exists()
    assert len(HistoryQueries(taken / "history.db").events("one")) == 2


async def test_a_history_in_use_is_not_taken_away_from_under_its_writer(path: Path) -> None:
    store = open_database(path)
    await store.append("one", Story("one").begin())
    with pytest.raises(StoreError, match="in use by another program: stop the tasks"):
        recover(path, NOW)
    store.close()
    assert sorted(item.name for item in path.parent.iterdir()) == ["history.db"]


async def test_a_second_damage_in_the_same_second_overwrites_no_copy(path: Path) -> None:
    path.parent.mkdir()
    copies: list[Path] = []
    for text in (b"first" * 100, b"second" * 100):
        path.write_bytes(text)
        copies.append(recover(path, NOW).copy)
    assert [copy.read_bytes()[:6] for copy in copies] == [b"firstf", b"second"]
