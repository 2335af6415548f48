"""Undo and redo on the disk: compared with what is there, written down, carried out, and finished after a kill."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import replace
from pathlib import Path

from cowork_tui.adapters.tools.directory import NotAFile
from cowork_tui.adapters.tools.failure import ToolFailure, os_failure
from cowork_tui.adapters.tools.folder import Folder, Place, not_a_file
from cowork_tui.adapters.tools.journal import Journal, PendingChange, PendingState
from cowork_tui.adapters.tools.originals import Originals
from cowork_tui.adapters.tools.pending import UndoNotes
from cowork_tui.adapters.tools.restoring import Restorer, exact_place, info_of
from cowork_tui.core.errors import BadInput
from cowork_tui.core.task_values import FileChange
from cowork_tui.engine.ports import Refusal, Restored, ToolOutcome, UndoIntent


class JournalKeeper:
    """`engine.ports.FileKeeper` over the folder of originals. Call it from one process at a time for a task."""

    def __init__(self, originals: Path) -> None:
        self._originals = Originals(originals)
        self._journal = Journal(originals)
        self._notes = UndoNotes(originals / "undo")

    def unfinished(self, task_id: str) -> UndoIntent | None:
        """An undo that was begun and, by a crash, never told."""
        return self._notes.read(task_id)

    def begin(self, intent: UndoIntent, *, force: bool) -> tuple[UndoIntent, tuple[Refusal, ...]]:
        """Compare with what is there, keep it, and write down what will be done. Raises BadInput, `ToolFailure`."""
        folder = Folder(Path(intent.folder))
        accepted: list[FileChange] = []
        refused: list[Refusal] = []
        for change in intent.changes:
            try:
                accepted.append(self._compared(folder, change, force))
            except ToolFailure as failure:
                refused.append(Refusal(change.path, str(failure)))
            except NotAFile as error:
                refused.append(Refusal(change.path, str(not_a_file(change.path, error.kind))))
            except OSError as error:
                refused.append(Refusal(change.path, str(os_failure(error, change.path))))
        checked = replace(intent, folder=str(folder.root), changes=tuple(accepted))
        if accepted:
            try:
                self._notes.write(checked)
            except OSError as error:
                raise os_failure(error, "the note of what will be undone") from error
        return checked, tuple(refused)

    def carry_out(self, intent: UndoIntent) -> Restored:
        """Do it, or the rest of it after a crash. Raises BadInput where the folder is gone."""
        folder = Folder(Path(intent.folder))
        return Restorer(folder, self._originals, _temp_name(intent.task_id)).carry_out(intent.changes)

    def forget(self, task_id: str) -> None:
        """The result is stored."""
        self._notes.remove(task_id)

    def interrupted_call(self, folder: str, tool_use_id: str, turn: int) -> ToolOutcome | None:
        """What a call that was killed did to files, if it did; where it did half, that half is put back."""
        found = self._call(folder, tool_use_id, turn)
        if found is not None and found.state is PendingState.DID_NOT_HAPPEN:
            self._journal.forget(found.note.key)
        if found is None or found.state is not PendingState.HAPPENED:
            return None
        return ToolOutcome(found.note.result, changes=found.note.changes)

    def forget_call(self, folder: str, tool_use_id: str, turn: int) -> None:
        """The result of such a call is stored."""
        found = self._call(folder, tool_use_id, turn)
        if found is not None:
            self._journal.forget(found.note.key)

    def _call(self, folder: str, tool_use_id: str, turn: int) -> PendingChange | None:
        try:
            root = str(Folder(Path(folder)).root)
        except BadInput:
            return None
        return self._journal.pending_of(root, tool_use_id, turn)

    def content(self, sha256: str) -> bytes | None:
        """A kept content; None where it is not kept or damaged."""
        try:
            return self._originals.content(sha256)
        except ToolFailure:
            return None

    def _compared(self, folder: Folder, change: FileChange, force: bool) -> FileChange:
        """The change from what is really there, which is kept. Raises `ToolFailure` for what must not be touched."""
        place = exact_place(folder, change.path)
        info = info_of(folder, place)
        if change.is_folder:
            mode = stat.S_IMODE(info.st_mode) if info is not None and stat.S_ISDIR(info.st_mode) else None
            return replace(change, before_mode=mode)
        if change.after_sha256 is not None and not self._originals.has(change.after_sha256):
            raise ToolFailure(f"the original of {change.path} is no longer kept, so it can't be put back")
        is_folder = info is not None and stat.S_ISDIR(info.st_mode)
        present = self._present(folder, place) if info is not None and not is_folder else None
        if present is None:
            if change.existed and change.exists and not force:
                raise ToolFailure(f"{change.path} was removed by someone else since: --force makes it again")
            return replace(change, before_sha256=None, before_bytes=0, before_mode=None, before_mtime_ns=None)
        if present.after_sha256 not in (change.before_sha256, change.after_sha256) and not force:
            raise ToolFailure(
                f"{change.path} was changed by someone else since: compare it with "
                f"`cowork-tui changes`, or put it back with --force, which keeps a copy of what is there"
            )
        return replace(
            change, before_sha256=present.after_sha256, before_bytes=present.after_bytes,
            before_mode=present.after_mode, before_mtime_ns=present.after_mtime_ns,
        )  # fmt: skip

    def _present(self, folder: Folder, place: Place) -> FileChange | None:
        with folder.directory(place.parts[:-1]) as directory:
            kept = self._originals.keep(directory, place.parts[-1])
        if kept is None:
            return None
        return FileChange(
            place.path, None, kept.sha256, 0, kept.size_bytes, after_mode=kept.mode, after_mtime_ns=kept.mtime_ns
        )


def _temp_name(task_id: str) -> str:
    """The same after a kill, so that what was half-written is found."""
    return f".cowork-{hashlib.sha256(task_id.encode()).hexdigest()[:16]}.tmp"
