"""Contents kept before they are changed, each once, named by its SHA-256."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cowork_tui.adapters.tools.directory import Directory
from cowork_tui.adapters.tools.failure import ToolFailure

PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Present:
    """A file as it is: content, permission bits, and time of its last change."""

    sha256: str
    size_bytes: int
    mode: int
    mtime_ns: int


class Originals:
    """The folder of kept contents. Several tasks and processes may share it; nothing in it is ever changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, directory: Directory, name: str) -> Present | None:
        """Have a file's content kept, on the disk; None where there is nothing. Raises OSError for what is no file."""
        if directory.stat(name) is None:
            return None
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        temp = self._folder / f".{os.urandom(8).hex()}.tmp"
        try:
            with directory.open_read(name) as source:
                present = _copy(source, temp)
            target = self._folder / present.sha256
            if not target.exists():
                temp.replace(target)
                flush_folder(self._folder)
            return present
        finally:
            temp.unlink(missing_ok=True)

    def has(self, sha256: str) -> bool:
        """Whether a content is kept, as far as its name tells."""
        return (self._folder / sha256).is_file()

    def pieces(self, sha256: str) -> Iterator[bytes]:
        """A kept content, piece by piece. Raises `ToolFailure`, at the end at the latest, if it is missing or damaged.

        So whoever writes the pieces must not let the result count before the last one came.
        """
        hasher = hashlib.sha256()
        try:
            with (self._folder / sha256).open("rb") as source:
                while piece := source.read(PIECE_BYTES):
                    hasher.update(piece)
                    yield piece
        except OSError as error:
            reason = f"the kept original {sha256[:12]} can't be read ({error.strerror})"
            raise ToolFailure(f"{reason}: check the disk it is on") from None
        if hasher.hexdigest() != sha256:
            raise ToolFailure(f"the kept original {sha256[:12]} is damaged: it can't be put back")

    def content(self, sha256: str) -> bytes:
        """A kept content as a whole. Raises `ToolFailure` when it is missing or damaged."""
        return b"".join(self.pieces(sha256))


def present_in(directory: Directory, name: str) -> Present | None:
    """What a file is now; None where there is nothing. Raises OSError for what is no regular file."""
    if directory.stat(name) is None:
        return None
    with directory.open_read(name) as source:
        return _hashed(source)


def _copy(source: BinaryIO, target: Path) -> Present:
    """Copy to a new file only its owner can read, hashing on the way."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as copy:
        present = _hashed(source, copy)
        copy.flush()
        os.fsync(handle)
    return present


def _hashed(source: BinaryIO, copy: BinaryIO | None = None) -> Present:
    """Read to the end, writing to `copy` on the way."""
    hasher, size_bytes = hashlib.sha256(), 0
    found = os.fstat(source.fileno())
    while piece := source.read(PIECE_BYTES):
        hasher.update(piece)
        size_bytes += len(piece)
        if copy is not None:
            copy.write(piece)
    return Present(hasher.hexdigest(), size_bytes, stat.S_IMODE(found.st_mode), found.st_mtime_ns)


def flush_folder(path: Path) -> None:
    """Have names that changed in a folder on the disk."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
