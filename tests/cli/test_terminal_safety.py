"""Whatever files are called, hold and lead a model to say: only plain text reaches the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.payloads import PAYLOADS, SEQUENCES, SINGLE, is_safe
from tests.cli.program import Program, on_terminal

GOAL = "Put the receipts into a table, one row each, with a total per month"


def nasty_names() -> list[str]:
    """File names with a sequence each; a name holds neither `/` nor NUL."""
    chosen = [*SEQUENCES[:: len(SEQUENCES) // 40], *SINGLE[::3]]
    return [name for name in chosen if not set(name) & set("/\0") and not any(0xD800 <= ord(c) < 0xE000 for c in name)]


@pytest.fixture
def nasty(folder: Path) -> Path:
    """Receipts whose names, vendors and texts are payloads."""
    for number, name in enumerate(nasty_names()):
        (folder / f"{number} {name}.txt").write_text(
            f"{name} & Sons\nReceipt no. {number}\nDate: 2026-01-04\n{name}\nTotal EUR 1{number}.50\n",
            encoding="utf-8", errors="ignore",
        )  # fmt: skip
    (folder / "all.md").write_text("\n".join(PAYLOADS), encoding="utf-8", errors="ignore")
    (folder / b"receipt-\xff\x9b31m.txt".decode(errors="surrogateescape")).write_bytes(
        b"\x9b31m \xff\nTotal EUR 3.00\n"
    )
    return folder


def test_a_folder_of_payloads_is_worked_on_and_nothing_gets_through(served: Program, nasty: Path) -> None:
    done = served.run("run", GOAL, "--folder", nasty, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert is_safe(done.stdout)
    assert (nasty / "receipts.csv").exists()
    assert is_safe(served.run("show", "last").stdout)


def test_what_the_model_repeats_is_safe_and_json_is_ascii(served: Program, nasty: Path) -> None:
    goal = 'CALL read_document {"path": "all.md"}'
    said = served.run("run", goal, "--folder", nasty)
    assert "DONE all.md" in said.stdout
    assert is_safe(said.stdout)
    lines = served.run("resume", "last", "--say", goal, "--json").stdout
    assert lines.isascii()
    assert is_safe(lines)
    assert json.loads(lines.splitlines()[-1])["status"] == "done"


def test_goals_and_errors_that_carry_payloads_are_safe(served: Program, tmp_path: Path) -> None:
    payload = "".join((*SEQUENCES[::9], *SINGLE)).replace("\0", "").encode("utf-8", "ignore").decode()
    for arguments in (
        ["run", "x", "--folder", f"{tmp_path}/{payload[:200]}"],
        ["run", "x", "--mode", payload],
        ["run", "x", "--cap", payload],
        ["run", "x", "--route", payload],
        ["show", payload],
        [payload],
        ["tasks", f"--{payload}"],
    ):
        done = served.run(*arguments)
        assert done.returncode == 2, arguments[:2]
        assert done.stdout == ""
        assert is_safe(done.stderr), arguments[:2]
        assert "Traceback" not in done.stderr
    done = served.run("run", f"say pong {payload}", "--folder", tmp_path)
    assert done.returncode == 0, done.stderr
    assert is_safe(done.stdout)
    assert is_safe(served.run("tasks").stdout)
    assert served.run("tasks", "--json").stdout.isascii()


def test_a_change_cannot_hide_from_whoever_is_asked(served: Program, folder: Path) -> None:
    content = json.dumps("seen\n\x1b]0;hidden one\nhidden two\x07\x1b[8mhidden three\x1b[2A")
    goal = f'CALL write_file {{"path": "a.txt", "content": {content}}}'
    with on_terminal(served, "run", goal, "--folder", folder) as screen:
        asked = screen.read_until("or say why not: ")
        screen.type("n\n")
        assert screen.end() == 0
    for words in ("seen", "\\x1b]0;hidden one", "hidden two\\x07\\x1b[8mhidden three\\x1b[2A"):
        assert f"  +{words}" in asked
    assert is_safe(screen.seen)
