"""What other processes ask of a running task, seen by a look that costs almost nothing while nobody asks."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from cowork_tui.adapters.store.connection import BUSY_SECONDS
from cowork_tui.adapters.store.faults import reported

_OPEN = """SELECT DISTINCT kind FROM requests WHERE handled_at IS NULL
           AND task = (SELECT key FROM tasks WHERE id = ?) ORDER BY kind = 'stop' DESC, kind"""


class RequestWatch:
    """Keeps one connection that only reads. The requests are read anew only when `PRAGMA data_version` has changed."""

    def __init__(self, path: Path, task_id: str) -> None:
        self._path = path
        self._task_id = task_id
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._version = -1

    def poll(self) -> tuple[str, ...]:
        """The kinds of requests that nobody has acknowledged, `stop` first; none if nothing has changed since the last
        look. Safe in any thread. Raises StoreError."""
        with self._lock, reported(self._path):
            if self._closed:
                return ()
            if self._connection is None:
                address = f"file:{quote(str(self._path))}?mode=ro"
                self._connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
            version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            if version == self._version:
                return ()
            found = tuple(str(row[0]) for row in self._connection.execute(_OPEN, (self._task_id,)))
            self._version = version
            return found

    def close(self) -> None:
        """Let go of the history. May be called more than once."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None
