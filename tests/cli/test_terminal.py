"""Runs on a real terminal, 80 columns wide: approvals, and lines that fit."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.cli.program import Program, on_terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix")

GOAL = "Put the receipts into a table, one row each, with a total per month"
QUESTION = "or say why not: "


def write(name: str, content: str = "hello") -> str:
    return f'CALL write_file {{"path": "{name}", "content": "{content}"}}'


def test_each_change_is_asked_and_every_answer_is_taken(served: Program, folder: Path) -> None:
    goal = "\n".join(write(name) for name in ("a.txt", "b.txt", "c.txt", "d.txt"))
    with on_terminal(served, "run", goal, "--folder", folder) as screen:
        question = screen.read_until(QUESTION)
        assert "? write a.txt (new, 1 line, 5 bytes)\n" in question
        assert "  +hello\n" in question
        assert not (folder / "a.txt").exists()
        screen.type("y\n")
        screen.read_until(QUESTION)
        assert (folder / "a.txt").read_text() == "hello"
        screen.type("\n")
        screen.read_until(QUESTION)
        screen.type("n\n")
        screen.read_until(QUESTION)
        screen.type("call it e.txt\n")
        screen.read_until(QUESTION)
        screen.type("t\n")
        assert screen.end() == 0
    assert [(folder / name).exists() for name in ("b.txt", "c.txt", "d.txt")] == [False, False, True]
    assert "✗ Not allowed: write b.txt (new, 1 line, 5 bytes).\n" in screen.seen
    assert "The user says: call it e.txt" in " ".join(screen.seen.split())
    assert "\n\n\n" not in screen.seen


def test_yes_for_the_task_is_asked_once_and_the_end_of_input_is_a_no(served: Program, folder: Path) -> None:
    with on_terminal(served, "run", "\n".join([write("a.txt"), write("b.txt")]), "--folder", folder) as screen:
        screen.read_until(QUESTION)
        screen.type("t\n")
        assert screen.end() == 0
    assert (folder / "b.txt").exists()
    with on_terminal(served, "run", write("c.txt"), "--folder", folder) as screen:
        screen.read_until(QUESTION)
        screen.type("\x04")
        assert screen.end() == 0
    assert not (folder / "c.txt").exists()
    assert "closed the input without an answer" in " ".join(screen.seen.split())


def test_ctrl_c_at_a_question_stops_and_resume_finishes(program: Program, folder: Path) -> None:
    with on_terminal(program, "run", GOAL, "--folder", folder, "--demo") as screen:
        screen.read_until(QUESTION)
        screen.type("\x03")
        assert screen.end() == 130
    assert "\nStopped by you.\nGo on with: cowork-tui resume " in screen.seen
    assert "Traceback" not in screen.seen
    assert "Fatal" not in screen.seen
    assert not (folder / "receipts.csv").exists()
    too_long = [line for line in screen.seen.splitlines() if len(line) > 80 and " turn " in line]
    assert too_long == []
    assert re.search(r"\n    \d+\.\dk in", screen.seen), "what went in stands below what the turn cost"
    with on_terminal(program, "resume", "last", "--demo") as screen:
        screen.read_until(QUESTION)
        screen.type("t\n")
        assert screen.end() == 0
    assert (folder / "receipts.csv").read_text(encoding="utf-8").count("\n") == 4
    assert (folder / "summary.md").exists()
    assert screen.seen.startswith("demo: a script, not AI\n")
    assert screen.seen.rstrip().endswith("(demo: a script, not AI)")


def test_a_long_change_asks_again_below_it(served: Program, folder: Path) -> None:
    with on_terminal(
        served, "run", write("long.txt", "\\n".join("line" * 3 for _ in range(40))), "--folder", folder
    ) as screen:
        assert screen.read_until(QUESTION).count("? write long.txt (new, 40 lines") == 2
        screen.type("n\n")
        assert screen.end() == 0


def test_without_a_terminal_changes_are_denied_and_the_way_out_is_named(served: Program, folder: Path) -> None:
    done = served.run("run", write("a.txt"), "--folder", folder)
    assert done.returncode == 0
    assert not (folder / "a.txt").exists()
    assert "! There is no terminal to ask on: allow changes with --yes or --mode auto-edit.\n" in done.stdout
    assert "✗ Not allowed: write a.txt (new, 1 line, 5 bytes). There is no terminal to ask on" in done.stdout
    refused = served.run("run", write("a.txt"), "--folder", folder, "--mode", "read-only")
    assert "This task is read-only." in refused.stdout
    assert "no terminal" not in refused.stdout
    assert not (folder / "a.txt").exists()
