"""The exit codes that page and help promise are those that programs see."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.inside import Inside

README = Path(__file__).parents[2] / "README.md"


def test_page_and_help_name_the_same_codes(tmp_path: Path) -> None:
    table = README.read_text(encoding="utf-8").partition("## Exit codes")[2].partition("\n## ")[0]
    in_page = re.findall(r"^\| (\d+) \|", table, re.MULTILINE)
    told = " ".join(Inside(tmp_path / "home").run("--help").stdout.split()).partition("Exit codes: ")[2]
    in_help = re.findall(r"(?:^|· )(\d+) ", told)
    assert in_page == in_help == ["0", "1", "2", "3", "5", "130"]


def test_done_failed_and_bad_input(tmp_path: Path) -> None:
    program = Inside(tmp_path / "home")
    assert program.run("tasks").returncode == 0
    assert program.run("rnu").returncode == 2
    program.home.mkdir(mode=0o700, exist_ok=True)
    (program.home / "history.db").write_bytes(b"a letter" * 500)
    assert program.run("doctor").returncode == 1
    assert program.run("tasks").returncode == 5
