"""A demo server per test, on a clock that the test turns."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.reply import Reply, TextPart, ThinkingPart
from cowork_tui.demo.running import running
from cowork_tui.demo.settings import DemoSettings


@dataclass
class Clock:
    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Demo:
    """A running server and a strict little client of it."""

    url: str
    http: httpx2.Client
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"x-api-key": self.key.encode("ascii", "replace").decode(), "anthropic-version": "2026-10-21"}

    def post(self, body: Any, path: str = "/v1/messages", **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(f"{self.url}{path}", json=body, headers={**self.headers, **named})

    def message(self, body: Mapping[str, Any], **headers: str) -> dict[str, Any]:
        response = self.post({"max_tokens": 1_000, **body}, **headers)
        assert response.status_code == 200, response.text
        return response.json()

    def bill(self, body: Mapping[str, Any], **headers: str) -> tuple[int, int, int, int]:
        """(read, written for 5 minutes, written for an hour, fresh) tokens."""
        usage = self.message(body, **headers)["usage"]
        split = usage["cache_creation"]
        short, long = split["ephemeral_5m_input_tokens"], split["ephemeral_1h_input_tokens"]
        assert short + long == usage["cache_creation_input_tokens"]
        return usage["cache_read_input_tokens"], short, long, usage["input_tokens"]

    def count(self, body: Mapping[str, Any]) -> int:
        response = self.post({k: v for k, v in body.items() if k != "max_tokens"}, "/v1/messages/count_tokens")
        assert response.status_code == 200, response.text
        return response.json()["input_tokens"]

    def refusal(self, body: Any, **headers: str) -> tuple[int, str]:
        """(status, message) of a request that must fail in the published shape."""
        response = self.post(body, **headers)
        found = response.json()
        assert found["type"] == "error" and found["request_id"] == response.headers["request-id"]
        return response.status_code, found["error"]["message"]


def words(text: str) -> int:
    return len(text.split())


def settings(clock: Clock, answer: Callable[[JsonObject], Reply], **changes: Any) -> DemoSettings:
    plain = {"count_text": words, "now": clock, "seed": 7, "answer": answer, "skew": False}
    return DemoSettings(**{**plain, **changes})


def pong(_: JsonObject) -> Reply:
    return Reply((TextPart("pong"),), "end_turn")


Start = Callable[..., Demo]


@pytest.fixture(autouse=True)
def no_anthropic_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The SDK reads nothing of the developer's settings, even where these tests run without the others."""
    for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path / "no-config"))


@pytest.fixture(scope="session")
def clock() -> Clock:
    """One clock for all servers; it only ever goes forward."""
    return Clock()


@pytest.fixture
def start(clock: Clock) -> Iterator[Start]:
    """Start a server: `start(answer, skew=True, ...)`; words are tokens, nothing is skewed unless asked."""
    with ExitStack() as stack:

        def begin(answer: Callable[[JsonObject], Reply] = pong, **changes: Any) -> Demo:
            url = stack.enter_context(running(settings(clock, answer, **changes)))
            return Demo(url, stack.enter_context(httpx2.Client(timeout=20)), "a key")

        yield begin


class Shared:
    """Servers for every test that needs nothing special of one: by name, started on first use."""

    def __init__(self, clock: Clock, stack: ExitStack) -> None:
        self._clock, self._stack = clock, stack
        self._running: dict[str, Demo] = {}

    def get(self, name: str, answer: Callable[[JsonObject], Reply] = pong, **changes: Any) -> Demo:
        if name not in self._running:
            url = self._stack.enter_context(running(settings(self._clock, answer, **changes)))
            self._running[name] = Demo(url, self._stack.enter_context(httpx2.Client(timeout=20)), "")
        return self._running[name]


@pytest.fixture(scope="session")
def shared(clock: Clock) -> Iterator[Shared]:
    with ExitStack() as stack:
        yield Shared(clock, stack)


@pytest.fixture
def own_key(request: pytest.FixtureRequest) -> str:
    """A key of the test's own, so that it has a cache of its own on a shared server."""
    return f"key of {request.node.name}"


@pytest.fixture
def demo(shared: Shared, own_key: str) -> Demo:
    """A server that says `pong`; words are tokens."""
    return replace(shared.get("pong"), key=own_key)


@pytest.fixture
def skewed(shared: Shared, own_key: str) -> Demo:
    """The same with token counts that a client can't know."""
    return replace(shared.get("skewed", skew=True), key=own_key)


@pytest.fixture
def thinker(shared: Shared, own_key: str) -> Demo:
    """A server that thinks four words and says one."""
    thought = Reply((ThinkingPart("deep and long thought"), TextPart("pong")), "end_turn")
    return replace(shared.get("thinker", lambda _: thought), key=own_key)
