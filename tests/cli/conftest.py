"""Programs with a home of their own, and servers for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cowork_tui.adapters.tokenizer import Tokenizer
from cowork_tui.demo.clerk import answer
from cowork_tui.demo.running import running
from cowork_tui.wiring.demo import demo_settings
from tests.cli.program import Program


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A demo server for the whole module, for runs whose money does not matter."""
    with running(demo_settings(Tokenizer().count, time.time, 1, answer)) as base_url:
        yield base_url


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """With a home of its own, without a key."""
    return Program(tmp_path / "cowork-home")


@pytest.fixture
def served(program: Program, server: str) -> Program:
    """With a server and a key."""
    return program.with_variables(ANTHROPIC_BASE_URL=server, ANTHROPIC_API_KEY="key")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three receipts and a note."""
    root = tmp_path / "papers"
    root.mkdir()
    for number, (day, vendor, total) in enumerate(
        [("2026-01-04", "Rossi", "12.50"), ("2026-01-20", "Café Lindqvist", "8.00"), ("2026-02-03", "Visser", "99.99")]
    ):
        (root / f"receipt-{number}.txt").write_text(
            f"{vendor}\nReceipt no. {number}\nDate: {day}\nItem  {total}\nTotal EUR {total}\n", encoding="utf-8"
        )
    (root / "notes.md").write_text("# Notes\nCall the landlord.\n", encoding="utf-8")
    return root
