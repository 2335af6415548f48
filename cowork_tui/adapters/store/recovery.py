"""A damaged history: a copy is kept, and what can be read is written into a new one.

Everything but events and blocks follows from these two, so a task is read event by event up to the first that can't be
read, and written anew as if it happened again.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from sqlite_utils import Database

from cowork_tui.adapters.store import migrations
from cowork_tui.adapters.store.blocks import block_of, read_block
from cowork_tui.adapters.store.codec import EventCodec
from cowork_tui.adapters.store.packing import unpack
from cowork_tui.adapters.store.projections import Projection, TaskCursor, insert_task
from cowork_tui.adapters.store.sent import UNREADABLE
from cowork_tui.adapters.store.transactions import immediate
from cowork_tui.adapters.store.turn_rows import Account
from cowork_tui.adapters.store.writer import connect
from cowork_tui.core.blocks import Block
from cowork_tui.core.errors import StoreError
from cowork_tui.core.events import Event, StatusChanged, TaskCreated
from cowork_tui.core.hashing import Hash
from cowork_tui.core.task_values import Status

MAX_FAILED_READS = 5_000
"""After so many the rest of a table is given up: each costs a look at a page."""
BLOCKS_AT_ONCE = 4_096

_LOST = (sqlite3.Error, *UNREADABLE)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of a damaged history."""

    path: Path
    copy: Path
    whole: int
    shortened: int
    lost: int

    @property
    def sentence(self) -> str:
        """What is said of it."""
        tasks = self.whole + self.shortened + self.lost
        if not tasks:
            kept = "no task could be read in it, so it may be no history at all"
        else:
            kept = f"{self.whole + self.shortened} of its {tasks} task{'' if tasks == 1 else 's'} could be read and "
            kept += "is kept" if self.whole + self.shortened == 1 else "are kept"
            if self.shortened:
                kept += f" ({self.shortened} not to the end)"
        return (
            f"The history {self.path} was damaged: {kept}, and the damaged file is {self.copy.name} beside it. "
            "Repeat the command to go on."
        )


def recover(path: Path, now: datetime | None = None) -> Recovered:
    """Put a new history in the place of a damaged one. Raises StoreError; the damaged file is then as it was."""
    moment = (now or datetime.now()).strftime("%Y%m%d-%H%M%S")
    names = chain([f"{path.name}.damaged-{moment}"], (f"{path.name}.damaged-{moment}-{n}" for n in count(2)))
    copy = next(place for place in map(path.with_name, names) if not place.exists())
    working, fresh = path.with_name(f"{path.name}.reading"), path.with_name(f"{path.name}.rescued")
    try:
        _copy_with_log(path, copy)
        _refuse_in_use(path, copy)
        _copy_with_log(copy, working)
        _remove_with_log(fresh)
        whole, shortened, lost = _rescue(working, fresh)
        for log in ("-wal", "-shm"):
            path.with_name(path.name + log).unlink(missing_ok=True)
        fresh.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"The history {path} is damaged, and what can be read could not be saved ({error}): free some space "
            "and see that its folder is yours to write to, then repeat the command."
        ) from error
    finally:
        _remove_with_log(working)
        _remove_with_log(fresh)
    return Recovered(path, copy, whole, shortened, lost)


