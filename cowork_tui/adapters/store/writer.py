"""The thread that owns the one connection that writes."""

from __future__ import annotations

import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from sqlite_utils import Database

from cowork_tui.adapters.store.faults import explained
from cowork_tui.core.errors import StoreError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    work: Callable[[Database], T]
    future: Future[T]

    def run(self, db: Database, path: Path) -> None:
        """Hands the outcome, whatever it is, to whoever waits for it."""
        try:
            result = self.work(db)
        except sqlite3.Error as error:
            self.future.set_exception(explained(error, path))
        except BaseException as error:  # noqa: BLE001 - the boundary of the thread: the caller gets every failure
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class Writer:
    """Runs pieces of work one after the other on its own thread and connection.

    Back-pressure comes from the callers, who wait for what they have handed in.
    """

    def __init__(self, path: Path, busy_seconds: float, prepare: Callable[[Database], None]) -> None:
        """Opens the database and runs `prepare` on it. Raises StoreError."""
        self._path = path
        self._busy_seconds = busy_seconds
        self._jobs: queue.SimpleQueue[_Job[object] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(prepare, opened), name="history-writer", daemon=True)
        self._thread.start()
        opened.result()

    def submit(self, work: Callable[[Database], T]) -> Future[T]:
        """Queue a piece of work. Its sqlite3 errors come back as StoreError."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StoreError(f"The history {self._path} is closed already: open it again to write.")
            self._jobs.put(_Job(work, future))  # pyright: ignore[reportArgumentType]
        return future

    def close(self) -> None:
        """Finish what is queued, then close the connection. May be called more than once."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _run(self, prepare: Callable[[Database], None], opened: Future[None]) -> None:
        connection: sqlite3.Connection | None = None
        try:
            connection = connect(self._path, self._busy_seconds)
            db = Database(connection, execute_plugins=False)
            prepare(db)
        except BaseException as error:  # noqa: BLE001 - the boundary of the thread: whoever opens gets every failure
            if connection is not None:
                connection.close()
            opened.set_exception(explained(error, self._path) if isinstance(error, sqlite3.Error) else error)
            return
        opened.set_result(None)
        while (job := self._jobs.get()) is not None:
            job.run(db, self._path)
        connection.close()


def connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """A connection that writes. The file is made for its owner alone: it holds whatever the user's documents hold."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"The history {path} can't be opened ({reason}): check that its folder is yours to write to."
        ) from error
    return sqlite3.connect(path, timeout=busy_seconds)
