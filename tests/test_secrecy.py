"""A key leaves no trace: not in files, outputs, history, crash reports or other programs' environments."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cowork_tui.adapters.anthropic.client import AnthropicProvider
from cowork_tui.adapters.demo_process import DemoProcess
from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.adapters.tokenizer import Tokenizer
from cowork_tui.core.pricing import Money
from cowork_tui.core.settings import Settings
from cowork_tui.demo.clerk import answer
from cowork_tui.demo.running import running
from cowork_tui.wiring import Account, SystemClock, choose_account
from cowork_tui.wiring.demo import demo_settings
from tests.cli.inside import Inside
from tests.cli.program import Program

KEY = "zq7-no-usual-shape-5d0e2b94c1a84f6f-Q7zk"
WRONG_KEY = "wrong-2c9f41d0e7b84a55-Yx3w"
MARKER = "a-word-that-is-found"


@dataclass
class Traces:
    """All that programs have said and kept."""

    program: Program
    outputs: list[str] = field(default_factory=list)

    def run(self, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        inside = Inside(self.program.home, self.program.variables)
        done = inside.with_variables(**variables).run(*arguments)
        self.outputs += [done.stdout, done.stderr]
        return done

    def found(self, secret: str) -> list[str]:
        """Where it stands: files by name, outputs, and events of the history, which are stored compressed."""
        places = [
            str(path)
            for path in self.program.home.parent.rglob("*")
            if path.is_file() and secret.encode() in path.read_bytes()
        ]
        places += [f"output {number}" for number, output in enumerate(self.outputs) if secret in output]
        history = self.program.home / "history.db"
        if history.exists():
            queries = HistoryQueries(history)
            for row in queries.tasks():
                places += [f"event {event}" for event in queries.events(row.id) if secret in repr(event)]
        return places


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running(demo_settings(Tokenizer().count, time.time, 7, answer)) as base_url:
        yield base_url


@pytest.fixture
def traces(tmp_path: Path, server: str) -> Traces:
    (tmp_path / "papers").mkdir()
    program = Program(tmp_path / "cowork-home", {"ANTHROPIC_BASE_URL": server, "ANTHROPIC_API_KEY": KEY})
    return Traces(program)


def papers(traces: Traces) -> Path:
    return traces.program.home.parent / "papers"


WRITE = f'CALL write_file {{"path": "a.txt", "content": "{MARKER}"}}'


def test_tasks_and_reports_keep_and_say_nothing_of_it(traces: Traces) -> None:
    assert traces.run("run", WRITE, "--folder", papers(traces), "--yes").returncode == 0
    with closing(sqlite3.connect(traces.program.home / "history.db")) as reader:
        reader.execute("SELECT count(*) FROM tasks").fetchone()  # while it is open the write-ahead log stays
        assert traces.run("run", WRITE, "--folder", papers(traces), "--yes", "--json").returncode == 0
        assert traces.run("run", "hello", "--folder", papers(traces), ANTHROPIC_API_KEY=WRONG_KEY).returncode == 3
        for arguments in (
            ["tasks", "--json"], ["show", "last"], ["verify", "last"], ["models"], ["doctor"],
            ["doctor", "--live", "--yes"], ["config", "show"], ["key", "show"],
        ):  # fmt: skip
            traces.run(*arguments)
        assert (traces.program.home / "history.db-wal").exists()
        assert traces.found(KEY) == []
        assert traces.found(WRONG_KEY) == []
    marks = traces.found(MARKER)
    assert {place.partition(" ")[0] for place in marks} >= {"event", "output"}, "the search finds what is there"
    assert "…Q7zk from the environment" in "".join(traces.outputs)


def test_a_key_that_is_kept_stands_in_its_own_place_alone(traces: Traces, server: str) -> None:
    program = Program(traces.program.home, {"ANTHROPIC_BASE_URL": server})
    process = program.start("key", "set", "--file", stdin=subprocess.PIPE)
    traces.outputs += process.communicate(KEY, timeout=60)
    traces.program = program
    assert traces.run("run", WRITE, "--folder", papers(traces), "--yes").returncode == 0
    traces.run("doctor")
    assert traces.found(KEY) == [str(program.home / "key")]


def test_a_crash_tells_where_and_not_what(traces: Traces) -> None:
    code = (
        "import sys\nfrom cowork_tui import wiring\n"
        "async def broken(provider):\n"
        "    raise KeyError(f'no header {provider._api_key} in sk-ant-another-0123456789')\n"
        "wiring.load_catalogue = broken\n"
        "from cowork_tui.cli import main\n"
        f"sys.argv = ['cowork-tui', 'run', 'hello', '--folder', {str(papers(traces))!r}]\nmain()"
    )
    for debug in ("", "1"):
        environment = traces.program.environment(COWORK_TUI_DEBUG=debug)
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert ("Traceback" in done.stderr) == bool(debug)
        assert "Cowork-tui failed by a fault of its own (KeyError)" in done.stderr
        traces.outputs.append(done.stderr)
    report = (traces.program.home / "crash.txt").read_text()
    assert "no header [key] in [key]" in report
    assert "broken" in report
    assert traces.found(KEY) == []
    assert traces.found("sk-ant-another") == []


def test_objects_do_not_show_it() -> None:
    account = choose_account(Settings(), demo=False, environment={**os.environ, "ANTHROPIC_API_KEY": KEY})
    assert account == Account(None, KEY, Money.BILLED)
    provider = AnthropicProvider(None, KEY, Money.BILLED, SystemClock())
    for shown in (repr(account), str(account), repr(provider), repr(provider._transport), provider.key_fingerprint):
        assert KEY not in shown


@pytest.mark.skipif(sys.platform != "linux", reason="environments of processes are read from /proc")
async def test_programs_that_are_started_do_not_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    demo = DemoProcess()
    async with demo:
        assert demo._process is not None
        environment = Path(f"/proc/{demo._process.pid}/environ").read_bytes()
    assert b"PATH=" in environment
    assert KEY.encode() not in environment


class RudeServer(BaseHTTPRequestHandler):
    """Sends the key back wherever it can."""

    def _key(self) -> str:
        return self.headers.get("x-api-key") or self.headers.get("authorization", "").removeprefix("Bearer ")

    def do_GET(self) -> None:
        self._refuse(404)

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(length))
        key = self._key()
        if self.path.endswith("count_tokens"):
            self._refuse(404)
        elif not body.get("stream") or "refuse" in json.dumps(body):
            self._refuse(403)
        else:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("request-id", f"req_{key}")
            self.end_headers()
            usage = {"input_tokens": 10, "output_tokens": 1}
            message = {"id": f"msg_{key}", "model": key, "role": "assistant", "content": [], "usage": usage}
            block = {"type": "text", "text": f"Your key is {key}. {MARKER}"}
            for event in (
                {"type": "message_start", "message": message},
                {"type": "content_block_start", "index": 0, "content_block": block},
                {"type": "content_block_stop", "index": 0},
                {"type": "error", "error": {"type": "invalid_request_error", "message": f"{key} is no good"}},
            ):
                self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())

    def _refuse(self, status: int) -> None:
        key = self._key()
        text = json.dumps({"error": {"type": "permission_error", "message": f"the key {key} may not"}}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def rude_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), RudeServer) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


def test_servers_that_send_it_back_are_not_believed(traces: Traces) -> None:
    with rude_server() as base_url:
        streamed = traces.run("run", "say hello", "--folder", papers(traces), ANTHROPIC_BASE_URL=base_url)
        refused = traces.run("run", "refuse me", "--folder", papers(traces), ANTHROPIC_BASE_URL=base_url)
        live = traces.run("doctor", "--live", "--yes", ANTHROPIC_BASE_URL=base_url)
    for done, words in ((streamed, "[key] is no good"), (refused, "the key [key] may not"), (live, "[key] may not")):
        assert words in " ".join(done.stdout.split()), done
    assert traces.found(MARKER) != []
    assert traces.found(KEY) == []
