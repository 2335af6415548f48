"""Blocks in the database: each content once, with its text in the search index."""

from __future__ import annotations

import sqlite3

from cowork_tui.adapters.store.codec import content_from_json
from cowork_tui.adapters.store.packing import pack, plain, unpack
from cowork_tui.core.blocks import Block, BlockKind, payload_json, weighed_text
from cowork_tui.core.hashing import Hash

NOT_SEARCHED = frozenset({BlockKind.TOOL, BlockKind.SYSTEM, BlockKind.IMAGE})
"""Kinds that stand in every task alike, or hold no text."""


def save_block(connection: sqlite3.Connection, block: Block) -> int:
    """Stores a block unless it is there; gives its row id."""
    known = connection.execute("SELECT id FROM blocks WHERE hash = ?", (block.hash,)).fetchone()
    if known is not None:
        return int(known[0])
    row = (block.hash, block.kind.value, pack(payload_json(block.content)), block.chars, block.tokens)
    cursor = connection.execute("INSERT INTO blocks (hash, kind, payload, chars, tokens) VALUES (?, ?, ?, ?, ?)", row)
    row_id = int(cursor.lastrowid or 0)
    if block.kind not in NOT_SEARCHED and block.chars:
        text = plain(weighed_text(block.content))
        connection.execute("INSERT INTO block_text (rowid, text) VALUES (?, ?)", (row_id, text))
    return row_id


def read_block(connection: sqlite3.Connection, block_hash: Hash) -> Block:
    """A stored block. Raises KeyError where there is none."""
    row = connection.execute("SELECT kind, payload, chars, tokens FROM blocks WHERE hash = ?", (block_hash,)).fetchone()
    if row is None:
        raise KeyError(f"block {block_hash.hex()}")
    return block_of(block_hash, *row)


def block_of(block_hash: Hash, kind: str, payload: str | bytes, chars: int, tokens: int) -> Block:
    """The block of a row; nothing is hashed or counted again."""
    block_kind = BlockKind(kind)
    return Block(content_from_json(block_kind, unpack(payload)), block_kind, block_hash, chars, tokens)
