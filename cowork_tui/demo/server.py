"""The demo's HTTP: a Messages API on this machine, answered by a script, not AI."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.context import RequestContext
from cowork_tui.demo.errors import ApiError, error_body, status_of
from cowork_tui.demo.fault_kinds import KINDS
from cowork_tui.demo.fault_runs import is_hangup
from cowork_tui.demo.faults import FaultRule
from cowork_tui.demo.http_request import body_of, context_of, digest_of_body, parse_body
from cowork_tui.demo.ids import spelled
from cowork_tui.demo.listing import model_by_id, model_page
from cowork_tui.demo.sending import EventStream, FaultyAnswer, Hangup, Protocol, event_pieces, plain_pieces
from cowork_tui.demo.service import DemoService, Finished
from cowork_tui.demo.settings import DemoSettings

_GREETING = "cowork-tui demo: a script, not AI\n"
_RETRIED = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
_LOGGER = logging.getLogger(__name__)


def create_app(settings: DemoSettings) -> Starlette:
    """The demo server as an ASGI app, with a state of its own."""
    api = _Api(settings)
    routes = [
        Route("/", api.guarded(api.greet), methods=["GET", "HEAD"]),
        Route("/v1/messages", api.guarded(api.messages), methods=["POST"]),
        Route("/v1/messages/count_tokens", api.guarded(api.count_tokens), methods=["POST"]),
        Route("/v1/models", api.guarded(api.models), methods=["GET"]),
        Route("/v1/models/{model_id:path}", api.guarded(api.model), methods=["GET"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: api.no_such_route})


def serve(settings: DemoSettings, host: str, port: int, on_ready: Callable[[int], None]) -> None:
    """Serve until interrupted. Port 0 chooses one; `on_ready` gets the port once connections are taken."""
    with listening(host, port) as listener:
        DemoServer(settings, on_ready).run([listener])


def listening(host: str, port: int) -> socket.socket:
    """A bound TCP socket. Raises `OSError` if the address is taken or not ours.

    The protocol is named because asyncio turns off Nagle's delay, 40 ms a response, only on sockets that name it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


