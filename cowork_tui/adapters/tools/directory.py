"""An open directory, worked on through its handle, so that renaming or swapping what its path names changes nothing.

Names are single components and links are never followed. Where the platform has no directory handles, paths are used
and checked again after each opening.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

HAS_HANDLES = os.open in os.supports_dir_fd and os.scandir in os.supports_fd and hasattr(os, "O_NOFOLLOW")

_TIMES_BY_HANDLE = os.utime in os.supports_fd
_TIMES_FOLLOW_LINKS = os.utime not in os.supports_follow_symlinks

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

    def read(self, name: str, most_bytes: int) -> bytes | None:
        """The content of what `entries` just gave as a file; None when it is larger. Raises OSError, `NotAFile`."""
        if self.fd is None:
            with self.open_read(name) as stream:
                return stream.read() if os.fstat(stream.fileno()).st_size <= most_bytes else None
        handle = os.open(name, _READ, dir_fd=self.fd)
        try:
            found = os.fstat(handle)
            _require_file(found)
            if found.st_size > most_bytes:
                return None
            content = os.read(handle, found.st_size + 1)
            if len(content) == found.st_size:
                return content
            with os.fdopen(handle, "rb", closefd=False) as stream:
                return content + stream.read(most_bytes)
        finally:
            os.close(handle)

    def replace(self, name: str, content: bytes, temp_name: str) -> None:
        """Put `content` in the place of `name`, whole or not at all; see `replace_from`."""
        self.replace_from(name, (content,), temp_name)

    def replace_from(
        self, name: str, pieces: Iterable[bytes], temp_name: str, mode: int | None = None, mtime_ns: int | None = None
    ) -> None:
        """Put the pieces in the place of `name`, whole or not at all; an error while they come changes nothing.

        The bytes go to a new file beside it, onto the disk, and then take the name; permissions (or those of `mode`)
        and, where the system lets us, the owner stay. Other hard links to the old file keep the old content.
        """
        old = self.stat(name)
        if old is not None:
            _require_file(old)
        created_mode = 0o666 if old is None and mode is None else 0o600
        handle = os.open(self._at(temp_name), _CREATE, created_mode, dir_fd=self.fd)
        try:
            with os.fdopen(handle, "wb") as stream:
                for piece in pieces:
                    stream.write(piece)
                stream.flush()
                if old is not None:
                    _keep_owner(handle, old)
                    _set_mode(handle, stat.S_IMODE(old.st_mode) & _KEPT_MODE_BITS)
                if mode is not None:
                    _set_mode(handle, mode)
                if mtime_ns is not None and _TIMES_BY_HANDLE:
                    os.utime(handle, ns=(mtime_ns, mtime_ns))
                os.fsync(handle)
                if self.fd is None:
                    _require_same(self.path / temp_name, handle)
            os.replace(self._at(temp_name), self._at(name), src_dir_fd=self.fd, dst_dir_fd=self.fd)
        except BaseException:
            self.remove(temp_name)
            raise
        self.flush()

    def move(self, name: str, target: Directory, new_name: str) -> None:
        """Give a file or folder another name, there too; a file of that name is replaced."""
        os.replace(self._at(name), target._at(new_name), src_dir_fd=self.fd, dst_dir_fd=target.fd)
        target.flush()
        self.flush()

    def set_mode_and_time(self, name: str, mode: int | None, mtime_ns: int | None) -> None:
        """Set what is given and differs on a regular file or folder; links are not followed."""
        found = os.stat(self._at(name), dir_fd=self.fd, follow_symlinks=False)
        same_mode = mode is None or mode == stat.S_IMODE(found.st_mode)
        same_time = mtime_ns is None or mtime_ns == found.st_mtime_ns
        if same_mode and same_time:
            return
        if not stat.S_ISDIR(found.st_mode):
            _require_file(found)
        if mode is not None and not same_mode:
            self._change_mode(name, mode, found)
        if mtime_ns is not None and not same_time:
            times = found.st_atime_ns, mtime_ns
            os.utime(self._at(name), ns=times, dir_fd=self.fd, follow_symlinks=_TIMES_FOLLOW_LINKS)

    def _change_mode(self, name: str, mode: int, found: os.stat_result) -> None:
        """Through a handle: changing the mode by name would follow a link that was swapped in."""
        if self.fd is None:
            (self.path / name).chmod(mode)
            return
        kind = getattr(os, "O_DIRECTORY", 0) if stat.S_ISDIR(found.st_mode) else 0
        try:
            handle = os.open(name, _READ | kind, dir_fd=self.fd)
        except PermissionError:
            os.chmod(name, mode, dir_fd=self.fd)
            return
        try:
            if (os.fstat(handle).st_dev, os.fstat(handle).st_ino) == (found.st_dev, found.st_ino):
                _set_mode(handle, mode)
        finally:
            os.close(handle)

    def remove_folder(self, name: str) -> None:
        """Remove an empty folder. Raises OSError for one that holds something."""
        os.rmdir(self._at(name), dir_fd=self.fd)

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


def _keep_owner(handle: int, old: os.stat_result) -> None:
    if not hasattr(os, "fchown"):
        return
    new = os.fstat(handle)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        with suppress(PermissionError):
            os.fchown(handle, old.st_uid, old.st_gid)


def _set_mode(handle: int, mode: int) -> None:
    if hasattr(os, "fchmod"):
        os.fchmod(handle, mode)
