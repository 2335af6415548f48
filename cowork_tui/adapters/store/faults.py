"""SQLite's errors as one sentence: what is wrong, where, what to do next."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cowork_tui.core.errors import StoreError

_PRIMARY_CODE_MASK = 0xFF
"""Extended result codes carry the primary code in their low byte."""


class DamagedHistory(StoreError):
    """The file is not, or no longer, a history; what can be read of it can be saved."""


def explained(error: sqlite3.Error, path: Path) -> StoreError:
    """The sentence for an error met while using the history at `path`."""
    code = getattr(error, "sqlite_errorcode", None)
    match (code or 0) & _PRIMARY_CODE_MASK:
        case sqlite3.SQLITE_FULL:
            text = f"The disk is full, so the history {path} can't be written: free some space, then resume the task."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            text = f"The history {path} is locked by another program: close whatever else has it open and try again."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            text = f"The history {path} can't be written: make the file and its folder writable for you."
        case sqlite3.SQLITE_CANTOPEN:
            text = f"The history {path} can't be opened: check that its folder exists and is yours to write to."
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return DamagedHistory(damaged(path))
        case sqlite3.SQLITE_IOERR:
            text = f"The disk failed while the history {path} was read or written: check the disk and its free space."
        case _:
            text = f"The history {path} can't be used ({error}): see whether it is damaged with `cowork-tui verify`."
    return StoreError(text)


def damaged(path: Path) -> str:
    """The sentence for a file that is not, or no longer, a readable history."""
    return (
        f"The history {path} is damaged or not a history at all: move it away, or put a copy of it "
        f"({path.name}.before-*, a backup) in its place."
    )


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error, path) from error
