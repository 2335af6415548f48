"""`undo`, `redo`, `changes` and `rules` as their users meet them."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.cli.program import Program, on_terminal

GOAL = """CALL write_file {"path": "notes.md", "content": "mine\\n"}
CALL write_file {"path": "out/b.csv", "content": "a,b\\n1,2\\n"}"""
QUESTION = "or say why not: "


@pytest.fixture
def done(served: Program, folder: Path) -> Program:
    """A task that replaced one file and made another in a new folder."""
    assert served.run("run", GOAL, "--folder", folder, "--yes").returncode == 0
    return served


def test_what_changed_is_listed_undone_and_had_again(done: Program, folder: Path) -> None:
    listed = done.run("changes", "last", "--diff").stdout
    assert "~ notes.md  27 bytes to 5 bytes\n" in listed
    assert "    -Call the landlord.\n    +mine\n" in listed
    assert "+ out/b.csv  8 bytes\n" in listed
    undone = done.run("undo", "last")
    assert (undone.returncode, undone.stderr) == (0, "")
    assert "  notes.md  back, 27 bytes\n  out/  removed\n  out/b.csv  removed\n" in undone.stdout
    assert "2 files and 1 folder put back." in undone.stdout
    assert (folder / "notes.md").read_text() == "# Notes\nCall the landlord.\n"
    assert "has changed nothing that still stands" in done.run("changes", "last").stdout
    assert done.run("undo", "last").stdout == "Nothing to undo: the files are as they were.\n"
    assert done.run("redo", "last").returncode == 0
    assert (folder / "out/b.csv").read_text() == "a,b\n1,2\n"
    assert done.refused("redo", "last").startswith("There is nothing to redo")


def test_changes_are_given_to_programs(done: Program, folder: Path) -> None:
    lines = [json.loads(line) for line in done.run("changes", "last", "--json").stdout.splitlines()]
    assert [(line["path"], line["kind"], line["changed_by_others"]) for line in lines] == [
        ("notes.md", "file", False), ("out", "folder", False), ("out/b.csv", "file", False),
    ]  # fmt: skip
    undone = json.loads(done.run("undo", "last", "--file", folder / "notes.md", "--json").stdout)
    assert [change["path"] for change in undone["changes"]] == ["notes.md"]


def test_a_file_that_someone_else_changed_is_named_and_left(done: Program, folder: Path) -> None:
    (folder / "notes.md").write_text("yours")
    assert "~ notes.md  27 bytes to 5 bytes  (changed by someone else since)\n" in done.run("changes", "last").stdout
    left = done.run("undo", "last")
    assert left.returncode == 1
    assert left.stderr.startswith("Left: notes.md was changed by someone else since: compare it")
    assert left.stderr.endswith("--force, which keeps a copy of what is there.\n")
    assert (folder / "notes.md").read_text() == "yours"
    assert done.run("undo", "last", "--force").returncode == 0
    assert (folder / "notes.md").read_text().startswith("# Notes")


def test_another_task_that_changed_a_file_is_named(done: Program, folder: Path) -> None:
    first = json.loads(done.run("tasks", "--json").stdout)[0]["id"]
    done.run("run", 'CALL write_file {"path": "notes.md", "content": "later"}', "--folder", folder, "--yes")
    second = json.loads(done.run("tasks", "--json").stdout)[0]["id"]
    assert f". Task {second[:8]} changed it last.\n" in done.run("undo", first).stderr


def test_bad_input_is_one_sentence(done: Program, folder: Path) -> None:
    done.refused("undo", "nosuch")
    assert "has no turn 77" in done.refused("undo", "last", "--to", "77")
    assert "has not changed zz" in done.refused("undo", "last", "--file", "zz")
    assert "is outside the folder of the task" in done.refused("undo", "last", "--file", "/etc/passwd")
    assert "did you mean write_file?" in done.refused("rules", "add", "write_fil", "*.csv")
    assert "fits no path" in done.refused("rules", "add", "write_file", "!x")
    assert done.refused("rules", "remove", "9").startswith("There is no rule 9")


def test_rules_are_added_listed_used_and_taken_back(served: Program, folder: Path) -> None:
    assert served.run("rules").stdout.startswith("No rules.")
    served.run("rules", "add", "write_file", "*.csv", "--folder", folder)
    served.run("rules", "add", "*", "/notes.md", "--anywhere", "--deny")
    listed = served.run("rules", "list").stdout
    assert listed == f"   1  allow write_file *.csv in {folder}\n   2  deny * /notes.md in every folder\n"
    ran = served.run("run", GOAL, "--folder", folder, "--mode", "auto-edit")
    assert "The user has a rule against it: deny * /notes.md in every folder." in " ".join(ran.stdout.split())
    assert (folder / "notes.md").read_text().startswith("# Notes")
    assert (folder / "out/b.csv").exists()
    assert served.run("rules", "remove", "1", "2").stdout == "Removed: 1, 2\n"
    assert [json.loads(line) for line in served.run("rules", "list", "--json").stdout.splitlines()] == []


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix")
def test_always_is_answered_once_and_kept(served: Program, folder: Path) -> None:
    goal = 'CALL write_file {"path": "a.txt", "content": "hello"}\nCALL write_file {"path": "b.txt", "content": "hi"}'
    with on_terminal(served, "run", goal, "--folder", folder) as screen:
        question = screen.read_until(QUESTION)
        assert "  waits for you · cache cold at " in question
        screen.type("a\n")
        assert "enter for *.txt" in screen.read_until("a pattern: ")
        screen.type("!no\n")
        assert "fits no path" in screen.read_until("a pattern: ")
        screen.type("\n")
        assert screen.end() == 0
    assert (folder / "b.txt").read_text() == "hi"
    assert served.run("rules").stdout == f"   1  allow write_file *.txt in {folder}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix")
def test_a_running_task_is_not_undone(served: Program, folder: Path) -> None:
    with on_terminal(served, "run", GOAL, "--folder", folder) as screen:
        screen.read_until(QUESTION)
        assert " is running already, in process " in served.refused("undo", "last")
        screen.type("n\n")
        screen.read_until(QUESTION)
        screen.type("n\n")
        assert screen.end() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed with a Unix signal")
def test_an_undo_killed_at_any_moment_is_finished_by_the_next(served: Program, tmp_path: Path) -> None:
    """Real kills, at moments spread over the life of the process."""
    root = tmp_path / "many"
    root.mkdir()
    names = [f"f{number}.txt" for number in range(12)]
    for name in names:
        (root / name).write_text(f"old {name}")
        os.utime(root / name, ns=(1, 1_600_000_000_000_000_007))
    goal = "\n".join(f'CALL write_file {{"path": "{name}", "content": "new"}}' for name in names)
    assert served.run("run", goal, "--folder", root, "--yes").returncode == 0
    started = time.monotonic()
    assert served.run("undo", "last").returncode == 0
    whole = time.monotonic() - started
    for share in (0.6, 0.75, 0.85, 0.95) if os.environ.get("COWORK_BENCH_FULL") else (0.7, 0.9):
        assert served.run("redo", "last").returncode == 0
        assert {(root / name).read_text() for name in names} == {"new"}
        process = served.start("undo", "last")
        time.sleep(whole * share)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert served.run("undo", "last").returncode == 0
        assert [(root / name).read_text() for name in names] == [f"old {name}" for name in names]
        assert {(root / name).stat().st_mtime_ns for name in names} == {1_600_000_000_000_000_007}
        assert sorted(path.name for path in root.iterdir()) == sorted(names)
