"""Files and folders at and below a place, as the changes that make, move, copy or remove them."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cowork_tui.adapters.tools.directory import NotAFile
from cowork_tui.adapters.tools.failure import ToolFailure, told
from cowork_tui.adapters.tools.folder import Folder, Place, not_a_file
from cowork_tui.adapters.tools.originals import Originals
from cowork_tui.core.file_changes import inverse
from cowork_tui.core.task_values import FileChange

MAX_TREE_ENTRIES = 2000
"""More files and folders than this are not moved, copied or trashed by one call: each is kept and recorded."""

_NEW_FOLDER_MODE = 0o777
"""Stands for the mode of a folder until it is made: the system decides it."""


def new_folders(folder: Folder, parts: tuple[str, ...]) -> tuple[FileChange, ...]:
    """The folders down to `parts` that are missing, outermost first. Raises `ToolFailure`."""
    for length in range(1, len(parts) + 1):
        path = "/".join(parts[:length])
        info = folder.info(Place(path, parts[:length]))
        if info is None:
            return tuple(_made("/".join(parts[:end]), _NEW_FOLDER_MODE) for end in range(length, len(parts) + 1))
        if not stat.S_ISDIR(info.st_mode):
            raise ToolFailure(f"{path} is not a folder: choose another path")
    return ()


def tree_of(folder: Folder, place: Place, originals: Originals) -> tuple[FileChange, ...]:
    """What is there, folders before what is in them, as the changes that would make it; every content is kept.

    Raises `ToolFailure` where there is nothing, or something that is neither file nor folder.
    """
    found: list[FileChange] = []
    with told(place.name):
        for change in _walk(folder, place, originals):
            found.append(change)
            if len(found) > MAX_TREE_ENTRIES:
                raise ToolFailure(f"{place.name} holds more than {MAX_TREE_ENTRIES:,} files: take it in parts")
    return tuple(found)


def removed(tree: Sequence[FileChange]) -> tuple[FileChange, ...]:
    """All of it goes."""
    return tuple(inverse(change) for change in tree)


def copied(
    tree: Sequence[FileChange], source: Place, target: Place, over: FileChange | None
) -> tuple[FileChange, ...]:
    """All of it comes at another place too; `over` is the file that stands there."""
    changes = [replace(change, path=_rebased(change.path, source, target)) for change in tree]
    if over is not None:
        was = inverse(over)
        changes[0] = replace(
            changes[0], before_sha256=was.before_sha256, before_bytes=was.before_bytes, before_mode=was.before_mode,
            before_mtime_ns=was.before_mtime_ns,
        )  # fmt: skip
    return tuple(changes)


def moved(tree: Sequence[FileChange], source: Place, target: Place, over: FileChange | None) -> tuple[FileChange, ...]:
    """All of it goes here and comes there."""
    there = copied(tree, source, target, over)
    marked = (replace(change, moved_from=origin.path) for change, origin in zip(there, tree, strict=True))
    return (*removed(tree), *marked)


def _walk(folder: Folder, place: Place, originals: Originals) -> Iterator[FileChange]:
    info = folder.info(place)
    if info is None:
        raise ToolFailure(f"{place.name} does not exist: list the folder to see what there is")
    if stat.S_ISDIR(info.st_mode):
        yield _made(place.path, stat.S_IMODE(info.st_mode))
        with folder.directory(place.parts) as directory:
            names = sorted(entry.name for entry in directory.entries())
        for name in names:
            yield from _walk(folder, Place(f"{place.name}/{name}", (*place.parts, name)), originals)
        return
    with folder.directory(place.parts[:-1]) as directory:
        try:
            present = originals.keep(directory, place.parts[-1])
        except NotAFile as error:
            raise not_a_file(place.name, error.kind) from error
    if present is None:
        raise ToolFailure(f"{place.name} does not exist: list the folder to see what there is")
    yield FileChange(
        place.path, None, present.sha256, 0, present.size_bytes,
        after_mode=present.mode, after_mtime_ns=present.mtime_ns,
    )  # fmt: skip


def _made(path: str, mode: int) -> FileChange:
    return FileChange(path, None, None, 0, 0, "folder", after_mode=mode)


def _rebased(path: str, source: Place, target: Place) -> str:
    return target.path + path[len(source.path) :]
