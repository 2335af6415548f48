"""What a task may change, and who is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cowork_tui.core.events import ApprovalAsked, ApprovalGiven, ToolEnded
from cowork_tui.core.settings import Settings
from cowork_tui.core.task_values import Mode, Status
from cowork_tui.engine.ports import ApprovalAnswer

if TYPE_CHECKING:
    from tests.scenarios.conftest import Bench, ScriptedApprover

WRITE = 'CALL write_file {"path": "a.txt", "content": "hello"}'


def results(bench: Bench) -> list[str]:
    return [event.block.content.text for event in bench.events if isinstance(event, ToolEnded)]  # type: ignore[union-attr]


async def test_ask_mode_shows_the_change_before_it_is_made(
    bench: Bench, folder: Path, approver: ScriptedApprover
) -> None:
    await bench.run(WRITE, folder, Settings(mode=Mode.ASK))
    assert [request.tool for request in approver.asked] == ["write_file"]
    assert "a.txt" in approver.asked[0].summary
    assert "+hello" in approver.asked[0].preview
    assert (folder / "a.txt").read_text() == "hello"


async def test_a_denied_change_is_not_made_and_the_model_hears_why(
    bench: Bench, folder: Path, approver: ScriptedApprover
) -> None:
    approver.answers = [ApprovalAnswer(False, reason="use b.txt")]
    session = await bench.run(WRITE, folder, Settings(mode=Mode.ASK))
    assert not (folder / "a.txt").exists()
    assert "use b.txt" in results(bench)[0]
    assert session.state.status is Status.DONE


async def test_yes_for_the_task_is_asked_once(bench: Bench, folder: Path, approver: ScriptedApprover) -> None:
    approver.answers = [ApprovalAnswer(True, scope="task")]
    await bench.run(WRITE + "\n" + WRITE.replace("a.txt", "b.txt"), folder, Settings(mode=Mode.ASK))
    assert len(approver.asked) == 1
    assert (folder / "b.txt").exists()


async def test_read_only_denies_without_asking(bench: Bench, folder: Path, approver: ScriptedApprover) -> None:
    await bench.run(WRITE, folder, Settings(mode=Mode.READ_ONLY))
    assert approver.asked == []
    assert not (folder / "a.txt").exists()
    assert "read-only" in results(bench)[0]


async def test_auto_edit_changes_without_asking(bench: Bench, folder: Path, approver: ScriptedApprover) -> None:
    await bench.run(WRITE, folder, Settings(mode=Mode.AUTO_EDIT))
    assert approver.asked == []
    assert (folder / "a.txt").exists()


async def test_question_and_answer_are_stored(bench: Bench, folder: Path) -> None:
    await bench.run(WRITE, folder, Settings(mode=Mode.ASK))
    stored = bench.queries.events("task1")
    assert [type(event) for event in stored if isinstance(event, ApprovalAsked | ApprovalGiven)] == [
        ApprovalAsked, ApprovalGiven,
    ]  # fmt: skip


async def test_a_path_outside_the_folder_is_refused_before_anyone_is_asked(
    bench: Bench, folder: Path, approver: ScriptedApprover
) -> None:
    await bench.run('CALL write_file {"path": "../escape.txt", "content": "x"}', folder, Settings(mode=Mode.ASK))
    assert approver.asked == []
    assert not (folder.parent / "escape.txt").exists()
