"""What a task made of a file's content, from the kept originals and what is there now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cowork_tui.adapters.tools.decoding import SNIFF_BYTES, binary_kind, encoding_of
from cowork_tui.adapters.tools.documents import WHOLE_FILE_BYTES
from cowork_tui.adapters.tools.failure import ToolFailure
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.originals import present_in
from cowork_tui.adapters.tools.preview import diff
from cowork_tui.adapters.tools.restoring import exact_place
from cowork_tui.adapters.tools.undo import JournalKeeper
from cowork_tui.core.errors import BadInput
from cowork_tui.core.task_values import FileChange

_HASH_CHARS = 12


@dataclass(frozen=True, slots=True)
class Difference:
    """A change with its diff: text by line, anything else by size and hash.

    `foreign`: the path is not as the task left it; someone else changed it since.
    """

    change: FileChange
    text: str
    foreign: bool


def difference(keeper: JournalKeeper, folder: Path, change: FileChange) -> Difference:
    """The difference of one file. A content that can't be had any more is named by its hash."""
    here, content = _present(folder, change)
    before = keeper.content(change.before_sha256) if change.before_sha256 is not None else b""
    after = b""
    if change.after_sha256 is not None:
        kept = keeper.content(change.after_sha256)
        after = content if here == change.after_sha256 and content is not None else kept
    return Difference(change, _text(change, before, after), here != change.after_sha256)


def _present(folder: Path, change: FileChange) -> tuple[str | None, bytes | None]:
    """The hash and, for a file that is not too large to compare, the content of what is there."""
    try:
        root = Folder(folder)
        place = exact_place(root, change.path)
        with root.directory(place.parts[:-1]) as directory:
            present = present_in(directory, place.parts[-1])
            if present is None or present.size_bytes > WHOLE_FILE_BYTES:
                return (present.sha256 if present is not None else None), None
            with directory.open_read(place.parts[-1]) as source:
                return present.sha256, source.read()
    except (OSError, ToolFailure, BadInput):
        return None, None


def _text(change: FileChange, before: bytes | None, after: bytes | None) -> str:
    contents = [content for content in (before, after) if content is not None]
    comparable = len(contents) == 2 and all(
        len(content) <= WHOLE_FILE_BYTES and binary_kind(content[:SNIFF_BYTES]) is None for content in contents
    )
    if comparable and before is not None and after is not None:
        old = encoding_of(before, whole=True).decode(before) if change.existed else None
        new = encoding_of(after, whole=True).decode(after)
        return diff(change.path, old, new).replace(f"+++ {change.path}", f"+++ {_name(change)}", 1)
    sides = (
        (change.before_sha256, change.before_bytes),
        (change.after_sha256, change.after_bytes),
    )
    old, new = (f"{size:,} bytes, sha256 {sha[:_HASH_CHARS]}" if sha is not None else "none" for sha, size in sides)
    return f"- {old}\n+ {new}"


def _name(change: FileChange) -> str:
    return change.path if change.exists else "/dev/null"
