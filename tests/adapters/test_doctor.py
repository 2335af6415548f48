"""Each check of the doctor, against things that are right and things that are wrong."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from cowork_tui.adapters.config_files import Home
from cowork_tui.adapters.doctor import Finding, Level, Screen, examine
from cowork_tui.adapters.doctor.account import check_endpoint, check_key_found, check_keyring, is_loopback
from cowork_tui.adapters.doctor.data import check_connectors, check_prices, check_tokenizer
from cowork_tui.adapters.doctor.live import ask_server, cheapest_exchange
from cowork_tui.adapters.doctor.machine import check_colours, check_python, check_sandbox, check_terminal, speaks_utf8
from cowork_tui.adapters.doctor.storage import check_database, check_settings
from cowork_tui.adapters.store.connection import SCHEMA_VERSION
from cowork_tui.adapters.store.database import open_database
from cowork_tui.adapters.tokenizer import Tokenizer
from cowork_tui.core.errors import BadInput
from cowork_tui.core.pricing import Money
from cowork_tui.demo.clerk import answer
from cowork_tui.demo.running import running
from cowork_tui.wiring.demo import demo_settings

UTF8 = {"LANG": "de_DE.UTF-8", "TERM": "xterm-256color"}
WIDE = Screen(120, 40)
KEY = "sk-ant-doctor-0123456789-WXYZ"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return Home(folder)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running(demo_settings(Tokenizer().count, lambda: 1_800_000_000.0, 7, answer)) as base_url:
        yield base_url


def level(finding: Finding) -> Level:
    """Whatever is not right says what to do."""
    assert (finding.level is Level.OK) == (finding.fix == ""), finding
    assert "\n" not in finding.text + finding.fix
    return finding.level


def test_python() -> None:
    assert level(check_python((3, 11, 0))) is Level.OK
    assert level(check_python((3, 10, 14))) is Level.FAILED


@pytest.mark.parametrize(
    ("screen", "environment", "expected", "words"),
    [
        (WIDE, UTF8, Level.OK, "120 x 40, TERM=xterm-256color, UTF-8"),
        (Screen(79, 24), UTF8, Level.WARNING, "79 x 24"),
        (Screen(80, 23), UTF8, Level.WARNING, "80 x 23"),
        (WIDE, UTF8 | {"TERM": "dumb"}, Level.WARNING, "TERM=dumb"),
        (WIDE, {"LANG": "C.UTF-8"}, Level.WARNING, "(not set)"),
        (WIDE, UTF8 | {"LC_ALL": "C"}, Level.WARNING, "not UTF-8"),
        (Screen(None, None), UTF8, Level.OK, "none here"),
    ],
)
def test_terminals(screen: Screen, environment: dict[str, str], expected: Level, words: str) -> None:
    finding = check_terminal(screen, environment)
    assert (level(finding), words in finding.text) == (expected, True), finding


@pytest.mark.skipif(os.name == "nt", reason="Windows terminals take UTF-8")
@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "en_US.utf8"}, True),
        ({"LANG": "ca_ES.UTF-8@valencia"}, True),
        ({"LC_CTYPE": "UTF-8"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, False),
        ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, True),
        ({}, False),
    ],
)
def test_the_locale_tells_whether_utf8_is_taken(environment: dict[str, str], expected: bool) -> None:
    assert speaks_utf8(environment) is expected


def test_colours() -> None:
    assert check_colours({"COLORTERM": "truecolor"}).text == "truecolor"
    assert check_colours({"TERM": "xterm-direct"}).text == "truecolor"
    assert check_colours({"TERM": "screen-256color"}).text == "256"
    assert check_colours({"TERM": "dumb"}).text == "none"
    assert check_colours({"COLORTERM": "truecolor", "NO_COLOR": "1"}).text.startswith("off")
    assert check_colours({"COLORTERM": "truecolor", "NO_COLOR": ""}).text == "truecolor", "an empty NO_COLOR is none"
    assert level(check_colours({"TERM": "xterm"})) is Level.WARNING


@pytest.mark.skipif(os.name != "posix", reason="scripts as programs are Unix")
def test_sandboxes_are_tried_not_only_looked_for(tmp_path: Path) -> None:
    assert level(check_sandbox("linux", str(tmp_path))) is Level.WARNING
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    program.chmod(0o755)
    refused = check_sandbox("linux", str(tmp_path))
    assert (level(refused), "No permissions to create new namespace" in refused.text) == (Level.WARNING, True)
    program.write_text('#!/bin/sh\n[ -z "$ANTHROPIC_API_KEY" ]\n')
    assert level(check_sandbox("linux", str(tmp_path))) is Level.OK
    assert level(check_sandbox("darwin", str(tmp_path))) is Level.WARNING
    assert level(check_sandbox("sunos5", str(tmp_path))) is Level.WARNING


def test_settings(home: Home, tmp_path: Path) -> None:
    assert level(check_settings(home, tmp_path, {})) is Level.OK
    home.config_file.write_text('modle = "x"\ncap = "lots"\n')
    finding = check_settings(home, tmp_path, {})
    assert level(finding) is Level.FAILED
    assert "line 1, modle" in finding.text
    assert finding.text.endswith("(and 1 more)")


def test_histories(home: Home) -> None:
    assert "none yet" in check_database(home).text
    open_database(home.history_file).close()
    finding = check_database(home)
    assert level(finding) is Level.OK
    assert f"version {SCHEMA_VERSION}, whole, " in finding.text
    with contextlib.closing(sqlite3.connect(home.history_file)) as connection:
        connection.execute("PRAGMA user_version = 999")
    assert "update cowork-tui" in check_database(home).fix.lower()


def test_damage_inside_a_history_is_found(home: Home) -> None:
    open_database(home.history_file).close()
    with contextlib.closing(sqlite3.connect(home.history_file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.executemany(
            "INSERT INTO blocks (hash, kind, payload, chars, tokens) VALUES (?, 'text', ?, 0, 0)",
            [(number.to_bytes(32, "big"), "x" * 900) for number in range(400)],
        )
        connection.commit()
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'blocks'").fetchone()[0]
        page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(home.history_file.read_bytes())
    content[(root - 1) * page_bytes + 12 : (root - 1) * page_bytes + 40] = b"\xff" * 28
    home.history_file.write_bytes(content)
    finding = check_database(home)
    assert level(finding) is Level.FAILED, finding
    home.history_file.write_bytes(b"a letter, not a database" * 100)
    assert level(check_database(home)) is Level.FAILED


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_folders_that_cannot_be_written(home: Home) -> None:
    home.path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert level(check_database(home)) is Level.FAILED
    home.path.chmod(0o700)


def test_the_key_is_told_by_its_ending(home: Home) -> None:
    assert level(check_keyring()) is Level.WARNING
    assert level(check_key_found(home.key_file, {})) is Level.WARNING
    finding = check_key_found(home.key_file, {"ANTHROPIC_API_KEY": KEY})
    assert (finding.level, finding.text) == (Level.OK, "…WXYZ from the environment, ANTHROPIC_API_KEY")
    home.key_file.write_text("two words\n")
    home.key_file.chmod(0o600)
    assert level(check_key_found(home.key_file, {})) is Level.FAILED


def test_endpoints_on_this_machine_are_tried_and_others_left_alone(server: str) -> None:
    assert level(check_endpoint(lambda: server)) is Level.OK
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    assert level(check_endpoint(lambda: f"http://127.0.0.1:{closed}")) is Level.FAILED
    # The guard of the tests would refuse to look these up.
    assert "not asked" in check_endpoint(lambda: "https://api.anthropic.com").text
    assert "unencrypted" in check_endpoint(lambda: "http://gateway.example").text

    def wrong() -> str:
        raise BadInput("In the environment, X: It must be an address.")

    assert level(check_endpoint(wrong)) is Level.FAILED


def test_loopback() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost")))
    assert not any(map(is_loopback, ("localhost.evil.example", "10.0.0.1", "127.0.0.1.nip.io", "")))


def test_the_data_that_figures_rest_on(tmp_path: Path) -> None:
    assert level(check_tokenizer()) is Level.OK
    broken = tmp_path / "vocabulary.xz"
    broken.write_bytes(b"not it")
    assert level(check_tokenizer(broken)) is Level.WARNING
    newest = date.fromisoformat(check_prices(date(2026, 11, 22)).text.rpartition(" ")[2])
    assert newest <= date(2026, 11, 22)
    assert level(check_prices(date.fromordinal(newest.toordinal() + 90))) is Level.OK
    assert level(check_prices(date(2030, 1, 1))) is Level.WARNING
    assert level(check_prices(date(2000, 1, 1))) is Level.WARNING
    assert "none configured" in check_connectors().text


async def test_a_live_exchange_is_the_cheapest_there_is(server: str) -> None:
    exchange = cheapest_exchange(Money.BILLED)
    assert exchange.cost_nanodollars is not None
    assert 0 < exchange.cost_nanodollars < 100_000, "far below a hundredth of a cent"
    findings = await ask_server(server, KEY, Money.DEMO, exchange)
    assert [(finding.name, finding.level) for finding in findings] == [
        ("live models", Level.OK), ("live count", Level.OK), ("live answer", Level.OK),
    ]  # fmt: skip
    assert exchange.model in findings[-1].text
    assert " 1 out, " in findings[-1].text
    assert cheapest_exchange(Money.UNKNOWN).cost_nanodollars is None


async def test_live_failures_are_findings(server: str) -> None:
    exchange = cheapest_exchange(Money.BILLED)
    (refused,) = await ask_server(server, "a-wrong-key-0123456789", Money.DEMO, exchange)
    assert level(refused) is Level.FAILED
    assert "refused the API key" in refused.text
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    (away,) = await ask_server(f"http://127.0.0.1:{closed}", KEY, Money.UNKNOWN, exchange)
    assert "can't be reached: the connection was refused" in away.text


def test_everything_is_examined(home: Home, tmp_path: Path, not_asked: Callable[[], str]) -> None:
    findings = list(examine(home, tmp_path, WIDE, not_asked, UTF8 | {"ANTHROPIC_API_KEY": KEY}))
    assert [finding.name for finding in findings] == [
        "python", "terminal", "colours", "settings", "database", "keyring", "key", "endpoint", "tokenizer", "prices",
        "connectors", "sandbox",
    ]  # fmt: skip
    assert KEY not in repr(findings)


@pytest.fixture
def not_asked() -> Callable[[], str]:
    return lambda: "https://api.anthropic.com"
