"""`kill -9` at any moment: the task resumes to the same files, nothing is done twice, and the books balance.

The program is loaded once and forked for every run; each fork is killed by the real signal, from outside.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.core.events import Event, ToolEnded
from cowork_tui.core.json_values import JsonObject
from cowork_tui.core.task_values import Status
from tests.scenarios.forked import Program, contents, loaded, make_folder
from tests.scenarios.ledger import check_stored

KILLS = 200 if os.environ.get("COWORK_BENCH_FULL") == "1" else 20
MOST_DELAY_SECONDS = 0.06
RECEIPTS = "Put the receipts into a table, one row each, with a total per month"
DIRECTIVES = """CALL write_file {"path": "a.txt", "content": "one"}
CALL edit_file {"path": "a.txt", "old_text": "one", "new_text": "one one"}
CALL edit_file {"path": "a.txt", "old_text": "one one", "new_text": "one one one", "all": true}
CALL write_file {"path": "b/c.txt", "content": "new"}
CALL edit_file {"path": "notes.md", "old_text": "landlord", "new_text": "landlord landlord"}"""
SCENARIOS = {
    "receipts": [RECEIPTS, "--mode", "auto-edit"],
    "directives": [DIRECTIVES, "--mode", "auto-edit"],
    "approvals": [DIRECTIVES, "--yes"],
}


@pytest.fixture(scope="module")
def billed() -> list[JsonObject]:
    return []


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, billed: list[JsonObject]) -> Iterator[Program]:
    with loaded(tmp_path_factory.mktemp("program"), billed.append) as made:
        yield made


def changes(events: tuple[Event, ...]) -> list[str]:
    return [change.path for event in events if isinstance(event, ToolEnded) for change in event.changes]


@dataclass
class Expected:
    """What a run does that nobody kills."""

    files: dict[str, bytes]
    changes: list[str]
    answers: int


def unkilled(program: Program, billed: list[JsonObject], place: Path, arguments: list[str]) -> Expected:
    folder, home = make_folder(place / "papers"), place / "home"
    before = len(billed)
    assert program.run(home, "run", *arguments, "--folder", str(folder)) == 0, program.out.read_text()
    queries = HistoryQueries(home / "history.db")
    return Expected(contents(folder), changes(queries.events(queries.resolve_task("last"))), len(billed) - before)


def some_time(dice: random.Random, billed: list[JsonObject], answers: int) -> Callable[[], bool]:
    """A random moment: so many answers have begun from here on, and a little later."""
    wanted = len(billed) + dice.randint(0, answers)
    delay_seconds = dice.uniform(0, MOST_DELAY_SECONDS)
    reached: list[float] = []

    def due() -> bool:
        if not reached and len(billed) >= wanted:
            reached.append(time.monotonic())
        return bool(reached) and time.monotonic() - reached[0] >= delay_seconds

    return due


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_killed_task_resumes_to_the_same_files(
    program: Program, billed: list[JsonObject], tmp_path: Path, name: str
) -> None:
    arguments = SCENARIOS[name]
    expected = unkilled(program, billed, tmp_path / "unkilled", arguments)
    dice = random.Random(name)
    killed = 0
    for number in range(-(-KILLS // len(SCENARIOS))):
        place = tmp_path / str(number)
        folder, home = make_folder(place / "papers"), place / "home"
        del billed[:]
        moments = partial(some_time, dice, billed)
        killed += carry_out(program, home, folder, arguments, moments, expected.answers) > 0
        assert contents(folder) == expected.files
        queries = HistoryQueries(home / "history.db")
        task_id = queries.resolve_task("last")
        state = check_stored(queries, task_id, billed)
        assert state.status is Status.DONE
        assert changes(queries.events(task_id)) == expected.changes
        with closing(sqlite3.connect(home / "history.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert killed


def carry_out(
    program: Program,
    home: Path,
    folder: Path,
    arguments: list[str],
    moment: Callable[[int], Callable[[], bool]],
    answers: int,
) -> int:
    """Run, kill, resume, kill again, resume; how often the signal came in time."""
    again = arguments[1:]
    codes = [program.run(home, "run", *arguments, "--folder", str(folder), kill_when=moment(answers - 1))]
    if codes[0] != -signal.SIGKILL:
        return 0
    codes.append(_resume(program, home, folder, arguments, again, moment(answers // 2)))
    while codes[-1] == -signal.SIGKILL:
        codes.append(_resume(program, home, folder, arguments, again, None))
    assert codes[-1] == 0, program.out.read_text()
    return codes.count(-signal.SIGKILL)


def _resume(
    program: Program,
    home: Path,
    folder: Path,
    arguments: list[str],
    again: list[str],
    due: Callable[[], bool] | None,
) -> int:
    """Go on; begin anew where the kill came before anything was stored."""
    history = HistoryQueries(home / "history.db")
    rows = history.tasks() if (home / "history.db").exists() else ()
    if not rows:
        return program.run(home, "run", *arguments, "--folder", str(folder), kill_when=due)
    if rows[0].status == "done":
        return 0
    return program.run(home, "resume", "last", *again, kill_when=due)
