"""The history's reading side: every call has a connection of its own, so any thread may ask, beside any writer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cowork_tui.adapters.store.blocks import read_block
from cowork_tui.adapters.store.codec import EventCodec
from cowork_tui.adapters.store.connection import reading
from cowork_tui.adapters.store.faults import damaged
from cowork_tui.adapters.store.leases import Lease, current_boot_id
from cowork_tui.adapters.store.packing import unpack
from cowork_tui.adapters.store.requests import RequestWatch
from cowork_tui.adapters.store.rules import read_rules
from cowork_tui.adapters.store.search import Found, find_text
from cowork_tui.adapters.store.sent import UNREADABLE, SentRequest, chain, read_sent, task_key
from cowork_tui.adapters.store.task_list import find_task, read_tasks
from cowork_tui.core.approvals import Rule
from cowork_tui.core.blocks import Block
from cowork_tui.core.errors import NotFound, StoreError
from cowork_tui.core.events import Event
from cowork_tui.core.hashing import Hash
from cowork_tui.core.plan import Ttl
from cowork_tui.core.steps import StepKind
from cowork_tui.engine.ports import CacheFact, TaskRow, TurnFact


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a model's input was foretold and what it was, summed over its turns at one endpoint."""

    model: str
    turns: int
    forecast_tokens: int
    input_tokens: int


class HistoryQueries:
    """`engine.ports.Queries` over SQLite. Its methods raise StoreError where the history can't be read."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self.path = path
        self._now = now
        self._codec = EventCodec()

    def tasks(self, limit: int = 1000) -> tuple[TaskRow, ...]:
        """Newest first."""
        return read_tasks(self.path, limit)

    def resolve_task(self, prefix: str) -> str:
        """The full id of the one task whose id begins with `prefix` (or `last`: the newest). Raises NotFound."""
        return find_task(self.path, prefix)

    def events(self, task_id: str, after: int = 0) -> tuple[Event, ...]:
        """A task's durable events in order, those behind sequence number `after` (the first is 1). Raises NotFound."""
        with reading(self.path) as connection:
            key = task_key(connection, task_id)
            lookup = partial(read_block, connection)
            sql = "SELECT seq, kind, payload FROM events WHERE task = ? AND seq > ? ORDER BY seq"
            found: list[Event] = []
            for seq, kind, payload in connection.execute(sql, (key, after)):
                try:
                    found.append(self._codec.decode(kind, unpack(payload), lookup))
                except UNREADABLE as error:
                    raise StoreError(f"Event {seq} of task {task_id} is unreadable. {damaged(self.path)}") from error
            return tuple(found)

    def block(self, block_hash: Hash) -> Block:
        """A stored block. Raises KeyError."""
        with reading(self.path) as connection:
            return read_block(connection, block_hash)

    def cache_facts(self, endpoint: str, key_fingerprint: str, since: float) -> tuple[CacheFact, ...]:
        """Breakpoints of finished requests planned since then, oldest first.

        A request that is known to have neither read nor written anything left nothing live and gives no fact.
        """
        sql = """SELECT model, started_at, breakpoints, cache_known,
                 cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens
                 FROM turns WHERE started_at >= ? AND endpoint = ? AND key_fingerprint = ? AND ended_at IS NOT NULL
                 ORDER BY started_at"""
        facts: list[CacheFact] = []
        for model, started_at, breakpoints, known, tokens in self._rows(sql, (since, endpoint, key_fingerprint)):
            points = json.loads(unpack(breakpoints))
            if known and not tokens:
                continue
            for index, (_, ttl, prefix) in enumerate(points, 1):
                exact = tokens if known and index == len(points) else None
                facts.append(CacheFact(model, bytes.fromhex(prefix), Ttl(ttl), started_at, exact))
        return tuple(facts)

    def turn_facts(self, limit: int = 200) -> tuple[TurnFact, ...]:
        """The newest finished turns, newest first."""
        sql = """SELECT model, step_kind, output_tokens, seconds,
                 forecast_read_tokens + forecast_write_tokens + forecast_fresh_tokens,
                 input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens
                 FROM turns WHERE ended_at IS NOT NULL ORDER BY started_at DESC LIMIT ?"""
        return tuple(TurnFact(row[0], StepKind(row[1]), *row[2:]) for row in self._rows(sql, (limit,)))

    def approval_rules(self) -> tuple[Rule, ...]:
        """The user's standing rules on changes, oldest first."""
        return read_rules(self.path)

    def changed_by(self, folder: str, path: str) -> tuple[str, ...]:
        """The ids of tasks that changed a path of a folder, the last one first."""
        sql = """SELECT tasks.id, max(at) FROM file_changes JOIN tasks ON tasks.key = task
                 WHERE path = ? AND folder = ? GROUP BY tasks.id ORDER BY max(at) DESC"""
        return tuple(row[0] for row in self._rows(sql, (path, folder)))

    def calibrations(self, endpoint: str) -> tuple[Calibration, ...]:
        """How far forecasts were off, by model."""
        sql = "SELECT model, turns, forecast_tokens, input_tokens FROM calibrations WHERE endpoint = ?"
        return tuple(Calibration(*row) for row in self._rows(sql, (endpoint,)))

    def stop_requested(self, task_id: str) -> bool:
        """Whether another process asked this task to stop, and nobody has acknowledged it."""
        return self.is_requested(task_id, "stop")

    def is_requested(self, task_id: str, kind: str) -> bool:
        """Whether another process asked that of this task, and nobody has acknowledged it."""
        sql = """SELECT 1 FROM requests WHERE kind = ? AND handled_at IS NULL
                 AND task = (SELECT key FROM tasks WHERE id = ?) LIMIT 1"""
        return bool(self._rows(sql, (kind, task_id)))

    def watch_requests(self, task_id: str) -> RequestWatch:
        """A cheap look at what other processes ask of a task, to be repeated several times a second."""
        return RequestWatch(self.path, task_id)

    def running_pid(self, task_id: str) -> int | None:
        """The process that runs the task, None where none does."""
        sql = """SELECT lease_owner, lease_pid, lease_boot_id, lease_beat_at FROM tasks
                 WHERE id = ? AND lease_owner IS NOT NULL"""
        leases = [Lease(*row) for row in self._rows(sql, (task_id,))]
        live = [lease.pid for lease in leases if lease.is_live(self._now(), current_boot_id())]
        return live[0] if live else None

    def search(self, words: str, limit: int = 50) -> tuple[Found, ...]:
        """Where blocks hold all the words, best first."""
        with reading(self.path) as connection:
            return find_text(connection, words, limit)

    def sent_blocks(self, task_id: str, turn: int) -> SentRequest:
        """What a past request was made of. Raises NotFound for a turn that was never planned."""
        with reading(self.path) as connection:
            key = task_key(connection, task_id)
            try:
                lookup, walk = partial(read_block, connection), partial(chain, connection)
                return read_sent(connection, self._codec, key, turn, lookup, walk)
            except UNREADABLE as error:
                raise StoreError(f"Turn {turn} of task {task_id} is unreadable. {damaged(self.path)}") from error

    def _rows(self, sql: str, parameters: tuple[object, ...]) -> list[tuple]:
        """All rows; none where there is no history yet."""
        try:
            with reading(self.path) as connection:
                return connection.execute(sql, parameters).fetchall()
        except NotFound:
            return []
