"""Rows made from events, in the same transaction: they answer questions fast and can be made again from the events."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from cowork_tui.adapters.store import turn_rows
from cowork_tui.adapters.store.blocks import save_block
from cowork_tui.adapters.store.codec import EventCodec
from cowork_tui.adapters.store.packing import pack, plain
from cowork_tui.adapters.store.turn_rows import Account, insert
from cowork_tui.core.blocks import Block
from cowork_tui.core.events import (
    ApprovalAsked,
    ApprovalGiven,
    AttemptEnded,
    BlockEnded,
    CacheMissed,
    EditApplied,
    Event,
    FilesRedone,
    FilesUndone,
    PlanUpdated,
    StatusChanged,
    TaskChanged,
    TaskCreated,
    ToolEnded,
    TurnEnded,
    TurnPlanned,
    UserSaid,
)
from cowork_tui.core.task_values import Status


@dataclass(slots=True)
class TaskCursor:
    """Where a task's rows end: the numbers that its next event and its next transcript entry get."""

    key: int
    event_seq: int
    entry_seq: int


class Projection:
    """Writes a task's events and the rows that follow from them, inside a transaction that the caller holds."""

    def __init__(self, connection: sqlite3.Connection, cursor: TaskCursor, account: Account, codec: EventCodec) -> None:
        self._connection = connection
        self._cursor = cursor
        self._account = account
        self._codec = codec

    def add(self, events: Iterable[Event]) -> None:
        """Write durable events in order."""
        at = None
        for event in events:
            seq, task = self._cursor.event_seq, self._cursor.key
            kind, text = self._codec.encode(event)
            self._project(seq, event)
            self._connection.execute("INSERT INTO events VALUES (?, ?, ?, ?)", (task, seq, kind, pack(text)))
            self._cursor.event_seq += 1
            at = getattr(event, "at", at)
        self._connection.execute("UPDATE tasks SET updated_at = ? WHERE key = ?", (at, self._cursor.key))

    def _project(self, seq: int, event: Event) -> None:
        connection, task = self._connection, self._cursor.key
        match event:
            case TaskCreated():
                for block in (*event.tools, *event.system):
                    save_block(connection, block)
            case TaskChanged():
                self._change_task(event)
            case StatusChanged():
                row = (event.status.value, plain(event.reason), plain(event.next_step), task)
                connection.execute("UPDATE tasks SET status = ?, reason = ?, next_step = ? WHERE key = ?", row)
            case UserSaid():
                self._say(event.turn, event.blocks)
            case BlockEnded():
                self._say(event.turn, (event.block,))
            case ToolEnded():
                self._say(event.turn, (event.block,))
                self._change_files(seq, event)
            case FilesUndone() | FilesRedone():
                self._change_files(seq, event)
            case PlanUpdated():
                self._set_steps(event)
            case EditApplied():
                self._edit(event)
            case TurnPlanned():
                turn_rows.plan_turn(connection, task, event, self._account, self._codec)
            case TurnEnded():
                turn_rows.end_turn(connection, task, event)
            case AttemptEnded():
                turn_rows.end_attempt(connection, task, seq, event)
            case CacheMissed():
                turn_rows.miss_cache(connection, task, event)
            case ApprovalAsked():
                self._ask(seq, event)
            case ApprovalGiven():
                self._answer(event)
            case _:
                pass

    def _say(self, turn: int, blocks: Iterable[Block]) -> None:
        for block in blocks:
            row = (self._cursor.key, self._cursor.entry_seq, turn, save_block(self._connection, block))
            self._connection.execute("INSERT INTO transcript (task, seq, turn, block) VALUES (?, ?, ?, ?)", row)
            self._cursor.entry_seq += 1

    def _change_task(self, event: TaskChanged) -> None:
        self._connection.execute(
            """UPDATE tasks SET mode = ?, model = ?, effort = ?, cap_nanodollars = ?, cap_tokens = ?,
               folder = ifnull(?, folder) WHERE key = ?""",
            (event.mode.value, event.choice.model, event.choice.effort, event.cap.nanodollars, event.cap.tokens,
             event.folder, self._cursor.key),
        )  # fmt: skip

    def _change_files(self, seq: int, event: ToolEnded | FilesUndone | FilesRedone) -> None:
        tool_use_id = event.tool_use_id if isinstance(event, ToolEnded) else ""
        origin = {ToolEnded: "tool", FilesUndone: "undo", FilesRedone: "redo"}[type(event)]
        self._connection.executemany(
            """INSERT INTO file_changes (task, event_seq, position, turn, tool_use_id, path, before_sha256,
               after_sha256, before_bytes, after_bytes, at, kind, before_mode, after_mode, before_mtime_ns,
               after_mtime_ns, moved_from, origin) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                (self._cursor.key, seq, position, event.turn, tool_use_id, plain(change.path),
                 change.before_sha256, change.after_sha256, change.before_bytes, change.after_bytes, event.at,
                 change.kind, change.before_mode, change.after_mode, change.before_mtime_ns, change.after_mtime_ns,
                 None if change.moved_from is None else plain(change.moved_from), origin)
                for position, change in enumerate(event.changes)
            ],
        )  # fmt: skip

    def _set_steps(self, event: PlanUpdated) -> None:
        self._connection.execute("DELETE FROM steps WHERE task = ?", (self._cursor.key,))
        self._connection.executemany(
            "INSERT INTO steps (task, position, title, kind, status) VALUES (?, ?, ?, ?, ?)",
            [
                (self._cursor.key, position, plain(step.title), step.kind.value, step.status.value)
                for position, step in enumerate(event.steps)
            ],
        )

    def _edit(self, event: EditApplied) -> None:
        edit = event.edit
        replacements: list[list[int | str | None]] = []
        for replacement in edit.replacements:
            if replacement.block is not None:
                save_block(self._connection, replacement.block)
            replacements.append([replacement.seq, replacement.block.hash.hex() if replacement.block else None])
        self._connection.execute(
            """INSERT INTO edits (task, number, turn, kind, replacements, pinned, undoes, at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (self._cursor.key, edit.number, edit.turn, edit.kind.value, json.dumps(replacements),
             json.dumps(edit.pinned), edit.undoes, event.at),
        )  # fmt: skip

    def _ask(self, seq: int, event: ApprovalAsked) -> None:
        self._connection.execute(
            """INSERT INTO approvals (task, event_seq, turn, tool_use_id, name, summary, outside_content, asked_at,
               cold_at, cold_extra_nanodollars) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (self._cursor.key, seq, event.turn, event.tool_use_id, plain(event.name), plain(event.summary),
             event.outside_content, event.at, event.cold_at, event.cold_extra_nanodollars),
        )  # fmt: skip

    def _answer(self, event: ApprovalGiven) -> None:
        self._connection.execute(
            """UPDATE approvals SET allowed = ?, scope = ?, reason = ?, answered_at = ?
               WHERE task = ? AND tool_use_id = ? AND answered_at IS NULL""",
            (event.allowed, event.scope, plain(event.reason), event.at, self._cursor.key, event.tool_use_id),
        )


def insert_task(connection: sqlite3.Connection, event: TaskCreated) -> int:
    """The row of a new task; gives its key."""
    row: dict[str, turn_rows.Value] = {
        "id": event.task_id,
        "title": plain(event.title),
        "goal": plain(event.goal),
        "folder": plain(event.folder),
        "mode": event.mode.value,
        "model": event.choice.model,
        "effort": event.choice.effort,
        "cap_nanodollars": event.cap.nanodollars,
        "cap_tokens": event.cap.tokens,
        "budget_tokens": event.budget_tokens,
        "money": event.money.value,
        "status": Status.RUNNING.value,
        "created_at": event.at,
        "updated_at": event.at,
    }
    insert(connection, "tasks", row)
    return int(connection.execute("SELECT last_insert_rowid()").fetchone()[0])
