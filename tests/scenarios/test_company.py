"""Several processes on one history, and histories that can't be written or read."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cowork_tui.adapters.store.database import open_database
from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.cli.tasks import _request as ask_from_another_terminal
from cowork_tui.core.errors import BadInput
from cowork_tui.core.events import Event, TextDelta
from cowork_tui.core.settings import Settings
from cowork_tui.core.task_values import Mode, Status
from cowork_tui.engine.loop import TaskLoop
from cowork_tui.engine.runner import begin
from cowork_tui.engine.session import remembered_caches
from cowork_tui.wiring import History, run_leased
from tests.scenarios.forked import Program, contents, loaded, make_folder
from tests.scenarios.ledger import check_task

if TYPE_CHECKING:
    from tests.scenarios.conftest import Bench

RECEIPTS = "Put the receipts into a table, one row each, with a total per month"
WRITE = 'CALL write_file {"path": "a.txt", "content": "one"}\nCALL read_document {"path": "a.txt"}'
STORE_FAILED = 5


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [("stop", Status.STOPPED, "Stopped by you."), ("pause", Status.PAUSED, "Paused by you.")],
)
async def test_stop_and_pause_from_another_terminal(
    faulty: Callable[..., Bench], folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str, status: Status, reason: str
) -> None:
    bench = faulty("", delta_seconds=0.05)
    monkeypatch.setenv("COWORK_TUI_HOME", str(bench.home))
    talking = asyncio.Event()

    def watch(_task: str, event: Event) -> None:
        if isinstance(event, TextDelta):
            talking.set()

    async with bench.ports(folder) as ports:
        caches = remembered_caches(bench.queries, ports.provider, bench.clock.now())
        session = await begin(ports, caches, "task1", RECEIPTS, str(folder), Settings(mode=Mode.AUTO_EDIT))
        ports.bus.subscribe(watch)
        history = History(bench.store, bench.queries)
        running = asyncio.create_task(run_leased(history, session, TaskLoop(session)))
        await asyncio.wait_for(talking.wait(), 60)
        other = open_database(bench.home / "history.db")
        with pytest.raises(BadInput, match=r"^Task task1 is running already, in process \d+: watch it there, or stop"):
            await other.claim("task1")
        other.close()
        said = await ask_from_another_terminal("task1", kind)
        await asyncio.wait_for(running, 60)
    assert (session.state.status, session.state.reason) == (status, reason)
    words = "stopped" if kind == "stop" else "paused"
    ended = f"Task task1 is {words}. Go on with: cowork-tui resume task1"
    assert said == ended or (kind == "pause" and said == "Task task1 pauses once the turn that runs has ended.")
    assert bench.queries.running_pid("task1") is None
    assert not bench.queries.is_requested("task1", kind)
    assert await ask_from_another_terminal("task1", kind) == "Task task1 is not running."
    check_task(bench, session.state)


async def test_requests_are_seen_when_they_come_and_cost_nothing_until_then(bench: Bench, folder: Path) -> None:
    await bench.run("hello", folder)
    watch = bench.queries.watch_requests("task1")
    assert watch.poll() == ()
    other = open_database(bench.home / "history.db")
    await other.request("task1", "pause")
    await other.request("task1", "stop")
    assert watch.poll() == ("stop", "pause")
    assert watch.poll() == ()
    await other.acknowledge("task1", "stop")
    assert watch.poll() == ("pause",)
    await bench.store.claim("task1")
    assert watch.poll() == ()
    watch.close()
    watch.close()
    assert watch.poll() == ()
    other.close()


@pytest.fixture(scope="module")
def billed() -> list[object]:
    return []


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, billed: list[object]) -> Iterator[Program]:
    with loaded(tmp_path_factory.mktemp("program"), billed.append) as made:
        yield made


def said(program: Program) -> str:
    """The last line of what the program printed: one sentence."""
    lines = program.out.read_text(encoding="utf-8").strip().splitlines()
    assert "Traceback" not in "\n".join(lines)
    assert lines[-1].endswith(".")
    return lines[-1]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "cowork-home"


def test_a_full_disk_is_said_and_the_task_goes_on_with_room(program: Program, tmp_path: Path, home: Path) -> None:
    folder = make_folder(tmp_path / "papers")
    assert program.run(home, "run", WRITE, "--folder", str(folder), "--yes") == 0
    limit = (home / "history.db").stat().st_size // 2
    begun = ["run", RECEIPTS, "--folder", str(folder), "--yes"]
    assert program.run(home, *begun, largest_file_bytes=limit) == STORE_FAILED
    assert "isk" in said(program)
    assert "free" in said(program)
    rows = HistoryQueries(home / "history.db").tasks()
    code = program.run(home, *(["resume", "last", "--yes"] if len(rows) == 2 else begun))
    assert code == 0, program.out.read_text()
    assert "receipts.csv" in contents(folder)
    with closing(sqlite3.connect(home / "history.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert program.run(home, "verify", "last") == 0


def test_a_read_only_history_is_said(program: Program, tmp_path: Path, home: Path) -> None:
    folder = make_folder(tmp_path / "papers")
    assert program.run(home, "run", WRITE, "--folder", str(folder), "--yes") == 0
    places = [home / "history.db", home]
    for place in places:
        place.chmod(0o500 if place.is_dir() else 0o400)
    try:
        code = program.run(home, "run", WRITE, "--folder", str(folder), unprivileged=True)
        assert (code, "can't be opened (Permission denied)" in said(program)) == (STORE_FAILED, True)
    finally:
        for place in reversed(places):
            place.chmod(0o700)
    assert program.run(home, "tasks") == 0


def test_a_newer_history_is_said_and_left_alone(program: Program, tmp_path: Path, home: Path) -> None:
    folder = make_folder(tmp_path / "papers")
    assert program.run(home, "run", WRITE, "--folder", str(folder), "--yes") == 0
    with closing(sqlite3.connect(home / "history.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (home / "history.db").read_bytes()
    for command in (["run", WRITE, "--folder", str(folder)], ["resume", "last"], ["tasks"], ["show", "last"]):
        assert program.run(home, *command) == STORE_FAILED
        assert "of version 99" in said(program)
        assert "update cowork-tui" in said(program)
    assert (home / "history.db").read_bytes() == before


@pytest.mark.parametrize("command", [["tasks"], ["resume", "last"]])
def test_a_damaged_history_is_copied_saved_and_said(
    program: Program, tmp_path: Path, home: Path, command: list[str]
) -> None:
    folder = make_folder(tmp_path / "papers")
    assert program.run(home, "run", WRITE, "--folder", str(folder), "--yes") == 0
    path = home / "history.db"
    spoilt = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        [(root,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'tasks'")
        [(page,)] = connection.execute("PRAGMA page_size")
    spoilt[(root - 1) * page : root * page] = b"\xa5" * page
    path.write_bytes(spoilt)
    assert program.run(home, *command) == STORE_FAILED
    assert "was damaged: 1 of its 1 task could be read and is kept, and the damaged file is" in said(program)
    [copy] = home.glob("history.db.damaged-*")
    assert copy.read_bytes() == spoilt
    assert program.run(home, "tasks", "--json") == 0
    [row] = json.loads(program.out.read_text())
    assert (row["status"], row["turns"]) == ("done", 3)
    assert program.run(home, "verify", "last") == 0
