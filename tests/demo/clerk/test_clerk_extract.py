"""Receipts of a folder into a table, through the tools, turn by turn."""

# ruff: noqa: E501 - documents and bodies read best on one line

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cowork_tui.demo.reply import TextPart, ThinkingPart, ToolUsePart

GOAL = "Put the receipts into a table, one row each, with a total per month"
FIXTURES = Path(__file__).parents[2] / "fixtures"
OTHERS = {
    "notes/ideas.txt": "Notes\n\nBuy new chairs, about 400.00 EUR in total?\nAsk Eva about the receipt from Tuesday.\n",
    "offer.txt": "QUOTATION Q-88\nAcme Ltd\nDate: 04/02/2026\nDesk 400.00\nTotal 400.00 EUR\nThis quote is valid until 30/04/2026.\n",
    "photo.jpg": "junk",
    "empty.txt": "",
}


@pytest.fixture
def hand_written() -> dict[str, str]:
    """The hand-written receipts by path."""
    return {f"receipts/{path.name}": path.read_text("utf-8") for path in sorted((FIXTURES / "receipts").iterdir())}


@pytest.fixture
def truth() -> list[list[str]]:
    """Their truth as rows of the table."""
    rows = json.loads((FIXTURES / "receipts-truth.json").read_text("utf-8"))
    return sorted(
        [f"receipts/{row['file']}", row["date"], row["vendor"], row["total"], row["currency"]] for row in rows
    )


def table(text: str) -> list[list[str]]:
    """The table's rows below the header, which is checked."""
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["file", "date", "vendor", "total", "currency"]
    return rows[1:]


def test_hand_written_receipts_give_the_true_table(
    folder: Callable[..., Any], hand_written: dict[str, str], truth: list[list[str]]
) -> None:
    host = folder({**hand_written, **OTHERS})
    words = host.run(GOAL)
    assert table(host.files["receipts.csv"]) == truth
    assert "10 rows" in words and "holds all 10 rows" in words
    assert "offer.txt (looks like a quote)" in words and "photo.jpg (not a text document)" in words
    summary = host.files["summary.md"]
    assert "| 2026-02 | CHF | 1 | 1226.60 |" in summary and "| 2026-02 | EUR | 2 | 168.80 |" in summary


def test_the_work_is_spread_over_turns_with_the_plan_ticking_beside_it(
    folder: Callable[..., Any], hand_written: dict[str, str]
) -> None:
    host = folder({**hand_written, **OTHERS}, thinking=True, asks_twice=True)
    host.run(GOAL)
    names = [[part.name for part in reply.parts if isinstance(part, ToolUsePart)] for reply in host.replies]
    assert names[0] == ["update_plan", "list_files"]
    assert names[1] == ["update_plan"] + ["read_document"] * 6
    assert names[2] == ["read_document"] * 6
    assert names[-5:] == [["update_plan", "write_file"]] * 2 + [["update_plan", "read_document"], ["update_plan"], []]
    last_plan = next(given for name, given in reversed(host.calls) if name == "update_plan")
    assert [step["status"] for step in last_plan["steps"]] == ["done"] * 5
    assert {step["kind"] for step in last_plan["steps"]} == {"plan", "extract", "write", "review"}
    assert isinstance(host.replies[0].parts[0], ThinkingPart) and isinstance(host.replies[0].parts[1], TextPart)


def test_pruned_results_are_recalled_and_the_table_stays_true(
    folder: Callable[..., Any], hand_written: dict[str, str], truth: list[list[str]]
) -> None:
    host = folder(hand_written)
    hidden: list[int] = []
    host.run(GOAL, lambda turn, one: hidden.append(one.prune()) if turn in {1, 3} else None)
    assert sum(hidden) > 6
    assert any(name == "recall" for name, _ in host.calls)
    assert table(host.files["receipts.csv"]) == truth


def test_without_recall_pruned_documents_are_read_again(
    folder: Callable[..., Any], hand_written: dict[str, str], truth: list[list[str]]
) -> None:
    tools = ("list_files", "read_document", "write_file")
    host = folder(hand_written, tools=tools)
    host.run(GOAL, lambda turn, one: one.prune() and None if turn == 2 else None)
    reads = [given["path"] for name, given in host.calls if name == "read_document"]
    assert len(reads) > len(set(reads))
    assert table(host.files["receipts.csv"]) == truth


