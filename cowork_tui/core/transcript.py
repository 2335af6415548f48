"""The append-only list of blocks of a task.

Entries live in chunks, so that appending copies at most one chunk and what is derived from a full chunk (its hashes
and weights) is derived once in its life.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from cowork_tui.core.blocks import Block, BlockKind, Thinking

CHUNK_ENTRIES = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """A block at its place: `seq` counts entries from 0, `turn` model calls from 1 (0: before the first)."""

    seq: int
    turn: int
    block: Block


@dataclass(frozen=True, eq=False)
class Chunk:
    """Up to 64 consecutive entries.

    `derived` is a memo of pure functions of this chunk (see `core.plan`), never part of its value.
    """

    entries: tuple[Entry, ...]
    derived: dict[object, object] = field(default_factory=dict[object, object], repr=False)

    @property
    def end_seq(self) -> int:
        """One past the last entry's seq."""
        return self.entries[-1].seq + 1

    def thinking_models(self) -> frozenset[str]:
        """The models whose thinking stands in this chunk."""
        found = self.derived.get("thinking_models")
        if found is None:
            found = frozenset(e.block.content.model for e in self.entries if isinstance(e.block.content, Thinking))
            self.derived["thinking_models"] = found
        return found  # pyright: ignore[reportReturnType]


@dataclass(frozen=True, eq=False)
class Transcript:
    """An immutable sequence of entries; `append` gives a longer one that shares the rest."""

    chunks: tuple[Chunk, ...] = ()

    def __len__(self) -> int:
        return self.chunks[-1].end_seq if self.chunks else 0

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(chunk.entries for chunk in self.chunks)

    def __getitem__(self, seq: int) -> Entry:
        if not 0 <= seq < len(self):
            raise IndexError(f"no entry {seq} in a transcript of {len(self)}")
        return self.chunks[seq // CHUNK_ENTRIES].entries[seq % CHUNK_ENTRIES]

    def append(self, turn: int, blocks: Iterable[Block]) -> Transcript:
        """The transcript with `blocks` of model call `turn` behind it."""
        start = len(self)
        fresh = [Entry(seq, turn, block) for seq, block in enumerate(blocks, start)]
        if not fresh:
            return self
        full = self.chunks
        if full and len(full[-1].entries) < CHUNK_ENTRIES:
            fresh = [*full[-1].entries, *fresh]
            full = full[:-1]
        cut = [Chunk(tuple(fresh[index : index + CHUNK_ENTRIES])) for index in range(0, len(fresh), CHUNK_ENTRIES)]
        return Transcript((*full, *cut))

    def until(self, end_seq: int) -> Transcript:
        """The transcript as it was when it had `end_seq` entries."""
        if end_seq >= len(self):
            return self
        full, rest = divmod(end_seq, CHUNK_ENTRIES)
        kept = self.chunks[:full]
        return Transcript((*kept, Chunk(self.chunks[full].entries[:rest])) if rest else kept)

    def reference_end_seq(self) -> int | None:
        """Where the reference documents end that stand before the first message, None where there are none."""
        end = 0
        for entry in self:
            if entry.block.kind not in (BlockKind.DOCUMENT, BlockKind.IMAGE):
                break
            end += 1
        return end or None

    def last_user_text_seq(self) -> int:
        """The seq of the newest thing the user said, -1 where there is none."""
        for chunk in reversed(self.chunks):
            for entry in reversed(chunk.entries):
                if entry.block.kind is BlockKind.USER_TEXT:
                    return entry.seq
        return -1
