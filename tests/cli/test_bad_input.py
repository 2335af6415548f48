"""Bad input: one clear sentence on standard error, a documented exit code, nothing lost."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
from pathlib import Path

import pytest

from cowork_tui.adapters.store.database import open_database
from tests.adapters.store.store_story import created
from tests.cli.program import Program, assert_sentence

GOAL = "Put the receipts into a table, one row each, with a total per month"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rnu"], "There is no command 'rnu'; did you mean run?"),
        (["run"], "Missing argument 'GOAL': see `cowork-tui run --help`."),
        (["run", "Sort", "receipts"], "put a text of several words in quotes"),
        (["run", "x", "--foldr", "y"], "There is no option --foldr; did you mean --folder?"),
        (["run", ""], "The goal is empty"),
        (["run", " \n\t "], "The goal is empty"),
        (["run", "x", "--cap", "lots"], "The cap 'lots' is neither dollars nor tokens"),
        (["run", "x", "--cap", "0"], "The cap '0' is neither dollars nor tokens"),
        (["run", "x", "--mode", "wild"], "There is no mode 'wild': use one of read-only, ask, auto-edit."),
        (["run", "x", "--effort", "huge"], "There is no effort 'huge': use one of low,"),
        (["run", "x", "--route", "extract"], "The route 'extract' has no '='"),
        (["run", "x", "--route", "extrct=haiku"], "There is no step kind 'extrct'"),
        (["run", "x", "--folder", "nowhere"], "nowhere does not exist"),
        (["resume", "last", "--mode", "wild"], "There is no mode 'wild'"),
        (["show", "nope"], "There is no history at"),
        (["demo-server", "--port", "99999"], "99999 is not in the range"),
    ],
)
def test_arguments_that_make_no_sense(program: Program, arguments: list[str], words: str) -> None:
    assert words in program.refused(*arguments)


def test_folders_that_cannot_be_used(program: Program, folder: Path) -> None:
    note = folder / "notes.md"
    assert "is a file, not a folder" in program.refused("run", "x", "--folder", note)
    assert "can't be reached" in program.refused("run", "x", "--folder", note / "below")
    assert "can't be used" in program.refused("run", "x", "--folder", "~nobody-of-that-name/papers")
    assert "belongs to the operating system" in program.refused("run", "x", "--folder", "/proc")
    if os.geteuid() != 0:
        folder.chmod(0)
        assert "can't be read" in program.refused("run", "x", "--folder", folder)
        folder.chmod(0o700)


def test_homes_that_cannot_be_used(program: Program, folder: Path) -> None:
    note = str(folder / "notes.md")
    for home in (note, f"{note}/below", "~nobody-of-that-name/home"):
        sentence = program.with_variables(COWORK_TUI_HOME=home).refused("tasks")
        assert "set COWORK_TUI_HOME to a folder you may write" in sentence
    if sys.platform == "linux":
        unwritable = program.with_variables(COWORK_TUI_HOME="/proc")
        assert "can't be opened" in unwritable.refused("run", "x", "--folder", folder, "--demo", code=5)


def test_addresses_that_are_none(program: Program, folder: Path) -> None:
    for address in ("http://[", "localhost:8080", "ftp://files.example"):
        sentence = program.with_variables(ANTHROPIC_BASE_URL=address).refused("run", "x", "--folder", folder)
        assert sentence.startswith("In the environment, ANTHROPIC_BASE_URL: It must be an address such as")


def test_a_model_that_does_not_exist_is_met_with_a_near_name(program: Program, folder: Path) -> None:
    sentence = program.refused("run", "x", "--folder", folder, "--demo", "--route", "extract=haikou")
    assert "There is no model 'haikou'; did you mean haiku?" in sentence
    assert json.loads(program.run("tasks", "--json").stdout) == [], "a refused run leaves no task"


def test_a_refused_key_pauses_and_says_what_to_set(served: Program, folder: Path) -> None:
    wrong = served.with_variables(ANTHROPIC_API_KEY="a-wrong-key")
    done = wrong.run("run", GOAL, "--folder", folder, "--json")
    last = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, last["status"], done.stderr) == (3, "paused", "")
    assert_sentence(last["next_step"])
    assert "refused the API key" in last["reason"]
    assert "ANTHROPIC_API_KEY" in last["next_step"]
    assert "a-wrong-key" not in done.stdout
    listing = wrong.run("models")
    assert (listing.returncode != 0, listing.stdout) == (True, "")
    assert_sentence(listing.stderr.strip())


def test_no_network_pauses_and_nothing_is_lost(program: Program, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    away = program.with_variables(
        ANTHROPIC_BASE_URL=f"http://127.0.0.1:{closed}", ANTHROPIC_API_KEY="key", COWORK_TUI_MAX_ATTEMPTS="2"
    )
    done = away.run("run", GOAL, "--folder", folder)
    assert (done.returncode, done.stderr) == (3, "")
    assert "! attempt 1: " in done.stdout
    assert "trying again in " in done.stdout
    paused = next(line for line in done.stdout.splitlines() if line.startswith("paused: "))
    assert paused.endswith(".")
    assert f"127.0.0.1:{closed}" in paused
    assert done.stdout.rstrip().endswith("0 turns · $0.00")
    assert away.run("show", "last").returncode == 0


def test_a_config_with_many_faults_names_them_all(program: Program, folder: Path) -> None:
    program.home.mkdir()
    (program.home / "config.toml").write_text(
        '# mine\nmodle = "sonnet"\ncap = "lots"\n\n[routes]\nextract = "haiku"\nwrite = 5\nsing = "opus"\n',
        encoding="utf-8",
    )
    (folder / ".cowork-tui.toml").write_text('base_url = "http://evil.example"\n', encoding="utf-8")
    done = program.with_variables(COWORK_TUI_BUDGET="few").run("run", "x", "--folder", folder, "--demo")
    assert (done.returncode, done.stdout) == (2, "")
    sentences = done.stderr.splitlines()
    own = program.home / "config.toml"
    assert sentences == [
        f"In {own}, line 2, modle: There is no such setting; did you mean mode or model?",
        f"In {own}, line 3, cap: The cap 'lots' is neither dollars nor tokens: "
        "write 2.00 for dollars or 200k for tokens.",
        f"In {own}, line 7, routes.write: It must be text in quotes, not 5.",
        f"In {own}, line 8, routes.sing: There is no step kind 'sing': "
        "use one of plan, act, extract, write, review, summarise.",
        f"In {folder / '.cowork-tui.toml'}, line 1, base_url: A folder can't set it: put it into your own config file.",
        "In the environment, COWORK_TUI_BUDGET: It must be a whole number of at least 1,000, not 'few'.",
    ]


def test_histories_that_cannot_be_used(program: Program, folder: Path) -> None:
    history = program.home / "history.db"
    program.home.mkdir()
    for arguments in (["tasks"], ["show", "last"], ["run", "x", "--folder", str(folder), "--demo"]):
        history.write_bytes(b"this is not a database, it is a letter\n" * 400)
        assert "so it may be no history at all" in program.refused(*arguments, code=5)
    copies = list(program.home.glob("history.db.damaged-*"))
    assert len(copies) == 3
    assert all(copy.read_bytes().startswith(b"this is not a database") for copy in copies), "nothing is lost"
    history.unlink()
    with sqlite3.connect(history) as connection:
        connection.execute("PRAGMA user_version = 999")
        connection.execute("CREATE TABLE later (x)")
    connection.close()
    for arguments in (["tasks"], ["run", "x", "--folder", str(folder), "--demo"]):
        assert "update cowork-tui" in program.refused(*arguments, code=5)


async def test_task_ids_that_fit_none_or_several(program: Program) -> None:
    program.home.mkdir()
    store = open_database(program.home / "history.db")
    for task_id in ("abc1", "abd2"):
        await store.append(task_id, [created(task_id)])
    store.close()
    assert program.refused("show", "zzz") == "There is no task 'zzz': `cowork-tui tasks` lists them."
    for command in ("show", "resume", "stop", "verify"):
        done = program.run(command, "ab")
        assert (done.returncode, done.stdout) == (2, "")
        assert "(abd2, abc1): give more of its id.\n" in done.stderr
    assert program.run("show", "abc").returncode == 0
    assert program.run("verify", "abd").stdout.startswith("0 requests")


def test_documents_that_cannot_be_read_are_named_and_the_rest_is_done(served: Program, folder: Path) -> None:
    (folder / "receipt-broken.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00garbage" * 50)
    (folder / "receipt-junk.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "receipt-empty.docx").write_bytes(b"")
    with (folder / "receipt-huge.txt").open("wb") as huge:
        huge.truncate(500_000_000)
    done = served.run("run", GOAL, "--folder", folder, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    rows = (folder / "receipts.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 4, rows
    said = " ".join(done.stdout.split())
    for name in ("receipt-broken.pdf", "receipt-junk.txt", "receipt-empty.docx", "receipt-huge.txt"):
        assert f"- Left out: {name} (" in said, name


def test_an_empty_folder_ends_with_words_not_with_an_error(served: Program, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = served.run("run", GOAL, "--folder", empty, "--yes")
    assert done.returncode == 0
    assert list(empty.iterdir()) == []
