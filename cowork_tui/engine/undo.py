"""Undo and redo of what a task did to files. The caller holds the task's lease.

Each is written down before the first file is touched, and stored as an event when it is done; after a kill in between
it is finished first, whatever is asked next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cowork_tui.core.blocks import ToolResult, ToolUse, make_block
from cowork_tui.core.errors import BadInput
from cowork_tui.core.events import Event, FilesRedone, FilesUndone, ToolEnded
from cowork_tui.core.file_changes import inverse, paired, plan_back
from cowork_tui.core.state import TaskState, fold, reduce
from cowork_tui.core.task_values import FileChange
from cowork_tui.engine.ports import FileKeeper, Queries, Refusal, Store, TokenCounter, UndoIntent


@dataclass(frozen=True, slots=True)
class UndoPorts:
    """What undo uses from outside."""

    store: Store
    queries: Queries
    keeper: FileKeeper
    now: Callable[[], float]
    count: TokenCounter


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What was done, what was not and why; `earlier` was begun before a crash and finished just now."""

    changes: tuple[FileChange, ...]
    refused: tuple[Refusal, ...]
    earlier: tuple[FileChange, ...] = ()


async def undo(
    ports: UndoPorts, task_id: str, *, to_turn: int = 0, path: str | None = None, force: bool = False
) -> UndoReport:
    """Put a task's files (or one, or those in one folder) back as they were at the end of a turn; 0 is the start.

    Raises BadInput for a turn or path that the task does not have.
    """
    state, earlier, left = await _settled(ports, task_id)
    if not 0 <= to_turn <= state.turn:
        raise BadInput(f"Task {task_id[:8]} has no turn {to_turn}: give --to a turn from 0 to {state.turn}.")
    if path is not None and not any(_at_or_below(entry.change, path) for entry in state.file_log):
        raise BadInput(
            f"Task {task_id[:8]} has not changed {path}: see its files with `cowork-tui changes {task_id[:8]}`."
        )
    wanted = plan_back(state.file_log, to_turn, path)
    return await _carried_out(ports, state, wanted, to_turn, earlier, left, redo=False, force=force)


async def redo(ports: UndoPorts, task_id: str, *, force: bool = False) -> UndoReport:
    """Take the newest undo back. Raises BadInput where there is none, or the task changed files since.

    Where something was interrupted, finishing it is all that is done: it may be this very redo.
    """
    state, earlier, left = await _settled(ports, task_id)
    if earlier or left:
        return UndoReport((), left, earlier)
    if not state.undone:
        raise BadInput(
            f"There is nothing to redo in task {task_id[:8]}: nothing was undone since it last changed files."
        )
    last = state.undone[-1]
    wanted = paired(inverse(change) for change in last.changes)
    return await _carried_out(ports, state, wanted, last.to_turn, earlier, left, redo=True, force=force)


async def finish(ports: UndoPorts, task_id: str) -> tuple[FileChange, ...]:
    """Finish an undo that a crash interrupted, if there is one; what it did."""
    return (await _finished(ports, fold(ports.queries.events(task_id))))[1]


async def _settled(ports: UndoPorts, task_id: str) -> tuple[TaskState, tuple[FileChange, ...], tuple[Refusal, ...]]:
    """The task's state once everything that a crash interrupted is told."""
    state, earlier, left = await _finished(ports, fold(ports.queries.events(task_id)))
    for started in tuple(state.started_tools.values()):
        use = state.open_uses.get(started.tool_use_id)
        if use is None or not isinstance(use.content, ToolUse):
            continue
        outcome = ports.keeper.interrupted_call(state.folder, started.tool_use_id, started.turn)
        if outcome is not None:
            block = make_block(ToolResult(started.tool_use_id, outcome.text or "(nothing)"), ports.count)
            ended = ToolEnded(ports.now(), started.turn, started.tool_use_id, block, False, 0.0, outcome.changes)
            state = await _store(ports, state, ended)
            ports.keeper.forget_call(state.folder, started.tool_use_id, started.turn)
    return state, earlier, left


async def _finished(
    ports: UndoPorts, state: TaskState
) -> tuple[TaskState, tuple[FileChange, ...], tuple[Refusal, ...]]:
    intent = ports.keeper.unfinished(state.task_id)
    if intent is None:
        return state, (), ()
    if intent.number != state.undo_events:  # it was told before the crash
        ports.keeper.forget(state.task_id)
        return state, (), ()
    restored = ports.keeper.carry_out(intent)
    state = await _told(ports, state, intent, restored.changes)
    return state, restored.changes, restored.refused


async def _carried_out(
    ports: UndoPorts,
    state: TaskState,
    wanted: tuple[FileChange, ...],
    to_turn: int,
    earlier: tuple[FileChange, ...],
    left: tuple[Refusal, ...],
    *,
    redo: bool,
    force: bool,
) -> UndoReport:
    if not wanted:
        return UndoReport((), left, earlier)
    intent = UndoIntent(state.task_id, state.undo_events, state.folder, state.turn, to_turn, redo, wanted)
    intent, refused = ports.keeper.begin(intent, force=force)
    if not intent.changes:
        return UndoReport((), (*left, *refused), earlier)
    restored = ports.keeper.carry_out(intent)
    await _told(ports, state, intent, restored.changes)
    return UndoReport(restored.changes, (*left, *refused, *restored.refused), earlier)


async def _told(ports: UndoPorts, state: TaskState, intent: UndoIntent, changes: tuple[FileChange, ...]) -> TaskState:
    """Store what was done, then drop the note."""
    if changes:
        at = ports.now()
        event = (
            FilesRedone(at, intent.turn, changes)
            if intent.redo
            else FilesUndone(at, intent.turn, intent.to_turn, changes)
        )
        state = await _store(ports, state, event)
    ports.keeper.forget(state.task_id)
    return state


async def _store(ports: UndoPorts, state: TaskState, event: Event) -> TaskState:
    await ports.store.append(state.task_id, (event,))
    return reduce(state, event)


def _at_or_below(change: FileChange, path: str) -> bool:
    ends = (change.path, change.moved_from or change.path)
    return any(end == path or end.startswith(path + "/") for end in ends)