def test_pruning_after_the_table_is_written_does_not_change_the_summary(
    folder: Callable[..., Any], hand_written: dict[str, str]
) -> None:
    plain, pruned = folder(dict(hand_written)), folder(dict(hand_written))
    plain.run(GOAL)
    pruned.run(GOAL, lambda turn, one: one.prune() and None if "receipts.csv" in one.files else None)
    assert pruned.files["receipts.csv"] == plain.files["receipts.csv"]
    assert "| 2026-02 | EUR | 2 | 168.80 |" in pruned.files["summary.md"]


def test_results_pruned_again_and_again_end_the_task_all_the_same(
    folder: Callable[..., Any], hand_written: dict[str, str]
) -> None:
    host = folder(hand_written)
    words = host.run(GOAL, lambda turn, one: one.prune() and None)
    assert len(host.replies) < 40
    assert words


def test_a_document_that_fails_is_left_out_and_named(
    folder: Callable[..., Any], hand_written: dict[str, str], truth: list[list[str]]
) -> None:
    broken = {"receipts/10-ryokan.txt": "receipts/10-ryokan.txt can't be read: the file is damaged; open it elsewhere."}
    host = folder(hand_written, broken=broken)
    words = host.run(GOAL)
    assert table(host.files["receipts.csv"]) == [row for row in truth if "ryokan" not in row[0]]
    assert "10-ryokan.txt" in words and "damaged" in words
    assert sum(1 for name, given in host.calls if given.get("path") == "receipts/10-ryokan.txt") == 1


def test_an_interrupted_read_is_tried_once_more(
    folder: Callable[..., Any], hand_written: dict[str, str], truth: list[list[str]]
) -> None:
    path = "receipts/03-no-vendor.txt"
    host = folder(hand_written, broken={path: "outcome unknown: the program was stopped; check before repeating"})
    host.run(GOAL, lambda turn, one: one.broken.pop(path, None) and None if turn == 1 else None)
    assert table(host.files["receipts.csv"]) == truth


def test_a_refused_write_stops_with_the_table_in_the_text(
    folder: Callable[..., Any], hand_written: dict[str, str]
) -> None:
    host = folder(hand_written, broken={"write_file": "receipts.csv was not written: the user said no."})
    words = host.run(GOAL)
    assert "the user said no" in words and "receipts/03-no-vendor.txt,2026-01-09,,9.00,EUR" in words
    assert sum(1 for name, _ in host.calls if name == "write_file") == 1


def test_without_a_write_tool_the_table_stands_in_the_text(
    folder: Callable[..., Any], hand_written: dict[str, str]
) -> None:
    host = folder(hand_written, tools=("list_files", "read_document"))
    assert "receipts/03-no-vendor.txt,2026-01-09,,9.00,EUR" in host.run(GOAL)


def test_names_in_the_goal_are_used(
    folder: Callable[..., Any], hand_written: dict[str, str], truth: list[list[str]]
) -> None:
    host = folder(hand_written)
    host.run("Collect the invoices in receipts/ into out/expenses.csv with monthly totals in totals.md")
    assert table(host.files["out/expenses.csv"]) == truth
    assert "totals.md" in host.files and "receipts.csv" not in host.files


def test_long_folders_and_long_documents_are_read_to_the_end(folder: Callable[..., Any]) -> None:
    long = "Corner Shop\nRECEIPT\n2026-05-04\n" + "1 pencil 1.00\n" * 60 + "TOTAL EUR 60.00\nCash 60.00\n"
    files = {
        f"a/{i:03d}.txt": f"Corner Shop\nRECEIPT\n2026-05-04\n1 pen 2.00\nTOTAL EUR 2.{i:02d}\n" for i in range(30)
    }
    host = folder({**files, "z/long.txt": long}, read_limit=300, list_limit=20)
    host.run(GOAL)
    rows = table(host.files["receipts.csv"])
    assert len(rows) == 31
    assert rows[-1] == ["z/long.txt", "2026-05-04", "Corner Shop", "60.00", "EUR"]


