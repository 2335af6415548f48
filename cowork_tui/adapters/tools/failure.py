"""How a tool says that it can't: one sentence for the model, and the signal that stops it."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cowork_tui.core.errors import CoworkError

_REASONS = {
    errno.ENOENT: "{path} does not exist: list the folder to see what there is",
    errno.EACCES: "{path} can't be opened: permission denied; ask the user for access or leave it out",
    errno.EPERM: "{path} can't be changed: the system does not permit it; ask the user",
    errno.ENOSPC: "the disk is full, so {path} was not written and is as it was: ask the user to make room",
    errno.EDQUOT: "the disk quota is used up, so {path} was not written and is as it was: ask the user to make room",
    errno.EFBIG: "{path} would be larger than the system allows and is as it was: write less, or in several files",
    errno.EROFS: "{path} is on a read-only disk: write elsewhere in the folder",
    errno.ENAMETOOLONG: "the name {path} is too long for this disk: use a shorter one",
    errno.EISDIR: "{path} is a folder, not a file: name a file in it",
    errno.ENOTDIR: "{path} leads through something that is not a folder: list the folder to see what there is",
    errno.ELOOP: "{path} is a link that leads nowhere or out of the folder: name the file itself",
    errno.EILSEQ: "the name {path} is refused by this disk: use plain letters and digits",
    errno.EINVAL: "the name {path} is refused by this disk: use plain letters and digits",
    errno.ESTALE: "{path} is gone: list the folder again",
}


class ToolFailure(CoworkError):
    """A tool call that can't be carried out; `str(failure)` is the sentence the model gets."""


class Stopped(Exception):
    """The work was asked to stop and did, between two files or pieces."""


class Stop:
    """Asks work in another thread to stop; the work looks at it between files and pieces."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def request(self) -> None:
        """Stop soon."""
        self._event.set()

    def check(self) -> None:
        """Raise `Stopped` when asked to."""
        if self._event.is_set():
            raise Stopped


def os_failure(error: OSError, path: str) -> ToolFailure:
    """The sentence for what the system said about a path."""
    known = _REASONS.get(error.errno or 0)
    if known is not None:
        return ToolFailure(known.format(path=path))
    reason = error.strerror or type(error).__name__
    return ToolFailure(f"{path} can't be used ({reason}): try again, or leave it out")


@contextmanager
def told(path: str) -> Iterator[None]:
    """Turn what the system says inside the block into a `ToolFailure` about `path`."""
    try:
        yield
    except OSError as error:
        raise os_failure(error, path) from error
