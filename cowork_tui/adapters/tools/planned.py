"""A change that is ready to be made: what the user is shown first, and what the journal then does."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from cowork_tui.adapters.tools.directory import kind_of as kind_of_mode
from cowork_tui.adapters.tools.failure import ToolFailure
from cowork_tui.adapters.tools.folder import Folder, Place, not_a_file
from cowork_tui.adapters.tools.journal import Journal
from cowork_tui.adapters.tools.names import is_git_name
from cowork_tui.adapters.tools.pending import CallKey
from cowork_tui.core.task_values import FileChange


@dataclass(frozen=True, slots=True)
class ChangeCall:
    """Whose change it is, when (seconds since the epoch), and what the model is told when it is done."""

    key: CallKey
    at: float
    result: str


Make: TypeAlias = Callable[[Journal, Folder, ChangeCall], tuple[FileChange, ...]]


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change of the paths `paths`; nothing has happened yet."""

    summary: str
    preview: str
    result: str
    """What the model is told when it is done."""
    paths: tuple[str, ...]
    make: Make
    replaces: bool = False
    """Whether something that is there is overwritten or trashed."""


def content_change(
    folder: Folder, place: Place, content: bytes, doing: str, amount: str, preview: str, done: str, note: str = ""
) -> PlannedChange:
    """`content` in a file's place; `doing`, `amount`, `done` and `note` word it."""
    info = folder.info(place)
    before, after = ("new, ", " (new file)") if info is None else (f"replaces {info.st_size:,} bytes; ", " (replaced)")
    return PlannedChange(
        f"{doing} ({before}{amount})", preview, f"{done}{after}{note}", (place.path,),
        make=lambda journal, folder, call: journal.record(
            folder, place, content, key=call.key, at=call.at, result=call.result
        ),
        replaces=info is not None,
    )  # fmt: skip


def writable_place(folder: Folder, path: str) -> Place:
    """Where a file can be written. Raises `ToolFailure`."""
    place = folder.place(path)
    if not place.parts:
        raise not_a_file(place.name, "a folder")
    refuse_git(place)
    info = folder.info(place)
    if info is None:
        if path.endswith("/"):
            raise ToolFailure(f"{place.name}/ names a folder: add the name of the file")
    elif not stat.S_ISREG(info.st_mode):
        raise not_a_file(place.name, kind_of_mode(info.st_mode))
    elif not info.st_mode & 0o222:
        raise ToolFailure(f"{place.name} is write-protected: write another file, or ask the user")
    return place


def refuse_git(place: Place) -> None:
    """Git's own files run programs: they are not changed."""
    if any(is_git_name(part) for part in place.parts):
        raise ToolFailure(f"{place.name} is git's own: write elsewhere in the folder")
