"""A database that is newer, older, damaged, locked or on a full disk."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from cowork_tui.adapters.store import migrations
from cowork_tui.adapters.store.connection import SCHEMA_VERSION
from cowork_tui.adapters.store.database import HistoryStore, open_database
from cowork_tui.adapters.store.faults import explained
from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.adapters.store.writer import Writer
from cowork_tui.core.errors import StoreError
from cowork_tui.core.events import Notice
from tests.adapters.store.store_story import Story, created


def pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_history_is_for_its_owner_alone_and_set_up_for_speed(store: HistoryStore, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert pragma(path, "page_size") == 16_384
    assert pragma(path, "journal_mode") == "wal"
    assert pragma(path, "user_version") == SCHEMA_VERSION == len(migrations.STEPS)


def test_several_programs_may_make_the_history_at_the_same_moment(path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(open_database, [path] * 6))
    for store in stores:
        store.close()
    assert HistoryQueries(path).tasks() == ()


def test_a_history_of_a_newer_program_is_refused_and_left_alone(path: Path) -> None:
    open_database(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    for use in (lambda: open_database(path), HistoryQueries(path).tasks, lambda: HistoryQueries(path).events("t1")):
        said = rf"version {SCHEMA_VERSION + 1}, this program knows version {SCHEMA_VERSION}: update"
        with pytest.raises(StoreError, match=said):
            use()
    assert path.read_bytes() == before


def later(db: Database) -> None:
    db.conn.execute("CREATE TABLE later (id INTEGER PRIMARY KEY)")


def broken(db: Database) -> None:
    db.conn.execute("CREATE TABLE half_done (id INTEGER PRIMARY KEY)")
    raise sqlite3.OperationalError("no such column: x")


def opened_with(path: Path, steps: tuple[migrations.Step, ...]) -> None:
    Writer(path, 1.0, lambda db: migrations.prepare(db, path, steps)).close()


async def test_an_older_history_is_copied_and_then_migrated(path: Path) -> None:
    store = open_database(path)
    await store.append("t1", [created("t1")])
    store.close()
    opened_with(path, (*migrations.STEPS, later))
    assert pragma(path, "user_version") == SCHEMA_VERSION + 1
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM later").fetchone() == (0,)
        names = connection.execute("SELECT name FROM _sqlite_migrations").fetchall()
    assert names == [("0001_first",), ("0002_rules_and_undo",), ("0003_later",)]
    assert HistoryQueries(path.with_name("history.db.before-3")).events("t1") == (created("t1"),)
    opened_with(path, (*migrations.STEPS, later))


async def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    store = open_database(path)
    await store.append("t1", [created("t1")])
    store.close()
    with pytest.raises(StoreError, match="no such column: x"):
        opened_with(path, (*migrations.STEPS, later, broken))
    assert pragma(path, "user_version") == SCHEMA_VERSION
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT name FROM sqlite_master WHERE name IN ('later', 'half_done')"
        assert connection.execute(sql).fetchall() == []
    assert HistoryQueries(path).events("t1") == (created("t1"),)


def overwrite_start(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 this is a spreadsheet" * 1000)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 20 * 1024])


@pytest.mark.parametrize("damage", [overwrite_start, cut])
async def test_a_damaged_history_is_said_to_be_damaged(path: Path, damage: Callable[[Path], None]) -> None:
    store, story = open_database(path), Story("t1")
    await store.append("t1", [*story.begin(), *story.next_turn()])
    store.close()
    damage(path)
    with pytest.raises(StoreError, match=r"history\.db is damaged.*: move it away"):
        HistoryQueries(path).events("t1")
    with pytest.raises(StoreError, match=r"history\.db is damaged.*: move it away"):
        await open_database(path).append("t1", [Notice(1.0, "x")])


async def test_a_locked_history_is_said_to_be_locked_and_used_again_afterwards(path: Path) -> None:
    store = open_database(path, busy_seconds=0.05)
    await store.append("t1", [created("t1")])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program"):
            await store.append("t1", [Notice(1.0, "refused")])
        other.execute("ROLLBACK")
    await store.append("t1", [Notice(2.0, "stored")])
    store.close()
    assert HistoryQueries(path).events("t1", after=1) == (Notice(2.0, "stored"),)


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match=r"file/history\.db can't be opened .*: check"):
        open_database(tmp_path / "file" / "history.db")
    with pytest.raises(StoreError, match="can't be opened"):
        open_database(tmp_path)


def provoked(tmp_path: Path, spoil: str) -> sqlite3.Error:
    """A real error of SQLite's own."""
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t (x)")
        connection.execute(spoil)
        with pytest.raises(sqlite3.Error) as caught:
            connection.execute("INSERT INTO t VALUES (zeroblob(1000000))")
    return caught.value


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("PRAGMA max_page_count = 3", "disk is full, so the history .*: free some space"),
        ("PRAGMA query_only = 1", "can't be written: make the file and its folder writable"),
        ("DROP TABLE t", r"can't be used \(no such table: t\)"),
    ],
)
def test_errors_say_what_to_do_next(tmp_path: Path, spoil: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        raise explained(provoked(tmp_path, spoil), tmp_path / "history.db")
