"""What a past request was made of, read back from the prefix chain."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from cattrs.errors import StructureHandlerNotFoundError

from cowork_tui.adapters.store.codec import EventCodec
from cowork_tui.adapters.store.packing import unpack, unpack_hex
from cowork_tui.core.blocks import Block
from cowork_tui.core.errors import NotFound
from cowork_tui.core.hashing import Hash
from cowork_tui.core.plan import Breakpoint, Parameters, Ttl
from cowork_tui.engine.ports import BlockLookup

UNREADABLE = (ValueError, KeyError, TypeError, IndexError, zlib.error, StructureHandlerNotFoundError)
"""What decoding a damaged row raises."""


Walk: TypeAlias = Callable[[Hash, int], list[tuple[Hash, Hash]]]
"""The head of a chain and its length to (prefix hash, block hash) from the first position to the head."""


@dataclass(frozen=True, slots=True)
class SentRequest:
    """Everything a past request was made of."""

    turn: int
    blocks: tuple[Block, ...]
    breakpoints: tuple[Breakpoint, ...]
    parameters: Parameters
    model: str
    previous_message_id: str | None
    body_sha256: str
    positions: int
    """Blocks sent; more than `blocks` holds where the chain is broken."""
    prefixes: tuple[Hash, ...]
    """The prefix hash behind each block."""
    breakpoint_hashes: tuple[Hash, ...]


def task_key(connection: sqlite3.Connection, task_id: str) -> int:
    """A task's key in other tables. Raises NotFound."""
    row = connection.execute("SELECT key FROM tasks WHERE id = ?", (task_id,)).fetchone()
    if row is None:
        raise NotFound(f"There is no task {task_id!r}: `cowork-tui tasks` lists them.")
    return int(row[0])


def chain(connection: sqlite3.Connection, head: Hash, length: int) -> list[tuple[Hash, Hash]]:
    """(prefix hash, block hash) from the first position to `head`, at most `length` of them counted from the head."""
    rows = connection.execute(
        """WITH RECURSIVE chain(hash, parent_hash, block_hash, back) AS (
               SELECT hash, parent_hash, block_hash, 0 FROM prefixes WHERE hash = ?1
               UNION ALL
               SELECT p.hash, p.parent_hash, p.block_hash, chain.back + 1
               FROM chain JOIN prefixes p ON p.hash = chain.parent_hash LIMIT ?2
           ) SELECT hash, block_hash FROM chain ORDER BY back DESC""",
        (head, length),
    )
    return rows.fetchall()


def read_sent(
    connection: sqlite3.Connection, codec: EventCodec, key: int, turn: int, lookup: BlockLookup, walk: Walk
) -> SentRequest:
    """A past request; `walk` is `chain` or what gives the same.

    Raises NotFound for a turn never planned, and one of UNREADABLE for a damaged one.
    """
    row = connection.execute(
        """SELECT head, positions, breakpoints, parameters, model, previous_message_id, body_sha256
           FROM turns WHERE task = ? AND turn = ?""",
        (key, turn),
    ).fetchone()
    if row is None:
        raise NotFound(f"There is no turn {turn} in this task: `cowork-tui show` lists its turns.")
    head, positions, breakpoints, parameters, model, previous_message_id, body_sha256 = row
    links, points = walk(head, positions), json.loads(unpack(breakpoints))
    return SentRequest(
        turn,
        tuple(lookup(block_hash) for _, block_hash in links),
        tuple(Breakpoint(position, Ttl(ttl)) for position, ttl, _ in points),
        codec.from_json(unpack(parameters), Parameters),
        model,
        previous_message_id,
        unpack_hex(body_sha256),
        positions,
        tuple(prefix for prefix, _ in links),
        tuple(bytes.fromhex(prefix) for _, _, prefix in points),
    )
