"""The database's schema, as numbered steps that are only ever appended to.

All pending steps, their records and the new `user_version` are one transaction. A database that already holds
something is copied to `history.db.before-N` first, N being the version it is taken to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from sqlite_utils import Database, Migrations

from cowork_tui.adapters.store.connection import refuse_newer, schema_version
from cowork_tui.adapters.store.transactions import immediate

PAGE_BYTES = 16_384
"""Fewer, larger pages: most blocks fit into one, and overflow chains stay short."""

CACHE_KIBIBYTES = 32_768
"""Page cache of the writing connection: keeps the inner pages of the hash indexes of a large history in memory."""

Step: TypeAlias = Callable[[Database], None]


def prepare(db: Database, path: Path, steps: Sequence[Step] | None = None) -> None:
    """Sets the connection up for writing and brings the database to the newest version.

    Raises StoreError where a newer program has changed it, sqlite3.Error where it can't be used.
    """
    chosen = STEPS if steps is None else steps
    refuse_newer(schema_version(db.conn), path, len(chosen))
    db.conn.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    db.conn.execute("PRAGMA journal_mode = WAL")
    db.conn.execute("PRAGMA synchronous = FULL")
    db.conn.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
    if schema_version(db.conn) == len(chosen):
        return
    with immediate(db):
        version = schema_version(db.conn)
        refuse_newer(version, path, len(chosen))
        if version == len(chosen):
            return
        if version:
            _back_up(path, path.with_name(f"{path.name}.before-{len(chosen)}"))
        numbered(chosen).apply(db)
        db.conn.execute(f"PRAGMA user_version = {len(chosen)}")


def numbered(steps: Sequence[Step]) -> Migrations:
    """The steps as sqlite-utils keeps them: `0001_first`, `0002_…`."""
    migrations = Migrations("cowork_tui")
    for number, step in enumerate(steps, 1):
        migrations(name=f"{number:04}_{step.__name__}")(step)
    return migrations


def _back_up(path: Path, target: Path) -> None:
    """A whole copy, under its final name only once it is complete."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
    partial.replace(target)


def first(db: Database) -> None:
    """Everything one task needs, from blocks to money."""
    for statement in (*_CONTENT, *_TASKS, *_TURNS):
        db.conn.execute(statement)


def rules_and_undo(db: Database) -> None:
    """Standing rules on changes; modes, times and moves of files, and which changes were the user's own undo."""
    for statement in _RULES_AND_UNDO:
        db.conn.execute(statement)


STEPS: tuple[Step, ...] = (first, rules_and_undo)

_CONTENT = (
    """CREATE TABLE blocks (
        id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, payload NOT NULL,
        chars INTEGER NOT NULL, tokens INTEGER NOT NULL
    )""",
    """CREATE VIRTUAL TABLE block_text USING fts5(
        text, content = '', tokenize = 'unicode61 remove_diacritics 2'
    )""",
    """CREATE TABLE prefixes (
        hash BLOB PRIMARY KEY, parent_hash BLOB NOT NULL, block_hash BLOB NOT NULL
    ) WITHOUT ROWID""",
)

_TASKS = (
    """CREATE TABLE tasks (
        key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, goal TEXT NOT NULL,
        folder TEXT NOT NULL, mode TEXT NOT NULL, model TEXT NOT NULL, effort TEXT, cap_nanodollars INTEGER,
        cap_tokens INTEGER, budget_tokens INTEGER NOT NULL, money TEXT NOT NULL, status TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '', next_step TEXT NOT NULL DEFAULT '', turns INTEGER NOT NULL DEFAULT 0,
        cost_nanodollars INTEGER NOT NULL DEFAULT 0, unpriced_turns INTEGER NOT NULL DEFAULT 0,
        created_at REAL NOT NULL, updated_at REAL NOT NULL,
        lease_owner TEXT, lease_pid INTEGER, lease_boot_id TEXT, lease_beat_at REAL
    )""",
    "CREATE INDEX tasks_by_age ON tasks (created_at)",
    """CREATE TABLE events (
        task INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, payload NOT NULL, PRIMARY KEY (task, seq)
    ) WITHOUT ROWID""",
    """CREATE TABLE transcript (
        task INTEGER NOT NULL, seq INTEGER NOT NULL, turn INTEGER NOT NULL, block INTEGER NOT NULL,
        PRIMARY KEY (task, seq)
    ) WITHOUT ROWID""",
    "CREATE INDEX transcript_by_block ON transcript (block)",
    """CREATE TABLE edits (
        task INTEGER NOT NULL, number INTEGER NOT NULL, turn INTEGER NOT NULL, kind TEXT NOT NULL,
        replacements TEXT NOT NULL, pinned TEXT NOT NULL, undoes INTEGER, at REAL NOT NULL,
        PRIMARY KEY (task, number)
    ) WITHOUT ROWID""",
    """CREATE TABLE steps (
        task INTEGER NOT NULL, position INTEGER NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL,
        status TEXT NOT NULL, PRIMARY KEY (task, position)
    ) WITHOUT ROWID""",
    """CREATE TABLE approvals (
        task INTEGER NOT NULL, event_seq INTEGER NOT NULL, turn INTEGER NOT NULL, tool_use_id TEXT NOT NULL,
        name TEXT NOT NULL, summary TEXT NOT NULL, outside_content INTEGER NOT NULL, asked_at REAL NOT NULL,
        allowed INTEGER, scope TEXT, reason TEXT, answered_at REAL, PRIMARY KEY (task, event_seq)
    ) WITHOUT ROWID""",
    """CREATE TABLE file_changes (
        task INTEGER NOT NULL, event_seq INTEGER NOT NULL, position INTEGER NOT NULL, turn INTEGER NOT NULL,
        tool_use_id TEXT NOT NULL, path TEXT NOT NULL, before_sha256 TEXT, after_sha256 TEXT,
        before_bytes INTEGER NOT NULL, after_bytes INTEGER NOT NULL, at REAL NOT NULL,
        PRIMARY KEY (task, event_seq, position)
    ) WITHOUT ROWID""",
    """CREATE TABLE requests (
        id INTEGER PRIMARY KEY, task INTEGER NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL, handled_at REAL
    )""",
    "CREATE INDEX requests_open ON requests (task, kind) WHERE handled_at IS NULL",
)

