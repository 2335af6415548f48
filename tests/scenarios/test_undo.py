"""Undo and redo of whole tasks: what the folder holds then, what the history says, and what the model is told."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cowork_tui.adapters.tools.undo import JournalKeeper
from cowork_tui.core.errors import BadInput
from cowork_tui.core.events import FilesUndone, ToolEnded, UserSaid
from cowork_tui.core.file_changes import plan_back
from cowork_tui.core.settings import Settings
from cowork_tui.core.state import fold
from cowork_tui.core.task_values import Mode
from cowork_tui.engine.ports import UndoIntent
from cowork_tui.engine.undo import UndoPorts, UndoReport, finish, redo, undo

if TYPE_CHECKING:
    from tests.scenarios.conftest import Bench

AUTO = Settings(mode=Mode.AUTO_EDIT)


def calls(*lines: str) -> str:
    return "\n".join(f"CALL {line}" for line in lines)


def write(path: str, content: str) -> str:
    return f'write_file {{"path": "{path}", "content": "{content}"}}'


def ports(bench: Bench) -> UndoPorts:
    return UndoPorts(bench.store, bench.queries, JournalKeeper(bench.home / "originals"), bench.clock.now, len)


def contents(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


def told(bench: Bench) -> list[str]:
    """What the model was told of undos."""
    said = [event for event in bench.queries.events("task1") if isinstance(event, UserSaid) and event.undo]
    return [event.blocks[0].content.text for event in said]  # type: ignore[union-attr]


async def test_a_task_is_undone_and_had_again_after_a_restart(bench: Bench, folder: Path) -> None:
    os.utime(folder / "notes.md", ns=(5, 1_600_000_000_000_000_001))
    (folder / "notes.md").chmod(0o640)
    before = contents(folder)
    await bench.run(calls(write("notes.md", "mine"), write("out/new.csv", "a,b")), folder, AUTO)
    after = contents(folder)
    report = await undo(ports(bench), "task1")
    assert report.refused == ()
    assert contents(folder) == before
    assert not (folder / "out").exists()
    found = (folder / "notes.md").stat()
    assert (found.st_mtime_ns, found.st_mode & 0o777) == (1_600_000_000_000_000_001, 0o640)
    assert fold(bench.queries.events("task1")).files() == ()
    await redo(ports(bench), "task1")
    assert contents(folder) == after
    assert [change.path for change in fold(bench.queries.events("task1")).files()] == ["notes.md", "out/new.csv"]


async def test_files_go_back_to_the_end_of_a_turn(bench: Bench, folder: Path) -> None:
    lines = [write("notes.md", "one"), write("notes.md", "two"), write("b.md", "b")]
    await bench.run(calls(*lines), folder, AUTO)
    await undo(ports(bench), "task1", to_turn=1)
    assert contents(folder)["notes.md"] == "one"
    assert not (folder / "b.md").exists()
    await undo(ports(bench), "task1", to_turn=2)
    assert contents(folder)["notes.md"] == "two"


async def test_one_file_is_undone_and_the_others_stay(bench: Bench, folder: Path) -> None:
    await bench.run(calls(write("notes.md", "mine"), write("b.md", "b")), folder, AUTO)
    await undo(ports(bench), "task1", path="notes.md")
    assert contents(folder)["notes.md"] == "# Notes\nCall the landlord.\n"
    assert contents(folder)["b.md"] == "b"


async def test_a_file_changed_by_someone_else_is_left_alone_unless_forced_and_then_kept(
    bench: Bench, folder: Path
) -> None:
    await bench.run(calls(write("notes.md", "mine"), write("b.md", "b")), folder, AUTO)
    (folder / "notes.md").write_text("yours")
    report = await undo(ports(bench), "task1")
    assert [(refusal.path, "changed by someone else" in refusal.reason) for refusal in report.refused] == [
        ("notes.md", True)
    ]
    assert contents(folder)["notes.md"] == "yours"
    assert not (folder / "b.md").exists()
    forced = await undo(ports(bench), "task1", force=True)
    assert forced.refused == ()
    assert contents(folder)["notes.md"] == "# Notes\nCall the landlord.\n"
    await redo(ports(bench), "task1")
    assert contents(folder)["notes.md"] == "yours", "what was there before the forced undo was kept"


async def test_a_folder_the_task_made_stays_while_it_holds_other_files(bench: Bench, folder: Path) -> None:
    await bench.run(calls(write("out/b.md", "b")), folder, AUTO)
    (folder / "out/mine.txt").write_text("mine")
    report = await undo(ports(bench), "task1")
    assert [refusal.reason for refusal in report.refused] == ["the folder out holds other files: it stays"]
    assert [path.name for path in (folder / "out").iterdir()] == ["mine.txt"]


async def test_two_tasks_on_one_file_are_undone_in_the_other_order_only(bench: Bench, folder: Path) -> None:
    await bench.run(calls(write("notes.md", "one")), folder, AUTO)
    await bench.run(calls(write("notes.md", "two")), folder, AUTO, task_id="task2")
    assert len((await undo(ports(bench), "task1")).refused) == 1
    assert bench.queries.changed_by(str(folder), "notes.md") == ("task2", "task1")
    assert (await undo(ports(bench), "task2")).refused == ()
    assert (await undo(ports(bench), "task1")).refused == ()
    assert contents(folder)["notes.md"].startswith("# Notes")


async def test_the_model_hears_of_an_undo_on_the_next_turn_and_only_once(bench: Bench, folder: Path) -> None:
    await bench.run(calls(write("notes.md", "mine"), write("b.md", "b")), folder, AUTO)
    await undo(ports(bench), "task1")
    await bench.resume(folder, say="Well then?")
    assert len(told(bench)) == 1
    assert "b.md is gone" in told(bench)[0]
    assert "notes.md has another content" in told(bench)[0]
    await bench.resume(folder, say="And?")
    assert len(told(bench)) == 1


async def test_the_model_hears_nothing_of_what_was_undone_and_had_again(bench: Bench, folder: Path) -> None:
    await bench.run(calls(write("b.md", "b")), folder, AUTO)
    await undo(ports(bench), "task1")
    await redo(ports(bench), "task1")
    await bench.resume(folder, say="Well then?")
    assert told(bench) == []


async def test_what_was_undone_can_not_be_had_again_once_the_task_went_on(bench: Bench, folder: Path) -> None:
    await bench.run(calls(write("b.md", "b")), folder, AUTO)
    await undo(ports(bench), "task1")
    await bench.resume(folder, say=calls(write("c.md", "c")))
    assert (folder / "c.md").exists()
    with pytest.raises(BadInput, match="nothing to redo"):
        await redo(ports(bench), "task1")


async def test_an_undo_killed_before_it_was_stored_is_finished_first_and_stored_once(
    bench: Bench, folder: Path
) -> None:
    await bench.run(calls(write("notes.md", "mine"), write("b.md", "b")), folder, AUTO)
    state = fold(bench.queries.events("task1"))
    keeper = JournalKeeper(bench.home / "originals")
    intent = UndoIntent("task1", 0, str(folder), state.turn, 0, False, plan_back(state.file_log, 0))
    intent, _ = keeper.begin(intent, force=False)
    half = replace(intent, changes=intent.changes[:1])
    keeper.carry_out(half)
    assert contents(folder)["b.md"] == "b"
    await finish(ports(bench), "task1")
    assert contents(folder)["notes.md"].startswith("# Notes")
    assert not (folder / "b.md").exists()
    await finish(ports(bench), "task1")
    assert await undo(ports(bench), "task1") == UndoReport((), ())
    stored = [event for event in bench.queries.events("task1") if isinstance(event, FilesUndone)]
    assert [len(event.changes) for event in stored] == [2]


async def test_an_undo_killed_after_it_was_stored_is_not_stored_again(bench: Bench, folder: Path) -> None:
    await bench.run(calls(write("notes.md", "mine")), folder, AUTO)
    state = fold(bench.queries.events("task1"))
    keeper = JournalKeeper(bench.home / "originals")
    intent = UndoIntent("task1", 0, str(folder), state.turn, 0, False, plan_back(state.file_log, 0))
    intent, _ = keeper.begin(intent, force=False)
    done = keeper.carry_out(intent)
    await bench.store.append("task1", [FilesUndone(1.0, state.turn, 0, done.changes)])
    await finish(ports(bench), "task1")
    stored = [event for event in bench.queries.events("task1") if isinstance(event, FilesUndone)]
    assert len(stored) == 1
    assert keeper.unfinished("task1") is None


async def test_a_turn_that_the_task_does_not_have_and_a_path_it_did_not_change_are_refused(
    bench: Bench, folder: Path
) -> None:
    await bench.run(calls(write("b.md", "b")), folder, AUTO)
    with pytest.raises(BadInput, match="has no turn 9"):
        await undo(ports(bench), "task1", to_turn=9)
    with pytest.raises(BadInput, match=r"has not changed notes\.md"):
        await undo(ports(bench), "task1", path="notes.md")
    assert [event.changes[0].path for event in bench.events if isinstance(event, ToolEnded)] == ["b.md"]
