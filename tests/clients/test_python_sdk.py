"""The official Python SDK, unchanged: a stream, a tool loop through server threads, breakpoints, a large request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from anthropic import beta_tool

from .conftest import FULL

MODEL = "claude-sonnet-5-5"
CALLS = 'CALL weather {"place": "Oslo"}\nCALL weather {"place": "Rome"}'
MARK = {"type": "ephemeral"}
LONG = "word " * 700
LINES = 40_000 if FULL else 4_000


@beta_tool
def weather(place: str) -> str:
    """How the weather is.

    Args:
        place: where
    """
    return f"sun in {place}"


@pytest.fixture
def client(base_url: str, request: pytest.FixtureRequest) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key=request.node.name, base_url=base_url, max_retries=0) as client:
        yield client


def text(words: str, *, mark: bool = True) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "text", "text": words}
    return {**block, "cache_control": MARK} if mark else block


def test_a_stream_ends_as_one_message(client):
    with client.messages.stream(model=MODEL, max_tokens=500, messages=[{"role": "user", "content": "hello"}]) as stream:
        pieces = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert pieces == final.content[-1].text and final.stop_reason == "end_turn"
    assert final.usage.input_tokens > 0 and final.usage.output_tokens > 1


@pytest.mark.parametrize("options", [{}, {"stream": True}, {"thread": False}])
def test_the_tool_runner_carries_out_both_calls(client, options):
    runner = client.beta.messages.tool_runner(
        model=MODEL, max_tokens=2_000, tools=[weather], messages=[{"role": "user", "content": CALLS}], **options
    )
    final = runner.until_done()
    assert final.content[-1].text == "DONE sun in Rome"


def test_four_breakpoints_are_written_once_and_read_again(client):
    messages: Any = [
        {"role": "user", "content": [text(LONG)]},
        {"role": "assistant", "content": "ok"},
        {"role": "user", "content": [text(LONG)]},
        {"role": "assistant", "content": "ok"},
        {"role": "user", "content": [text("hi")]},
    ]
    asked: Any = {"model": MODEL, "max_tokens": 500, "system": [text(LONG)], "messages": messages}
    first, second = (client.messages.create(**asked).usage for _ in range(2))
    assert (first.cache_read_input_tokens, second.cache_creation_input_tokens) == (0, 0)
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens > 2_000
    counted = client.messages.count_tokens(**{name: value for name, value in asked.items() if name != "max_tokens"})
    assert counted.input_tokens == second.cache_read_input_tokens + second.input_tokens


def test_a_large_request_is_answered(client):
    lines = "\n".join(f"line {number} of a long document with some words in it" for number in range(LINES))
    messages: Any = [{"role": "user", "content": [text(lines), text("hello", mark=False)]}]
    usage = client.messages.create(model=MODEL, max_tokens=500, messages=messages).usage
    assert usage.cache_creation_input_tokens > 10 * LINES
