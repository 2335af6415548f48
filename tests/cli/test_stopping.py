"""Ctrl-C, `stop` from another process, and readers that go away: the task stops cleanly and can go on."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program

GOAL = "Put the receipts into a table, one row each, with a total per month"


@pytest.fixture(scope="module")
def slow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demo server that takes long to say anything: a task on it lasts minutes."""
    program = Program(tmp_path_factory.mktemp("server") / "home")
    process = program.start("demo-server", "--port", "0", "--delta-seconds", "0.2", start_new_session=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("listening on ").strip()
        assert process.stdout.readline() == "demo: a script, not AI · stop with Ctrl-C\n"
        yield address
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)


@pytest.fixture
def slow(program: Program, slow_server: str) -> Program:
    return program.with_variables(ANTHROPIC_BASE_URL=slow_server, ANTHROPIC_API_KEY="key")


def begin(program: Program, folder: Path, *more: str) -> subprocess.Popen[str]:
    """A run whose first answer has begun."""
    process = program.start("run", GOAL, "--folder", folder, "--yes", *more, start_new_session=True)
    assert process.stdout is not None
    while "I put the" not in (line := process.stdout.readline()) and '"turn_planned"' not in line:
        assert line, "the run ended before its first answer"
    return process


def test_stop_from_another_process_takes_effect_and_the_task_goes_on_elsewhere(
    slow: Program, server: str, folder: Path
) -> None:
    running = begin(slow, folder)
    assert "is running already, in process" in slow.refused("resume", "last")
    stopped = slow.run("stop", "last")
    assert re.fullmatch(r"Task (\w{8}) is stopped. Go on with: cowork-tui resume \1\n", stopped.stdout)
    out, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (130, "")
    assert "\nStopped by you.\nGo on with: cowork-tui resume " in out
    assert " out · price unknown" in out.splitlines()[-1], "totals stand last"
    assert slow.run("stop", "last").stdout.endswith(" is not running.\n")
    fast = slow.with_variables(ANTHROPIC_BASE_URL=server)
    went_on = fast.run("resume", "last", "--yes", "--json")
    assert json.loads(went_on.stdout.splitlines()[-1])["status"] == "done"
    assert (folder / "receipts.csv").exists()


def test_ctrl_c_ends_the_turn_bills_it_and_leaves_130(slow: Program, folder: Path) -> None:
    running = begin(slow, folder, "--json")
    os.killpg(running.pid, signal.SIGINT)
    out, errors = running.communicate(timeout=60)
    last = json.loads(out.splitlines()[-1])
    assert (running.returncode, errors) == (130, "")
    assert (last["event"], last["status"], last["reason"]) == ("end", "stopped", "Stopped by you.")
    assert f"resume {last['task_id'][:8]}" in last["next_step"]
    assert slow.run("verify", "last").returncode == 0


def test_a_reader_that_goes_away_stops_the_task(slow: Program, folder: Path) -> None:
    running = begin(slow, folder, "--json")
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert (running.wait(timeout=60), running.stderr.read()) == (130, "")
    [row] = json.loads(slow.run("tasks", "--json").stdout)
    assert row["status"] == "stopped"


def test_nobody_reads_at_all(served: Program, folder: Path) -> None:
    assert served.run("run", 'CALL list_files {"path": "."}', "--folder", folder).returncode == 0
    for arguments in (["tasks"], ["show", "last"], ["models", "--json"], ["run", "hello", "--folder", str(folder)]):
        read, write = os.pipe()
        os.close(read)
        done = served.start(*arguments, stdout=write)
        os.close(write)
        _, errors = done.communicate(timeout=60)
        assert (done.returncode in (1, 130), errors) == (True, ""), arguments


def test_ctrl_c_before_anything_was_sent(program: Program, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        waiting = program.with_variables(ANTHROPIC_BASE_URL=address, ANTHROPIC_API_KEY="key")
        process = waiting.start("run", GOAL, "--folder", folder, start_new_session=True)
        connection, _ = listener.accept()
        os.killpg(process.pid, signal.SIGINT)
        out, errors = process.communicate(timeout=60)
        connection.close()
    assert (process.returncode, out) == (130, "")
    assert errors == "Stopped before the task went on; nothing was sent.\n"
