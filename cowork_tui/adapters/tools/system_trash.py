"""The desktop's own trash, for files below the user's home. What is kept by the journal does not depend on it."""

from __future__ import annotations

import errno
import os
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from cowork_tui.adapters.tools.directory import HAS_HANDLES
from cowork_tui.adapters.tools.folder import Folder, Place


def to_system_trash(folder: Folder, place: Place) -> None:
    """Put a file or folder into the trash. Raises OSError where there is none; it is then where it was.

    On Linux the entry goes from handle to handle, as the freedesktop.org trash specification says, so that nothing
    swapped on the way can lead elsewhere. Other systems have calls of their own for it.
    """
    path = folder.root.joinpath(*place.parts)
    if not path.is_relative_to(os.path.realpath(Path.home())):
        raise OSError(errno.EXDEV, "not below the home folder")
    if HAS_HANDLES and sys.platform not in ("darwin", "win32"):
        _by_handle(folder, place, path)
        return
    from send2trash import send2trash

    if os.path.realpath(path) != str(path):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    send2trash(path)


def _by_handle(folder: Folder, place: Place, path: Path) -> None:
    data = os.environ.get("XDG_DATA_HOME", "")
    trash = (Path(data) if data.startswith("/") else Path.home() / ".local" / "share") / "Trash"
    if path.is_relative_to(trash) or trash.is_relative_to(path):
        raise OSError(errno.EINVAL, "the trash itself")
    for part in ("files", "info"):
        (trash / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    name, note = _new_note(trash, place.parts[-1])
    try:
        note.write_text(
            f"[Trash Info]\nPath={quote(str(path))}\nDeletionDate={datetime.now().isoformat(timespec='seconds')}\n",
            encoding="utf-8",
        )
        with folder.directory(place.parts[:-1]) as parent:
            os.rename(place.parts[-1], trash / "files" / name, src_dir_fd=parent.fd)
    except BaseException:
        note.unlink(missing_ok=True)
        raise


def _new_note(trash: Path, name: str) -> tuple[str, Path]:
    """A name that is free in the trash, taken by its note."""
    number = 1
    while True:
        candidate = name[:200] if number == 1 else f"{name[:200]}.{number}"
        note = trash / "info" / f"{candidate}.trashinfo"
        try:
            note.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            number += 1
            continue
        if not os.path.lexists(trash / "files" / candidate):
            return candidate, note
        note.unlink()
        number += 1
