"""Every file below a folder in the order of its path, through open directory handles; links are not followed."""

from __future__ import annotations

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
class Batch:
    """Files that follow each other in one folder; `directory` is open until the walk goes on."""

    directory: Directory
    prefix: str
    """The folder's path from the top: empty, or ending in a slash."""
    names: list[str]


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


def walk(folder: Folder, place: Place, tally: Tally, stop: Stop, *, ignoring: bool = True) -> Iterator[Batch]:
    """The files below a place that no ignore file hides. Raises `ToolFailure` when the place is no folder.

    Without `ignoring` every file is given.
    """
    info = folder.info(place)
    if info is not None and not stat.S_ISDIR(info.st_mode):
        raise ToolFailure(f"{place.name} is a file, not a folder: read it with read_document")
    with told(place.name), ExitStack() as held:
        ignores = _ignores_above(folder, place) if ignoring else Ignores()
        top = held.enter_context(folder.directory(place.parts))
        yield from _Walk(tally, stop, ignoring).below(top, "".join(f"{part}/" for part in place.parts), ignores, 1)


@dataclass(frozen=True, slots=True)
class _Walk:
    tally: Tally
    stop: Stop
    ignoring: bool

    def below(self, directory: Directory, prefix: str, ignores: Ignores, depth: int) -> Iterator[Batch]:
        files, folders, ignores = self._entries(directory, prefix, ignores)
        if folders:
            yield from self._in_path_order(Batch(directory, prefix, files), folders, ignores, depth)
        elif files:
            yield Batch(directory, prefix, sorted(files))

    def _in_path_order(self, files: Batch, folders: list[str], ignores: Ignores, depth: int) -> Iterator[Batch]:
        """A folder sorts as its name with a slash, as the paths below it do."""
        names = list[str]()
        for name in sorted([*files.names, *(f"{folder}/" for folder in folders)]):
            if not name.endswith("/"):
                names.append(name)
                continue
            if names:
                yield Batch(files.directory, files.prefix, names)
                names = []
            if depth >= MAX_DEPTH:
                self.tally.too_deep += 1
            else:
                yield from self._inside(files, name[:-1], ignores, depth)
        if names:
            yield Batch(files.directory, files.prefix, names)

    def _inside(self, parent: Batch, name: str, ignores: Ignores, depth: int) -> Iterator[Batch]:
        with ExitStack() as held:
            try:
                directory = held.enter_context(parent.directory.child(name))
                inside = self.below(directory, f"{parent.prefix}{name}/", ignores, depth + 1)
                first = next(inside, None)
            except OSError:
                self.tally.unreadable += 1
                return
            if first is not None:
                yield first
                yield from inside

    def _entries(self, directory: Directory, prefix: str, ignores: Ignores) -> tuple[list[str], list[str], Ignores]:
        """The files and folders of a folder that are not ignored, in no order, and the rules that hold in it."""
        self.stop.check()
        files, folders, links = list[str](), list[str](), list[str]()
        for entry in [] if directory.path in SYSTEM_FOLDERS else directory.entries():
            if entry.is_file(follow_symlinks=False):
                files.append(entry.name)
            elif entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            elif entry.is_symlink():
                links.append(entry.name)
        dotted = [name for name in files if name[0] == "."]
        if dotted:
            unlisted = {name for name in dotted if name == ".git" or is_temp_name(name)}
            files = [name for name in files if name not in unlisted]
            if self.ignoring and any(name in IGNORE_FILES for name in dotted):
                ignores = ignores.entering(directory, prefix)
        folders = [name for name in folders if name != ".git"]
        return *self._kept(prefix, files, folders, links, ignores), ignores

    def _kept(
        self, prefix: str, files: list[str], folders: list[str], links: list[str], ignores: Ignores
    ) -> tuple[list[str], list[str]]:
        if not ignores.levels:
            self.tally.links += len(links)
            return files, folders
        kept = ignores.kept(prefix, files), ignores.kept(prefix, folders, folders=True)
        seen_links = len(ignores.kept(prefix, links))
        self.tally.links += seen_links
        all_kept = len(kept[0]) + len(kept[1]) + seen_links
        self.tally.ignored += len(files) + len(folders) + len(links) - all_kept
        return kept


def _ignores_above(folder: Folder, place: Place) -> Ignores:
    """The rules of the folders on the way down to a place."""
    ignores = Ignores()
    for depth in range(len(place.parts)):
        with folder.directory(place.parts[:depth]) as directory:
            ignores = ignores.entering(directory, "".join(f"{part}/" for part in place.parts[:depth]))
    return ignores
