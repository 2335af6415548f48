"""What a task made of files, and what takes it back. A path's history is a chain of changes; only its ends matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cowork_tui.core.task_values import FileChange


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A change with the turn it was made in (for one by the user: the last turn before it)."""

    turn: int
    change: FileChange


def inverse(change: FileChange) -> FileChange:
    """The change that takes this one back."""
    return FileChange(
        change.path, change.after_sha256, change.before_sha256, change.after_bytes, change.before_bytes, change.kind,
        change.after_mode, change.before_mode, change.after_mtime_ns, change.before_mtime_ns,
    )  # fmt: skip


def merged(changes: Iterable[FileChange]) -> tuple[FileChange, ...]:
    """One change for each path: from the first one's before to the last one's after."""
    found: dict[tuple[str, str], FileChange] = {}
    for change in changes:
        first = found.get((change.path, change.kind))
        found[change.path, change.kind] = change if first is None else _joined(first, change)
    return tuple(found.values())


def _joined(first: FileChange, last: FileChange) -> FileChange:
    origin = last.moved_from or first.moved_from
    return replace(
        last, before_sha256=first.before_sha256, before_bytes=first.before_bytes, before_mode=first.before_mode,
        before_mtime_ns=first.before_mtime_ns, moved_from=origin if last.exists and origin != last.path else None,
    )  # fmt: skip


def alters(change: FileChange) -> bool:
    """Whether a file comes, goes or gets another content, or a folder comes or goes."""
    if change.is_folder:
        return change.existed != change.exists
    return change.before_sha256 != change.after_sha256


def leaves_as_is(change: FileChange) -> bool:
    """Whether it changes nothing at all; a mode or time that was not recorded is not asked for."""
    same_mode = change.after_mode in (None, change.before_mode)
    return not alters(change) and same_mode and change.after_mtime_ns in (None, change.before_mtime_ns)


def plan_back(log: Sequence[LoggedChange], to_turn: int, path: str | None = None) -> tuple[FileChange, ...]:
    """What puts the files back as they were when turn `to_turn` ended (0: before the task).

    With `path` only that file, or what is in that folder; a file that was moved is followed to where it came from.
    """
    later = [entry.change for entry in log if entry.turn > to_turn]
    wanted = None if path is None else _with_moves(later, path)
    plan = [inverse(change) for change in merged(later)]
    return paired(
        change for change in plan if not leaves_as_is(change) and (wanted is None or _concerns(change, wanted))
    )


def paired(changes: Iterable[FileChange]) -> tuple[FileChange, ...]:
    """The same changes; a file that comes where one of the same content goes is marked as moved from there."""
    found = tuple(changes)
    going = {change.before_sha256: change.path for change in found if not change.is_folder and not change.exists}
    marked: list[FileChange] = []
    for change in found:
        comes = not change.is_folder and change.exists and not change.existed
        marked.append(replace(change, moved_from=going.pop(change.after_sha256, None) if comes else None))
    return tuple(marked)


def _with_moves(changes: Sequence[FileChange], path: str) -> set[str]:
    """The paths at or below `path`, and those that their files were moved to or from."""
    wanted = {change.path for change in changes if change.path == path or change.path.startswith(path + "/")}
    moves = [(change.moved_from, change.path) for change in changes if change.moved_from is not None]
    size = -1
    while size != len(wanted):
        size = len(wanted)
        for ends in moves:
            if not wanted.isdisjoint(ends):
                wanted.update(ends)
    return wanted


def _concerns(change: FileChange, wanted: set[str]) -> bool:
    """A wanted path, or a folder that one needs."""
    if change.path in wanted:
        return True
    return change.is_folder and change.exists and any(path.startswith(change.path + "/") for path in wanted)
