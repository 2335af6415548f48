"""A raw HTTP/1.1 server on loopback that plays literal bytes, one answer a request, and keeps what it was sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cowork_tui.core.json_values import JsonValue


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is sent piece by piece; `cut` closes the connection without the end that HTTP asks for."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "text/event-stream"), ("request-id", "req_1"))
    body: Sequence[bytes] = ()
    cut: bool = False
    hang: bool = False
    """Whether to send nothing more after the body and leave the connection open."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Loopback:
    """The server's address and what came in. After the last answer it repeats it."""

    url: str
    requests: list[Received] = field(default_factory=list[Received])
    connections: int = 0
    closed_by_client: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def playing(*answers: Answer) -> AsyncIterator[Loopback]:
    """Serve the answers in order."""
    played = Loopback("")
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        played.connections += 1
        try:
            while (request := await _read_request(reader)) is not None:
                played.requests.append(request)
                answer = answers[min(len(played.requests), len(answers)) - 1]
                await _send(answer, reader, writer, played)
                if answer.cut:
                    return
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    played.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield played
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read_request(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    method, path, _ = first.split(" ", 2)
    return Received(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


async def _send(answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, played: Loopback) -> None:
    lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in answer.headers)]
    writer.write("\r\n".join([*lines, "transfer-encoding: chunked", "", ""]).encode("latin-1"))
    for piece in answer.body:
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        await writer.drain()
    if answer.hang:
        await reader.read()
        played.closed_by_client.set()
    elif not answer.cut:
        writer.write(b"0\r\n\r\n")
    await writer.drain()


def sse(*events: dict[str, JsonValue]) -> list[bytes]:
    """Events in the wire form of the API."""
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]


def error_answer(status: int, kind: str, message: str, *headers: tuple[str, str], code: str | None = None) -> Answer:
    """An error in the API's published form."""
    error: dict[str, JsonValue] = {"type": kind, "message": message}
    if code is not None:
        error["details"] = {"error_code": code}
    body = json.dumps({"type": "error", "error": error, "request_id": "req_1"}).encode()
    return Answer(status, (("content-type", "application/json"), *headers), [body])


def json_answer(value: JsonValue, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, (("content-type", "application/json"),), [json.dumps(value).encode()])


START: dict[str, JsonValue] = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": [],
        "stop_reason": None,
        "diagnostics": {"cache_miss_reason": {"type": "tools_changed", "cache_missed_input_tokens": 90}},
        "usage": {
            "input_tokens": 7,
            "cache_creation_input_tokens": 40,
            "cache_read_input_tokens": 500,
            "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 30},
            "output_tokens": 1,
            "service_tier": "standard",
            "speed": "fast",
            "inference_geo": "us",
        },
    },
}
TEXT_BLOCK: tuple[dict[str, JsonValue], ...] = (
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}},
    {"type": "content_block_stop", "index": 0},
)
END: tuple[dict[str, JsonValue], ...] = (
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 12}},
    {"type": "message_stop"},
)
REPLY: tuple[dict[str, JsonValue], ...] = (START, {"type": "ping"}, *TEXT_BLOCK, *END)
