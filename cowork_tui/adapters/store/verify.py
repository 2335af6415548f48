"""Checks a task's stored history against itself: nothing changed, nothing missing, every request as it was sent."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from cowork_tui.adapters.store.blocks import block_of
from cowork_tui.adapters.store.codec import EventCodec
from cowork_tui.adapters.store.connection import reading
from cowork_tui.adapters.store.packing import unpack
from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.adapters.store.sent import UNREADABLE, SentRequest, read_sent, task_key
from cowork_tui.core.blocks import Block, payload_json
from cowork_tui.core.errors import NotFound
from cowork_tui.core.events import BlockEnded, Event, ToolEnded, TurnEnded, TurnPlanned, UserSaid
from cowork_tui.core.hashing import Hash, text_hash
from cowork_tui.core.plan import Breakpoint, Parameters

BodyFromBlocks: TypeAlias = Callable[[Sequence[Block], Sequence[Breakpoint], Parameters, str, str | None], bytes]
"""(blocks, breakpoints, parameters, model, previous message id) to the exact request body."""


def verify(queries: HistoryQueries, task_id: str, body_from_blocks: BodyFromBlocks) -> tuple[str, ...]:
    """What is wrong with a task's history, one sentence each; empty when all is as it was written.

    Raises NotFound for an unknown task and StoreError where the file as a whole can't be read.
    """
    with reading(queries.path) as connection:
        checker = _Checker(connection, task_key(connection, task_id))
        return tuple(dict.fromkeys(checker.faults(body_from_blocks)))


class _Checker:
    """One task's check over one snapshot; each block is read and hashed once."""

    def __init__(self, connection: sqlite3.Connection, key: int) -> None:
        self._connection = connection
        self._codec = EventCodec()
        self._key = key
        self._blocks: dict[Hash, Block] = {}
        self._links: dict[Hash, tuple[Hash, Hash] | None] = {}
        self._changed_blocks: list[str] = []

    def faults(self, body_from_blocks: BodyFromBlocks) -> Iterator[str]:
        events: list[Event] = []
        yield from self._read_events(events)
        yield from self._check_transcript(events)
        yield from self._check_totals(events)
        planned = {event.turn: event for event in events if isinstance(event, TurnPlanned)}
        for event in planned.values():
            yield from self._check_turn(event, body_from_blocks)
        yield from self._changed_blocks

    def _rows(self, sql: str) -> list[tuple]:
        return self._connection.execute(sql, (self._key,)).fetchall()

    def _read_events(self, events: list[Event]) -> Iterator[str]:
        last = 0
        for seq, kind, stored in self._rows("SELECT seq, kind, payload FROM events WHERE task = ? ORDER BY seq"):
            if seq != last + 1:
                yield f"Events {last + 1} to {seq - 1} are missing."
            last = seq
            try:
                events.append(self._codec.decode(kind, unpack(stored), self._find_block))
            except UNREADABLE as error:
                yield f"Event {seq} ({kind}) is unreadable: {error}."
        if not last:
            yield "The task has no events."

    def _find_block(self, block_hash: Hash) -> Block:
        """A block by hash. One whose content changed is noted and given as it is; KeyError where there is none."""
        if block_hash not in self._blocks:
            sql = "SELECT kind, payload, chars, tokens FROM blocks WHERE hash = ?"
            row = self._connection.execute(sql, (block_hash,)).fetchone()
            if row is None:
                raise KeyError(f"block {block_hash.hex()} is missing")
            block, text = block_of(block_hash, *row), unpack(row[1])
            if text_hash(block.kind, text) != block_hash or payload_json(block.content) != text:
                self._changed_blocks.append(f"Block {block_hash.hex()} ({block.kind}) has changed: its hash differs.")
            self._blocks[block_hash] = block
        return self._blocks[block_hash]

    def _walk(self, head: Hash, length: int) -> list[tuple[Hash, Hash]]:
        """As `sent.chain`, but each link is read once: most of a request stood in the one before it."""
        found: list[tuple[Hash, Hash]] = []
        while len(found) < length:
            if head not in self._links:
                sql = "SELECT parent_hash, block_hash FROM prefixes WHERE hash = ?"
                self._links[head] = self._connection.execute(sql, (head,)).fetchone()
            link = self._links[head]
            if link is None:
                break
            found.append((head, link[1]))
            head = link[0]
        return found[::-1]

    def _check_transcript(self, events: list[Event]) -> Iterator[str]:
        expected = [(seq, *entry) for seq, entry in enumerate(_entries(events))]
        stored = self._rows(
            """SELECT seq, turn, (SELECT hash FROM blocks WHERE id = transcript.block) FROM transcript
               WHERE task = ? ORDER BY seq"""
        )
        if len(stored) != len(expected):
            yield f"The transcript holds {len(stored)} entries, the events make {len(expected)}."
        for wanted, found in zip(expected, stored, strict=False):
            if wanted != found:
                yield f"Entry {wanted[0]} of the transcript is not what the events say."

    def _check_totals(self, events: list[Event]) -> Iterator[str]:
        turns, cost, money = self._rows("SELECT turns, cost_nanodollars, money FROM tasks WHERE key = ?")[0]
        ended = [event for event in events if isinstance(event, TurnEnded)]
        if turns != len(ended):
            yield f"The task counts {turns} turns, the events {len(ended)}."
        spent = sum(event.cost_nanodollars or 0 for event in ended if event.money.value == money)
        if cost != spent:
            yield f"The task's cost is {cost} nanodollars, its turns add up to {spent}."

    def _check_turn(self, planned: TurnPlanned, body_from_blocks: BodyFromBlocks) -> Iterator[str]:
        where = f"Turn {planned.turn}"
        try:
            sent = read_sent(self._connection, self._codec, self._key, planned.turn, self._find_block, self._walk)
        except (NotFound, *UNREADABLE) as error:
            yield f"{where}: its request can't be rebuilt: {error}."
            return
        if not _same(sent, planned):
            yield f"{where}: its row is not what the events say."
        if len(sent.blocks) != planned.positions:
            yield f"{where}: {len(sent.blocks)} of the {planned.positions} blocks sent are found: its chain is broken."
            return
        for point, prefix in zip(sent.breakpoints, sent.breakpoint_hashes, strict=True):
            if sent.prefixes[point.position - 1] != prefix:
                yield f"{where}: the breakpoint at block {point.position} is not on the chain that was sent."
        body = body_from_blocks(sent.blocks, sent.breakpoints, sent.parameters, sent.model, sent.previous_message_id)
        found = hashlib.sha256(body).hexdigest()
        if found != planned.body_sha256:
            yield f"{where}: the rebuilt request has SHA-256 {found[:12]}…, the one sent {planned.body_sha256[:12]}…"


def _entries(events: list[Event]) -> Iterator[tuple[int, Hash]]:
    for event in events:
        match event:
            case UserSaid():
                yield from ((event.turn, block.hash) for block in event.blocks)
            case BlockEnded() | ToolEnded():
                yield event.turn, event.block.hash
            case _:
                pass


def _same(sent: SentRequest, planned: TurnPlanned) -> bool:
    return (
        sent.breakpoints == planned.breakpoints
        and sent.breakpoint_hashes == planned.breakpoint_hashes
        and sent.prefixes[-1:] == (planned.head,)
        and sent.parameters == planned.parameters
        and sent.model == planned.choice.model
        and sent.previous_message_id == planned.previous_message_id
        and sent.body_sha256 == planned.body_sha256
        and sent.positions == planned.positions
    )
