"""A Messages API behind the provider port.

The SDK (`transport`) brings authentication, headers, API version, proxies, time limits and the decoding of
server-sent events. The body is ours, byte for byte, so that the stored hash is that of what was sent; retries are ours
too, so that every try is seen and reserved for.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import quote, urlsplit

from cowork_tui.adapters.anthropic import failures, wire
from cowork_tui.adapters.anthropic.failures import Failure
from cowork_tui.adapters.anthropic.models_list import ListedModel, models_page
from cowork_tui.adapters.anthropic.retries import RetryPolicy
from cowork_tui.adapters.anthropic.stream import StreamReader
from cowork_tui.adapters.anthropic.transport import (
    BrokenStream,
    NotAStream,
    StatusError,
    Transport,
    TransportError,
    Unreachable,
)
from cowork_tui.core.errors import BadInput, CoworkError
from cowork_tui.core.models import ThinkingSupport
from cowork_tui.core.plan import ContextPlan
from cowork_tui.core.pricing import Money
from cowork_tui.engine.ports import Clock
from cowork_tui.engine.provider_events import AttemptFailed, Failed, PreparedRequest, ProviderEvent

DEFAULT_ENDPOINT = "https://api.anthropic.com"
NO_KEY = "no-key"
"""What a server that needs no key gets as one."""
MAX_MODEL_PAGES = 20
DRAIN_SECONDS = 0.5
"""How long the end of an ended response is waited for, so that its connection can be used again."""


class AnthropicProvider:
    """A Messages API at one endpoint with one key. Use it from one event loop at a time.

    `base_url` None is the Claude API; the environment is not asked for another address, key or profile.
    `on_refused_field` is told once of each request field that the endpoint refuses. Raises BadInput for an address or
    a key that can't be used.
    """

    def __init__(
        self,
        base_url: str | None,
        api_key: str,
        money: Money,
        clock: Clock,
        *,
        retries: RetryPolicy | None = None,
        on_refused_field: Callable[[str], None] | None = None,
        silence_seconds: float | None = None,
    ) -> None:
        self._endpoint = _checked_url(base_url or DEFAULT_ENDPOINT)
        self._api_key = _checked_key(api_key, required=base_url is None)
        self._money = money
        self._clock = clock
        self._retries = retries or RetryPolicy()
        self._on_refused_field = on_refused_field
        self._transport = Transport(self._endpoint, self._api_key, silence_seconds)
        self._fragments = wire.Fragments()
        self._refused: frozenset[str] = frozenset()
        self._counts_tokens = True

    @property
    def endpoint(self) -> str:
        """Where requests go, without a slash at the end."""
        return self._endpoint

    @property
    def key_fingerprint(self) -> str:
        """12 hex digits that tell keys apart and don't lead back to one."""
        key = self._api_key.encode()
        return hashlib.blake2b(key, digest_size=6, person=b"cowork-tui key").hexdigest()

    @property
    def money(self) -> Money:
        """Whose money this endpoint's usage is."""
        return self._money

    @property
    def refused_fields(self) -> frozenset[str]:
        """Fields this endpoint has refused. `diagnostics` is left out from then on; `output_config` (effort) and
        `thinking` are part of what a plan's hashes stand for, and so must be left out of the plan's parameters."""
        return self._refused

    def prepare(self, plan: ContextPlan, previous_message_id: str | None) -> PreparedRequest:
        """The exact body for a plan, with the parameters and the message id that `wire.body_from_blocks` takes to
        build it again."""
        diagnostics = "diagnostics" not in self._refused
        body = wire.body(plan, previous_message_id, fragments=self._fragments, diagnostics=diagnostics)
        sent = replace(plan, parameters=wire.sent_parameters(plan))
        message_id = wire.sent_message_id(plan, previous_message_id, diagnostics)
        return PreparedRequest(sent, body, hashlib.sha256(body).hexdigest(), message_id)

    async def stream(self, request: PreparedRequest) -> AsyncGenerator[ProviderEvent, None]:
        """Send it and give what comes back.

        Nothing is sent again once a part of a response is here: a request that goes on from that part is another one,
        and `Failed.retry_seconds` says when it makes sense.
        """
        attempt = 0
        while True:
            attempt += 1
            failure: Failure | None = None
            responded = False
            async with aclosing(self._try(request)) as events:
                async for event in events:
                    if isinstance(event, Failure):
                        failure = event
                    else:
                        responded = True
                        yield event
            if failure is None:
                return
            wait = self._wait_seconds(attempt, failure)
            if responded:
                yield replace(self._remembered(failure.failed), retry_seconds=wait)
                return
            yield AttemptFailed(attempt, failure.failed.status, failure.failed.error, wait, failure.maybe_billed)
            if wait is None:
                yield self._remembered(failure.failed)
                return
            await asyncio.sleep(wait)

    async def count_tokens(self, plan: ContextPlan) -> int | None:
        """Input tokens as the server counts them; None where it can't. A server without the endpoint is asked once."""
        if not self._counts_tokens:
            return None
        try:
            answer = await self._transport.call(
                "POST", "/v1/messages/count_tokens", wire.count_body(plan, self._fragments)
            )
        except StatusError as error:
            names_model = error.status == 404 and plan.card.id in error.text
            self._counts_tokens = names_model or error.status not in (404, 405, 501)
            return None
        except TransportError:
            return None
        count = answer.get("input_tokens") if isinstance(answer, Mapping) else None
        return count if isinstance(count, int) and not isinstance(count, bool) else None

    async def list_models(self) -> tuple[ListedModel, ...]:
        """What the server offers. Raises CoworkError where it can't be asked."""
        models: list[ListedModel] = []
        path = "/v1/models?limit=1000"
        for _ in range(MAX_MODEL_PAGES):
            try:
                page = models_page(await self._transport.call("GET", path))
            except TransportError as error:
                failed = self._failure(error, "", frozenset(), StreamReader()).failed
                raise CoworkError(f"{failed.error} {failed.next_step}") from error
            if page is None:
                raise CoworkError(f"{self._endpoint} sent no list of models. Check base_url.")
            models += page.models
            if page.next_after is None:
                break
            path = f"/v1/models?limit=1000&after_id={quote(page.next_after, safe='')}"
        return tuple(models)

    async def aclose(self) -> None:
        """Close the connections; a later request opens new ones."""
        await self._transport.aclose()

    async def _try(self, request: PreparedRequest) -> AsyncGenerator[ProviderEvent | Failure, None]:
        """One HTTP try; a failure is the last thing it gives."""
        reader = StreamReader()
        model, sent = request.plan.card.id, self._sent_fields(request.plan)
        try:
            async with self._transport.open_stream("/v1/messages", request.body) as stream:
                reader = StreamReader(stream.request_id)
                async with aclosing(stream.events()) as events:
                    async for event in events:
                        for known in reader.feed(event):
                            yield known
                        if reader.ended or reader.error is not None:
                            break
                    await _drain(events)
        except TransportError as error:
            if not reader.ended:
                yield self._failure(error, model, sent, reader)
            return
        if reader.error is not None:
            failure = failures.status_failure(reader.error, {}, model, self._endpoint, sent)
            yield replace(failure, failed=replace(failure.failed, usage=reader.usage if reader.started else None))
        elif not reader.ended:
            usage = reader.usage if reader.started else None
            yield failures.cut(self._endpoint, "it ended too early", usage)

    def _sent_fields(self, plan: ContextPlan) -> frozenset[str]:
        """The optional fields that a request of this plan carries."""
        fields = {
            "diagnostics": plan.card.first_party and "diagnostics" not in self._refused,
            "output_config": plan.parameters.effort is not None,
            "thinking": plan.parameters.thinking is not ThinkingSupport.NONE
            or plan.parameters.thinking_budget_tokens == wire.THINKING_OFF,
        }
        return frozenset(name for name, sent in fields.items() if sent)

    def _failure(self, error: TransportError, model: str, sent: frozenset[str], reader: StreamReader) -> Failure:
        match error:
            case StatusError():
                parsed = failures.parse_error(error.status, error.text)
                return failures.status_failure(parsed, error.headers, model, self._endpoint, sent)
            case NotAStream():
                return failures.not_a_stream(self._endpoint, error.status, error.content_type)
            case BrokenStream():
                return failures.cut(self._endpoint, str(error), reader.usage if reader.started else None)
            case Unreachable():
                return failures.unreachable(self._endpoint, str(error), sent=error.sent)
            case _:
                return failures.unreachable(self._endpoint, str(error), sent=True)

    def _wait_seconds(self, attempt: int, failure: Failure) -> float | None:
        if not failure.retry:
            return None
        return self._retries.wait_seconds(attempt, failure.headers, self._clock.now())

    def _remembered(self, failed: Failed) -> Failed:
        """Keep a refused field in mind. One that is refused again is no news, so nobody tries forever."""
        field = failed.refused_field
        if field is None:
            return failed
        if field in self._refused:
            return replace(failed, refused_field=None)
        self._refused |= {field}
        if self._on_refused_field is not None:
            self._on_refused_field(field)
        return failed


async def _drain(events: AsyncIterator[object]) -> None:
    """Read to the end, shortly: a connection that is read to its end can be used again."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in events:
                pass
    except (TimeoutError, TransportError):
        pass


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that can't be
        usable = False
    if not usable:
        raise BadInput(f"base_url {url!r} is no http or https address. Give one like {DEFAULT_ENDPOINT}.")
    return url.strip().rstrip("/")


def _checked_key(key: str, *, required: bool) -> str:
    key = key.strip()
    if not key and required:
        raise BadInput("There is no API key. Set ANTHROPIC_API_KEY, or try --demo, which needs none.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise BadInput("The API key holds characters that no key has. Copy it again into ANTHROPIC_API_KEY.")
    return key or NO_KEY
