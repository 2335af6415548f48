"""The provider against real HTTP: a raw server that plays literal bytes, and the demo's Messages API."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
import subprocess
import sys
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from cowork_tui.core.blocks import AssistantText, UserText
from cowork_tui.core.errors import BadInput
from cowork_tui.core.models import ThinkingSupport
from cowork_tui.core.plan import Parameters
from cowork_tui.core.usage import Usage
from cowork_tui.engine.provider_events import AttemptFailed, ContentEnded, Delta, Ended, Failed, Started
from tests.adapters.anthropic.loopback_server import (
    REPLY,
    START,
    TEXT_BLOCK,
    Answer,
    error_answer,
    json_answer,
    playing,
    sse,
)
from tests.adapters.anthropic.small_plans import attempts_in, events_of, failed_in, plan, provider

OK = Answer(body=sse(*REPLY))
BUSY = error_answer(529, "overloaded_error", "Overloaded", ("retry-after-ms", "1"))
START_USAGE = Usage(7, 10, 30, 500, 1, speed="fast", inference_geo="us")


async def test_the_stored_hash_is_that_of_the_bytes_sent() -> None:
    async with playing(OK) as server:
        own = provider(server.url)
        request = own.prepare(plan([UserText("grüße \u2028 😀")]), "msg_0")
        events = await events_of(own, request)
        await own.aclose()
    assert isinstance(events[-1], Ended)
    assert hashlib.sha256(server.requests[0].body).hexdigest() == request.sha256
    assert json.loads(request.body)["diagnostics"] == {"previous_message_id": "msg_0"}


async def test_a_response_comes_piece_by_piece() -> None:
    pieces = [bytes([byte]) for piece in sse(*REPLY) for byte in piece]
    async with playing(Answer(body=pieces)) as server:
        events = await events_of(provider(server.url))
    assert [type(event) for event in events] == [Started, Delta, Delta, ContentEnded, Ended]
    assert events[0] == Started("msg_1", "claude-sonnet-5-5", "req_1", START_USAGE, "tools_changed")


async def test_the_first_text_is_here_before_the_response_ends() -> None:
    async with playing(Answer(body=sse(START, *TEXT_BLOCK), hang=True)) as server:
        own = provider(server.url)
        async with aclosing(own.stream(own.prepare(plan(), None))) as stream:
            seen = [await anext(stream) for _ in range(4)]
        await own.aclose()
    assert seen[-1] == ContentEnded(AssistantText("Hello"))


async def test_turns_share_a_connection() -> None:
    async with playing(OK) as server:
        own = provider(server.url)
        for _ in range(3):
            await events_of(own)
        await own.aclose()
    assert (server.connections, len(server.requests)) == (1, 3)


async def test_a_server_that_never_closes_does_not_hold_up_the_end() -> None:
    async with playing(Answer(body=sse(*REPLY), hang=True)) as server:
        events = await asyncio.wait_for(events_of(provider(server.url)), 10)
    assert isinstance(events[-1], Ended)


async def test_only_the_given_key_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE", "ANTHROPIC_IDENTITY_TOKEN"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    async with playing(OK) as server:
        await events_of(provider(server.url, key=" sk-mine\n"))
    headers = server.requests[0].headers
    assert headers["authorization"] == "Bearer sk-mine"
    assert "x-api-key" not in headers
    assert not [value for value in headers.values() if "from-the-environment" in value]
    assert provider(None).endpoint == "https://api.anthropic.com"


def test_the_fingerprint_tells_keys_apart_and_hides_them() -> None:
    one, other = provider(None, key="sk-one"), provider(None, key="sk-two")
    assert one.key_fingerprint == provider("http://localhost:1", key="sk-one").key_fingerprint
    assert one.key_fingerprint != other.key_fingerprint
    assert len(bytes.fromhex(one.key_fingerprint)) == 6


@pytest.mark.parametrize(
    "url", ["localhost:8080", "ftp://host", "http://", "not a url", "http://[::1", "http://h:99999"]
)
def test_an_address_that_cannot_be_one_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="base_url"):
        provider(url)


@pytest.mark.parametrize("key", ["", "  ", "sk-ü", "sk one", "sk-\x00"])
def test_a_key_that_cannot_be_one_is_refused(key: str) -> None:
    with pytest.raises(BadInput, match="API key"):
        provider(None, key=key)


async def test_a_local_server_needs_no_key() -> None:
    async with playing(OK) as server:
        assert isinstance((await events_of(provider(server.url, key="")))[-1], Ended)


async def test_a_busy_server_is_asked_again_and_each_try_is_told() -> None:
    async with playing(BUSY, error_answer(500, "api_error", "oops", ("retry-after-ms", "2")), OK) as server:
        events = await events_of(provider(server.url))
    url = server.url
    assert events[:2] == [
        AttemptFailed(1, 529, f"{url} can't answer (status 529): Overloaded.", 0.001),
        AttemptFailed(2, 500, f"{url} can't answer (status 500): oops.", 0.002),
    ]
    assert isinstance(events[-1], Ended)
    assert len({request.body for request in server.requests}) == 1


async def test_after_the_last_try_it_fails() -> None:
    async with playing(BUSY) as server:
        events = await events_of(provider(server.url, attempts=3))
    assert [attempt.wait_seconds for attempt in attempts_in(events)] == [0.001, 0.001, None]
    assert failed_in(events).status == 529
    assert len(server.requests) == 3


async def test_a_spending_limit_is_not_tried_again() -> None:
    answer = error_answer(
        429, "rate_limit_error", "limit", ("retry-after-ms", "1"), code="enforced_spend_limit_reached"
    )
    async with playing(answer, OK) as server:
        events = await events_of(provider(server.url))
    assert len(server.requests) == 1
    assert "spending limit" in failed_in(events).error


async def test_a_connection_cut_before_the_response_is_tried_again() -> None:
    async with playing(Answer(cut=True), Answer(body=sse({"type": "ping"}), cut=True), OK) as server:
        events = await events_of(provider(server.url))
    assert [attempt.attempt for attempt in attempts_in(events)] == [1, 2]
    assert isinstance(events[-1], Ended)


async def test_an_error_sent_before_the_response_is_tried_again() -> None:
    busy = sse({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    async with playing(Answer(body=busy), OK) as server:
        events = await events_of(provider(server.url))
    assert [attempt.status for attempt in attempts_in(events)] == [529]
    assert isinstance(events[-1], Ended)


@pytest.mark.parametrize(
    ("rest", "cut", "status", "error"),
    [
        ([], True, None, "broke off: the connection closed before the end"),
        ([], False, None, "broke off: it ended too early"),
        ([b"event: message_delta\ndata: {oops\n\n"], False, None, "broke off: it sent an event that is not JSON"),
        ([b"data: \xff\n\n"], False, None, "broke off: it is not text in UTF-8"),
        (
            sse({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
            False,
            529,
            "Overloaded",
        ),
        ([b"event: error\ndata: bad gateway\n\n"], False, None, "bad gateway"),
    ],
)
async def test_a_response_that_breaks_off_fails_with_the_usage_so_far_and_is_not_repeated(
    rest: list[bytes], cut: bool, status: int | None, error: str
) -> None:
    async with playing(Answer(body=[*sse(START, *TEXT_BLOCK), *rest], cut=cut), OK) as server:
        events = await events_of(provider(server.url))
    failed = failed_in(events)
    assert ContentEnded(AssistantText("Hello")) in events
    assert (failed.status, failed.usage) == (status, START_USAGE)
    assert error in failed.error
    assert len(server.requests) == 1


ERRORS: list[tuple[Answer, str]] = [
    (
        error_answer(400, "invalid_request_error", "max_tokens: too large."),
        "refused the request: max_tokens: too large.",
    ),
    (error_answer(400, "invalid_request_error", "prompt is too long: 9 > 8"), "does not fit the model's window"),
    (error_answer(400, "invalid_request_error", "You have reached your specified API usage limits."), "spending limit"),
    (error_answer(401, "authentication_error", "invalid x-api-key"), "refused the API key: invalid x-api-key."),
    (error_answer(402, "billing_error", "no credit"), "billing problem: no credit."),
    (error_answer(403, "permission_error", "not yours"), "may not do this"),
    (error_answer(404, "not_found_error", "model: claude-sonnet-5-5"), "has no model claude-sonnet-5-5"),
    (Answer(404, (("content-type", "text/html"),), [b"<h1>Not Found</h1>"]), "has no Messages API: Not Found."),
    (error_answer(413, "request_too_large", "too large"), "is larger than"),
    (error_answer(422, "", "odd"), "(status 422): odd."),
    (error_answer(429, "rate_limit_error", "slow down"), "limits the rate of requests: slow down."),
    (json_answer({"detail": "upstream died"}, 502), "can't answer (status 502): upstream died."),
    (Answer(500, (), []), "can't answer (status 500): no reason given."),
    (error_answer(500, "api_error", "a\x1b[31mb\nc"), "can't answer (status 500): a [31mb c."),
    (Answer(200, (("content-type", "text/html; x=1"),), [b"<html>"]), "answered with text/html instead of"),
    (json_answer({"type": "message"}), "answered with application/json instead of"),
]


@pytest.mark.parametrize(("answer", "error"), ERRORS, ids=[error[:30] for _, error in ERRORS])
async def test_a_failure_is_one_sentence_with_a_next_step(answer: Answer, error: str) -> None:
    async with playing(answer) as server:
        events = await events_of(provider(server.url, attempts=1))
    failed = failed_in(events)
    assert error in failed.error
    assert failed.next_step.endswith(".")
    assert "\n" not in failed.error + failed.next_step
    assert failed.usage is None
    assert failed.retired_model is (error.startswith("has no model"))
    assert failed.refused_field is None
    assert len(attempts_in(events)) == 1


async def test_a_server_that_is_not_there_is_named() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        events = await events_of(provider(url, attempts=1))
    assert failed_in(events).error == f"Can't reach {url}: the connection was refused."
    assert "base_url" in failed_in(events).next_step


async def test_a_server_that_says_nothing_times_out() -> None:
    async with playing(Answer(body=[], hang=True)) as server:
        failed = failed_in(await events_of(provider(server.url, attempts=1, silence_seconds=0.2)))
    assert "nothing came for too long" in failed.error


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("diagnostics: Extra inputs are not permitted", "diagnostics"),
        ("output_config: Extra inputs are not permitted", "output_config"),
        ("This model does not support the effort parameter.", "output_config"),
        ("Unknown field 'thinking'", "thinking"),
        ("adaptive thinking is not supported on this model", "thinking"),
    ],
)
async def test_a_refused_field_is_named_and_remembered(message: str, field: str) -> None:
    told: list[str] = []
    own_plan = plan(parameters=Parameters(1000, ThinkingSupport.ADAPTIVE, effort="low"))
    async with playing(error_answer(400, "invalid_request_error", message)) as server:
        own = provider(server.url, on_refused_field=told.append)
        request = own.prepare(own_plan, "msg_0")
        first = failed_in(await events_of(own, request))
        again = failed_in(await events_of(own, request))
    assert (first.refused_field, again.refused_field) == (field, None)
    assert own.refused_fields == {field}
    assert told == [field]
    assert (b'"diagnostics"' in own.prepare(own_plan, "msg_0").body) is (field != "diagnostics")


@pytest.mark.parametrize(
    "message",
    [
        "messages.1.content.0: Invalid `signature` in `thinking` block: not supported",
        "`max_tokens` must be greater than `thinking.budget_tokens`",
        "output_config.effort: Extra inputs are not permitted",
    ],
)
async def test_a_message_about_something_else_refuses_no_field(message: str) -> None:
    async with playing(error_answer(400, "invalid_request_error", message)) as server:
        own = provider(server.url)
        failed = failed_in(await events_of(own))
    assert failed.refused_field is None
    assert message.rstrip(".") in failed.error


async def test_stopping_closes_the_connection() -> None:
    async with playing(Answer(body=sse(START, *TEXT_BLOCK), hang=True)) as server:
        started = asyncio.Event()

        async def run() -> None:
            own = provider(server.url)
            async for event in own.stream(own.prepare(plan(), None)):
                if isinstance(event, ContentEnded):
                    started.set()

        task = asyncio.create_task(run())
        await asyncio.wait_for(started.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.closed_by_client.wait(), 10)


async def test_stopping_ends_the_wait_for_the_next_try() -> None:
    answer = error_answer(529, "overloaded_error", "Overloaded", ("retry-after", "3600"))
    async with playing(answer) as server:
        waiting = asyncio.Event()

        async def run() -> None:
            own = provider(server.url)
            async for event in own.stream(own.prepare(plan(), None)):
                assert event == replace(event, wait_seconds=3600.0)
                waiting.set()

        task = asyncio.create_task(run())
        await asyncio.wait_for(waiting.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)
    assert len(server.requests) == 1


def test_nothing_is_imported_before_the_first_request(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from cowork_tui.adapters.anthropic.client import AnthropicProvider\n"
        "from cowork_tui.core.pricing import Money\n"
        "AnthropicProvider(None, 'sk-test', Money.BILLED, None)\n"
        "print([name for name in ('anthropic', 'httpx2', 'pydantic') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.strip() == "[]"


async def test_a_new_event_loop_gets_its_own_connections() -> None:
    async with playing(OK) as server:
        own = provider(server.url)
        await events_of(own)
        elsewhere = await asyncio.to_thread(lambda: asyncio.run(events_of(own)))
    assert isinstance(elsewhere[-1], Ended)
    assert not [event for event in elsewhere if isinstance(event, Failed | AttemptFailed)]
