"""`cowork-tui config`: what holds, where from, and changes that lose nothing."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from pathlib import Path

import pytest

from cowork_tui.adapters import config_edit
from cowork_tui.adapters.config_files import Home, resolve_settings
from cowork_tui.cli.config import effective_rows, effective_values
from cowork_tui.core.errors import BadInput
from cowork_tui.core.settings import ROUTES, SETTING_KEYS, Settings
from tests.cli.inside import Inside
from tests.cli.program import assert_sentence, on_terminal

unix = pytest.mark.skipif(os.name != "posix", reason="scripts as editors, links and terminals are Unix")

CONFIG = """\
# my settings
model = "opus"   # the best

[routes]
# cheap reading
extract = "haiku:low"
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    folder = tmp_path / "cowork-home"
    folder.mkdir(mode=0o700)
    return Home(folder)


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    """With a home of its own, without a key."""
    return Inside(tmp_path / "cowork-home")


def editor(tmp_path: Path, *scripts: str) -> str:
    """A program that changes the file as the next of `scripts` (shell, `$1` is the file) says."""
    file = tmp_path / "editor.sh"
    cases = "\n".join(f"{number}) {script} ;;" for number, script in enumerate(scripts))
    counter = tmp_path / "edited"
    file.write_text(
        f'#!/bin/sh\n[ -z "$ANTHROPIC_API_KEY" ] || exit 9\nn=$(cat {counter} 2>/dev/null || echo 0)\n'
        f"echo $((n + 1)) > {counter}\ncase $n in\n{cases}\nesac\n"
    )
    file.chmod(0o755)
    return str(file)


def test_every_setting_is_shown_with_its_origin(inside: Inside, home: Home, folder: Path) -> None:
    home.config_file.write_text(CONFIG)
    (folder / ".cowork-tui.toml").write_text('# shared\ncap = "1.00"\n[routes]\nreview = "opus:high"\n')
    program = inside.with_variables(COWORK_TUI_MODE="read-only", ANTHROPIC_BASE_URL="http://127.0.0.1:8080")
    done = program.run("config", "show", "--folder", folder)
    assert (done.returncode, done.stderr) == (0, "")
    shown = {words[0]: (words[1], " ".join(words[2:])) for words in map(str.split, done.stdout.splitlines())}
    own, theirs = home.config_file, folder / ".cowork-tui.toml"
    assert shown["model"] == ("opus", f"{own}:2")
    assert shown["routes.extract"] == ("haiku:low", f"{own}:6")
    assert shown["cap"] == ("$1.00", f"folder {theirs}:2")
    assert shown["routes.review"] == ("opus:high", f"folder {theirs}:4")
    assert shown["mode"] == ("read-only", "environment COWORK_TUI_MODE")
    assert shown["base_url"] == ("http://127.0.0.1:8080", "environment ANTHROPIC_BASE_URL")
    assert shown["budget"] == ("100000", "default")
    listed = json.loads(program.run("config", "show", "--json", "--folder", folder).stdout)
    assert {"key": "model", "value": "opus", "source": "config file", "file": str(own), "line": 2} in listed
    assert {"key": "effort", "value": None, "source": "default"} in listed


def test_no_setting_is_left_out(home: Home, tmp_path: Path) -> None:
    keys = [row.key for row in effective_rows(home, tmp_path)]
    assert keys == [key for key in SETTING_KEYS if key != ROUTES]
    values = effective_values(Settings())
    for key, value in values.items():
        if value is not None:
            config_edit.set_value(home, key, str(value).lower())
    assert resolve_settings(home, None, {}).settings == Settings(), "what is shown can be written back"


