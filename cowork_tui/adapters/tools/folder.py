"""The one folder a task may touch.

A path from the model is first resolved, links included, and must stay below the folder. It is then walked again from
the folder's open handle, one component at a time and without following links, so that nothing swapped in between can
lead elsewhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cowork_tui.adapters.tools.directory import HAS_HANDLES, Directory, NotAFile, kind_of, opened, opened_by_path
from cowork_tui.adapters.tools.failure import ToolFailure, told
from cowork_tui.adapters.tools.names import path_parts, shown
from cowork_tui.core.errors import BadInput

SYSTEM_FOLDERS = (Path("/proc"), Path("/sys"), Path("/dev"))
"""Where files are the system's own windows and levers rather than anyone's documents."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: `name` as results call it, `parts` the real components below the folder."""

    name: str
    parts: tuple[str, ...]

    @property
    def path(self) -> str:
        """The real path from the folder; `.` for the folder itself."""
        return "/".join(self.parts) or "."


class Folder:
    """A folder and everything below it, nothing else. The folder itself may be named through a link."""

    def __init__(self, path: Path, *, handles: bool = HAS_HANDLES) -> None:
        check_folder(path)
        self.root = Path(os.path.realpath(path))
        self._given = Path(os.path.abspath(path))  # noqa: PTH100  (resolve() would follow the link)
        self._identity = _identity(self.root.stat())
        self._handles = handles

    def place(self, path: str) -> Place:
        """Where a path from the model leads. Raises `ToolFailure` when that is not inside the folder."""
        parts = self._below(path)
        name = "/".join(parts) or "."
        with told(name):  # a link that is swapped while it is followed can't be found
            real = Path(os.path.realpath(self.root.joinpath(*parts)))
        if not real.is_relative_to(self.root):
            raise ToolFailure(f"{name} leads out of the folder through a link: use only files inside it")
        if _is_system(real):
            raise ToolFailure(f"{name} belongs to the operating system: only documents can be used")
        return Place(name, real.relative_to(self.root).parts)

    def info(self, place: Place) -> os.stat_result | None:
        """What is at a place; None where there is nothing."""
        with told(place.name):
            if not place.parts:
                with self._open_root() as root:
                    return root.path.stat()
            try:
                with self.directory(place.parts[:-1]) as parent:
                    return parent.stat(place.parts[-1])
            except FileNotFoundError:
                return None

    def open_file(self, place: Place) -> BinaryIO:
        """A file to read. Raises `ToolFailure` for what is missing, unreadable or no file."""
        with told(place.name):
            try:
                if not place.parts:
                    raise NotAFile(stat.S_IFDIR)
                with self.directory(place.parts[:-1]) as parent:
                    return parent.open_read(place.parts[-1])
            except NotAFile as error:
                raise not_a_file(place.name, error.kind) from error

    @contextmanager
    def directory(self, parts: tuple[str, ...], *, make: bool = False) -> Iterator[Directory]:
        """The open directory at real components, reached without following a link. Raises OSError, `ToolFailure`."""
        with self._open_root() as root, _descend(root, parts, make) as directory:
            yield directory

    @contextmanager
    def _open_root(self) -> Iterator[Directory]:
        try:
            root = opened(self.root) if self._handles else opened_by_path(self.root)
            with root as directory:
                found = os.fstat(directory.fd) if directory.fd is not None else self.root.stat()
                if _identity(found) != self._identity:
                    raise ToolFailure(f"the folder {shown(str(self.root))} was replaced: start the task again on it")
                yield directory
        except FileNotFoundError as error:
            if self.root.is_dir():
                raise
            raise ToolFailure(f"the folder {shown(str(self.root))} is gone: put it back, then resume") from error

    def _below(self, path: str) -> tuple[str, ...]:
        """The components below the folder; an absolute path must begin with the folder's."""
        parts = path_parts(path)
        if not path.startswith("/") and not Path(path).is_absolute():
            if Path(path).drive:
                raise ToolFailure(f"{path} names a drive: name the file from the folder's top")
            return parts
        absolute = Path("/".join(("", *parts))) if path.startswith("/") else Path(path)
        for top in (self.root, self._given):
            if absolute.is_relative_to(top):
                return absolute.relative_to(top).parts
        raise ToolFailure(f"{path[:200]} is outside the folder: only files inside it can be used, named from its top")


def check_folder(path: Path) -> None:
    """Raise `BadInput` when a task can't work in the folder: it is missing, no folder, unreadable or the system's."""
    name = shown(str(path))
    try:
        found = path.stat()
    except FileNotFoundError:
        raise BadInput(f"the folder {name} does not exist: check the path, or make it with mkdir") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadInput(f"the folder {name} can't be reached ({reason}): choose another") from None
    if not stat.S_ISDIR(found.st_mode):
        kind = "a file" if stat.S_ISREG(found.st_mode) else kind_of(found.st_mode)
        raise BadInput(f"{name} is {kind}, not a folder: give the folder that it is in")
    if not os.access(path, os.R_OK | os.X_OK):
        raise BadInput(f"the folder {name} can't be read: change its permissions or choose another")
    if _is_system(Path(os.path.realpath(path))):
        raise BadInput(f"the folder {name} belongs to the operating system: choose a folder of documents")


def not_a_file(name: str, kind: str) -> ToolFailure:
    """The sentence for a path that is something other than a file."""
    if kind == "a folder":
        return ToolFailure(f"{name} is a folder, not a file: see what is in it with list_files")
    return ToolFailure(f"{name} is {kind}, not a file: leave it out")


@contextmanager
def _descend(directory: Directory, parts: tuple[str, ...], make: bool) -> Iterator[Directory]:
    """From an open directory down to another; at most the current one and its parent are open."""
    held = ExitStack()
    try:
        for name in parts:
            following = ExitStack()
            directory = following.enter_context(directory.child(name, make=make))
            held.close()
            held = following
        yield directory
    finally:
        held.close()


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _is_system(real: Path) -> bool:
    return any(real.is_relative_to(folder) for folder in SYSTEM_FOLDERS)