def _refuse_in_use(path: Path, copy: Path) -> None:
    """A file that another program writes to must not be taken from under it. Looking may change the file: the copy is
    made before, and removed again where it is not needed."""
    with closing(sqlite3.connect(path, timeout=0.0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                _remove_with_log(copy)
                raise StoreError(
                    f"The history {path} is damaged and in use by another program: stop the tasks that run, "
                    "then repeat the command to have what can be read saved."
                ) from error


def _copy_with_log(source: Path, target: Path) -> None:
    """The file and, where there is one, the log of what is not yet written into it."""
    _remove_with_log(target)
    shutil.copy2(source, target)
    log = source.with_name(source.name + "-wal")
    if log.exists() and log.stat().st_size:
        shutil.copy2(log, target.with_name(target.name + "-wal"))


def _remove_with_log(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _rescue(damaged: Path, fresh: Path) -> tuple[int, int, int]:
    """Tasks read to the end, tasks read up to something unreadable, tasks lost."""
    counts = {"whole": 0, "shortened": 0, "lost": 0}
    with closing(connect(fresh, 0.0)) as target, closing(sqlite3.connect(damaged)) as source:
        db = Database(target, execute_plugins=False)
        migrations.prepare(db, fresh)
        reader = _Reader(source)
        for key in reader.task_keys():
            events, complete = reader.events(key)
            if not events and complete:
                continue
            if not events or not isinstance(events[0], TaskCreated):
                counts["lost"] += 1
                continue
            if not complete:
                events.append(_end_of_what_is_known(events))
            _write(db, events, events[0], reader.account(key))
            counts["whole" if complete else "shortened"] += 1
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return counts["whole"], counts["shortened"], counts["lost"]


def _write(db: Database, events: list[Event], created: TaskCreated, account: Account) -> None:
    with immediate(db):
        cursor = TaskCursor(insert_task(db.conn, created), 1, 0)
        Projection(db.conn, cursor, account, EventCodec()).add(events)


def _end_of_what_is_known(events: list[Event]) -> StatusChanged:
    at = max(float(getattr(event, "at", 0.0)) for event in events)
    reason = "The history was damaged, and what happened after this is lost."
    return StatusChanged(at, Status.PAUSED, reason, "Look through the folder, then resume the task.")


class _Reader:
    """Reads a damaged database as far as it can be read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._codec = EventCodec()
        self._ids: dict[Hash, int] | None = None
        self._failed_reads = 0

    def task_keys(self) -> range:
        """Every key that a task may have."""
        newest = 0
        for column, table in (("key", "tasks"), ("task", "events"), ("task", "turns"), ("task", "transcript")):
            with suppress(sqlite3.Error):
                row = self._connection.execute(f"SELECT max({column}) FROM {table}").fetchone()
                newest = max(newest, int(row[0] or 0))
        return range(1, newest + 1)

    def events(self, key: int) -> tuple[list[Event], bool]:
        """A task's events up to the first that can't be read, and whether that is all of them."""
        found: list[Event] = []
        try:
            for seq, kind, payload in self._rows(key):
                if seq != len(found) + 1:
                    return found, False
                found.append(self._codec.decode(kind, unpack(payload), self._block))
        except _LOST:
            return found, False
        return found, bool(found) or not self._is_listed(key)

    def _rows(self, key: int) -> Iterator[tuple[int, str, str | bytes]]:
        """One query an event: a step onto a damaged page then costs no earlier one."""
        sql = "SELECT seq, kind, payload FROM events WHERE task = ? AND seq > ? ORDER BY seq LIMIT 1"
        last = 0
        while (row := self._connection.execute(sql, (key, last)).fetchone()) is not None:
            last = row[0]
            yield row

    def _is_listed(self, key: int) -> bool:
        try:
            return self._connection.execute("SELECT 1 FROM tasks WHERE key = ?", (key,)).fetchone() is not None
        except sqlite3.Error:
            return True

    def account(self, key: int) -> Account:
        """Where the task's requests went; unknown where that can't be read."""
        sql = "SELECT endpoint, key_fingerprint FROM turns WHERE task = ? LIMIT 1"
        with suppress(sqlite3.Error):
            row = self._connection.execute(sql, (key,)).fetchone()
            return Account(*row) if row else Account()
        return Account()

    def _block(self, block_hash: Hash) -> Block:
        """A block by its hash; past a damaged index by looking through all that can be read. Raises KeyError."""
        with suppress(*_LOST):
            return read_block(self._connection, block_hash)
        if self._ids is None:
            self._ids = self._all_ids()
        sql = "SELECT kind, payload, chars, tokens FROM blocks WHERE id = ?"
        return block_of(block_hash, *self._connection.execute(sql, (self._ids[block_hash],)).fetchone())

    def _all_ids(self) -> dict[Hash, int]:
        try:
            newest = int(self._connection.execute("SELECT max(id) FROM blocks").fetchone()[0] or 0)
        except sqlite3.Error:
            newest = 1 << 24
        spans = range(1, newest + 1, BLOCKS_AT_ONCE)
        return {block_hash: row for low in spans for row, block_hash in self._span(low, low + BLOCKS_AT_ONCE - 1)}

    def _span(self, low: int, high: int) -> list[tuple[int, Hash]]:
        """The ids and hashes of a range, by halves around what can't be read."""
        if self._failed_reads > MAX_FAILED_READS:
            return []
        sql = "SELECT id, hash FROM blocks WHERE id BETWEEN ? AND ?"
        try:
            return self._connection.execute(sql, (low, high)).fetchall()
        except sqlite3.Error:
            self._failed_reads += 1
        middle = (low + high) // 2
        return [] if low == high else self._span(low, middle) + self._span(middle + 1, high)
