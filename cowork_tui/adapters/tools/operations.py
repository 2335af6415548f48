"""move_file, copy_file, trash_file and make_folder: what would happen, found without doing it."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cowork_tui.adapters.tools.directory import kind_of as kind_of_mode
from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.folder import Folder, Place, not_a_file
from cowork_tui.adapters.tools.journal import Journal
from cowork_tui.adapters.tools.planned import ChangeCall, PlannedChange, refuse_git
from cowork_tui.adapters.tools.walk import Tally, walk
from cowork_tui.adapters.tools.wording import counted
from cowork_tui.core.task_values import FileChange

Discard: TypeAlias = Callable[[Folder, Place], None]
"""Puts what is at a place into the system's own trash; OSError where there is none."""

_PIECE_BYTES = 1 << 20
MAX_FOLDER_FILES = 10_000
"""Files in a folder that one call may move, copy or trash: each is kept first, so that it can be put back."""


@dataclass(frozen=True, slots=True)
class _Thing:
    """A file or folder that is there; `words` tell what it is."""

    place: Place
    words: str
    is_folder: bool


def plan_move(folder: Folder, source: str, target: str, *, replace: bool) -> PlannedChange:
    """A file or folder to another path; into the folder that `target` names. Raises `ToolFailure`."""
    thing, place, over = _ends(folder, source, target, replace=replace)
    return _to(thing, place, over, "move", "moved", both_ends=True)


def plan_copy(folder: Folder, source: str, target: str, *, replace: bool) -> PlannedChange:
    """A second one of a file or folder. Raises `ToolFailure`."""
    thing, place, over = _ends(folder, source, target, replace=replace)
    return _to(thing, place, over, "copy", "copied", both_ends=False)


def plan_trash(folder: Folder, path: str, discard: Discard | None) -> PlannedChange:
    """A file or folder out of the way; it can be put back. Raises `ToolFailure`."""
    thing = _thing(folder, path)
    place = thing.place

    def make(journal: Journal, folder: Folder, call: ChangeCall) -> tuple[FileChange, ...]:
        def away(_path: Path) -> None:
            if discard is not None:
                discard(folder, place)

        return journal.trash(folder, place, key=call.key, at=call.at, result=call.result, discard=away)

    preview = f"{place.name}: {thing.words}\nkept, and can be put back"
    result = f"trashed {place.name} (kept, can be put back)"
    return PlannedChange(f"trash {place.name} ({thing.words})", preview, result, (place.path,), make, replaces=True)


def plan_folder(folder: Folder, path: str) -> PlannedChange:
    """A folder, and those above it. Raises `ToolFailure`."""
    place = folder.place(path)
    refuse_git(place)
    info = folder.info(place)
    if info is not None:
        kind = kind_of_mode(info.st_mode) if not stat.S_ISREG(info.st_mode) else "a file"
        raise ToolFailure(f"{place.name} is there already, {kind}: use it or choose another name")

    def make(journal: Journal, folder: Folder, call: ChangeCall) -> tuple[FileChange, ...]:
        return journal.make_folder(folder, place, key=call.key, at=call.at, result=call.result)

    name = f"{place.name}/"
    return PlannedChange(f"make folder {name}", f"new folder {name}", f"made folder {name}", (place.path,), make)


def _to(thing: _Thing, target: Place, over: str | None, verb: str, done: str, *, both_ends: bool) -> PlannedChange:
    source = thing.place

    def make(journal: Journal, folder: Folder, call: ChangeCall) -> tuple[FileChange, ...]:
        act = journal.move if both_ends else journal.copy
        again = over is not None
        return act(folder, source, target, key=call.key, at=call.at, result=call.result, replace=again)

    replaced = f", replaces {over}" if over is not None else ""
    preview = [f"{source.name}: {thing.words}", f"→ {target.name}"]
    preview += [f"replaces {target.name}: {over}"] if over is not None else []
    paths = (source.path, target.path) if both_ends else (target.path,)
    return PlannedChange(
        f"{verb} {source.name} to {target.name} ({thing.words}{replaced})",
        "\n".join(preview),
        f"{done} {source.name} to {target.name}{' (replaced)' if over is not None else ''}",
        paths, make, replaces=over is not None,
    )  # fmt: skip


def _ends(folder: Folder, source: str, target: str, *, replace: bool) -> tuple[_Thing, Place, str | None]:
    """What is at the source, where it goes, and in words what is replaced there."""
    thing = _thing(folder, source)
    place = folder.place(target)
    refuse_git(place)
    info = folder.info(place)
    if target.endswith("/") or (info is not None and stat.S_ISDIR(info.st_mode)):
        place = folder.place(f"{place.path}/{thing.place.parts[-1]}")
        info = folder.info(place)
    if place.parts[: len(thing.place.parts)] == thing.place.parts:
        raise ToolFailure(f"{thing.place.name} can't go into or onto itself: name another place")
    if info is None:
        return thing, place, None
    if not stat.S_ISREG(info.st_mode):
        raise ToolFailure(f"{place.name} is there already, {kind_of_mode(info.st_mode)}: choose another name")
    if thing.is_folder:
        raise ToolFailure(f"{place.name} is a file, which a folder can't replace: choose another name")
    if not replace:
        raise ToolFailure(f"{place.name} is there already: choose another name, or set replace to true")
    if not info.st_mode & 0o222:
        raise ToolFailure(f"{place.name} is write-protected: choose another name, or ask the user")
    return thing, place, _words_of_file(folder, place)


def _thing(folder: Folder, path: str) -> _Thing:
    """A file or folder, itself and not through a link. Raises `ToolFailure` for anything else."""
    place = folder.place(path)
    if not place.parts:
        raise ToolFailure("that is the whole folder of the task: name a file or a folder in it")
    refuse_git(place)
    if place.name != place.path:
        raise ToolFailure(f"{place.name} is a link, or lies behind one: name {place.path} itself")
    info = folder.info(place)
    if info is None:
        raise ToolFailure(f"{place.name} does not exist: list the folder to see what there is")
    if stat.S_ISDIR(info.st_mode):
        return _Thing(place, _words_of_folder(folder, place), True)
    if not stat.S_ISREG(info.st_mode):
        raise not_a_file(place.name, kind_of_mode(info.st_mode))
    return _Thing(place, _words_of_file(folder, place), False)


def _words_of_file(folder: Folder, place: Place) -> str:
    hasher, size_bytes = hashlib.sha256(), 0
    with folder.open_file(place) as stream:
        while piece := stream.read(_PIECE_BYTES):
            hasher.update(piece)
            size_bytes += len(piece)
    return f"{size_bytes:,} bytes, SHA-256 {hasher.hexdigest()[:16]}…"


def _words_of_folder(folder: Folder, place: Place) -> str:
    number = sum(len(batch.names) for batch in walk(folder, place, Tally(), Stop(), ignoring=False))
    if number > MAX_FOLDER_FILES:
        reason = f"{place.name} holds {number:,} files, more than the {MAX_FOLDER_FILES:,} that are kept at once"
        raise ToolFailure(f"{reason}: take the folders in it one by one")
    return f"folder of {counted(number, 'file')}"
