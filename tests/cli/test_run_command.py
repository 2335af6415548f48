"""`run` to a right table, and `tasks`, `show` and `verify` on what it stored."""

from __future__ import annotations

import csv
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cowork_tui.sample import make_sample
from tests.cli.program import Program

GOAL = "Put the receipts into a table, one row each, with a total per month"
NOTE = "demo: a script, not AI"
USAGE_FIELDS = {
    "input_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens", "output_tokens",
}  # fmt: skip


@dataclass(frozen=True)
class Story:
    """The sample folder, worked on once without a key and with `--json`."""

    program: Program
    folder: Path
    truth: list[dict[str, str]]
    done: subprocess.CompletedProcess[str]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.done.stdout.splitlines()]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    root = tmp_path_factory.mktemp("story")
    folder = root / "sample"
    truth = [
        {"file": r.file, "date": r.date, "vendor": r.vendor, "total": r.total, "currency": r.currency}
        for r in make_sample(folder, 3)
    ]
    program = Program(root / "home")
    return Story(program, folder, truth, program.run("run", GOAL, "--folder", folder, "--yes", "--json"))


def test_the_sample_ends_in_a_right_table(story: Story) -> None:
    assert story.done.returncode == 0, story.done.stderr
    with (story.folder / "receipts.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert reader.fieldnames == ["file", "date", "vendor", "total", "currency"]
    assert sorted(rows, key=lambda row: row["file"]) == sorted(story.truth, key=lambda row: row["file"])


def test_every_line_is_an_event_in_plain_ascii(story: Story) -> None:
    assert story.done.stdout.isascii()
    assert story.done.stderr == ""
    assert story.lines[0]["event"] == "task_created"
    assert {"turn_planned", "turn_ended", "block_ended", "tool_ended", "plan_updated"} <= {
        line["event"] for line in story.lines
    }


def test_the_last_line_holds_the_totals(story: Story) -> None:
    last = story.lines[-1]
    assert {"task_id", "status", "turns", "usage", "cost_nanodollars", "money", "files"} <= set(last)
    assert (last["status"], last["money"], last["note"]) == ("done", "demo", NOTE)
    assert set(last["usage"]) == USAGE_FIELDS
    assert last["files"] == ["receipts.csv", "summary.md"]
    ended = [line for line in story.lines if line["event"] == "turn_ended"]
    assert last["turns"] == len(ended) > 5
    assert last["cost_nanodollars"] == sum(line["cost_nanodollars"] for line in ended) > 0
    for name in USAGE_FIELDS:
        assert last["usage"][name] == sum(line["usage"][name] for line in ended)


def test_the_demo_says_so_first_and_last(story: Story) -> None:
    assert story.lines[0]["note"] == NOTE
    assert story.lines[-1]["note"] == NOTE


def test_tasks_lists_what_was_done(story: Story) -> None:
    [row] = json.loads(story.program.run("tasks", "--json").stdout)
    last = story.lines[-1]
    assert {"id", "title", "status", "cost_nanodollars"} <= set(row)
    assert (row["id"], row["status"], row["cost_nanodollars"]) == (last["task_id"], "done", last["cost_nanodollars"])
    assert (row["money"], row["note"]) == ("demo", NOTE)
    listed = story.program.run("tasks").stdout
    assert last["task_id"][:8] in listed
    assert NOTE in listed


def test_show_accounts_for_every_turn(story: Story) -> None:
    shown = story.program.run("show", story.lines[-1]["task_id"][:6]).stdout
    turns = [line for line in shown.splitlines() if line.startswith("turn ")]
    assert len(turns) == story.lines[-1]["turns"]
    for words in (" read, ", " written, ", " fresh", " % read", " out", "(foretold ~$", " s"):
        assert all(words in line for line in turns), words
    assert "✓ Write receipts.csv" in shown
    assert shown.startswith(NOTE)
    assert "\n\n\n" not in shown


def test_show_as_json_equals_the_last_line_of_the_run(story: Story) -> None:
    shown = json.loads(story.program.run("show", "last", "--json").stdout)
    assert {key: shown[key] for key in story.lines[-1] if key != "event"} == {
        key: value for key, value in story.lines[-1].items() if key != "event"
    }
    assert shown["goal"] == GOAL


def test_verify_rebuilds_every_request(story: Story) -> None:
    done = story.program.run("verify", "last")
    assert (done.returncode, done.stdout.split()[0]) == (0, str(story.lines[-1]["turns"]))


def test_without_a_terminal_the_text_keeps_a_turn_on_one_line(served: Program, folder: Path) -> None:
    done = served.run("run", GOAL, "--folder", folder, "--mode", "auto-edit", "--route", "extract=haiku:low")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    turns = [line for line in lines if line.startswith("  turn ")]
    assert all(" in: " in line and " out · price unknown (foretold ~" in line for line in turns)
    assert any(" · extract · Haiku 5.5 · " in line for line in turns)
    assert any(" · write · Sonnet 5.5 · " in line for line in turns)
    assert "  + receipts.csv" in done.stdout
    assert lines[0] == GOAL
    assert "\n\n\n" not in done.stdout
    assert "switch" not in done.stdout  # its price is not known either
    plan = [line for line in lines if line[2:4] in ("✓ ", "▸ ", "· ")]
    assert len(plan) == len(set(plan)), "a step is printed again only when it moved"


def test_a_cap_pauses_and_a_higher_one_goes_on(served: Program, folder: Path) -> None:
    held = served.run("run", GOAL, "--folder", folder, "--yes", "--cap", "6k", "--json")
    last = json.loads(held.stdout.splitlines()[-1])
    assert (held.returncode, last["status"], last["files"]) == (3, "paused", [])
    assert last["money"] == "unknown"
    assert last["cost_nanodollars"] is None
    assert "the cap of 6,000 tokens leaves" in last["reason"]
    assert "--cap" in last["next_step"]
    assert "--model haiku" in last["next_step"]
    spent = last["usage"]["input_tokens"] + last["usage"]["cache_write_5m_tokens"] + last["usage"]["output_tokens"]
    assert spent <= 6000
    shown = served.run("show", "last").stdout
    assert f"paused: {last['reason']}\n{last['next_step']}\n" in shown
    went_on = served.run("resume", last["task_id"], "--yes", "--cap", "200k")
    assert went_on.returncode == 0, went_on.stdout
    assert (folder / "receipts.csv").exists()
    assert served.run("verify", "last").returncode == 0


def test_a_finished_task_takes_more_words(served: Program, folder: Path) -> None:
    assert served.run("run", 'CALL list_files {"path": "."}', "--folder", folder).returncode == 0
    assert "is done: give it something more to do with --say" in served.refused("resume", "last")
    again = served.run("resume", "last", "--say", 'CALL read_document {"path": "notes.md"}')
    assert again.returncode == 0
    assert "Call the landlord." in again.stdout
