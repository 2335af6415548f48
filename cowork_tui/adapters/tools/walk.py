"""Every file below a folder in the order of its path, through open directory handles; links are not followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from cowork_tui.adapters.tools.directory import Directory, is_temp_name
from cowork_tui.adapters.tools.failure import Stop, ToolFailure, told
from cowork_tui.adapters.tools.folder import SYSTEM_FOLDERS, Folder, Place
from cowork_tui.adapters.tools.ignores import IGNORE_FILES, Ignores
from cowork_tui.adapters.tools.wording import counted

MAX_DEPTH = 100
"""Folders in folders that are walked; each level keeps one handle open."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file met on the walk; `directory` is open until the walk goes on."""

    path: str
    name: str
    directory: Directory


@dataclass(slots=True)
class Tally:
    """What a walk passed over."""

    ignored: int = 0
    links: int = 0
    unreadable: int = 0
    too_deep: int = 0

    def notes(self) -> list[str]:
        """A left-out line for each kind, ignored ones excepted: their number stands in the first line."""
        kinds = (
            (self.links, "link", "links are not followed"),
            (self.unreadable, "folder", "permission denied"),
            (self.too_deep, "folder", f"more than {MAX_DEPTH} levels deep"),
        )
        return [f"[left out: {counted(number, what)}; {why}]" for number, what, why in kinds if number]


@dataclass(frozen=True, slots=True)
class _Level:
    directory: Directory
    prefix: str
    ignores: Ignores
    entries: Iterator[tuple[str, os.DirEntry[str], bool]]


def walk(folder: Folder, place: Place, tally: Tally, stop: Stop) -> Iterator[Found]:
    """The files below a place that no ignore file hides. Raises `ToolFailure` when the place is no folder."""
    info = folder.info(place)
    if info is not None and not stat.S_ISDIR(info.st_mode):
        raise ToolFailure(f"{place.name} is a file, not a folder: read it with read_document")
    with told(place.name), ExitStack() as held:
        ignores = _ignores_above(folder, place)
        top = held.enter_context(folder.directory(place.parts))
        yield from _Walk(tally, stop).files(top, "".join(f"{part}/" for part in place.parts), ignores)


@dataclass(frozen=True, slots=True)
class _Walk:
    tally: Tally
    stop: Stop

    def files(self, top: Directory, prefix: str, ignores: Ignores) -> Iterator[Found]:
        with ExitStack() as first:
            levels = [(self._level(top, prefix, ignores), first)]
            try:
                while levels:
                    level, _ = levels[-1]
                    yield from self._files_of(level, levels)
                    if levels[-1][0] is level:
                        levels.pop()[1].close()
            finally:
                for _, held in reversed(levels):
                    held.close()

    def _files_of(self, level: _Level, levels: list[tuple[_Level, ExitStack]]) -> Iterator[Found]:
        """Files of a level up to its next folder, which is put on top of `levels`."""
        for name, entry, is_folder in level.entries:
            path = level.prefix + name
            if level.ignores.levels and level.ignores.hide(path, is_folder=is_folder):
                self.tally.ignored += 1
            elif not is_folder:
                if entry.is_file(follow_symlinks=False):
                    yield Found(path, name, level.directory)
                elif entry.is_symlink():
                    self.tally.links += 1
            elif len(levels) >= MAX_DEPTH:
                self.tally.too_deep += 1
            elif self._enter(level, name, levels):
                return

    def _enter(self, level: _Level, name: str, levels: list[tuple[_Level, ExitStack]]) -> bool:
        held = ExitStack()
        try:
            directory = held.enter_context(level.directory.child(name))
            levels.append((self._level(directory, f"{level.prefix}{name}/", level.ignores), held))
        except OSError:
            held.close()
            self.tally.unreadable += 1
            return False
        return True

    def _level(self, directory: Directory, prefix: str, ignores: Ignores) -> _Level:
        self.stop.check()
        entries = [] if directory.path in SYSTEM_FOLDERS else directory.entries()
        if any(entry.name in IGNORE_FILES for entry in entries):
            ignores = ignores.entering(directory, prefix)
        listed = (entry for entry in entries if not _unlisted(entry.name))
        kinds = ((entry.name, entry, entry.is_dir(follow_symlinks=False)) for entry in listed)
        in_path_order = sorted(kinds, key=lambda item: item[0] + "/" if item[2] else item[0])
        return _Level(directory, prefix, ignores, iter(in_path_order))


def _unlisted(name: str) -> bool:
    return name == ".git" or is_temp_name(name)


def _ignores_above(folder: Folder, place: Place) -> Ignores:
    """The rules of the folders on the way down to a place."""
    ignores = Ignores()
    for depth in range(len(place.parts)):
        with folder.directory(place.parts[:depth]) as directory:
            ignores = ignores.entering(directory, "".join(f"{part}/" for part in place.parts[:depth]))
    return ignores
