"""The provider against the demo's Messages API: whole conversations as an engine would lead them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from cowork_tui.adapters.anthropic.client import AnthropicProvider
from cowork_tui.core.blocks import (
    AssistantText,
    Content,
    Document,
    Summary,
    SystemText,
    Thinking,
    ToolDefinition,
    ToolResult,
    ToolUse,
    UserText,
)
from cowork_tui.core.edits import NO_EDITS
from cowork_tui.core.json_values import JsonObject
from cowork_tui.core.models import CARDS, ModelCard, generic_card, known_card
from cowork_tui.core.plan import ContextPlan, PlanSettings, Ttl, build, choose_parameters, make_span
from cowork_tui.core.transcript import Transcript
from cowork_tui.demo.reply import Reply, TextPart, ThinkingPart, ToolUsePart
from cowork_tui.demo.running import running
from cowork_tui.demo.settings import DemoSettings
from cowork_tui.engine.provider_events import ContentEnded, Ended, Started
from tests.adapters.anthropic.small_plans import SCHEMA_JSON, block, events_of, failed_in, provider

SYSTEM = "You carry out tasks on folders. " * 600


def answer(body: JsonObject) -> Reply:
    """Call the tool first, then say what it gave."""
    if "tool_result" in str(body["messages"]):
        return Reply((TextPart("done"),), "end_turn")
    return Reply((ThinkingPart("hm"), TextPart("I read."), ToolUsePart("read", {"path": "ä.txt"})), "tool_use")


@pytest.fixture
def demo_url() -> Iterator[str]:
    settings = DemoSettings(count_text=lambda text: len(text.split()), now=time.time, seed=3, answer=answer, skew=False)
    with running(settings) as url:
        yield url


def planned(
    transcript: Transcript,
    card: ModelCard,
    sent_end_seq: int | None = None,
    ttl: Ttl = Ttl.FIVE_MINUTES,
    effort: str | None = None,
    thinking: bool = True,
) -> ContextPlan:
    tools = make_span([block(ToolDefinition("read", "Reads a file.", SCHEMA_JSON))])
    system = make_span([block(SystemText(SYSTEM))])
    parameters = choose_parameters(card, PlanSettings(max_tokens=2000, thinking=thinking), effort)
    return build(tools, system, transcript, NO_EDITS, card, parameters, ttl=ttl, sent_end_seq=sent_end_seq)


def known(model_id: str) -> ModelCard:
    card = known_card(model_id)
    assert card is not None
    return card


async def turn(own: AnthropicProvider, plan: ContextPlan, previous: str | None) -> tuple[Started, list[Content], Ended]:
    events = await events_of(own, own.prepare(plan, previous))
    started, ended = events[0], events[-1]
    assert isinstance(started, Started), events
    assert isinstance(ended, Ended), events
    return started, [event.content for event in events if isinstance(event, ContentEnded)], ended


@pytest.mark.parametrize("ttl", list(Ttl))
async def test_a_second_turn_reads_what_the_first_wrote(demo_url: str, ttl: Ttl) -> None:
    own, card = provider(demo_url), known("claude-sonnet-5-5")
    transcript = Transcript().append(0, [block(UserText("read ä.txt"))])
    first = planned(transcript, card, ttl=ttl)
    started, contents, ended = await turn(own, first, None)
    assert ended.stop_reason == "tool_use"
    said, call = contents[-2:]
    assert said == AssistantText("I read.")
    assert isinstance(call, ToolUse)
    assert call.input_json == '{"path":"ä.txt"}'
    written = ended.usage.cache_write_1h_tokens if ttl is Ttl.ONE_HOUR else ended.usage.cache_write_5m_tokens
    assert written == ended.usage.cache_write_tokens > 1000
    assert await own.count_tokens(first) == ended.usage.prompt_tokens

    more = [*contents, ToolResult(call.id, "12.50 EUR")]
    second = planned(transcript.append(1, [block(content) for content in more]), card, len(transcript), ttl)
    again, contents, later = await turn(own, second, started.message_id)
    await own.aclose()
    assert contents == [AssistantText("done")]
    assert later.usage.cache_read_tokens == ended.usage.cache_read_tokens + ended.usage.cache_write_tokens
    assert again.cache_miss_reason is None
    assert again.request_id.startswith("req_")


async def test_the_reason_of_a_miss_is_passed_on(demo_url: str) -> None:
    own, card = provider(demo_url), known("claude-opus-5")
    one = planned(Transcript().append(0, [block(UserText("one"))]), card)
    other = planned(Transcript().append(0, [block(UserText("other"))]), card)
    started, *_ = await turn(own, one, None)
    again, *_ = await turn(own, other, started.message_id)
    assert again.cache_miss_reason == "messages_changed"


@pytest.mark.parametrize("thinking", [True, False])
async def test_every_model_takes_what_is_sent_to_it(demo_url: str, thinking: bool) -> None:
    own = provider(demo_url)
    contents = [Document("Rules", "Be brief."), UserText(" "), Summary("Before: nothing."), UserText("go")]
    transcript = Transcript().append(0, [block(content) for content in contents])
    for card in CARDS:
        if card.line != "mythos":
            effort = "low" if "low" in card.efforts else None
            started, replied, _ = await turn(own, planned(transcript, card, effort=effort, thinking=thinking), None)
            assert started.model.startswith(card.id)
            assert all(made.model == started.model for made in replied if isinstance(made, Thinking))


async def test_a_model_that_is_not_there_is_told_apart(demo_url: str) -> None:
    plan = planned(Transcript().append(0, [block(UserText("x"))]), generic_card("claude-gone-1"))
    own = provider(demo_url)
    failed = failed_in(await events_of(own, own.prepare(plan, None)))
    assert (failed.status, failed.retired_model) == (404, True)
    assert await own.count_tokens(plan) is None
    fine = planned(Transcript().append(0, [block(UserText("x"))]), known("claude-opus-5"))
    assert await own.count_tokens(fine) is not None


async def test_the_demo_lists_its_models(demo_url: str) -> None:
    listed = {model.id: model for model in await provider(demo_url).list_models()}
    assert listed["claude-sonnet-5-5"].line == "sonnet"
    assert listed["claude-sonnet-5-5"].max_input_tokens == 1_000_000
    assert "low" in (listed["claude-opus-5"].efforts or ())
