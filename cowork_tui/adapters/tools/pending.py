"""Notes of changes that are under way: one small JSON file a tool call, one a task whose changes are undone."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cowork_tui.adapters.tools.originals import flush_folder
from cowork_tui.core.hashing import canonical_json
from cowork_tui.core.task_values import FileChange
from cowork_tui.engine.ports import UndoIntent


@dataclass(frozen=True, slots=True)
class CallKey:
    """Which call a change belongs to. `digest` covers folder, tool and input, as ids alone may come twice."""

    tool_use_id: str
    turn: int
    digest: str

    @property
    def file_name(self) -> str:
        """The note's file."""
        text = f"{self.tool_use_id}\0{self.digest}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40] + ".json"


@dataclass(frozen=True, slots=True)
class PendingNote:
    """Changes about to be made: where, for which call, when (seconds since the epoch), and what the model is told."""

    folder: str
    key: CallKey
    at: float
    result: str
    temp_name: str = ""
    """The file beside a target that its new content is written to first."""
    changes: tuple[FileChange, ...] = ()


class PendingNotes:
    """The folder of notes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, note: PendingNote) -> None:
        """Have a note on the disk. Raises OSError."""
        write_note(self._folder / note.key.file_name, asdict(note))

    def read(self, key: CallKey) -> PendingNote | None:
        """The note of a call, if there is one."""
        return _read(self._folder / key.file_name)

    def all(self) -> tuple[PendingNote, ...]:
        """Every note, oldest first."""
        notes = (_read(path) for path in self._folder.glob("*.json"))
        return tuple(sorted((note for note in notes if note is not None), key=lambda note: note.at))

    def remove(self, key: CallKey) -> None:
        """Drop a note if it is there."""
        (self._folder / key.file_name).unlink(missing_ok=True)


class UndoNotes:
    """The folder of notes of undos under way, one a task."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, intent: UndoIntent) -> None:
        """Have what will be done on the disk. Raises OSError."""
        write_note(self._path(intent.task_id), asdict(intent))

    def read(self, task_id: str) -> UndoIntent | None:
        """What was begun for a task and is not settled."""
        try:
            fields = json.loads(self._path(task_id).read_bytes())
            return UndoIntent(**(fields | {"changes": tuple(FileChange(**change) for change in fields["changes"])}))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def remove(self, task_id: str) -> None:
        """Drop a note if it is there."""
        self._path(task_id).unlink(missing_ok=True)

    def _path(self, task_id: str) -> Path:
        return self._folder / (hashlib.sha256(task_id.encode()).hexdigest()[:40] + ".json")


def write_note(path: Path, fields: dict[str, Any]) -> None:
    """Have a JSON file on the disk, whole or not at all. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temp = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        with temp.open("x", encoding="utf-8") as stream:
            stream.write(canonical_json(fields))
            stream.flush()
            os.fsync(stream.fileno())
        temp.replace(path)
        flush_folder(path.parent)
    finally:
        temp.unlink(missing_ok=True)


def _read(path: Path) -> PendingNote | None:
    """A note; None for what is gone or is none of ours: notes appear whole or not at all."""
    try:
        fields = json.loads(path.read_bytes())
        key = CallKey(**fields.pop("key"))
        changes = tuple(FileChange(**change) for change in fields.pop("changes"))
        return PendingNote(key=key, changes=changes, **fields)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
