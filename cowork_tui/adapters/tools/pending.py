"""Notes of changes that are under way: one small JSON file a tool call."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cowork_tui.core.hashing import canonical_json
from cowork_tui.core.task_values import FileChange


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
    """A change about to be made: where, for which call, when (seconds since the epoch), and what it makes of it."""

    folder: str
    key: CallKey
    at: float
    result: str
    temp_name: str
    """The file beside the target that its new content is written to first."""
    change: FileChange


class PendingNotes:
    """The folder of notes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, note: PendingNote) -> None:
        """Have a note on the disk. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        temp = self._folder / f".{os.urandom(8).hex()}.tmp"
        try:
            with temp.open("x", encoding="utf-8") as stream:
                stream.write(canonical_json(asdict(note)))
                stream.flush()
                os.fsync(stream.fileno())
            temp.replace(self._folder / note.key.file_name)
        finally:
            temp.unlink(missing_ok=True)

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


def _read(path: Path) -> PendingNote | None:
    """A note; None for what is gone or is none of ours: notes appear whole or not at all."""
    try:
        fields = json.loads(path.read_bytes())
        key, change = CallKey(**fields.pop("key")), FileChange(**fields.pop("change"))
        return PendingNote(key=key, change=change, **fields)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