def test_a_word_in_between_is_acknowledged_and_the_task_goes_on(
    folder: Callable[..., Any], hand_written: dict[str, str], truth: list[list[str]]
) -> None:
    host = folder(hand_written)
    host.run(GOAL, lambda turn, one: "also mark duplicates" if turn == 1 else None)
    texts = [part.text for reply in host.replies for part in reply.parts if isinstance(part, TextPart)]
    assert sum("also mark duplicates" in text for text in texts) == 1
    assert table(host.files["receipts.csv"]) == truth


def test_notes_of_the_program_are_not_taken_for_wishes(
    folder: Callable[..., Any], hand_written: dict[str, str], truth: list[list[str]]
) -> None:
    host = folder(hand_written)
    host.run(GOAL, lambda turn, one: "Cap: 50 % of $2.00 is left." if turn == 1 else None)
    assert not any("Noted" in part.text for reply in host.replies for part in reply.parts if isinstance(part, TextPart))
    assert table(host.files["receipts.csv"]) == truth


def test_stop_stops_and_continue_goes_on(
    folder: Callable[..., Any], hand_written: dict[str, str], truth: list[list[str]]
) -> None:
    host = folder(hand_written)
    assert "Stopped" in host.run(GOAL, lambda turn, one: "stop please" if turn == 1 else None)
    assert "receipts.csv" not in host.files
    host.run("continue")
    assert table(host.files["receipts.csv"]) == truth
    reads = [given["path"] for name, given in host.calls if name == "read_document" and given["path"] != "receipts.csv"]
    assert len(reads) == len(set(reads))


def test_a_new_goal_after_the_end_starts_anew(folder: Callable[..., Any], hand_written: dict[str, str]) -> None:
    host = folder(hand_written)
    host.run(GOAL)
    host.files["receipts/new.txt"] = "Corner Shop\nRECEIPT\n2026-05-04\n1 pen 2.00\nTOTAL EUR 2.00\n"
    host.run(GOAL)
    assert len(table(host.files["receipts.csv"])) == 11
    assert "inventory.md lists" in host.run("Make an inventory of the folder")


def test_duplicates_and_missing_fields_are_named(folder: Callable[..., Any]) -> None:
    one = "Corner Shop\nRECEIPT\n2026-05-04\n1 pen 2.00\nTOTAL EUR 2.00\nCash 5.00\n"
    words = folder({"a.txt": one, "b.txt": one, "c.txt": "RECEIPT\nPen 3.00\nTOTAL 3.00 EUR\nVISA\n"}).run(GOAL)
    assert "Possible duplicates, counted each: a.txt, b.txt" in words
    assert "No date found: c.txt" in words and "undated: 3.00 EUR" in words


def test_a_folder_without_receipts_is_said_plainly(folder: Callable[..., Any]) -> None:
    host = folder({"notes.txt": OTHERS["notes/ideas.txt"]})
    assert "No receipts" in host.run(GOAL)
    assert "receipts.csv" not in host.files


def test_an_empty_folder_and_missing_tools_are_said_plainly(folder: Callable[..., Any]) -> None:
    assert "no files" in folder({}).run(GOAL)
    assert "list_files and read_document" in folder({}, tools=("write_file",)).run(GOAL)


def test_a_goal_inside_a_longer_first_message_is_found(
    folder: Callable[..., Any], hand_written: dict[str, str], truth: list[list[str]]
) -> None:
    host = folder(hand_written)
    host.run(f"Date: 2026-11-22\nFolder: /home/ada/papers\nGoal: {GOAL}\nMode: auto-edit")
    assert table(host.files["receipts.csv"]) == truth


def test_one_call_a_turn_where_parallel_calls_are_off(
    folder: Callable[..., Any], hand_written: dict[str, str], truth: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = folder(hand_written)
    body = host.body
    monkeypatch.setattr(
        host, "body", lambda: {**body(), "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}
    )
    host.run(GOAL)
    assert all(sum(isinstance(part, ToolUsePart) for part in reply.parts) <= 1 for reply in host.replies)
    assert table(host.files["receipts.csv"]) == truth
