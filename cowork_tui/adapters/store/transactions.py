"""Transactions that take the write lock at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlite_utils import Database


@contextmanager
def immediate(db: Database) -> Iterator[None]:
    """One transaction: committed at the end, undone on any error.

    The lock is taken at the start, so that what is read inside is not outdated by another process before it is written
    (a deferred transaction would then fail at once, without waiting). `db.atomic()` inside becomes a savepoint.
    """
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.conn.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise
