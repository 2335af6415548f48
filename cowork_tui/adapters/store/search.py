"""Full-text search over everything said, read and written in any task."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from cowork_tui.core.hashing import Hash


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a task's transcript."""

    task_id: str
    seq: int
    turn: int
    block_hash: Hash


def find_text(connection: sqlite3.Connection, words: str, limit: int) -> tuple[Found, ...]:
    """Places whose block holds all the words (a word may go on: `receipt` finds `receipts`), best first."""
    match = " ".join('"{}"*'.format(word.replace('"', '""')) for word in words.split())
    if not match:
        return ()
    rows = connection.execute(
        """SELECT tasks.id, transcript.seq, transcript.turn, blocks.hash FROM block_text
           JOIN transcript ON transcript.block = block_text.rowid
           JOIN blocks ON blocks.id = transcript.block JOIN tasks ON tasks.key = transcript.task
           WHERE block_text MATCH ? ORDER BY block_text.rank, tasks.key DESC, transcript.seq LIMIT ?""",
        (match, limit),
    )
    return tuple(Found(*row) for row in rows)