def test_every_problem_at_once(inside: Inside, home: Home) -> None:
    home.config_file.write_text('modle = "x"\n\n[routes]\nsing = "opus"\n')
    for arguments in (["config", "show"], ["config", "show", "--json"]):
        done = inside.with_variables(COWORK_TUI_BUDGET="few").run(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        lines = done.stderr.splitlines()
        assert [line.split(":")[0].removeprefix("In ") for line in lines] == [
            f"{home.config_file}, line 1, modle",
            f"{home.config_file}, line 4, routes.sing",
            "the environment, COWORK_TUI_BUDGET",
        ]


def test_path(inside: Inside) -> None:
    assert inside.run("config", "path").stdout == f"{inside.home / 'config.toml'}\n"


def test_set_and_unset_keep_everything_else(inside: Inside, home: Home) -> None:
    home.config_file.write_bytes(CONFIG.replace("\n", "\r\n").encode())
    home.config_file.chmod(0o640)
    for name, value in (("routes.write", "sonnet"), ("budget", "50000"), ("model", "haiku"), ("cap", "2.50")):
        done = inside.run("config", "set", name, value)
        assert (done.returncode, done.stdout) == (0, f"{name} is set in {home.config_file}.\n"), done
    text = home.config_file.read_bytes().decode()
    assert tomllib.loads(text) == {
        "model": "haiku", "budget": 50000, "cap": "2.50", "routes": {"extract": "haiku:low", "write": "sonnet"},
    }  # fmt: skip
    for comment in ("# my settings\r\n", "# the best\r\n", "# cheap reading\r\n"):
        assert comment in text
    assert stat.S_IMODE(home.config_file.stat().st_mode) == 0o640
    assert inside.run("config", "unset", "routes.extract").returncode == 0
    assert tomllib.loads(home.config_file.read_text())["routes"] == {"write": "sonnet"}
    assert "is not set in" in inside.refused("config", "unset", "routes.extract")
    assert [path.name for path in home.path.iterdir()] == ["config.toml"], "no temporary file is left"


def test_a_first_setting_makes_the_file(inside: Inside) -> None:
    assert inside.run("config", "set", "routes.extract", "haiku").returncode == 0
    assert tomllib.loads((inside.home / "config.toml").read_text()) == {"routes": {"extract": "haiku"}}
    done = inside.with_variables(COWORK_TUI_MODE="ask").run("config", "set", "mode", "read-only")
    assert done.returncode == 0
    assert done.stderr == "Environment COWORK_TUI_MODE wins over it here.\n"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("modle", "opus", "did you mean mode or model?"),
        ("routes.extrct", "haiku", "did you mean routes.extract"),
        ("routes", "haiku", "routes.extract haiku"),
        ("budget", "few", "whole number"),
        ("thinking", "maybe", "true or false"),
        ("mode", "wild", "read-only, ask, auto-edit"),
        ("cap", "lots", "neither dollars nor tokens"),
        ("cache_ttl", "2h", "'5m' or '1h'"),
        ("routes.extract", "haiku:huge", "no effort"),
        ("base_url", "gateway.example", "https://gateway.example"),
        ("api_key", "sk-ant-0123456789", "cowork-tui key set"),
        ("", "x", "There is no setting"),
        ("a.b.c", "x", "There is no setting"),
    ],
)
def test_what_can_not_be_is_not_written(home: Home, key: str, value: str, words: str) -> None:
    home.config_file.write_text(CONFIG)
    with pytest.raises(BadInput, match=words.replace("?", r"\?")) as caught:
        config_edit.set_value(home, key, value)
    assert "sk-ant" not in str(caught.value)
    assert home.config_file.read_text() == CONFIG


def test_addresses_with_passwords_are_refused_and_not_repeated(home: Home) -> None:
    with pytest.raises(BadInput) as caught:
        config_edit.set_value(home, "base_url", "https://me:hunter2-secret@gateway.example")
    assert "hunter2" not in str(caught.value)
    home.config_file.write_text('base_url = "https://me:hunter2-secret@gateway.example"\n')
    with pytest.raises(BadInput) as caught:
        resolve_settings(home, None, {})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"model = \n", b"\xff\xfe", b'routes = "haiku"\n', b"a = [1,\n", b"model = 'x'\nmodel = 'y'\n"]
)
def test_files_that_cannot_be_read_stay_as_they_are(home: Home, content: bytes) -> None:
    home.config_file.write_bytes(content)
    with pytest.raises(BadInput, match=r"config\.toml"):
        config_edit.set_value(home, "routes.extract", "haiku")
    assert home.config_file.read_bytes() == content


def test_faults_can_be_mended_one_by_one(home: Home) -> None:
    home.config_file.write_text('modle = "x"\ncap = "lots"\n')
    config_edit.set_value(home, "cap", "2.00")
    config_edit.unset_value(home, "modle")
    assert resolve_settings(home, None, {}).settings.cap.nanodollars == 2_000_000_000


