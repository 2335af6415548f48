"""Every change of a file goes through here: the original is kept first, and what is about to happen is written down.

`originals/` holds each replaced content once, named by its SHA-256. `originals/pending/` holds a note for each change
whose result may not be stored yet; after a crash the file's hash tells whether the change happened.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from cowork_tui.adapters.tools.directory import Directory, new_temp_name
from cowork_tui.adapters.tools.failure import ToolFailure, os_failure, told
from cowork_tui.adapters.tools.folder import Folder, Place
from cowork_tui.adapters.tools.pending import CallKey, PendingNote, PendingNotes
from cowork_tui.core.errors import BadInput
from cowork_tui.core.task_values import FileChange

_PIECE_BYTES = 1 << 20


class PendingState(StrEnum):
    """What became of a change that was interrupted."""

    HAPPENED = "happened"
    DID_NOT_HAPPEN = "did not happen"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A note and what the file says now."""

    note: PendingNote
    state: PendingState


@dataclass(frozen=True, slots=True)
class Content:
    """The identity of a file's content."""

    sha256: str
    size_bytes: int


class Journal:
    """The keeper of originals. Several tasks and processes may share one."""

    def __init__(self, originals: Path) -> None:
        self._originals = originals
        self._notes = PendingNotes(originals / "pending")

    def record(
        self, folder: Folder, place: Place, content: bytes, *, key: CallKey, at: float, result: str = "",
        expected_sha256: str | None = None,
    ) -> FileChange:  # fmt: skip
        """Put `content` in a file's place, folders above it made, and give back the change.

        `at` is in seconds since the epoch; `result` what the model is told when it is done. With `expected_sha256` the
        file must still hold that. Raises `ToolFailure`; the file is then as it was. The note stays until `forget`.
        """
        name = place.parts[-1]
        with told(place.name), folder.directory(place.parts[:-1], make=True) as directory:
            before = self._keep(directory, name)
            if expected_sha256 is not None and (before is None or before.sha256 != expected_sha256):
                raise ToolFailure(f"{place.name} was changed by someone else meanwhile: read it again, then repeat")
            change = _change(place, before, Content(hashlib.sha256(content).hexdigest(), len(content)))
            if change.before_sha256 == change.after_sha256:
                return change
            note = PendingNote(str(folder.root), key, at, result, new_temp_name(), change)
            self._notes.write(note)
            try:
                directory.replace(name, content, note.temp_name)
            except OSError as error:
                self._notes.remove(key)
                raise os_failure(error, place.name) from error
        return change

    def pending(self, key: CallKey) -> PendingChange | None:
        """What became of the change of one call, if it was begun and is not forgotten."""
        note = self._notes.read(key)
        return None if note is None else PendingChange(note, _state(note))

    def resolve_pending(self) -> tuple[PendingChange, ...]:
        """What became of every change that is not forgotten, oldest first."""
        return tuple(PendingChange(note, _state(note)) for note in self._notes.all())

    def forget(self, key: CallKey) -> None:
        """The result of a call is stored, or its change is settled otherwise: drop the note and a half-written file."""
        note = self._notes.read(key)
        if note is None:
            return
        with contextlib.suppress(OSError, BadInput, ToolFailure):
            folder = Folder(Path(note.folder))
            with folder.directory(folder.place(note.change.path).parts[:-1]) as directory:
                directory.remove(note.temp_name)
        self._notes.remove(key)

    def restore(self, folder: Folder, change: FileChange) -> None:
        """Put a file back as it was before a change, to the byte. Raises `ToolFailure` when it was changed since."""
        place = folder.place(change.path)
        name = place.parts[-1]
        with told(place.name), folder.directory(place.parts[:-1]) as directory:
            present = self._keep(directory, name)
            if (present.sha256 if present is not None else None) != change.after_sha256:
                raise ToolFailure(f"{place.name} was changed since, so it was left as it is: compare it yourself")
            if change.before_sha256 is None:
                directory.remove(name)
            else:
                directory.replace(name, self.original(change.before_sha256), new_temp_name())

    def original(self, sha256: str) -> bytes:
        """A kept content. Raises `ToolFailure` when it is missing or damaged."""
        try:
            content = (self._originals / sha256).read_bytes()
        except OSError as error:
            reason = f"the kept original {sha256[:12]} can't be read ({error.strerror})"
            raise ToolFailure(f"{reason}: check the disk it is on") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ToolFailure(f"the kept original {sha256[:12]} is damaged: it can't be put back")
        return content

    def _keep(self, directory: Directory, name: str) -> Content | None:
        """Copy a file's content into the originals, onto the disk; None where there is no file."""
        if directory.stat(name) is None:
            return None
        self._originals.mkdir(mode=0o700, parents=True, exist_ok=True)
        temp = self._originals / f".{os.urandom(8).hex()}.tmp"
        try:
            with directory.open_read(name) as source:
                kept = _copy(source, temp)
            target = self._originals / kept.sha256
            if not target.exists():
                temp.replace(target)
                _flush_folder(self._originals)
            return kept
        finally:
            temp.unlink(missing_ok=True)


def _copy(source: BinaryIO, target: Path) -> Content:
    """Copy to a new file only its owner can read, hashing on the way."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as copy:
        kept = _hashed(source, copy)
        copy.flush()
        os.fsync(handle)
    return kept


def _hashed(source: BinaryIO, copy: BinaryIO | None = None) -> Content:
    """Read to the end, writing to `copy` on the way."""
    hasher, size_bytes = hashlib.sha256(), 0
    while piece := source.read(_PIECE_BYTES):
        hasher.update(piece)
        size_bytes += len(piece)
        if copy is not None:
            copy.write(piece)
    return Content(hasher.hexdigest(), size_bytes)


def _flush_folder(path: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _change(place: Place, before: Content | None, after: Content) -> FileChange:
    return FileChange(
        place.path,
        before.sha256 if before is not None else None,
        after.sha256,
        before.size_bytes if before is not None else 0,
        after.size_bytes,
    )


def _state(note: PendingNote) -> PendingState:
    try:
        present = _sha256(note)
    except (OSError, BadInput, ToolFailure):
        return PendingState.UNKNOWN
    if present == note.change.after_sha256:
        return PendingState.HAPPENED
    return PendingState.DID_NOT_HAPPEN if present == note.change.before_sha256 else PendingState.UNKNOWN


def _sha256(note: PendingNote) -> str | None:
    folder = Folder(Path(note.folder))
    place = folder.place(note.change.path)
    if folder.info(place) is None:
        return None
    with folder.open_file(place) as stream:
        return _hashed(stream).sha256
