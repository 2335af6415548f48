"""The receipts task, from goal to right table, with every turn accounted for."""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from cowork_tui.adapters.anthropic.wire import body_from_blocks
from cowork_tui.adapters.store.verify import verify
from cowork_tui.core.json_values import JsonObject
from cowork_tui.core.state import fold
from cowork_tui.core.steps import StepStatus
from cowork_tui.core.task_values import Status
from cowork_tui.sample import make_sample

if TYPE_CHECKING:
    from tests.scenarios.conftest import Bench

RECEIPTS_GOAL = "Put the receipts into a table, one row each, with a total per month"


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "receipts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def assert_right(rows: list[dict[str, str]], truth: list[dict[str, object]]) -> None:
    found = {(row["file"], row["date"], row["vendor"], float(row["total"]), row["currency"]) for row in rows}
    wanted = {(t["file"], t["date"], t["vendor"], float(str(t["total"])), t["currency"]) for t in truth}
    assert found == wanted


async def test_a_sample_folder_ends_in_a_right_table(bench: Bench, tmp_path: Path) -> None:
    for seed in (1, 2):
        folder = tmp_path / f"sample-{seed}"
        truth = [
            {"file": r.file, "date": r.date, "vendor": r.vendor, "total": float(r.total), "currency": r.currency}
            for r in make_sample(folder, seed)
        ]
        session = await bench.run(RECEIPTS_GOAL, folder, task_id=f"task{seed}")
        assert session.state.status is Status.DONE
        assert_right(table(folder), truth)
        months = {(str(t["date"])[:7], t["currency"]): 0.0 for t in truth}
        for entry in truth:
            months[str(entry["date"])[:7], entry["currency"]] += float(str(entry["total"]))
        summary = (folder / "summary.md").read_text(encoding="utf-8")
        for (month, currency), total in months.items():
            assert any(
                month in line and str(currency) in line and f"{total:.2f}" in line for line in summary.splitlines()
            ), (month, currency, total)


async def test_ten_hand_written_receipts_are_read_right(bench: Bench, tmp_path: Path) -> None:
    fixtures = Path(__file__).parents[1] / "fixtures"
    folder = tmp_path / "hand-written"
    folder.mkdir()
    for source in (fixtures / "receipts").iterdir():
        (folder / source.name).write_bytes(source.read_bytes())
    await bench.run(RECEIPTS_GOAL, folder)
    assert_right(table(folder), json.loads((fixtures / "receipts-truth.json").read_text(encoding="utf-8")))


async def test_the_plan_ticks_off_and_files_are_named(bench: Bench, folder: Path) -> None:
    session = await bench.run(RECEIPTS_GOAL, folder)
    assert session.state.steps
    assert all(step.status is StepStatus.DONE for step in session.state.steps)
    assert [change.path for change in session.state.files()] == ["receipts.csv", "summary.md"]


async def test_what_is_stored_folds_to_the_same_state(bench: Bench, folder: Path) -> None:
    session = await bench.run(RECEIPTS_GOAL, folder)
    stored = fold(bench.queries.events("task1"))
    live = session.state
    assert [entry.block for entry in stored.transcript] == [entry.block for entry in live.transcript]
    assert (stored.status, stored.usage, stored.cost_nanodollars) == (live.status, live.usage, live.cost_nanodollars)
    assert stored.turns == live.turns
    row = bench.queries.tasks()[0]
    assert (row.cost_nanodollars, row.turns) == (live.cost_nanodollars, len(live.turns))


async def test_every_stored_request_is_rebuilt_byte_for_byte(bench: Bench, folder: Path) -> None:
    await bench.run(RECEIPTS_GOAL, folder)
    assert verify(bench.queries, "task1", body_from_blocks) == ()


async def test_each_request_extends_the_one_before(bench: Bench, folder: Path, bodies: list[JsonObject]) -> None:
    await bench.run(RECEIPTS_GOAL, folder)
    assert len(bodies) > 4
    for earlier, later in pairwise(bodies):
        assert (earlier["tools"], earlier["system"]) == (later["tools"], later["system"])
        before, after = _flat(earlier), _flat(later)
        assert after[: len(before)] == before


def _flat(body: JsonObject) -> list[str]:
    """Every block of the messages, without its cache marks."""
    blocks: list[str] = []
    for message in body["messages"]:  # type: ignore[union-attr]
        for block in message["content"]:  # type: ignore[index,call-overload]
            kept = {key: value for key, value in block.items() if key != "cache_control"}  # type: ignore[union-attr]
            blocks.append(json.dumps([message["role"], kept], sort_keys=True))  # type: ignore[index,call-overload]
    return blocks


async def test_after_the_first_turn_the_cache_is_read(bench: Bench, folder: Path) -> None:
    session = await bench.run(RECEIPTS_GOAL, folder)
    usages = [record.ended.usage for record in session.state.turns if record.ended]
    assert usages[0].cache_read_tokens == 0
    for before, after in pairwise(usages):
        assert after.cache_read_tokens == before.cache_read_tokens + before.cache_write_tokens
    assert all(record.miss is None for record in session.state.turns)


async def test_a_goal_beyond_a_script_is_said_plainly(bench: Bench, folder: Path) -> None:
    session = await bench.run("Compose a symphony in the style of Mahler", folder)
    assert session.state.status is Status.DONE
    last = session.state.transcript[len(session.state.transcript) - 1].block
    assert "script" in getattr(last.content, "text", "")
    assert session.state.files() == ()
