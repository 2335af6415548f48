"""Connections that only read, and the check that the history is not from a newer program."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from cowork_tui.adapters.store.faults import reported
from cowork_tui.core.errors import NotFound, StoreError

SCHEMA_VERSION = 2
"""How many migrations this program knows; kept in the database as `user_version`."""

BUSY_SECONDS = 10.0
"""How long a connection waits for another one's lock."""


def schema_version(connection: sqlite3.Connection) -> int:
    """The migrations a database has been through; 0 before the first."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(version: int, path: Path, known: int = SCHEMA_VERSION) -> None:
    """Raises StoreError for a database that a newer program has changed."""
    if version > known:
        raise StoreError(
            f"The history {path} is of version {version}, this program knows version {known}: "
            f"update cowork-tui, or name another folder with COWORK_TUI_HOME."
        )


@contextmanager
def reading(path: Path, busy_seconds: float = BUSY_SECONDS) -> Iterator[sqlite3.Connection]:
    """A connection of one's own that can't write, closed at the end; one snapshot from its first query on.

    Raises NotFound where there is no history yet and StoreError where it can't be used.
    """
    with reported(path):
        if not path.is_file():
            raise NotFound(f"There is no history at {path} yet: run a task first.")
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=busy_seconds)
        try:
            version = schema_version(connection)
            refuse_newer(version, path)
            if version == 0:
                raise NotFound(f"There is no history at {path} yet: run a task first.")
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()
