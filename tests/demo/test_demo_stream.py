"""Streams on the wire: order of events, usage in its two places, pieces as they come, cuts."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from cowork_tui.demo.reply import Reply, TextPart, ThinkingPart, ToolUsePart

MODEL = "claude-sonnet-5-5"
MARK = {"type": "ephemeral"}


def body(**fields: Any) -> dict[str, Any]:
    message = {"role": "user", "content": [{"type": "text", "text": "word " * 600, "cache_control": MARK}]}
    return {"model": MODEL, "max_tokens": 1_000, "messages": [message], "stream": True, **fields}


def events(demo: Any, sent: dict[str, Any]) -> list[dict[str, Any]]:
    response = demo.post(sent)
    assert response.headers["content-type"].startswith("text/event-stream")
    found = []
    for chunk in response.text.split("\n\n")[:-1]:
        name, data = chunk.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
    return found


def test_events_come_in_the_published_order(start):
    parts = (ThinkingPart("hm"), TextPart("abcdef"), ToolUsePart("t", {"a": "b"}))
    found = events(start(lambda _: Reply(parts, "tool_use"), delta_chars=3), body())
    block = ["content_block_start", "content_block_delta", "content_block_stop"]
    names = [event["type"] for event in found]
    assert names[:3] == ["message_start", "content_block_start", "ping"]
    assert names[-2:] == ["message_delta", "message_stop"]
    assert [name for n, name in enumerate(names[:-2]) if name in block and name != names[n - 1]] == [
        "content_block_start",
        *block[1:],
        *block * 2,
    ]
    assert [e["index"] for e in found if e["type"] == "content_block_start"] == [0, 1, 2]
    starts = [e["content_block"] for e in found if e["type"] == "content_block_start"]
    assert starts[0] == {"type": "thinking", "thinking": "", "signature": ""}
    assert starts[1] == {"type": "text", "text": ""}
    assert starts[2]["input"] == {} and starts[2]["name"] == "t"
    deltas = [e["delta"] for e in found if e["type"] == "content_block_delta"]
    assert deltas[0]["type"] == "signature_delta"  # this model omits the text of its thinking by default
    assert [d["text"] for d in deltas if d["type"] == "text_delta"] == ["abc", "def"]
    pieces = [d["partial_json"] for d in deltas if d["type"] == "input_json_delta"]
    assert pieces[0] == "" and len(pieces) > 2 and json.loads("".join(pieces)) == {"a": "b"}


def test_usage_is_split_at_the_start_and_cumulative_at_the_end(start):
    demo = start(lambda _: Reply((ThinkingPart("a b"), TextPart("c d e")), "end_turn"))
    first, second = events(demo, body()), events(demo, body())
    opened, closed = first[0]["message"], first[-2]
    assert (opened["stop_reason"], opened["content"]) == (None, [])
    assert opened["usage"]["cache_creation"] == {"ephemeral_5m_input_tokens": 600, "ephemeral_1h_input_tokens": 0}
    assert opened["usage"]["output_tokens"] == 1
    assert closed["usage"] == {
        "input_tokens": 0,
        "cache_creation_input_tokens": 600,
        "cache_read_input_tokens": 0,
        "output_tokens": 5,
        "output_tokens_details": {"thinking_tokens": 2},
    }
    assert closed["delta"] == {"stop_reason": "end_turn", "stop_sequence": None, "stop_details": None}
    assert second[0]["message"]["usage"]["cache_read_input_tokens"] == 600


def test_pieces_arrive_one_by_one(start):
    demo = start(lambda _: Reply((TextPart("abcd"),), "end_turn"), delta_interval_seconds=0.03, delta_chars=1)
    arrivals: list[float] = []
    with demo.http.stream("POST", f"{demo.url}/v1/messages", json=body(), headers=demo.headers) as response:
        for line in response.iter_lines():
            if "text_delta" in line:
                arrivals.append(time.monotonic())
    assert len(arrivals) == 4 and len(set(arrivals)) == 4


@pytest.mark.parametrize("stream", [True, False])
def test_max_tokens_cuts_text_to_what_was_asked(start, stream):
    demo = start(lambda _: Reply((TextPart("one two three four five"),), "end_turn"))
    sent = body(max_tokens=3, stream=stream)
    if stream:
        found = events(demo, sent)
        text = "".join(e["delta"]["text"] for e in found if e["type"] == "content_block_delta")
        reason, usage = found[-2]["delta"]["stop_reason"], found[-2]["usage"]
    else:
        message = demo.message(sent)
        text, reason, usage = message["content"][0]["text"], message["stop_reason"], message["usage"]
    assert (text.split(), reason, usage["output_tokens"]) == (["one", "two", "three"], "max_tokens", 3)


def test_a_cut_tool_call_streams_broken_json(start):
    parts = (TextPart("I write"), ToolUsePart("write", {"content": "word " * 50}))
    demo = start(lambda _: Reply(parts, "tool_use"))
    found = events(demo, body(max_tokens=20))
    text = "".join(e["delta"].get("partial_json", "") for e in found if e["type"] == "content_block_delta")
    assert text.startswith('{"content": "word') and not text.endswith("}")
    assert found[-2]["delta"]["stop_reason"] == "max_tokens"
    assert found[-2]["usage"]["output_tokens"] == 20


def test_a_full_window_ends_the_answer(start):
    demo = start(lambda _: Reply((TextPart("word " * 50),), "end_turn"))
    messages = [{"role": "user", "content": "word " * 199_990}]
    full = demo.message({"model": "claude-sonnet-4-5", "messages": messages})
    assert (full["stop_reason"], full["usage"]["output_tokens"]) == ("model_context_window_exceeded", 10)


@pytest.mark.parametrize("stops", [["STOP"], ["nowhere", "STOP", "after"]])
def test_stop_sequences_end_the_text_before_them(start, stops):
    demo = start(lambda _: Reply((TextPart("before STOP after"), ToolUsePart("t", {})), "tool_use"))
    message = demo.message({**body(stop_sequences=stops), "stream": False})
    assert [block["text"] for block in message["content"]] == ["before "]
    assert (message["stop_reason"], message["stop_sequence"]) == ("stop_sequence", "STOP")


def test_an_empty_answer_is_still_a_stream(start):
    found = events(start(lambda _: Reply((), "end_turn")), body())
    assert [event["type"] for event in found] == ["message_start", "ping", "message_delta", "message_stop"]
    assert found[-2]["usage"]["output_tokens"] == 1
