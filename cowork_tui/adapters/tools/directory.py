"""An open directory, worked on through its handle, so that renaming or swapping what its path names changes nothing.

Names are single components and links are never followed. Where the platform has no directory handles, paths are used
and checked again after each opening.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

HAS_HANDLES = os.open in os.supports_dir_fd and os.scandir in os.supports_fd and hasattr(os, "O_NOFOLLOW")

_COMMON = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FOLDER = os.O_RDONLY | _COMMON | getattr(os, "O_DIRECTORY", 0)
_READ = os.O_RDONLY | _COMMON | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _COMMON
_KEPT_MODE_BITS = 0o1777
"""Permissions survive a rewrite; set-user-id and set-group-id do not, as the content is new."""


_TEMP_START, _TEMP_END = ".cowork-", ".tmp"


class NotAFile(OSError):
    """Something that is no regular file: a folder, link, device, pipe or socket."""

    def __init__(self, mode: int) -> None:
        super().__init__(errno.EINVAL, f"it is {kind_of(mode)}")
        self.kind = kind_of(mode)


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory. `fd` is None on platforms without directory handles; `path` holds no links."""

    path: Path
    fd: int | None

    def stat(self, name: str) -> os.stat_result | None:
        """What `name` is, itself and not what it links to; None where there is nothing."""
        try:
            return os.stat(self._at(name), dir_fd=self.fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    @contextmanager
    def child(self, name: str, *, make: bool = False) -> Iterator[Directory]:
        """A folder in this one; made when missing and asked for. A link is refused."""
        if make:
            with suppress(FileExistsError):
                os.mkdir(self._at(name), dir_fd=self.fd)
        with opened(self.path / name, self.fd, name) as directory:
            yield directory

    def open_read(self, name: str) -> BinaryIO:
        """A regular file to read. Anything else raises `NotAFile` without being opened: devices may act on opening."""
        found = os.stat(self._at(name), dir_fd=self.fd, follow_symlinks=False)
        _require_file(found)
        handle = os.open(self._at(name), _READ, dir_fd=self.fd)
        try:
            _require_file(os.fstat(handle))
            if self.fd is None:
                _require_same(self.path / name, handle)
            return os.fdopen(handle, "rb")
        except BaseException:
            os.close(handle)
            raise

    def replace(self, name: str, content: bytes, temp_name: str) -> None:
        """Put `content` in the place of `name`, whole or not at all.

        The bytes go to a new file beside it, onto the disk, and then take the name; permissions and, where the system
        lets us, the owner stay. Other hard links to the old file keep the old content.
        """
        old = self.stat(name)
        if old is not None:
            _require_file(old)
        handle = os.open(self._at(temp_name), _CREATE, 0o666 if old is None else 0o600, dir_fd=self.fd)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                if old is not None:
                    _keep_owner_and_mode(handle, old)
                os.fsync(handle)
                if self.fd is None:
                    _require_same(self.path / temp_name, handle)
            os.replace(self._at(temp_name), self._at(name), src_dir_fd=self.fd, dst_dir_fd=self.fd)
        except BaseException:
            self.remove(temp_name)
            raise
        self.flush()

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""
        with suppress(FileNotFoundError):
            os.unlink(self._at(name), dir_fd=self.fd)

    def flush(self) -> None:
        """Have names that changed on the disk."""
        if self.fd is not None:
            os.fsync(self.fd)

    def entries(self) -> list[os.DirEntry[str]]:
        """Everything in it, in no order."""
        with os.scandir(self.path if self.fd is None else self.fd) as found:
            return list(found)

    def _at(self, name: str) -> str:
        return name if self.fd is not None else str(self.path / name)


def new_temp_name() -> str:
    """A name for a file that will take another's place."""
    return f"{_TEMP_START}{os.urandom(8).hex()}{_TEMP_END}"


def is_temp_name(name: str) -> bool:
    """Whether a name is one of `new_temp_name`, left by a crash or just being written."""
    return name.startswith(_TEMP_START) and name.endswith(_TEMP_END)


@contextmanager
def opened(path: Path, parent_fd: int | None = None, name: str | None = None) -> Iterator[Directory]:
    """The directory at `path`, reached from the open `parent_fd` where there is one. A link raises OSError."""
    if name is not None and parent_fd is None:
        if os.path.realpath(path) != str(path) or not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        yield Directory(path, None)
        return
    fd = os.open(path if name is None else name, _FOLDER, dir_fd=parent_fd)
    try:
        yield Directory(path, fd)
    finally:
        os.close(fd)


@contextmanager
def opened_by_path(path: Path) -> Iterator[Directory]:
    """The directory at `path` without a handle, for platforms that have none."""
    if not stat.S_ISDIR(path.stat().st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    yield Directory(path, None)


def kind_of(mode: int) -> str:
    """What a file mode stands for, in words."""
    kinds = (
        (stat.S_ISDIR, "a folder"), (stat.S_ISLNK, "a link"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
    )  # fmt: skip
    return next((words for test, words in kinds if test(mode)), "no regular file")


def _require_file(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotAFile(found.st_mode)


def _require_same(path: Path, handle: int) -> None:
    """Without handles: what was opened must still be what the path, free of links, names."""
    if os.path.realpath(path) != str(path) or not os.path.samestat(path.stat(), os.fstat(handle)):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _keep_owner_and_mode(handle: int, old: os.stat_result) -> None:
    if not hasattr(os, "fchmod"):
        return
    new = os.fstat(handle)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        with suppress(PermissionError):
            os.fchown(handle, old.st_uid, old.st_gid)
    os.fchmod(handle, stat.S_IMODE(old.st_mode) & _KEPT_MODE_BITS)