_TURNS = (
    """CREATE TABLE turns (
        task INTEGER NOT NULL, turn INTEGER NOT NULL, endpoint TEXT NOT NULL, key_fingerprint TEXT NOT NULL,
        started_at REAL NOT NULL, step_kind TEXT NOT NULL, model TEXT NOT NULL, effort TEXT,
        parameters NOT NULL, head BLOB NOT NULL, positions INTEGER NOT NULL, end_seq INTEGER NOT NULL,
        breakpoints NOT NULL, body_sha256 NOT NULL, previous_message_id TEXT,
        forecast_read_tokens INTEGER NOT NULL, forecast_write_tokens INTEGER NOT NULL,
        forecast_fresh_tokens INTEGER NOT NULL, forecast_output_p50_tokens INTEGER NOT NULL,
        forecast_output_p90_tokens INTEGER NOT NULL, forecast_cost_nanodollars INTEGER,
        forecast_cost_p90_nanodollars INTEGER, forecast_cold_cost_nanodollars INTEGER,
        forecast_switch_nanodollars INTEGER NOT NULL, forecast_seconds REAL NOT NULL,
        forecast_counted INTEGER NOT NULL, reserved_nanodollars INTEGER NOT NULL, reserved_tokens INTEGER NOT NULL,
        ended_at REAL, served_model TEXT, message_id TEXT, request_id TEXT, stop_reason TEXT,
        input_tokens INTEGER, cache_write_5m_tokens INTEGER, cache_write_1h_tokens INTEGER,
        cache_read_tokens INTEGER, output_tokens INTEGER, cache_known INTEGER, service_tier TEXT, speed TEXT,
        inference_geo TEXT, web_searches INTEGER, cost_nanodollars INTEGER, money TEXT,
        first_token_seconds REAL, seconds REAL,
        miss_cause TEXT, miss_detail TEXT, miss_position INTEGER, miss_tokens INTEGER,
        miss_cost_nanodollars INTEGER, PRIMARY KEY (task, turn)
    ) WITHOUT ROWID""",
    "CREATE INDEX turns_by_start ON turns (started_at)",
    """CREATE TABLE attempts (
        task INTEGER NOT NULL, event_seq INTEGER NOT NULL, turn INTEGER NOT NULL, attempt INTEGER NOT NULL,
        status INTEGER, error TEXT NOT NULL, wait_seconds REAL, at REAL NOT NULL, PRIMARY KEY (task, event_seq)
    ) WITHOUT ROWID""",
    """CREATE TABLE calibrations (
        endpoint TEXT NOT NULL, model TEXT NOT NULL, turns INTEGER NOT NULL, forecast_tokens INTEGER NOT NULL,
        input_tokens INTEGER NOT NULL, updated_at REAL NOT NULL, PRIMARY KEY (endpoint, model)
    ) WITHOUT ROWID""",
)

_RULES_AND_UNDO = (
    """CREATE TABLE approval_rules (
        id INTEGER PRIMARY KEY AUTOINCREMENT, tool TEXT NOT NULL, pattern TEXT NOT NULL, folder TEXT,
        allowed INTEGER NOT NULL, created_at REAL NOT NULL
    )""",
    "ALTER TABLE file_changes ADD COLUMN kind TEXT NOT NULL DEFAULT 'file'",
    "ALTER TABLE file_changes ADD COLUMN before_mode INTEGER",
    "ALTER TABLE file_changes ADD COLUMN after_mode INTEGER",
    "ALTER TABLE file_changes ADD COLUMN before_mtime_ns INTEGER",
    "ALTER TABLE file_changes ADD COLUMN after_mtime_ns INTEGER",
    "ALTER TABLE file_changes ADD COLUMN moved_from TEXT",
    "ALTER TABLE file_changes ADD COLUMN origin TEXT NOT NULL DEFAULT 'tool'",
    "CREATE INDEX file_changes_by_path ON file_changes (path)",
    "ALTER TABLE approvals ADD COLUMN cold_at REAL",
    "ALTER TABLE approvals ADD COLUMN cold_extra_nanodollars INTEGER",
)
