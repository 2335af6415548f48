"""What a task may change, and who is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cowork_tui.core.approvals import Rule
from cowork_tui.core.events import ApprovalAsked, ApprovalGiven, Event, Notice, ToolEnded, TurnEnded
from cowork_tui.core.settings import Settings
from cowork_tui.core.task_values import Mode, Status
from cowork_tui.engine.loop import TaskLoop
from cowork_tui.engine.ports import ApprovalAnswer
from cowork_tui.engine.session import Session

if TYPE_CHECKING:
    from tests.scenarios.conftest import Bench, MovableClock, ScriptedApprover

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


def over(name: str) -> str:
    return f'CALL write_file {{"path": "{name}", "content": "hello again"}}'


async def test_auto_edit_asks_before_it_overwrites_what_the_task_did_not_make(
    bench: Bench, folder: Path, approver: ScriptedApprover
) -> None:
    await bench.run("\n".join([WRITE, over("a.txt"), over("notes.md")]), folder, Settings(mode=Mode.AUTO_EDIT))
    assert [request.summary.split(" (")[0] for request in approver.asked] == ["write notes.md"]


async def test_yes_for_the_task_does_not_cover_overwriting(
    bench: Bench, folder: Path, approver: ScriptedApprover
) -> None:
    approver.answers = [ApprovalAnswer(True, scope="task"), ApprovalAnswer(True, scope="task")]
    goal = "\n".join([WRITE, over("b.txt"), over("notes.md"), over("receipt-0.txt")])
    await bench.run(goal, folder, Settings(mode=Mode.ASK))
    assert [request.summary.split(" (")[0] for request in approver.asked] == ["write a.txt", "write notes.md"]


async def test_yes_for_always_holds_in_later_tasks_in_that_folder_alone(
    bench: Bench, folder: Path, approver: ScriptedApprover, tmp_path: Path
) -> None:
    approver.answers = [ApprovalAnswer(True, scope="always", pattern="*.txt")]
    await bench.run(WRITE, folder, Settings(mode=Mode.ASK))
    assert approver.asked[0].pattern == "*.txt"
    await bench.run(over("sub/b.txt"), folder, Settings(mode=Mode.ASK), task_id="task2")
    assert len(approver.asked) == 1
    await bench.run(over("c.csv"), folder, Settings(mode=Mode.ASK), task_id="task3")
    assert len(approver.asked) == 2
    other = tmp_path / "other"
    other.mkdir()
    await bench.run(WRITE, other, Settings(mode=Mode.ASK), task_id="task4")
    assert len(approver.asked) == 3
    (rule,) = bench.queries.approval_rules()
    await bench.store.remove_rule(rule.id)
    await bench.run(over("d.txt"), folder, Settings(mode=Mode.ASK), task_id="task5")
    assert len(approver.asked) == 4


async def test_an_unreadable_pattern_makes_no_rule_and_says_so(
    bench: Bench, folder: Path, approver: ScriptedApprover
) -> None:
    approver.answers = [ApprovalAnswer(True, scope="always", pattern="!*.txt")]
    await bench.run(WRITE, folder, Settings(mode=Mode.ASK))
    assert (folder / "a.txt").exists()
    assert bench.queries.approval_rules() == ()
    assert any(isinstance(event, Notice) and "No rule was made" in event.text for event in bench.events)


async def test_a_rule_that_denies_is_told_to_the_model_and_nobody_is_asked(
    bench: Bench, folder: Path, approver: ScriptedApprover
) -> None:
    await bench.store.add_rule(Rule(0, "*", "*.txt", None, True, 1.0))
    await bench.store.add_rule(Rule(0, "write_file", "/a.txt", str(folder), False, 2.0))
    await bench.run(WRITE + "\n" + WRITE.replace("a.txt", "b.txt"), folder, Settings(mode=Mode.AUTO_EDIT))
    assert approver.asked == []
    assert not (folder / "a.txt").exists()
    assert (folder / "b.txt").exists()
    assert "The user has a rule against it: deny write_file /a.txt in" in results(bench)[0]


async def test_a_rule_does_not_loosen_read_only(bench: Bench, folder: Path) -> None:
    await bench.store.add_rule(Rule(0, "*", "*", None, True, 1.0))
    await bench.run(WRITE, folder, Settings(mode=Mode.READ_ONLY))
    assert not (folder / "a.txt").exists()


async def test_a_question_says_until_when_waiting_costs_nothing(
    bench: Bench, folder: Path, approver: ScriptedApprover
) -> None:
    session = await bench.run('CALL list_files {"path": "."}\n' + WRITE, folder, Settings(mode=Mode.ASK))
    (request,) = approver.asked
    turn = session.state.turns[1]
    assert request.cold_at == turn.planned.at + 300
    assert turn.ended is not None
    assert turn.ended.usage.cache_known
    cached = turn.ended.usage.cache_read_tokens + turn.ended.usage.cache_write_tokens
    prices = session.prices(turn.planned.choice.model)
    assert prices is not None
    assert request.cold_extra_nanodollars is not None
    per_token = request.cold_extra_nanodollars / cached
    assert 1000 < per_token < 6000, "written again at 1.25 times the price of input instead of read at a tenth"
    asked = [event for event in bench.queries.events("task1") if isinstance(event, ApprovalAsked)]
    assert (asked[0].cold_at, asked[0].cold_extra_nanodollars) == (request.cold_at, request.cold_extra_nanodollars)


async def test_once_nothing_is_warm_waiting_costs_nothing_more(
    bench: Bench, folder: Path, approver: ScriptedApprover, clock: MovableClock
) -> None:
    approver.answers = [ApprovalAnswer(False)]

    def later(session: Session, _loop: TaskLoop) -> None:
        session.ports.bus.subscribe(lambda _task, event: forward(event))

    def forward(event: Event) -> None:
        if isinstance(event, TurnEnded):
            clock.ahead_seconds += 600

    await bench.run(WRITE, folder, Settings(mode=Mode.ASK), before=later)
    assert (approver.asked[0].cold_at, approver.asked[0].cold_extra_nanodollars) == (None, None)
