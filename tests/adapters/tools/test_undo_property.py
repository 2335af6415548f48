"""Whatever a task did to files, whenever it was killed: undo and redo bring every byte, mode and time back."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import stat
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cowork_tui.adapters.store.database import HistoryStore, open_database
from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.adapters.tools.failure import ToolFailure
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.journal import Journal, PendingState
from cowork_tui.adapters.tools.pending import CallKey
from cowork_tui.adapters.tools.undo import JournalKeeper
from cowork_tui.core.blocks import ToolResult, ToolUse, make_block
from cowork_tui.core.errors import BadInput
from cowork_tui.core.events import BlockEnded, Event, ToolEnded, ToolStarted
from cowork_tui.core.state import TaskState, fold
from cowork_tui.core.task_values import FileChange
from cowork_tui.engine.undo import UndoPorts, UndoReport, finish, redo, undo
from tests.adapters.store.store_story import Story, created

FULL = bool(os.environ.get("COWORK_BENCH_FULL"))
NAMES = ("a.txt", "b.csv", "in", "in/a.txt", "in/deep", "in/deep/c.md", "új/d.txt", "e")
CONTENTS = (b"", b"one\n", b"one\n", b"two \xff\x00", b"3" * 70_000)
START = {"a.txt": b"one\n", "in/a.txt": b"start", "in/deep/c.md": b"# c\n", "e": b"\x00\x01"}
CHANGING = ("open", "replace", "rename", "unlink", "mkdir", "rmdir", "utime", "fchmod", "chmod", "fsync")

paths = st.sampled_from(NAMES)
actions = st.one_of(
    st.tuples(st.just("write"), paths, st.integers(0, len(CONTENTS) - 1)),
    st.tuples(st.just("move"), paths, paths),
    st.tuples(st.just("copy"), paths, paths),
    st.tuples(st.just("trash"), paths),
    st.tuples(st.just("make_folder"), paths),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("undo_path"), paths),
    st.tuples(st.just("redo")),
)
steps = st.tuples(actions, st.none() | st.integers(1, 25))
"""What is done, and at which of its system calls it is killed."""


class Killed(BaseException):
    """The process is no more."""


@contextmanager
def killed_at(call: int | None) -> Iterator[None]:
    """From the `call`-th system call that changes something on, none is carried out any more, cleaning up included."""
    if call is None:
        yield
        return
    left = call
    patch = pytest.MonkeyPatch()

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def call_or_die(*arguments: object, **named: object) -> object:
            nonlocal left
            if real is os.open and not any(isinstance(a, int) and a & os.O_CREAT for a in arguments[1:]):
                return real(*arguments, **named)
            left -= 1
            if left <= 0:
                raise Killed
            return real(*arguments, **named)

        return call_or_die

    for name in CHANGING:
        patch.setattr(os, name, dying(getattr(os, name)))
    try:
        with contextlib.suppress(Killed):
            yield
    finally:
        patch.undo()


Snapshot = dict[str, tuple[object, ...]]


def snapshot(root: Path) -> Snapshot:
    """Every file's content, mode and time to the nanosecond; every folder's mode."""
    found: Snapshot = {}
    for path in root.rglob("*"):
        info = path.stat()
        mode = stat.S_IMODE(info.st_mode)
        what = ("folder", mode) if path.is_dir() else (path.read_bytes(), mode, info.st_mtime_ns)
        found[str(path.relative_to(root))] = what
    return found


class Task:
    """A task whose calls change files through the journal and are stored, killed at any point and gone on with."""

    def __init__(self, place: Path, store: HistoryStore, runner: asyncio.Runner, task_id: str) -> None:
        self.folder, self.task_id, self.runner, self.store = Folder(place / "work"), task_id, runner, store
        self.queries = HistoryQueries(store.path)
        self.journal = Journal(place / "originals")
        self.ports = UndoPorts(store, self.queries, JournalKeeper(place / "originals"), lambda: 5.0, len)
        self.turn = 0
        self.at_end_of = {0: self.snapshot()}
        self.before_undos: list[Snapshot | None] = []
        story = Story(task_id)
        self.save(*[replace(e, folder=str(self.folder.root)) if e.__class__ is created(task_id).__class__ else e
                    for e in story.begin()])  # fmt: skip
        self.story = story

    def save(self, *events: Event) -> None:
        self.runner.run(self.store.append(self.task_id, events))

    def snapshot(self) -> Snapshot:
        return snapshot(self.folder.root)

    @property
    def state(self) -> TaskState:
        return fold(self.queries.events(self.task_id))

    def call(self, act: Callable[[CallKey], tuple[FileChange, ...]], kill: int | None) -> None:
        """A turn with one call."""
        self.resume()
        self.turn += 1
        use = ToolUse(f"toolu_{self.turn}", "write_file", "{}")
        planned, *_ = self.story.next_turn()
        started = ToolStarted(1.0, self.turn, use.id, use.name, "{}")
        self.save(planned, BlockEnded(1.0, self.turn, make_block(use, len)), started)
        key, before = CallKey(use.id, self.turn, "digest"), self.snapshot()
        with killed_at(kill):
            try:
                changes = act(key)
            except ToolFailure:
                changes = ()
                assert self.snapshot() == before, "a call that failed has changed something"
            self.end(key, changes)
            self.journal.forget(key)

    def end(self, key: CallKey, changes: tuple[FileChange, ...]) -> None:
        result = make_block(ToolResult(key.tool_use_id, "done"), len)
        self.save(ToolEnded(1.0, key.turn, key.tool_use_id, result, False, 0.0, changes))

    def resume(self) -> None:
        """What comes before the next turn: an undo is finished, a killed call is told by the journal."""
        self.runner.run(finish(self.ports, self.task_id))
        for started in self.state.started_tools.values():
            key = CallKey(started.tool_use_id, started.turn, "digest")
            found = self.journal.pending(key)
            assert found is None or found.state is not PendingState.UNKNOWN
            self.end(key, found.note.changes if found and found.state is PendingState.HAPPENED else ())
            self.journal.forget(key)
        self.at_end_of[self.turn] = self.snapshot()

    def user(self, work: Callable[[], Coroutine[None, None, UndoReport]], kill: int | None) -> UndoReport | None:
        """An undo or redo, killed and then asked for again; None where there is nothing to do."""
        if kill is not None:
            with killed_at(kill), contextlib.suppress(BadInput):
                self.runner.run(work())
        try:
            report = self.runner.run(work())
        except BadInput:
            return None
        assert report.refused == ()
        return report

    def undo(self, to_turn: int, kill: int | None) -> bool:
        """Whether anything had to be undone."""
        done = self.undone_by(lambda: undo(self.ports, self.task_id, to_turn=to_turn), kill)
        if to_turn < self.turn:
            assert self.snapshot() == self.at_end_of[to_turn]
        return done

    def undone_by(self, work: Callable[[], Coroutine[None, None, UndoReport]], kill: int | None) -> bool:
        """Keeps what a redo must bring back beside each entry of `state.undone`; None where that is not known."""
        before = None if self.state.started_tools else self.snapshot()
        events = self.state.undo_events
        self.user(work, kill)
        done, length = self.state.undo_events > events, len(self.state.undone)
        known = self.before_undos[: length - done]
        self.before_undos = [*known, *[None] * (length - done - len(known)), *[before] * done]
        return done

    def redo(self, kill: int | None) -> None:
        if kill is not None and len(self.state.undone) > 1:
            kill = None  # one that was stored before the kill would be followed by the next one
        self.before_undos = self.before_undos[: len(self.state.undone)]
        events, settled = self.state.undo_events, self.state.started_tools
        self.user(lambda: redo(self.ports, self.task_id), kill)
        if self.state.undo_events > events and not settled and self.before_undos:
            before = self.before_undos.pop()
            assert before is None or self.snapshot() == before


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistoryStore]:
    store = open_database(tmp_path_factory.mktemp("undo") / "history.db")
    yield store
    store.close()


numbers = itertools.count()


@settings(
    max_examples=600 if FULL else 40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.lists(steps, min_size=1, max_size=12))
def test_undo_and_redo_bring_back_every_byte_mode_and_time(tmp_path: Path, store: HistoryStore, story: list) -> None:
    place = tmp_path / str(next(numbers))
    root = place / "work"
    for name, content in START.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
        os.utime(root / name, ns=(1, 1_700_000_000_123_456_789))
    (root / "e").chmod(0o640)
    (root / "in/deep").chmod(0o750)
    with asyncio.Runner() as runner:
        task = Task(place, store, runner, f"task{place.name}")
        for action, kill in story:
            perform(task, action, kill)
        task.resume()
        end = task.snapshot()
        done = task.undo(0, None)
        assert task.snapshot() == task.at_end_of[0]
        if done:
            runner.run(redo(task.ports, task.task_id))
            assert task.snapshot() == end
        assert list((place / "originals" / "undo").glob("*.json")) == []


def perform(task: Task, action: tuple, kill: int | None) -> None:
    folder, journal, (name, *rest) = task.folder, task.journal, action

    def make(key: CallKey) -> tuple[FileChange, ...]:
        places = [folder.place(path) for path in rest if isinstance(path, str)]
        match name:
            case "write":
                return journal.record(folder, places[0], CONTENTS[rest[1]], key=key, at=1.0)
            case "move":
                return journal.move(folder, *places, key=key, at=1.0, replace=True)
            case "copy":
                return journal.copy(folder, *places, key=key, at=1.0, replace=True)
            case "trash":
                return journal.trash(folder, places[0], key=key, at=1.0)
            case _:
                return journal.make_folder(folder, places[0], key=key, at=1.0)

    match name:
        case "undo":
            task.undo(min(rest[0], task.turn), kill)
        case "undo_path":
            task.undone_by(lambda: undo(task.ports, task.task_id, path=rest[0]), kill)
        case "redo":
            task.redo(kill)
        case _:
            task.call(make, kill)
