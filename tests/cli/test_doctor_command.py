"""`cowork-tui doctor`: a line for each thing, the line to fix it, and an exit code that scripts can use."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.inside import Inside
from tests.cli.program import Program, assert_sentence, on_terminal

KEY = "sk-ant-doctor-0123456789-WXYZ"


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    """With a home of its own, without a key."""
    return Inside(tmp_path / "cowork-home")


def test_each_line_has_a_glyph_and_what_is_not_right_a_way_out(inside: Inside) -> None:
    done = inside.with_variables(LANG="C.UTF-8", LC_ALL="C.UTF-8").run("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    for number, line in enumerate(lines):
        assert line[:2] in ("✓ ", "! ", "  "), line
        if line.startswith("! "):
            assert lines[number + 1].startswith("  "), f"no way out below {line!r}"
    assert "! key          none" in done.stdout


def test_terminals_without_utf8_get_ascii(inside: Inside) -> None:
    done = inside.with_variables(LC_ALL="C", ANTHROPIC_API_KEY=KEY).run("doctor")
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "+ key          ...WXYZ from the environment" in done.stdout


def test_what_fails_ends_with_1(inside: Inside) -> None:
    inside.home.mkdir(mode=0o700)
    (inside.home / "history.db").write_bytes(b"a letter, not a database" * 100)
    done = inside.with_variables(LC_ALL="C.UTF-8").run("doctor")
    assert (done.returncode, done.stderr) == (1, "")
    assert "✗ database     The history" in done.stdout
    answer = json.loads(inside.run("doctor", "--json").stdout)
    assert answer["ok"] is False
    assert {"name", "level", "finding", "fix"} == set(answer["checks"][0])
    assert [check["name"] for check in answer["checks"] if check["level"] == "failed"] == ["database"]


def test_broken_settings_are_findings(inside: Inside) -> None:
    inside.home.mkdir(mode=0o700)
    (inside.home / "config.toml").write_text('modle = "x"\n')
    wrong = inside.with_variables(ANTHROPIC_BASE_URL="ftp://x", LC_ALL="C.UTF-8")
    done = wrong.run("doctor")
    assert (done.returncode, done.stderr) == (1, "")
    assert "modle: There is no such setting; did you mean" in done.stdout
    assert "✗ endpoint     In the environment, ANTHROPIC_BASE_URL: It must be an address" in done.stdout


def test_nothing_is_sent_before_the_price_is_said_and_agreed_to(inside: Inside, server: str) -> None:
    served = inside.with_variables(ANTHROPIC_BASE_URL=server, ANTHROPIC_API_KEY="key")
    done = served.run("doctor", "--live")
    assert (done.returncode, done.stdout) == (2, "")
    price, refusal = done.stderr.splitlines()
    assert_sentence(price)
    assert "at a price that is not known" in price, "it is another server than the Claude API"
    assert refusal == "There is no terminal to ask on, so nothing was sent: agree with --yes."


def test_with_yes_the_server_is_asked(inside: Inside, server: str) -> None:
    served = inside.with_variables(ANTHROPIC_BASE_URL=server, ANTHROPIC_API_KEY="key")
    done = served.run("doctor", "--live", "--yes", "--json")
    answer = json.loads(done.stdout)
    live = {check["name"]: check for check in answer["checks"] if check["name"].startswith("live")}
    assert (done.returncode, list(live)) == (0, ["live models", "live count", "live answer"])
    assert " 1 out, price unknown" in live["live answer"]["finding"]
    wrong = served.with_variables(ANTHROPIC_API_KEY="a-wrong-key-0123456789").run("doctor", "--live", "--yes")
    assert wrong.returncode == 1
    assert "refused the API key" in wrong.stdout
    assert "a-wrong-key-0123456789" not in wrong.stdout + wrong.stderr


def test_without_a_key_there_is_nobody_to_ask(inside: Inside) -> None:
    done = inside.run("doctor", "--live")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no key, so no server was asked" in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are Unix")
def test_the_question_on_a_terminal(program: Program, server: str) -> None:
    claude = program.with_variables(ANTHROPIC_API_KEY=KEY)
    with on_terminal(claude, "doctor", "--live") as screen:
        asked = screen.read_until("Go on? [y/N]: ")
        assert "one token of claude-haiku-5-5, for at most $0.0000" in asked
        screen.type("n\n")
        assert screen.end() == 2
    assert "Nothing was sent" in screen.seen
    local = claude.with_variables(ANTHROPIC_BASE_URL=server)
    with on_terminal(local, "doctor", "--live") as screen:
        screen.read_until("Go on? [y/N]: ")
        screen.type("y\n")
        assert screen.end() == 0
    assert "live answer" in screen.seen
