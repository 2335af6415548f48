"""HTTP through the `anthropic` SDK: bytes out, parsed JSON or server-sent events in.

Only this module touches the SDK, and imports it on first use in a thread, since the import takes up to a second.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

from cowork_tui.core.json_values import JsonValue

if TYPE_CHECKING:
    import anthropic
    import httpx2

MAX_ERROR_CHARS = 100_000
MIN_KEY_CHARS = 12
"""What is shorter is no secret, and may be a word."""
CONNECT_SECONDS = 10.0
"""How long a connection may take to be made."""


class TransportError(Exception):
    """No (whole) answer; `str()` is the reason in words."""


class Unreachable(TransportError):
    """The server could not be asked: refused, no such host, timed out. `sent`: the request may have arrived."""

    def __init__(self, reason: str, *, sent: bool = False) -> None:
        super().__init__(reason)
        self.sent = sent


class BrokenStream(TransportError):
    """A response began and did not end, or is no event stream in form."""


class StatusError(TransportError):
    """An answer with an error status. Header names are lower case."""

    def __init__(self, status: int, headers: Mapping[str, str], text: str) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers
        self.text = text


class NotAStream(TransportError):
    """Success in another form than an event stream."""

    def __init__(self, status: int, content_type: str, text: str) -> None:
        super().__init__(content_type)
        self.status = status
        self.content_type = content_type
        self.text = text


class EventStream:
    """An open response: its request id, and its events as parsed JSON."""

    def __init__(self, response: httpx2.Response, hide_key: Callable[[str], str]) -> None:
        self._response = response
        self._hide_key = hide_key
        self.request_id: str = hide_key(response.headers.get("request-id", ""))

    async def events(self) -> AsyncGenerator[JsonValue, None]:
        """The events in order, pings too. Raises BrokenStream."""
        import anthropic
        import httpx2

        try:
            async for event in anthropic.AsyncStream[object].raw_events(self._response):
                if event.data and event.data != "[DONE]":
                    yield _parsed(event.event, self._hide_key(event.data))
        except httpx2.TimeoutException as error:
            raise BrokenStream("nothing came for too long") from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise BrokenStream("the connection closed before the end") from error
        except UnicodeDecodeError as error:
            raise BrokenStream("it is not text in UTF-8") from error


class Transport:
    """One endpoint with one key. Connections belong to the event loop they are first used in.

    A response of which nothing comes for `silence_seconds` has broken off; None leaves the SDK's own limit.
    """

    def __init__(self, endpoint: str, api_key: str, silence_seconds: float | None = None) -> None:
        self._endpoint = endpoint
        self._api_key = api_key
        self._silence_seconds = silence_seconds
        self._client: anthropic.AsyncAnthropic | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def open_stream(self, path: str, body: bytes) -> AsyncIterator[EventStream]:
        """Send a body and open the event stream that answers. Raises TransportError."""
        response = await self._send(await self._connected(), "POST", path, body, stream=True)
        try:
            content_type = response.headers.get("content-type", "")
            if not content_type.lower().startswith("text/event-stream"):
                raise NotAStream(response.status_code, content_type, await _read_text(response))
            yield EventStream(response, self._hide_key)
        finally:
            await response.aclose()

    async def call(self, method: str, path: str, body: bytes | None = None) -> JsonValue:
        """One request with one JSON answer. Raises TransportError."""
        response = await self._send(await self._connected(), method, path, body, stream=False)
        try:
            return json.loads(response.text)
        except (ValueError, RecursionError) as error:
            content_type = response.headers.get("content-type", "")
            raise NotAStream(response.status_code, content_type, response.text[:MAX_ERROR_CHARS]) from error

    def _hide_key(self, text: str) -> str:
        """What a server sends is stored and shown, and some send back the key they were given."""
        return text.replace(self._api_key, "[key]") if len(self._api_key) >= MIN_KEY_CHARS else text

    async def aclose(self) -> None:
        """Close the connections; a later request opens new ones."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.close()

    async def _connected(self) -> anthropic.AsyncAnthropic:
        """The SDK's client, made on first use. The key is given in words, so no other credential is looked for."""
        await asyncio.to_thread(importlib.import_module, "anthropic")
        import anthropic

        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            timeout = anthropic.DEFAULT_TIMEOUT
            if self._silence_seconds is not None:
                timeout = anthropic.Timeout(self._silence_seconds, connect=min(CONNECT_SECONDS, self._silence_seconds))
            self._client = anthropic.AsyncAnthropic(
                api_key=self._api_key, base_url=self._endpoint, max_retries=0, timeout=timeout, open_telemetry=False
            )
            self._loop = loop
        return self._client

    async def _send(
        self, client: anthropic.AsyncAnthropic, method: str, path: str, body: bytes | None, *, stream: bool
    ) -> httpx2.Response:
        import anthropic
        import httpx2

        try:
            if method == "GET":
                return await client.get(path, cast_to=httpx2.Response)
            if not stream:
                return await client.post(path, content=body, cast_to=httpx2.Response)
            answer = await client.post(
                path, content=body, cast_to=httpx2.Response, stream=True, stream_cls=anthropic.AsyncStream[object]
            )
            return cast("httpx2.Response", answer)
        except anthropic.APIStatusError as error:
            headers = {name.lower(): value for name, value in error.response.headers.items()}
            text = self._hide_key(error.response.text[:MAX_ERROR_CHARS])
            raise StatusError(error.status_code, headers, text) from error
        except anthropic.APITimeoutError as error:
            raise Unreachable("no answer in time", sent=_was_sent(error)) from error
        except (anthropic.AnthropicError, httpx2.HTTPError, httpx2.StreamError, ValueError, TypeError) as error:
            # ValueError and TypeError: what the SDK and the HTTP library raise for addresses and headers.
            raise Unreachable(_reason(error), sent=_was_sent(error)) from error


def _parsed(name: str | None, data: str) -> JsonValue:
    try:
        value = cast(JsonValue, json.loads(data))
    except (ValueError, RecursionError) as error:
        if name == "error":
            return {"type": "error", "error": {"message": data}}
        raise BrokenStream("it sent an event that is not JSON") from error
    if name == "error" and not (isinstance(value, Mapping) and value.get("type") == "error"):
        return {"type": "error", "error": value}
    return value


async def _read_text(response: httpx2.Response) -> str:
    """The beginning of a body that is no event stream; what can't be read is left out."""
    import httpx2

    parts: list[str] = []
    try:
        async for part in response.aiter_text():
            parts.append(part)
            if sum(map(len, parts)) > MAX_ERROR_CHARS:
                break
    except (httpx2.HTTPError, httpx2.StreamError):
        pass
    return "".join(parts)[:MAX_ERROR_CHARS]


def _was_sent(error: BaseException) -> bool:
    """Whether the request may have reached the server: the failure came when a connection stood."""
    import httpx2

    late = (httpx2.ReadTimeout, httpx2.WriteTimeout, httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError)
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, late):
            return True
        cause = cause.__cause__
    return False


def _reason(error: BaseException) -> str:
    """The innermost cause in words."""
    while error.__cause__ is not None:
        error = error.__cause__
    text = " ".join(str(error).split()).rstrip(".")
    lower = text.lower()
    if isinstance(error, ConnectionRefusedError) or "refused" in lower or "all connection attempts failed" in lower:
        return "the connection was refused"
    if "name or service not known" in lower or "nodename nor servname" in lower or "name resolution" in lower:
        return "there is no host of that name"
    return text or type(error).__name__
