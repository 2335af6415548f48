"""Responses on the wire: streams at the pace of a model, and the ways in which a connection can fail."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from cowork_tui.demo.faults import FaultRule
from cowork_tui.demo.stream import StreamEvent

_EVENTS_AT_ONCE = 16  # then other streams get their turn
_SHORTEST_WAIT_SECONDS = 0.004  # shorter waits cost more than they show
_SLOW_STEP_SECONDS = 0.05
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)
_BROKEN_EVENT = b'event: content_block_delta\ndata: {"type": "content_block_delta", "index": 0, "delta": {"ty\n\n'
_PAGE = b"<!doctype html><title>Gateway</title><p>The service behind this gateway can't be shown.</p>\n"


class Protocol(H11Protocol):
    """HTTP/1.1 whose requests know their connection, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connected."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Line:
    """The connection that a response goes out on."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._transport = cast(asyncio.Transport, scope["state"]["transport"])
        self._receive = receive

    async def pause(self, seconds: float) -> bool:
        """Wait; False as soon as the client has hung up."""
        try:
            async with asyncio.timeout(seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            return True
        return False

    async def close(self, *, reset: bool = False) -> None:
        """End the connection, the rest of the answer unsent; `reset` throws away what was not yet sent, too."""
        if reset:
            opened = self._transport.get_extra_info("socket")
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
            self._transport.abort()
        else:
            self._transport.close()
        await self._receive()


class _Begun(Response):
    """A response without a length: the bytes come as they are made."""

    def __init__(self, headers: Mapping[str, str], media_type: str) -> None:
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers(headers)

    async def start(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})


async def _piece(send: Send, content: bytes, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": content, "more_body": more})


class EventStream(_Begun):
    """A message as events, a pause before each piece of content; `on_start` is told when the response begins."""

    def __init__(
        self,
        events: Iterable[StreamEvent],
        headers: Mapping[str, str],
        pause_seconds: float,
        on_start: Callable[[], None],
    ) -> None:
        super().__init__({"cache-control": "no-cache", **headers}, "text/event-stream")
        self._events, self._pause_seconds, self._on_start = events, pause_seconds, on_start

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it. Pauses are kept on average: a late piece delays no other, and what is due goes out together."""
        line = Line(scope, receive)
        self._on_start()
        await self.start(send)
        ready: list[bytes] = []
        clock = asyncio.get_running_loop().time
        due = clock()
        for number, event in enumerate(self._events):
            wait = 0.0
            if event.delta and self._pause_seconds:
                due += self._pause_seconds
                wait = due - clock()
            if wait > _SHORTEST_WAIT_SECONDS:
                await _piece(send, b"".join(ready))
                ready.clear()
                if not await line.pause(wait):
                    return
            ready.append(event.encode())
            if number % _EVENTS_AT_ONCE == 0:
                await _piece(send, b"".join(ready))
                ready.clear()
                await asyncio.sleep(0)
        await _piece(send, b"".join(ready), more=False)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A whole response in pieces, and the one in whose middle a fault strikes."""

    content: Sequence[bytes]
    middle: int
    streamed: bool

    @property
    def before(self) -> Sequence[bytes]:
        """What goes out whole before the fault."""
        return self.content[: self.middle]

    @property
    def struck(self) -> bytes:
        """The piece that the fault strikes."""
        return self.content[self.middle]


class FaultyAnswer(_Begun):
    """An answered request whose bytes do not come as they should."""

    def __init__(
        self, rule: FaultRule, pieces: Pieces, headers: Mapping[str, str], on_start: Callable[[], None]
    ) -> None:
        kind = "text/event-stream" if pieces.streamed else "application/json"
        super().__init__(headers, rule.text("content_type") if rule.kind == "wrong_content_type" else kind)
        self._rule, self._pieces, self._on_start = rule, pieces, on_start

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the fault lets through."""
        rule, line = self._rule, Line(scope, receive)
        if rule.kind == "silence" and rule.text("where") == "before" and not await line.pause(rule.number("seconds")):
            return
        self._on_start()
        await self.start(send)
        if await self._send_struck(send, line):
            await _piece(send, b"", more=False)

    async def _send_struck(self, send: Send, line: Line) -> bool:
        """Send up to the fault and what it leaves of the rest; whether the response then ends as it should."""
        rule, pieces = self._rule, self._pieces
        match rule.kind:
            case "cut_before_first_byte":
                await line.close()
                return False
            case "cut_mid_text" | "cut_mid_tool_input":
                await self._send(send, (*pieces.before, pieces.struck[: len(pieces.struck) // 2]))
                await line.close()
                return False
            case "silence" if rule.text("where") == "middle":
                await self._send(send, pieces.before)
                if not await line.pause(rule.number("seconds")):
                    return False
                await self._send(send, pieces.content[pieces.middle :])
            case "slow_bytes":
                return await self._send_slowly(send, line)
            case _:
                await self._send(send, self._changed())
        return True

    def _changed(self) -> Sequence[bytes]:
        """The bytes of the faults that end as a complete response."""
        rule, pieces = self._rule, self._pieces
        match rule.kind:
            case "wrong_content_type":
                return (_PAGE,)
            case "malformed_sse" if pieces.streamed:
                return (*pieces.before, _BROKEN_EVENT, *pieces.content[pieces.middle + 1 :])
            case "malformed_sse":
                return pieces.before
            case "error_event_after_200":
                failed = {"type": rule.text("error_type"), "message": rule.text("message") or "Overloaded"}
                return (*pieces.before, StreamEvent("error", {"type": "error", "error": failed}).encode())
            case _:
                return pieces.content

    async def _send(self, send: Send, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            await _piece(send, piece)
        await asyncio.sleep(0)

    async def _send_slowly(self, send: Send, line: Line) -> bool:
        rate = max(1.0, self._rule.number("bytes_per_second"))
        step = max(1, round(rate * _SLOW_STEP_SECONDS))
        content = b"".join(self._pieces.content)
        for start in range(0, len(content), step):
            await _piece(send, content[start : start + step])
            if not await line.pause(step / rate):
                return False
        return True


class Hangup(_Begun):
    """No answer at all: the connection ends."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__({}, "text/plain")
        self._reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  (nothing is sent)
        """Close without a byte."""
        await Line(scope, receive).close(reset=self._reset)


def event_pieces(events: Sequence[StreamEvent], kind: str) -> Pieces:
    """A stream in pieces; the struck one lies in the middle of the first text, the first tool input, or of all."""
    wanted = {"cut_mid_text": "text_delta", "cut_mid_tool_input": "input_json_delta"}.get(kind)
    places = [
        place
        for place, event in enumerate(events)
        if event.delta and (wanted is None or cast(Mapping[str, object], event.data["delta"])["type"] == wanted)
    ]
    if wanted is not None and places:
        block = events[places[0]].data["index"]
        places = [place for place in places if events[place].data["index"] == block]
    middle = places[len(places) // 2] if places else len(events) // 2
    return Pieces([event.encode() for event in events], middle, streamed=True)


def plain_pieces(content: bytes) -> Pieces:
    """A plain response in two halves."""
    return Pieces((content[: len(content) // 2], content[len(content) // 2 :]), 1, streamed=False)
