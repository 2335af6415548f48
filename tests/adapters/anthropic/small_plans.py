"""Plans, blocks and providers for tests of the adapter."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from random import Random

from cowork_tui.adapters.anthropic.client import AnthropicProvider
from cowork_tui.adapters.anthropic.retries import RetryPolicy
from cowork_tui.core.blocks import Block, Content, SystemText, ToolDefinition, UserText, make_block
from cowork_tui.core.edits import NO_EDITS
from cowork_tui.core.models import ModelCard, ThinkingSupport, generic_card, known_card
from cowork_tui.core.plan import ContextPlan, Parameters, build, make_span
from cowork_tui.core.pricing import Money
from cowork_tui.core.transcript import Transcript
from cowork_tui.engine.provider_events import AttemptFailed, Failed, PreparedRequest, ProviderEvent

SCHEMA_JSON = '{"properties":{"path":{"type":"string"}},"type":"object"}'
ADAPTIVE = Parameters(1000, ThinkingSupport.ADAPTIVE)


class SystemClock:
    """The machine's time."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


def block(content: Content) -> Block:
    return make_block(content, len)


def card(model_id: str = "claude-sonnet-5-5") -> ModelCard:
    return known_card(model_id) or generic_card(model_id)


def plan(
    messages: Sequence[Content] = (UserText("hello"),),
    model_id: str = "claude-sonnet-5-5",
    parameters: Parameters = ADAPTIVE,
) -> ContextPlan:
    tools = make_span([block(ToolDefinition("read", "Reads a file.", SCHEMA_JSON))])
    system = make_span([block(SystemText("You carry out tasks."))])
    transcript = Transcript().append(0, [block(content) for content in messages])
    return build(tools, system, transcript, NO_EDITS, card(model_id), parameters)


def provider(
    url: str | None,
    attempts: int = 4,
    on_refused_field: Callable[[str], None] | None = None,
    key: str = "sk-test",
    silence_seconds: float | None = None,
) -> AnthropicProvider:
    return AnthropicProvider(
        url,
        key,
        Money.DEMO,
        SystemClock(),
        retries=RetryPolicy(attempts, Random(1)),
        on_refused_field=on_refused_field,
        silence_seconds=silence_seconds,
    )


async def events_of(own: AnthropicProvider, request: PreparedRequest | None = None) -> list[ProviderEvent]:
    return [event async for event in own.stream(request or own.prepare(plan(), None))]


def failed_in(events: Sequence[ProviderEvent]) -> Failed:
    failed = events[-1]
    assert isinstance(failed, Failed), events
    return failed


def attempts_in(events: Sequence[ProviderEvent]) -> list[AttemptFailed]:
    return [event for event in events if isinstance(event, AttemptFailed)]
