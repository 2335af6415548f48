"""Several processes, killed processes, and who runs a task."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cowork_tui.adapters.store.database import HistoryStore, open_database
from cowork_tui.adapters.store.leases import LIVE_SECONDS
from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.core.errors import BadInput, NotFound, StoreError
from cowork_tui.core.events import Notice
from tests.adapters.store.store_story import Story, created

CHILD = Path(__file__).with_name("store_child.py")


@contextmanager
def child(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(CHILD), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def test_a_killed_writer_loses_nothing_it_was_told_is_stored(path: Path, queries: HistoryQueries) -> None:
    with child("write", path) as process:
        done = [int(line(process)) for _ in range(25)][-1]
        process.kill()
        process.wait()
    story = Story("t1")
    expected = story.begin()
    stored = queries.events("t1")
    while len(expected) < len(stored):
        expected += story.next_turn()
    assert stored == tuple(expected)
    assert story.turn >= done == 25
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    store = open_database(path)
    more = story.next_turn()
    await store.append("t1", more)
    store.close()
    assert queries.events("t1", after=len(stored)) == tuple(more)


async def test_a_task_that_runs_elsewhere_can_be_stopped_but_not_run_twice(
    path: Path, store: HistoryStore, queries: HistoryQueries
) -> None:
    with child("hold", path, "t1") as process:
        assert line(process) == "claimed"
        assert queries.running_pid("t1") == process.pid
        with pytest.raises(BadInput, match=f"running already, in process {process.pid}"):
            await store.claim("t1")
        with pytest.raises(StoreError, match="taken over"):
            await store.append("t1", [Notice(1.0, "from here")])
        await store.request("t1", "stop")
        assert process.wait(timeout=20) == 0
    assert queries.running_pid("t1") is None
    assert not queries.stop_requested("t1")
    await store.claim("t1")
    await store.append("t1", [Notice(1.0, "from here")])


async def test_the_task_of_a_killed_process_can_be_run_at_once(path: Path, store: HistoryStore) -> None:
    with child("hold", path, "t1") as process:
        assert line(process) == "claimed"
        process.kill()
        process.wait()
        await store.claim("t1")


async def test_both_of_two_writers_are_stored(path: Path, store: HistoryStore, queries: HistoryQueries) -> None:
    other = open_database(path)
    for number in range(10):
        for writer, task_id in ((store, "here"), (other, "there")):
            await writer.append(task_id, [created(task_id) if number == 0 else Notice(1.0 * number, task_id)])
    other.close()
    for task_id in ("here", "there"):
        assert queries.events(task_id, after=1) == tuple(Notice(1.0 * number, task_id) for number in range(1, 10))


async def test_a_lease_that_stops_beating_can_be_taken_over_and_its_holder_learns_it(path: Path) -> None:
    clock = [5000.0]
    first, second = (open_database(path, now=lambda: clock[0]) for _ in range(2))
    await first.append("t1", [created("t1")])
    await first.claim("t1")
    await first.claim("t1")
    clock[0] += LIVE_SECONDS - 1
    assert await first.beat("t1")
    clock[0] += LIVE_SECONDS - 1
    with pytest.raises(BadInput):
        await second.claim("t1")
    clock[0] += 2
    await second.claim("t1")
    assert not await first.beat("t1")
    with pytest.raises(StoreError, match="taken over"):
        await first.append("t1", [Notice(1.0, "too late")])
    await first.release("t1")
    assert await second.beat("t1")
    first.close()
    second.close()


async def test_a_request_to_stop_holds_until_it_is_acknowledged_or_the_task_runs_anew(
    store: HistoryStore, queries: HistoryQueries
) -> None:
    await store.append("t1", [created("t1")])
    await store.append("t2", [created("t2")])
    await store.request("t1", "stop")
    assert queries.stop_requested("t1")
    assert not queries.stop_requested("t2")
    await store.acknowledge("t1", "stop")
    assert not queries.stop_requested("t1")
    await store.request("t1", "stop")
    await store.claim("t1")
    assert not queries.stop_requested("t1")


async def test_an_unknown_task_can_neither_be_run_nor_stopped(store: HistoryStore) -> None:
    for ask in (store.claim("t1"), store.request("t1", "stop")):
        with pytest.raises(NotFound, match="no task 't1'"):
            await ask
    assert not await store.beat("t1")
