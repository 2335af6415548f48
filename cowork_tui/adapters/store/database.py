"""The history's writing side: events and what follows from them, requests between processes, and leases."""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from cowork_tui.adapters.store import migrations
from cowork_tui.adapters.store.codec import EventCodec
from cowork_tui.adapters.store.connection import BUSY_SECONDS
from cowork_tui.adapters.store.leases import Lease, current_boot_id
from cowork_tui.adapters.store.projections import Projection, TaskCursor, insert_task
from cowork_tui.adapters.store.rules import insert_rule
from cowork_tui.adapters.store.transactions import immediate
from cowork_tui.adapters.store.turn_rows import Account
from cowork_tui.adapters.store.writer import Writer
from cowork_tui.core.approvals import Rule
from cowork_tui.core.errors import BadInput, NotFound, StoreError
from cowork_tui.core.events import Event, TaskCreated

T = TypeVar("T")


def open_database(
    path: Path, *, busy_seconds: float = BUSY_SECONDS, now: Callable[[], float] = time.time
) -> HistoryStore:
    """Opens the history, making or migrating it where needed. Raises StoreError with what to do."""
    return HistoryStore(path, busy_seconds, now)


class HistoryStore:
    """`engine.ports.Store` over SQLite. Its methods may be called from any event loop; close it at the end."""

    def __init__(self, path: Path, busy_seconds: float, now: Callable[[], float]) -> None:
        self.path = path
        self._now = now
        self._owner = secrets.token_hex(8)
        self._boot_id = current_boot_id()
        self._account = Account()
        self._codec = EventCodec()
        self._cursors: dict[str, TaskCursor] = {}
        self._data_version = -1
        self._writer = Writer(path, busy_seconds, lambda db: migrations.prepare(db, path))

    def set_account(self, endpoint: str, key_fingerprint: str) -> None:
        """Where the requests planned from here on go."""
        self._account = Account(endpoint, key_fingerprint)

    async def append(self, task_id: str, events: Sequence[Event]) -> None:
        """Commit the durable ones of `events` in one transaction; returns when they are on disk.

        Cancelling the wait does not take them back. Raises NotFound for a task that was never created and StoreError
        where the history can't be written or another process runs the task.
        """
        durable = [event for event in events if event.durable]
        if durable:
            account = self._account
            await self._write(lambda db: self._commit(db, task_id, durable, account))

    async def request(self, task_id: str, kind: str) -> None:
        """Ask whichever process runs the task for something, e.g. `stop`."""
        row = (kind, self._now(), task_id)
        sql = "INSERT INTO requests (task, kind, at) SELECT key, ?, ? FROM tasks WHERE id = ?"
        if await self._write(lambda db: _execute(db, sql, row)) == 0:
            raise _no_task(task_id)

    async def acknowledge(self, task_id: str, kind: str) -> None:
        """Take a kind of request as done."""
        await self._write(lambda db: self._handle_requests(db, task_id, kind))

    async def claim(self, task_id: str) -> None:
        """Take the task's lease, before running it; requests to stop or pause that came before are void.

        Raises BadInput while another process runs the task and NotFound where there is no such task.
        """
        await self._write(lambda db: self._claim(db, task_id))

    async def beat(self, task_id: str) -> bool:
        """Renew the lease; False where another process took it over: whoever runs the task must stop."""
        row = (self._now(), task_id, self._owner)
        sql = "UPDATE tasks SET lease_beat_at = ? WHERE id = ? AND lease_owner = ?"
        return await self._write(lambda db: _execute(db, sql, row)) == 1

    async def release(self, task_id: str) -> None:
        """Give the lease back; nothing happens where another process holds it."""
        sql = "UPDATE tasks SET lease_owner = NULL, lease_pid = NULL WHERE id = ? AND lease_owner = ?"
        await self._write(lambda db: _execute(db, sql, (task_id, self._owner)))

    async def add_rule(self, rule: Rule) -> int:
        """Store a standing rule on changes, once; its number."""
        return await self._write(lambda db: _add_rule(db, rule))

    async def remove_rule(self, rule_id: int) -> None:
        """Take a rule back. Raises NotFound."""
        if await self._write(lambda db: _execute(db, "DELETE FROM approval_rules WHERE id = ?", (rule_id,))) == 0:
            raise NotFound(f"There is no rule {rule_id}: `cowork-tui rules` lists them.")

    def close(self) -> None:
        """Write what is queued and close. May be called more than once."""
        self._writer.close()

    async def _write(self, work: Callable[[Database], T]) -> T:
        return await asyncio.shield(asyncio.wrap_future(self._writer.submit(work)))

    def _commit(self, db: Database, task_id: str, events: Sequence[Event], account: Account) -> None:
        with immediate(db):
            self._forget_what_others_changed(db.conn)
            known = None if isinstance(events[0], TaskCreated) else self._cursors.get(task_id)
            cursor = replace(known) if known else self._find_cursor(db.conn, task_id, events[0])
            Projection(db.conn, cursor, account, self._codec).add(events)
        self._cursors[task_id] = cursor

    def _forget_what_others_changed(self, connection: sqlite3.Connection) -> None:
        version = int(connection.execute("PRAGMA data_version").fetchone()[0])
        if version != self._data_version:
            self._cursors.clear()
            self._data_version = version

    def _find_cursor(self, connection: sqlite3.Connection, task_id: str, event: Event) -> TaskCursor:
        """Also refuses to write to a task that another process runs."""
        row = connection.execute("SELECT key FROM tasks WHERE id = ?", (task_id,)).fetchone()
        if row is None:
            if not isinstance(event, TaskCreated) or event.task_id != task_id:
                raise _no_task(task_id)
            return TaskCursor(insert_task(connection, event), 1, 0)
        lease = self._live_lease(connection, task_id)
        if lease is not None and lease.owner != self._owner:
            raise StoreError(f"Task {task_id} was taken over by process {lease.pid}: what is done here is not stored.")
        if isinstance(event, TaskCreated):
            raise StoreError(f"Task {task_id} exists already: make the new task under an id of its own.")
        key = int(row[0])
        ends = connection.execute(
            """SELECT (SELECT ifnull(max(seq), 0) + 1 FROM events WHERE task = ?1),
                      (SELECT ifnull(max(seq), -1) + 1 FROM transcript WHERE task = ?1)""",
            (key,),
        ).fetchone()
        return TaskCursor(key, *ends)

    def _live_lease(self, connection: sqlite3.Connection, task_id: str) -> Lease | None:
        row = connection.execute(
            """SELECT lease_owner, lease_pid, lease_boot_id, lease_beat_at FROM tasks
               WHERE id = ? AND lease_owner IS NOT NULL""",
            (task_id,),
        ).fetchone()
        if row is None:
            return None
        lease = Lease(*row)
        return lease if lease.is_live(self._now(), self._boot_id) else None

    def _claim(self, db: Database, task_id: str) -> None:
        with immediate(db):
            lease = self._live_lease(db.conn, task_id)
            if lease is not None and lease.owner != self._owner:
                raise BadInput(
                    f"Task {task_id} is running already, in process {lease.pid}: "
                    f"watch it there, or stop it with `cowork-tui stop {task_id}`."
                )
            taken = db.conn.execute(
                "UPDATE tasks SET lease_owner = ?, lease_pid = ?, lease_boot_id = ?, lease_beat_at = ? WHERE id = ?",
                (self._owner, os.getpid(), self._boot_id, self._now(), task_id),
            )
            if taken.rowcount == 0:
                raise _no_task(task_id)
            for kind in ("stop", "pause"):
                self._handle_requests_inside(db.conn, task_id, kind)

    def _handle_requests(self, db: Database, task_id: str, kind: str) -> None:
        with immediate(db):
            self._handle_requests_inside(db.conn, task_id, kind)

    def _handle_requests_inside(self, connection: sqlite3.Connection, task_id: str, kind: str) -> None:
        connection.execute(
            """UPDATE requests SET handled_at = ? WHERE kind = ? AND handled_at IS NULL
               AND task = (SELECT key FROM tasks WHERE id = ?)""",
            (self._now(), kind, task_id),
        )


def _execute(db: Database, sql: str, row: tuple[object, ...]) -> int:
    """One statement in a transaction of its own; the number of rows it changed."""
    with immediate(db):
        return db.conn.execute(sql, row).rowcount


def _add_rule(db: Database, rule: Rule) -> int:
    with immediate(db):
        return insert_rule(db.conn, rule)


def _no_task(task_id: str) -> NotFound:
    return NotFound(f"There is no task {task_id!r}: `cowork-tui tasks` lists them.")
