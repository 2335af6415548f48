"""Every change of a file goes through here: the original is kept first, and what is about to happen is written down.

`originals/` holds each replaced content once, named by its SHA-256. `originals/pending/` holds a note for each call
whose result may not be stored yet; after a crash the paths tell whether its changes happened.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import stat
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cowork_tui.adapters.tools.directory import new_temp_name
from cowork_tui.adapters.tools.failure import ToolFailure, os_failure, told
from cowork_tui.adapters.tools.folder import Folder, Place, not_a_file
from cowork_tui.adapters.tools.originals import Originals
from cowork_tui.adapters.tools.pending import CallKey, PendingNote, PendingNotes
from cowork_tui.adapters.tools.restoring import Restorer, is_done, observed, remove_stray
from cowork_tui.adapters.tools.trees import copied, moved, new_folders, removed, tree_of
from cowork_tui.core.errors import BadInput
from cowork_tui.core.file_changes import inverse, paired
from cowork_tui.core.task_values import FileChange


class PendingState(StrEnum):
    """What became of a call's changes that were interrupted."""

    HAPPENED = "happened"
    DID_NOT_HAPPEN = "did not happen"
    UNKNOWN = "unknown"
    """Some happened and some did not, or someone else changed the paths since."""


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A note, with what the paths say now."""

    note: PendingNote
    state: PendingState


class Journal:
    """The keeper of originals. Several tasks and processes may share one.

    Methods that change something take the call's `key`, `at` in seconds since the epoch, and `result`: what the model
    is told when it is done. They give the changes back, one for each path, and raise `ToolFailure` with everything put
    back as it was. The note stays until `forget`.
    """

    def __init__(self, originals: Path) -> None:
        self._originals = Originals(originals)
        self._notes = PendingNotes(originals / "pending")

    def record(
        self, folder: Folder, place: Place, content: bytes, *, key: CallKey, at: float, result: str = "",
        expected_sha256: str | None = None,
    ) -> tuple[FileChange, ...]:  # fmt: skip
        """Put `content` in a file's place, folders above it made. With `expected_sha256` it must still hold that."""
        with told(place.name):
            before = self._keep(folder, place)
            if expected_sha256 is not None and (before is None or before.after_sha256 != expected_sha256):
                raise ToolFailure(f"{place.name} was changed by someone else meanwhile: read it again, then repeat")
            sha256 = hashlib.sha256(content).hexdigest()
            start = inverse(before) if before is not None else FileChange(place.path, None, None, 0, 0)
            change = dataclasses.replace(start, after_sha256=sha256, after_bytes=len(content))
            if change.before_sha256 == sha256:
                return observed(folder, (change,))
            changes = (*new_folders(folder, place.parts[:-1]), change)

            def put(temp_name: str) -> None:
                with folder.directory(place.parts[:-1], make=True) as directory:
                    directory.replace(place.parts[-1], content, temp_name)

            return self._make(folder, place, changes, put, PendingNote(str(folder.root), key, at, result))

    def make_folder(
        self, folder: Folder, place: Place, *, key: CallKey, at: float, result: str = ""
    ) -> tuple[FileChange, ...]:
        """Make a folder and those above it; nothing where it is there already."""
        changes = new_folders(folder, place.parts)
        if not changes:
            return ()

        def make(_temp_name: str) -> None:
            with folder.directory(place.parts, make=True) as directory:
                directory.flush()

        return self._make(folder, place, changes, make, PendingNote(str(folder.root), key, at, result))

    def move(
        self, folder: Folder, source: Place, target: Place, *, key: CallKey, at: float, result: str = "",
        replace: bool = False,
    ) -> tuple[FileChange, ...]:  # fmt: skip
        """Give a file, or a folder with all that is in it, another path. A file there is replaced if so asked."""
        tree, over = self._ends(folder, source, target, replace)
        changes = (*new_folders(folder, target.parts[:-1]), *moved(tree, source, target, over))

        def rename(_temp_name: str) -> None:
            with (
                folder.directory(source.parts[:-1]) as here,
                folder.directory(target.parts[:-1], make=True) as there,
            ):
                here.move(source.parts[-1], there, target.parts[-1])

        return self._make(folder, source, changes, rename, PendingNote(str(folder.root), key, at, result))

    def copy(
        self, folder: Folder, source: Place, target: Place, *, key: CallKey, at: float, result: str = "",
        replace: bool = False,
    ) -> tuple[FileChange, ...]:  # fmt: skip
        """Make a second file, or folder with all that is in it, of the same modes and times."""
        tree, over = self._ends(folder, source, target, replace)
        changes = (*new_folders(folder, target.parts[:-1]), *copied(tree, source, target, over))

        def write(temp_name: str) -> None:
            self._carry_out(folder, changes, temp_name)

        return self._make(folder, target, changes, write, PendingNote(str(folder.root), key, at, result))

    def trash(
        self, folder: Folder, place: Place, *, key: CallKey, at: float, result: str = "",
        discard: Callable[[Path], None] | None = None,
    ) -> tuple[FileChange, ...]:  # fmt: skip
        """Remove a file, or a folder with all that is in it; `discard` puts the path into the system's own trash."""
        changes = removed(tree_of(folder, place, self._originals))

        def remove(temp_name: str) -> None:
            if discard is not None:
                with contextlib.suppress(OSError):
                    discard(folder.root.joinpath(*place.parts))
            self._carry_out(folder, changes, temp_name)

        return self._make(folder, place, changes, remove, PendingNote(str(folder.root), key, at, result))

    def pending(self, key: CallKey) -> PendingChange | None:
        """What became of the changes of one call, if it was begun and is not forgotten. Half-done ones are put back."""
        note = self._notes.read(key)
        return None if note is None else self._settled(note)

    def pending_of(self, folder: str, tool_use_id: str, turn: int) -> PendingChange | None:
        """The same for the call of a model's tool use, by the folder it was made in."""
        for note in self._notes.all():
            if (note.folder, note.key.tool_use_id, note.key.turn) == (folder, tool_use_id, turn):
                return self._settled(note)
        return None

    def resolve_pending(self) -> tuple[PendingChange, ...]:
        """What became of every change that is not forgotten, oldest first."""
        return tuple(PendingChange(note, _state(note)) for note in self._notes.all())

    def forget(self, key: CallKey) -> None:
        """The result of a call is stored, or its change is settled otherwise: drop the note and a half-written file."""
        note = self._notes.read(key)
        if note is None:
            return
        with contextlib.suppress(OSError, BadInput, ToolFailure):
            remove_stray(Folder(Path(note.folder)), note.changes, note.temp_name)
        self._notes.remove(key)

    def original(self, sha256: str) -> bytes:
        """A kept content. Raises `ToolFailure` when it is missing or damaged."""
        return self._originals.content(sha256)

    def _settled(self, note: PendingNote) -> PendingChange:
        state = _state(note)
        if state is PendingState.UNKNOWN and len(note.changes) > 1:
            with contextlib.suppress(OSError, BadInput, ToolFailure):
                self._put_back(Folder(Path(note.folder)), note.changes, note.temp_name)
                state = _state(note)
        if state is PendingState.HAPPENED:
            note = dataclasses.replace(note, changes=observed(Folder(Path(note.folder)), note.changes))
        return PendingChange(note, state)

    def _make(
        self, folder: Folder, place: Place, changes: tuple[FileChange, ...], act: Callable[[str], None],
        note: PendingNote,
    ) -> tuple[FileChange, ...]:  # fmt: skip
        """Write down what will happen, do it, and give it back as it went; on failure nothing has happened."""
        note = dataclasses.replace(note, changes=changes, temp_name=new_temp_name())
        with told(place.name):
            self._notes.write(note)
        try:
            act(note.temp_name)
        except (OSError, ToolFailure) as error:
            with contextlib.suppress(OSError, ToolFailure):
                self._put_back(folder, changes, note.temp_name)
                self._notes.remove(note.key)
            raise (os_failure(error, place.name) if isinstance(error, OSError) else error) from error
        return observed(folder, changes)

    def _carry_out(self, folder: Folder, changes: tuple[FileChange, ...], temp_name: str) -> None:
        refused = Restorer(folder, self._originals, temp_name).carry_out(changes).refused
        if refused:
            raise ToolFailure(refused[0].reason)

    def _put_back(self, folder: Folder, changes: tuple[FileChange, ...], temp_name: str) -> None:
        self._carry_out(folder, paired(inverse(change) for change in changes), temp_name)

    def _keep(self, folder: Folder, place: Place) -> FileChange | None:
        """What a file is, as a change that made it so, its content kept; None where there is none."""
        info = folder.info(place)
        if info is None:
            return None
        if stat.S_ISDIR(info.st_mode):
            raise not_a_file(place.name, "a folder")
        return tree_of(folder, place, self._originals)[0]

    def _ends(
        self, folder: Folder, source: Place, target: Place, over: bool
    ) -> tuple[tuple[FileChange, ...], FileChange | None]:
        """What is at the source, and the file at the target, if any: both kept. Raises `ToolFailure`."""
        if target.parts[: len(source.parts)] == source.parts:
            raise ToolFailure(f"{source.name} can't go into or onto itself: name another place")
        tree = tree_of(folder, source, self._originals)
        present = folder.info(target)
        if present is None:
            return tree, None
        if stat.S_ISDIR(present.st_mode):
            raise ToolFailure(f"{target.name} is a folder: name the new path in full, e.g. {target.name}/name")
        if not over or tree[0].is_folder:
            raise ToolFailure(f"{target.name} is there already: choose another name")
        return tree, tree_of(folder, target, self._originals)[0]


def _state(note: PendingNote) -> PendingState:
    try:
        done = is_done(Folder(Path(note.folder)), note.changes)
    except (OSError, BadInput, ToolFailure):
        return PendingState.UNKNOWN
    if done is None:
        return PendingState.UNKNOWN
    return PendingState.HAPPENED if done else PendingState.DID_NOT_HAPPEN
