"""Brings paths from one recorded state to another: the one way in which changes are taken back or made again.

It may be killed anywhere and run again: each path is looked at first, and what stands already is left alone. Contents
come from the originals, and nothing is removed or replaced that is not kept there.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from cowork_tui.adapters.tools.directory import NotAFile
from cowork_tui.adapters.tools.failure import ToolFailure, os_failure
from cowork_tui.adapters.tools.folder import Folder, Place, not_a_file
from cowork_tui.adapters.tools.originals import Originals, present_in
from cowork_tui.core.file_changes import alters
from cowork_tui.core.task_values import FileChange
from cowork_tui.engine.ports import Refusal, Restored


class Standing(StrEnum):
    """Where a path stands in a change; `same` when content alone can't tell its two sides apart."""

    BEFORE = "before"
    AFTER = "after"
    SAME = "same"
    NEITHER = "neither"


def exact_place(folder: Folder, path: str) -> Place:
    """The place of a recorded path. Raises `ToolFailure` when a link now leads it elsewhere."""
    place = folder.place(path)
    if place.path != path:
        raise ToolFailure(f"{path} is reached through a link now: put the file or folder itself back")
    return place


def info_of(folder: Folder, place: Place) -> os.stat_result | None:
    """What is at a place; None where there is nothing, be it that a file stands where its folder would be."""
    try:
        with folder.directory(place.parts[:-1]) as parent:
            return parent.stat(place.parts[-1])
    except (FileNotFoundError, NotADirectoryError):
        return None


def standing(folder: Folder, change: FileChange) -> Standing:
    """Which side of a change the path is on now. Raises OSError, `ToolFailure`."""
    place = exact_place(folder, change.path)
    info = info_of(folder, place)
    if change.is_folder:
        exists = info is not None and stat.S_ISDIR(info.st_mode)
        on_sides = exists == change.existed, exists == change.exists
    else:
        present = _content(folder, place, info)
        on_sides = present == change.before_sha256, present == change.after_sha256
    if all(on_sides):
        return Standing.SAME
    return Standing.BEFORE if on_sides[0] else Standing.AFTER if on_sides[1] else Standing.NEITHER


def observed(folder: Folder, changes: Iterable[FileChange]) -> tuple[FileChange, ...]:
    """The changes with the modes and times that the paths have now."""
    return tuple(_observed(folder, change) for change in changes)