@unix
def test_a_linked_file_stays_a_link(home: Home, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(CONFIG)
    home.config_file.symlink_to(real)
    config_edit.set_value(home, "mode", "ask")
    assert home.config_file.is_symlink()
    assert 'mode = "ask"' in real.read_text()


@unix
def test_edit_checks_what_was_written(inside: Inside, home: Home, tmp_path: Path) -> None:
    program = inside.with_variables(ANTHROPIC_API_KEY="sk-ant-0123456789", VISUAL="")
    good = editor(tmp_path, """printf 'model = "opus"\\n' > "$1" """, """printf 'modle = 1\\nmode = 2\\n' > "$1" """)
    done = program.with_variables(EDITOR=good).run("config", "edit")
    assert (done.returncode, done.stderr) == (0, "")
    broken = program.with_variables(EDITOR=good).run("config", "edit")
    assert (broken.returncode, broken.stdout) == (2, "")
    lines = broken.stderr.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert_sentence(line)
    assert "line 1, modle" in lines[0]
    assert "line 2, mode" in lines[1]
    backup = home.path / "config.toml.bak"
    assert backup.read_text() == 'model = "opus"\n'
    again = program.with_variables(EDITOR="true").run("config", "edit")
    assert again.returncode == 2
    assert backup.read_text() == 'model = "opus"\n', "a good copy is not replaced by a broken one"


@unix
def test_edit_offers_to_go_on_on_a_terminal(inside: Inside, home: Home, tmp_path: Path) -> None:
    twice = editor(tmp_path, """echo 'modle = 1' > "$1" """, """echo 'model = "opus"' > "$1" """)
    with on_terminal(inside.with_variables(EDITOR=twice), "config", "edit") as screen:
        screen.read_until("Open it again? [Y/n]: ")
        screen.type("\n")
        assert screen.end() == 0
    assert home.config_file.read_text() == 'model = "opus"\n'


@unix
def test_editors_that_cannot_be_used(inside: Inside, tmp_path: Path) -> None:
    started = "can't be started"
    for command, words in (("/nowhere/ed", started), ("'", started), ("false", "ended with code 1")):
        assert words in inside.with_variables(EDITOR=command).refused("config", "edit")


def test_groups_without_a_command_explain_themselves(inside: Inside) -> None:
    done = inside.run("config")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: cowork-tui config" in done.stdout
    assert "No such command" in inside.refused("config", "shwo")


PAYLOADS = (
    "\x1b[31mred", "\x1b]0;title\x07", "\x1b]52;c;aGk=\x07", "\x1b]8;;http://evil.example\x1b\\\\", "\x1bP1$r\x1b\\\\",
    "\x9b2J", "\x9d0;t\x9c", "\u202egnp.exe", "\u2066x\u2069", "\u200b", "\r", "\b\b", "\x00", "\x7f", "[red]markup[/]",
)  # fmt: skip


@unix
def test_hostile_values_names_and_answers_never_reach_the_terminal_raw(tmp_path: Path) -> None:
    hostile = tmp_path / "home\x1b[31m\u202e\x9b2J"
    hostile.mkdir(mode=0o700)
    for payload in PAYLOADS:
        config_edit.set_value(Home(hostile), "model", f"m{payload}")
        rows = effective_rows(Home(hostile), tmp_path)
        assert f"m{payload}" in [row.value for row in rows], "the value itself is kept as it is"
    config_edit.set_value(Home(hostile), "model", "".join(PAYLOADS))
    (hostile / "history.db").write_bytes(b"not a history")
    program = Inside(hostile)
    outputs = [
        program.run(*arguments)
        for arguments in (
            ["config", "show"], ["config", "show", "--json"], ["config", "path"], ["config", "set", "mode", "ask"],
            ["config", "set", "mo\x1b[2Jde", "\x1b]0;x\x07"], ["doctor"], ["doctor", "--json"], ["key", "show"],
            ["key", "set", "--\x1b[2J"], ["completion", "\x1b[2J"],
        )
    ]  # fmt: skip
    for done in outputs:
        unsafe = [c for c in done.stdout + done.stderr if c != "\n" and not c.isprintable()]
        assert unsafe == [], done
    assert "[red]markup[/]" in outputs[0].stdout, "markup is text"
