"""The official Python SDK, unchanged, against the server: plain, streamed, sync, async, tool loops, errors."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest
from anthropic import beta_tool

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.reply import Reply, TextPart, ThinkingPart, ToolUsePart

MODEL = "claude-sonnet-5-5"


def weather_clerk(body: JsonObject) -> Reply:
    """Calls `weather` twice, then tells what it heard."""
    messages: Any = body["messages"]
    heard = [
        block["content"] if isinstance(block["content"], str) else block["content"][0]["text"]
        for message in messages
        if not isinstance(message["content"], str)
        for block in message["content"]
        if block["type"] == "tool_result"
    ]
    if len(heard) < 2:
        place = ["Oslo", "Rome"][len(heard)]
        return Reply(
            (ThinkingPart("look"), TextPart("Let me see."), ToolUsePart("weather", {"place": place})), "tool_use"
        )
    return Reply((TextPart(" and ".join(heard)),), "end_turn")


@beta_tool
def weather(place: str) -> str:
    """How the weather is.

    Args:
        place: where
    """
    return f"sun in {place}"


@pytest.fixture
def client(start):
    with anthropic.Anthropic(api_key="sk-demo", base_url=start(weather_clerk).url, max_retries=0) as client:
        yield client


def test_plain_and_streamed_answers_are_the_same_message(start):
    parts = (
        ThinkingPart("hm " * 20),
        TextPart("Näive 🙂 " * 30),
        ToolUsePart("weather", {"place": "Zürich", "n": [1, 2]}),
    )
    demo = start(lambda _: Reply(parts, "tool_use"), delta_chars=7)
    with anthropic.Anthropic(api_key="k", base_url=demo.url) as client:
        asked: Any = {
            "model": MODEL,
            "max_tokens": 500,
            "messages": [{"role": "user", "content": "hello"}],
            "tools": [weather.to_dict()],
            "thinking": {"type": "adaptive", "display": "summarized"},
        }
        plain = client.messages.create(**asked)
        with client.messages.stream(**asked) as stream:
            text = "".join(stream.text_stream)
            streamed = stream.get_final_message()
    assert text == parts[1].text
    assert [block.type for block in plain.content] == ["thinking", "text", "tool_use"]
    assert streamed.content[0].to_dict() == plain.content[0].to_dict()
    assert streamed.content[2].input == plain.content[2].input == parts[2].input
    assert (streamed.usage, streamed.stop_reason) == (plain.usage, "tool_use")
    assert plain.model == MODEL and plain.id != streamed.id


async def test_the_async_client_streams(start):
    demo = start(lambda _: Reply((TextPart("one two three"),), "end_turn"), delta_chars=4)
    async with anthropic.AsyncAnthropic(api_key="k", base_url=demo.url) as client:
        message: Any = {"role": "user", "content": "go"}
        async with client.messages.stream(model=MODEL, max_tokens=50, messages=[message]) as stream:
            pieces = [piece async for piece in stream.text_stream]
        plain = await client.messages.create(model=MODEL, max_tokens=50, messages=[message])
    assert pieces == ["one ", "two ", "thre", "e"]
    assert plain.content[0].text == "one two three"  # type: ignore[union-attr]


@pytest.mark.parametrize("options", [{}, {"thread": False}, {"stream": True}, {"stream": True, "thread": False}])
def test_the_tool_runner_finishes_with_and_without_threads(client, options):
    runner = client.beta.messages.tool_runner(
        model=MODEL,
        max_tokens=1_000,
        tools=[weather],
        messages=[{"role": "user", "content": "How is it in Oslo and Rome?"}],
        **options,
    )
    final = runner.until_done()
    assert final.content[0].text == "sun in Oslo and sun in Rome"
    assert final.stop_reason == "end_turn"


def test_models_parse_and_page_through(client):
    found = list(client.models.list(limit=4))
    assert len({model.id for model in found}) == len(found) > 12
    assert {model.lifecycle for model in found} == {"active", "deprecated"}
    newest = client.models.retrieve("claude-fable-5-2")
    assert (newest.line, newest.max_input_tokens, newest.max_tokens) == ("fable", 1_000_000, 128_000)
    assert newest.created_at.year == 2026
    assert newest.capabilities is not None and newest.capabilities.effort.max.supported
    assert not newest.capabilities.thinking.types.disabled.supported
    gone = list(client.models.list(lifecycle=["retired"]))
    assert {"claude-opus-4-1-20250805", "claude-mythos-preview"} <= {model.id for model in gone}
    assert all(model.retires_at and model.deprecated_at for model in gone)


def test_errors_arrive_as_the_sdks_own_classes(client):
    message: Any = {"role": "user", "content": "hi"}
    with pytest.raises(anthropic.NotFoundError) as missing:
        client.messages.create(model="claude-nothing", max_tokens=5, messages=[message])
    assert missing.value.body["error"]["message"] == "model: claude-nothing"
    with pytest.raises(anthropic.BadRequestError):
        client.messages.create(model=MODEL, max_tokens=5, messages=[])
    with pytest.raises(anthropic.AuthenticationError):
        client.with_options(api_key="sk-wrong").models.list()


def test_a_thread_is_gone_when_it_should_go_on(client):
    with pytest.raises(anthropic.NotFoundError) as gone:
        client.beta.messages.create(
            model=MODEL,
            max_tokens=5,
            messages=[{"role": "user", "content": "hi"}],
            thread={"type": "continue", "previous_message_id": "msg_01"},
            betas=["message-threads-2026-08-12"],
        )
    assert gone.value.body["error"]["details"]["error_code"] == "thread_not_found"


def test_ids_and_headers_are_there(client):
    message: Any = {"role": "user", "content": "hi"}
    raw = client.messages.with_raw_response.create(model=MODEL, max_tokens=500, messages=[message])
    assert raw.headers["request-id"].startswith("req_") and raw.headers["anthropic-organization-id"]
    assert int(raw.headers["anthropic-ratelimit-input-tokens-remaining"]) % 1_000 == 0
    answered = raw.parse()
    assert answered.id.startswith("msg_") and answered.content[-1].id.startswith("toolu_")


def test_the_same_seed_and_requests_give_the_same_ids(start):
    def ids() -> list[str]:
        demo = start(weather_clerk, seed=11)
        body = {"model": MODEL, "tools": [weather.to_dict()], "messages": [{"role": "user", "content": "hi"}]}
        answers = [demo.message(body) for _ in range(2)]
        return [name for answer in answers for name in (answer["id"], answer["content"][-1]["id"])]

    first = ids()
    assert first == ids() and len(set(first)) == 4


def test_refusals_and_pauses_come_through(start):
    demo = start(lambda _: Reply((), "refusal"))
    with anthropic.Anthropic(api_key="k", base_url=demo.url) as client:
        refused = client.messages.create(model=MODEL, max_tokens=5, messages=[{"role": "user", "content": "hi"}])
    assert refused.stop_reason == "refusal"
    assert refused.stop_details is not None and refused.stop_details.category is None
