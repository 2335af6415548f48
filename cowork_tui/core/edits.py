"""What the user hides, keeps or brings back: entries that change what is sent, never what is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cowork_tui.core.blocks import (
    AssistantText,
    Block,
    BlockKind,
    CountTokens,
    Document,
    Summary,
    ToolResult,
    UserText,
    image_tokens,
    make_block,
)
from cowork_tui.core.hashing import short_id
from cowork_tui.core.transcript import Transcript


class EditKind(StrEnum):
    """The kinds of edit; `undo` takes an earlier one back."""

    PRUNE = "prune"
    PIN = "pin"
    KEEP_FIELDS = "keep_fields"
    COMPRESS = "compress"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Replacement:
    """What is sent in the place of entry `seq`; None sends nothing there."""

    seq: int
    block: Block | None


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit, applied between model calls `turn` and `turn + 1`.

    `number` counts a task's edits from 1. A pin names `pinned` entries and replaces nothing; an undo names the edit it
    takes back in `undoes`.
    """

    number: int
    turn: int
    kind: EditKind
    replacements: tuple[Replacement, ...] = ()
    pinned: tuple[int, ...] = ()
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class ThinkingCut:
    """Thinking behind entry `seq`, made up to model call `turn`, was signed over a prefix that has changed."""

    seq: int
    turn: int


@dataclass(frozen=True, slots=True)
class EditState:
    """The fold of a task's edits."""

    replaced: Mapping[int, Block | None]
    pinned: frozenset[int]
    thinking_cuts: tuple[ThinkingCut, ...]


NO_EDITS = EditState({}, frozenset(), ())


def fold_edits(edits: Iterable[Edit]) -> EditState:
    """The state after all edits. A later replacement of the same entry wins; an undone edit counts for nothing."""
    ordered = tuple(edits)
    undone = {edit.undoes for edit in ordered if edit.kind is EditKind.UNDO}
    by_number = {edit.number: edit for edit in ordered}
    replaced: dict[int, Block | None] = {}
    pinned: set[int] = set()
    cuts: list[ThinkingCut] = []
    for edit in ordered:
        changed = by_number[edit.undoes] if edit.undoes is not None and edit.undoes in by_number else edit
        if changed.replacements:
            cuts.append(ThinkingCut(min(r.seq for r in changed.replacements), edit.turn))
        if edit.kind is EditKind.UNDO or edit.number in undone:
            continue
        pinned.update(edit.pinned)
        replaced.update((r.seq, r.block) for r in edit.replacements)
    return EditState(replaced, frozenset(pinned), tuple(cuts))


def prune(transcript: Transcript, seqs: Iterable[int], count_tokens: CountTokens) -> tuple[Replacement, ...]:
    """Stubs for the entries at `seqs`.

    A tool result keeps its id, text becomes one line; tool uses, thinking and images stay as they are, since a pair
    must never be opened and the API checks signatures. Stubs name how to get the content back.
    """
    made: list[Replacement] = []
    for seq in sorted(set(seqs)):
        block = transcript[seq].block
        stub = f'[pruned: {block.tokens + image_tokens(block):,} tokens; recall("{short_id(block.hash)}")]'
        match block.content:
            case ToolResult(tool_use_id=use_id, is_error=is_error):
                content = ToolResult(use_id, stub, is_error)
            case UserText() | Document() | Summary():
                content = UserText(stub)
            case AssistantText():
                content = AssistantText(stub)
            case _:
                continue
        made.append(Replacement(seq, make_block(content, count_tokens)))
    return tuple(made)


def recallable(transcript: Transcript, replaced: Mapping[int, Block | None]) -> dict[str, Block]:
    """The hidden blocks by the handle their stub names."""
    hidden = (transcript[seq].block for seq in replaced)
    return {short_id(block.hash): block for block in hidden if block.kind is not BlockKind.THINKING}