class Restorer:
    """Carries changes out in one folder; `temp_name` is what new contents are called while they are written."""

    def __init__(self, folder: Folder, originals: Originals, temp_name: str) -> None:
        self._folder = folder
        self._originals = originals
        self._temp_name = temp_name

    def carry_out(self, changes: Sequence[FileChange]) -> Restored:
        """Bring every path to the after side of its change; what is on neither side is refused and left alone.

        What stands in the way goes first (moved straight to its new place where there is one), then folders are made
        from the top down, then files are written.
        """
        remove_stray(self._folder, changes, self._temp_name)
        refused: dict[tuple[str, str], Refusal] = {}

        def work(some: Iterable[FileChange], act: Callable[[FileChange], None]) -> None:
            for change in some:
                if (change.path, change.kind) not in refused:
                    reason = _reason(act, change)
                    if reason is not None:
                        refused[change.path, change.kind] = Refusal(change.path, reason)

        folders = sorted((change for change in changes if change.is_folder), key=lambda change: change.path.count("/"))
        files = [change for change in changes if not change.is_folder]
        goes_to = {change.moved_from: change for change in files if change.moved_from is not None}
        going = [change for change in files if not change.exists]
        work(going, lambda change: self._remove(change, goes_to.get(change.path)))
        work([change for change in reversed(folders) if not change.exists], self._remove_folder)
        coming = [change for change in folders if change.exists]
        work(coming, self._make_folder)
        work([change for change in files if change.exists], self._write)
        work(reversed(coming), self._set_folder_mode)
        done = [change for change in changes if (change.path, change.kind) not in refused]
        return Restored(observed(self._folder, done), tuple(refused.values()))

    def _remove(self, change: FileChange, becomes: FileChange | None) -> None:
        if not self._must_act(change):
            return
        place = exact_place(self._folder, change.path)
        same = becomes is not None and becomes.after_sha256 == change.before_sha256
        if becomes is not None and same and self._moved(place, becomes):
            return
        with self._folder.directory(place.parts[:-1]) as directory:
            self._keep(place, change.before_sha256)
            directory.remove(place.parts[-1])
            directory.flush()

    def _moved(self, place: Place, becomes: FileChange) -> bool:
        """Move a file to where its content is wanted, if nothing is there and its folder is."""
        try:
            target = exact_place(self._folder, becomes.path)
            if info_of(self._folder, target) is not None:
                return False
            with (
                self._folder.directory(place.parts[:-1]) as source,
                self._folder.directory(target.parts[:-1]) as directory,
            ):
                source.move(place.parts[-1], directory, target.parts[-1])
        except (OSError, ToolFailure):  # its folder is not there yet: it is written from the originals later
            return False
        return True

    def _remove_folder(self, change: FileChange) -> None:
        if not self._must_act(change):
            return
        place = exact_place(self._folder, change.path)
        with self._folder.directory(place.parts[:-1]) as directory:
            with self._folder.directory(place.parts) as inside:
                if inside.entries():
                    raise ToolFailure(f"the folder {place.name} holds other files: it stays")
            directory.remove_folder(place.parts[-1])
            directory.flush()

    def _make_folder(self, change: FileChange) -> None:
        if self._must_act(change):
            place = exact_place(self._folder, change.path)
            with self._folder.directory(place.parts, make=True) as directory:
                directory.flush()

    def _set_folder_mode(self, change: FileChange) -> None:
        place = exact_place(self._folder, change.path)
        with self._folder.directory(place.parts[:-1]) as directory:
            directory.set_mode_and_time(place.parts[-1], change.after_mode, None)

    def _write(self, change: FileChange) -> None:
        act = self._must_act(change)
        place = exact_place(self._folder, change.path)
        name, sha256 = place.parts[-1], change.after_sha256
        assert sha256 is not None
        with self._folder.directory(place.parts[:-1], make=act) as directory:
            if act:
                self._keep(place, change.before_sha256)
                pieces = self._originals.pieces(sha256)
                directory.replace_from(name, pieces, self._temp_name, change.after_mode, change.after_mtime_ns)
            directory.set_mode_and_time(name, change.after_mode, change.after_mtime_ns)

    def _must_act(self, change: FileChange) -> bool:
        """Whether the path is not there yet; a `ToolFailure` when it is on neither side."""
        where = standing(self._folder, change)
        if where is Standing.NEITHER:
            raise ToolFailure(f"{change.path} was changed by someone else meanwhile: it was left as it is")
        return where is Standing.BEFORE

    def _keep(self, place: Place, sha256: str | None) -> None:
        if sha256 is not None and not self._originals.has(sha256):
            with self._folder.directory(place.parts[:-1]) as directory:
                self._originals.keep(directory, place.parts[-1])


def remove_stray(folder: Folder, changes: Iterable[FileChange], temp_name: str) -> None:
    """Remove half-written files that a kill left beside the paths."""
    seen: set[tuple[str, ...]] = set()
    for change in changes:
        try:
            parts = exact_place(folder, change.path).parts[:-1]
            if change.is_folder or parts in seen:
                continue
            seen.add(parts)
            with folder.directory(parts) as directory:
                directory.remove(temp_name)
        except (OSError, ToolFailure):  # the directory is not there, or no longer one: nothing can be left in it
            continue


def _reason(act: Callable[[FileChange], None], change: FileChange) -> str | None:
    """Do something for a change; why it can't be done, if so."""
    try:
        act(change)
    except NotAFile as error:
        return str(not_a_file(change.path, error.kind))
    except OSError as error:
        return str(os_failure(error, change.path))
    except ToolFailure as failure:
        return str(failure)
    return None


def _content(folder: Folder, place: Place, info: os.stat_result | None) -> str | None:
    """A file's hash; None where there is none, be it that a folder has the name."""
    if info is None or stat.S_ISDIR(info.st_mode):
        return None
    with folder.directory(place.parts[:-1]) as directory:
        present = present_in(directory, place.parts[-1])
    return present.sha256 if present is not None else None


def _observed(folder: Folder, change: FileChange) -> FileChange:
    if not change.exists:
        return replace(change, after_mode=None, after_mtime_ns=None)
    info = info_of(folder, exact_place(folder, change.path))
    if info is None:
        return change
    mode = stat.S_IMODE(info.st_mode)
    return replace(change, after_mode=mode, after_mtime_ns=None if change.is_folder else info.st_mtime_ns)


def is_done(folder: Folder, changes: Iterable[FileChange]) -> bool | None:
    """Whether all changes were made, or none (False); None for some, or for what can't be told."""
    sides = {standing(folder, change) for change in changes if alters(change)}
    if sides <= {Standing.AFTER, Standing.SAME}:
        return True
    return False if sides <= {Standing.BEFORE, Standing.SAME} else None