class DemoServer(uvicorn.Server):
    """A uvicorn server of the demo that says when it is ready."""

    def __init__(self, settings: DemoSettings, on_ready: Callable[[int], None]) -> None:
        config = uvicorn.Config(
            create_app(settings),
            access_log=False,
            lifespan="off",
            http=Protocol,
            log_level="critical",
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=1,
            ws="none",
        )
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then report the port."""
        await super().startup(sockets)
        if sockets and self.started:
            self._on_ready(int(sockets[0].getsockname()[1]))


class _Api:
    """The endpoints over one service."""

    def __init__(self, settings: DemoSettings) -> None:
        self._settings = settings
        self._service = DemoService(settings)
        self._organization = spelled("org", str(settings.seed))

    def guarded(self, endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that answers every failure in the published shape and carries the common headers."""

        async def guard(request: Request) -> Response:
            request_id = self._service.ids.request()
            try:
                response = await endpoint(request)
            except ApiError as error:
                again = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status in _RETRIED
                headers = {"x-should-retry": str(again).lower(), **error.headers}
                response = _json(error_body(error, request_id), error.status, headers)
            except Exception:  # the last boundary: a fault of the script must not end the connection
                _LOGGER.exception("request %s failed", request_id)
                response = _json(error_body(ApiError(500, "Internal server error"), request_id), 500)
            self._add_common(response, request_id)
            return response

        return guard

    async def no_such_route(self, _: Request, error: Exception) -> Response:
        """Unknown paths and methods."""
        status = int(getattr(error, "status_code", HTTPStatus.NOT_FOUND))
        text = "Method Not Allowed" if status == HTTPStatus.METHOD_NOT_ALLOWED else "Not found"
        request_id = self._service.ids.request()
        response = _json(error_body(ApiError(status, text), request_id), status)
        self._add_common(response, request_id)
        return response

    async def greet(self, _: Request) -> Response:
        """What a look at the server shows; some clients ask before they start."""
        return PlainTextResponse(_GREETING)

    async def messages(self, request: Request) -> Response:
        """`POST /v1/messages`, plain or as a stream."""
        started_at_seconds = self._settings.now()
        context = self._context(request)
        raw = await body_of(request)

        def work() -> tuple[JsonObject, Finished | FaultRule]:
            body = parse_body(raw)
            fault = self._service.faults.strike("messages", context.key, body, started_at_seconds)
            if fault is not None and is_hangup(fault):
                return body, fault
            _refuse_before_stream(fault, body)
            return body, self._service.answer(body, context, digest_of_body(raw), started_at_seconds, fault)

        body, finished = await run_in_threadpool(work)
        if isinstance(finished, FaultRule):
            return Hangup(reset=finished.kind == "connection_reset")
        headers = self._service.rate_headers(context.key, finished)
        return self._send(finished, headers, streamed=body.get("stream") is True)

    async def count_tokens(self, request: Request) -> Response:
        """`POST /v1/messages/count_tokens`."""
        context = self._context(request, counting=True)
        raw = await body_of(request)

        def work() -> tuple[JsonObject, FaultRule | None]:
            body = parse_body(raw)
            fault = self._service.faults.strike("count_tokens", context.key, body, self._settings.now())
            return self._service.count_tokens(body, context), fault

        counted, fault = await run_in_threadpool(work)
        return _plain(counted, self._service.rate_headers(context.key), fault)

    async def models(self, request: Request) -> Response:
        """`GET /v1/models`."""
        context = self._context(request)
        fault = self._service.faults.strike("models", context.key, {}, self._settings.now())
        return _plain(model_page(request.query_params, self._service.faults.is_retired), {}, fault)

    async def model(self, request: Request) -> Response:
        """`GET /v1/models/{id}`."""
        context = self._context(request)
        model_id = str(request.path_params["model_id"])
        fault = self._service.faults.strike("models", context.key, {"model": model_id}, self._settings.now())
        return _plain(model_by_id(model_id), {}, fault)

    def _context(self, request: Request, counting: bool = False) -> RequestContext:
        context = context_of(request, counting)
        self._service.faults.check_key(context.key)
        return context

    def _send(self, finished: Finished, headers: dict[str, str], *, streamed: bool) -> Response:
        def begin() -> None:
            self._service.begin(finished)

        rule = finished.fault
        if rule is not None and KINDS[rule.kind].family == "body":
            if streamed:
                pieces = event_pieces(list(finished.events(self._settings.delta_chars)), rule.kind)
            else:
                pieces = plain_pieces(_text(finished.message).encode())
            return FaultyAnswer(rule, pieces, headers, begin)
        if streamed:
            events = finished.events(self._settings.delta_chars)
            return EventStream(events, headers, self._settings.delta_interval_seconds, begin)
        begin()
        return _json(finished.message, 200, headers)

    def _add_common(self, response: Response, request_id: str) -> None:
        response.headers["request-id"] = request_id
        response.headers["anthropic-organization-id"] = self._organization


def _refuse_before_stream(fault: FaultRule | None, body: JsonObject) -> None:
    """What would be an error event in a stream is a failed request without one."""
    if fault is not None and fault.kind == "error_event_after_200" and body.get("stream") is not True:
        status = status_of(fault.text("error_type"))
        raise ApiError(status, fault.text("message") or "Overloaded")


def _plain(content: JsonObject, headers: dict[str, str], fault: FaultRule | None) -> Response:
    """An answer that is no message, with a fault of its connection or bytes; faults of replies leave it whole."""
    if fault is not None and is_hangup(fault):
        return Hangup(reset=fault.kind == "connection_reset")
    if fault is not None and KINDS[fault.kind].family == "body":
        return FaultyAnswer(fault, plain_pieces(_text(content).encode()), headers, lambda: None)
    return _json(content, 200, headers)


def _text(content: JsonObject) -> str:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def _json(content: JsonObject, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(_text(content), status, headers, media_type="application/json")
