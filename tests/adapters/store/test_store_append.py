"""What is appended is on disk, in order, whole or not at all."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cowork_tui.adapters.store.database import HistoryStore, open_database
from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.core.blocks import UserText
from cowork_tui.core.errors import NotFound, StoreError
from cowork_tui.core.events import Event, Notice, TextDelta, UserSaid
from cowork_tui.core.pricing import Money
from tests.adapters.store.store_story import Story, block, created, ended


def rows(path: Path, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


async def test_events_come_back_in_the_order_they_were_appended(store: HistoryStore, queries: HistoryQueries) -> None:
    story = Story("t1")
    told: list[Event] = story.begin()
    await store.append("t1", told)
    for _ in range(30):
        events = story.next_turn()
        told += events
        await store.append("t1", events[:3])
        await store.append("t1", events[3:])
    assert queries.events("t1") == tuple(told)
    assert queries.events("t1", after=5) == tuple(told[5:])


async def test_the_transcript_is_the_fold_of_the_events(
    store: HistoryStore, queries: HistoryQueries, path: Path
) -> None:
    story = Story("t1")
    await store.append("t1", story.begin())
    for _ in range(5):
        await store.append("t1", story.next_turn())
    stored = rows(path, "SELECT seq, turn, hash FROM transcript JOIN blocks ON id = block ORDER BY seq")
    assert stored == [(entry.seq, entry.turn, entry.block.hash) for entry in story.transcript]
    assert queries.block(story.transcript[3].block.hash) == story.transcript[3].block


async def test_calls_that_do_not_wait_for_each_other_are_stored_in_the_order_they_were_made(
    store: HistoryStore, queries: HistoryQueries
) -> None:
    await store.append("t1", [created("t1")])
    notices = [Notice(2000.0 + number, f"notice {number}") for number in range(50)]
    await asyncio.gather(*(store.append("t1", [notice]) for notice in notices))
    assert queries.events("t1", after=1) == tuple(notices)


async def test_only_durable_events_are_stored(store: HistoryStore, queries: HistoryQueries) -> None:
    await store.append("t1", [created("t1"), TextDelta(1, "he")])
    await store.append("t1", [TextDelta(1, "llo")])
    assert queries.events("t1") == (created("t1"),)


async def test_equal_contents_are_stored_once(store: HistoryStore, path: Path) -> None:
    same = block(UserText("the same words"))
    for task_id in ("t1", "t2"):
        await store.append(task_id, [created(task_id), UserSaid(1001.0, 0, (same, same))])
    assert rows(path, "SELECT count(*) FROM blocks WHERE kind = 'user_text'") == [(1,)]
    assert rows(path, "SELECT count(*) FROM transcript") == [(4,)]


async def test_a_call_that_fails_leaves_nothing_behind(store: HistoryStore, queries: HistoryQueries) -> None:
    await store.append("t1", [created("t1")])
    with pytest.raises(ValueError, match="JSON"):
        await store.append("t1", [UserSaid(1001.0, 0, (block(UserText("a")),)), Notice(float("nan"), "broken")])
    await store.append("t1", [UserSaid(1002.0, 0, (block(UserText("b")),))])
    assert queries.events("t1", after=1) == (UserSaid(1002.0, 0, (block(UserText("b")),)),)


async def test_a_cancelled_caller_does_not_lose_its_events(store: HistoryStore, queries: HistoryQueries) -> None:
    await store.append("t1", [created("t1")])
    waiting = asyncio.ensure_future(store.append("t1", [Notice(1001.0, "kept")]))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await store.append("t1", [Notice(1002.0, "next")])
    assert queries.events("t1", after=1) == (Notice(1001.0, "kept"), Notice(1002.0, "next"))


async def test_closing_writes_what_is_queued(path: Path, queries: HistoryQueries) -> None:
    store = open_database(path)
    waiting = [asyncio.ensure_future(store.append("t1", [created("t1")]))]
    waiting += [asyncio.ensure_future(store.append("t1", [Notice(1001.0 + n, "n")])) for n in range(20)]
    await asyncio.sleep(0)
    await asyncio.to_thread(store.close)
    await asyncio.gather(*waiting)
    assert len(queries.events("t1")) == 21
    store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.append("t1", [Notice(1.0, "late")])


async def test_a_task_must_be_created_once_and_first(store: HistoryStore) -> None:
    with pytest.raises(NotFound, match="no task 't1'"):
        await store.append("t1", [Notice(1.0, "x")])
    await store.append("t1", [created("t1")])
    with pytest.raises(StoreError, match="exists already"):
        await store.append("t1", [created("t1")])


async def test_costs_add_up_by_task_and_kind_of_money(store: HistoryStore, queries: HistoryQueries) -> None:
    await store.append("t1", [created("t1"), ended(1, 1010.0, 5), ended(2, 1020.0, None), ended(3, 1030.0, 7)])
    await store.append("t1", [ended(4, 1040.0, 1_000, money=Money.BILLED)])
    (row,) = queries.tasks()
    assert (row.turns, row.cost_nanodollars, row.money, row.updated_at) == (4, 12, Money.DEMO, 1040.0)
    assert rows(queries.path, "SELECT unpriced_turns FROM tasks") == [(2,)]


async def test_names_that_are_not_unicode_are_no_trouble(store: HistoryStore, queries: HistoryQueries) -> None:
    odd = replace(created("t1"), folder="/home/me/\udce9t\udce9", title="\ud800")
    said = UserSaid(1001.0, 0, (block(UserText("odd \udcff words")),))
    await store.append("t1", [odd, said])
    assert queries.events("t1") == (odd, said)
    assert [found.seq for found in queries.search("odd")] == [0]


async def test_readers_see_whole_calls_while_the_writer_writes(store: HistoryStore, queries: HistoryQueries) -> None:
    await store.append("t1", [created("t1")])
    stop, seen, failures = threading.Event(), [0], list[str]()

    def read() -> None:
        while not stop.is_set():
            notices = queries.events("t1", after=1)
            if len(notices) % 3 or [n.text for n in notices if isinstance(n, Notice)] != [
                str(number) for number in range(len(notices))
            ]:
                failures.append(f"{len(notices)} events seen")
            seen.append(len(notices))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for first in range(0, 120, 3):
        await store.append("t1", [Notice(1001.0, str(number)) for number in range(first, first + 3)])
    stop.set()
    for reader in readers:
        reader.join()
    assert not failures
    assert len(queries.events("t1", after=1)) == 120
