"""The demo as programs of others meet it: the real script, the real tokenizer, a port of its own."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from cowork_tui.adapters.tokenizer import Tokenizer
from cowork_tui.demo.clerk import answer
from cowork_tui.demo.running import running
from cowork_tui.wiring.demo import demo_settings

FULL = os.environ.get("COWORK_BENCH_FULL") == "1"
INSTALL_SECONDS = 300
RUN_SECONDS = 120


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    """A running demo server; its caches belong to keys."""
    with running(demo_settings(Tokenizer().count, time.time, 1, answer)) as url:
        yield url


@pytest.fixture
def outside() -> dict[str, str]:
    """An environment for programs of others: without our Python guard, which would keep them from their registry."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def install(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Run an installer; the test is skipped with its last words where that fails."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"{command[0]} could not install: {error}")
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        pytest.skip(f"{command[0]} could not install: {lines[-1] if lines else 'no reason given'}")


def run_client(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """What a client prints; it must end well."""
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
