"""The task loop: steering, stopping, resuming, caps, hidden blocks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cowork_tui.core.blocks import BlockKind, ToolResult, ToolUse, make_block
from cowork_tui.core.cap import Cap
from cowork_tui.core.edits import Edit, EditKind, prune
from cowork_tui.core.errors import BadInput, NotFound
from cowork_tui.core.events import BlockEnded, EditApplied, Event, TextDelta, ToolEnded, ToolStarted, TurnEnded
from cowork_tui.core.settings import Settings
from cowork_tui.core.state import fold
from cowork_tui.core.task_values import Mode, ModelChoice, Status
from cowork_tui.engine.loop import TaskLoop
from cowork_tui.engine.runner import Changes
from cowork_tui.engine.session import Session
from cowork_tui.sample import make_sample

if TYPE_CHECKING:
    from tests.scenarios.conftest import Bench

GOAL = "Put the receipts into a table, one row each, with a total per month"


def stop_at(bench: Bench, kind: type[Event], nth: int = 1):
    """Stops the loop when the nth event of a kind comes by."""
    seen: list[Event] = []

    def install(session: Session, loop: TaskLoop) -> None:
        def watch(_task: str, event: Event) -> None:
            if isinstance(event, kind):
                seen.append(event)
                if len(seen) == nth:
                    loop.stop()

        session.ports.bus.subscribe(watch)

    return install


@pytest.mark.parametrize(
    ("kind", "nth"),
    [(TextDelta, 1), (BlockEnded, 1), (BlockEnded, 5), (ToolStarted, 2), (ToolEnded, 3), (TurnEnded, 2)],
)
async def test_a_stopped_task_resumes_to_the_same_table(
    bench: Bench, folder: Path, tmp_path: Path, kind: type[Event], nth: int
) -> None:
    session = await bench.run(GOAL, folder, before=stop_at(bench, kind, nth))
    assert session.state.status is Status.STOPPED
    assert "resume" in session.state.next_step
    session = await bench.resume(folder)
    assert session.state.status is Status.DONE
    assert len((folder / "receipts.csv").read_text(encoding="utf-8").splitlines()) == 4
    assert session.state.open_uses == {}
    pairs = [entry.block.content for entry in session.state.transcript]
    uses = [content.id for content in pairs if isinstance(content, ToolUse)]
    results = [content.tool_use_id for content in pairs if isinstance(content, ToolResult)]
    assert sorted(uses) == sorted(results)
    assert len(set(results)) == len(results)


async def test_a_stop_in_the_middle_of_a_response_is_billed(bench: Bench, folder: Path) -> None:
    session = await bench.run(GOAL, folder, before=stop_at(bench, TextDelta))
    last = session.state.turns[-1].ended
    assert last is not None
    assert last.stop_reason == "stopped"
    assert last.usage.prompt_tokens > 0
    assert session.state.cost_nanodollars > 0


async def test_what_the_user_says_joins_before_the_next_turn(bench: Bench, folder: Path) -> None:
    def say(session: Session, loop: TaskLoop) -> None:
        def watch(_task: str, event: Event) -> None:
            if isinstance(event, ToolEnded) and not said:
                said.append("also mark duplicates")
                loop.say(said[0])

        said: list[str] = []
        session.ports.bus.subscribe(watch)

    session = await bench.run(GOAL, folder, before=say)
    texts = [
        getattr(entry.block.content, "text", "")
        for entry in session.state.transcript
        if entry.block.kind is BlockKind.USER_TEXT
    ]
    assert "also mark duplicates" in texts
    assert session.state.status is Status.DONE


async def test_a_cap_pauses_before_it_is_passed_and_names_the_choices(bench: Bench, folder: Path) -> None:
    cap = Cap(nanodollars=55_000_000)
    session = await bench.run(GOAL, folder, Settings(mode=Mode.AUTO_EDIT, cap=cap))
    assert session.state.status is Status.PAUSED
    assert session.state.spent.nanodollars <= 55_000_000
    assert "$0.06" in session.state.reason or "$0.05" in session.state.reason
    for choice in ("--cap", "--model"):
        assert choice in session.state.next_step
    session = await bench.resume(folder, Changes(cap=Cap(nanodollars=2_000_000_000)))
    assert session.state.status is Status.DONE


async def test_a_token_cap_counts_what_is_new(bench: Bench, folder: Path) -> None:
    session = await bench.run(GOAL, folder, Settings(mode=Mode.AUTO_EDIT, cap=Cap(tokens=9_000)))
    assert session.state.status is Status.PAUSED
    usage = session.state.usage
    assert session.state.spent.tokens == usage.input_tokens + usage.cache_write_tokens + usage.output_tokens <= 9_000


async def test_max_tokens_shrink_to_what_the_cap_pays_for(bench: Bench, folder: Path) -> None:
    session = await bench.run(GOAL, folder, Settings(mode=Mode.AUTO_EDIT, cap=Cap(nanodollars=150_000_000)))
    assert session.state.turns[0].planned.parameters.max_tokens < 16_000
    assert session.state.turns[0].planned.reserved.nanodollars <= 150_000_000


async def test_the_transcript_mentions_a_shrinking_cap(bench: Bench, tmp_path: Path) -> None:
    make_sample(tmp_path / "sample", 5)
    settings = Settings(mode=Mode.AUTO_EDIT, cap=Cap(tokens=30_000))
    session = await bench.run(GOAL, tmp_path / "sample", settings)
    notes = [
        getattr(entry.block.content, "text", "")
        for entry in session.state.transcript
        if "spending cap" in getattr(entry.block.content, "text", "")
    ]
    assert notes
    assert session.state.cap_notes == len(notes)


async def test_a_pruned_result_is_asked_for_again_and_the_table_is_still_right(bench: Bench, folder: Path) -> None:
    session = await bench.run(GOAL, folder, before=stop_at(bench, ToolEnded, 7))
    state = session.state
    results = [e.seq for e in state.transcript if e.block.kind is BlockKind.TOOL_RESULT and e.block.tokens > 20]
    replacements = prune(state.transcript, results, session.ports.count)
    assert replacements
    edit = Edit(1, state.turn, EditKind.PRUNE, replacements)
    await bench.store.append("task1", [EditApplied(bench.clock.now(), edit)])
    session = await bench.resume(folder)
    assert session.state.status is Status.DONE
    calls = [entry.block.content.name for entry in session.state.transcript if isinstance(entry.block.content, ToolUse)]
    assert "recall" in calls
    assert len((folder / "receipts.csv").read_text(encoding="utf-8").splitlines()) == 4
    edited = next(r for r in session.state.turns if r.miss is not None)
    assert edited.miss is not None
    assert edited.miss.cause == "edited"


async def test_a_change_whose_outcome_is_unknown_is_not_made_twice(bench: Bench, folder: Path) -> None:
    """A crash between the start of a write and its result."""
    goal = 'CALL write_file {"path": "a.txt", "content": "once"}'
    session = await bench.run(goal, folder, before=stop_at(bench, BlockEnded))
    use = next(iter(session.state.open_uses.values())).content
    assert isinstance(use, ToolUse)
    started = ToolStarted(bench.clock.now(), session.state.turn, use.id, use.name, use.input_json)
    await bench.store.append("task1", [started])
    await bench.resume(folder)
    ended = [event for event in bench.queries.events("task1") if isinstance(event, ToolEnded)]
    assert len(ended) == 1


async def test_a_task_goes_on_in_a_folder_that_was_moved(bench: Bench, folder: Path) -> None:
    await bench.run(GOAL, folder, before=stop_at(bench, TurnEnded, 2))
    moved = folder.rename(folder.parent / "elsewhere")
    session = await bench.resume(moved, Changes(folder=str(moved)))
    assert session.state.status is Status.DONE
    assert (moved / "receipts.csv").exists()
    assert session.state.folder == bench.queries.tasks()[0].folder == str(moved)


async def test_a_done_task_needs_something_to_do(bench: Bench, folder: Path) -> None:
    await bench.run("hello", folder)
    with pytest.raises(BadInput):
        await bench.resume(folder)


async def test_an_unknown_model_is_said_before_anything_is_stored(bench: Bench, folder: Path) -> None:
    with pytest.raises(NotFound):
        await bench.run(GOAL, folder, Settings(choice=ModelChoice("sonett")))
    assert bench.queries.tasks() == ()


async def test_two_tasks_share_the_warmth_of_tools_and_system(bench: Bench, folder: Path) -> None:
    await bench.run("hello", folder, task_id="one")
    session = await bench.run("hello there", folder, task_id="two")
    first = session.state.turns[0]
    assert first.ended is not None
    assert first.ended.usage.cache_read_tokens > 0
    assert first.forecast.read_tokens > 0


async def test_tasks_run_side_by_side(bench: Bench, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "r.txt").write_text("Rossi\nReceipt\nDate: 2026-01-04\nTotal EUR 1.00\n", encoding="utf-8")
    done = await asyncio.gather(bench.run(GOAL, folder, task_id="one"), bench.run(GOAL, other, task_id="two"))
    assert [session.state.status for session in done] == [Status.DONE, Status.DONE]
    for session in done:
        assert fold(bench.queries.events(session.state.task_id)).cost_nanodollars == session.state.cost_nanodollars


def test_a_tool_result_keeps_its_id_when_pruned() -> None:
    from cowork_tui.core.transcript import Transcript

    block = make_block(ToolResult("toolu_1", "x" * 400), len)
    (replacement,) = prune(Transcript().append(1, [block]), [0], len)
    assert replacement.block is not None
    assert isinstance(replacement.block.content, ToolResult)
    assert replacement.block.content.tool_use_id == "toolu_1"
    assert replacement.block.content.text == f'[pruned: 400 tokens; recall("{block.hash[:4].hex()}")]'
