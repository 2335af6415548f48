"""Streamed events to what the engine knows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.adapters.anthropic.stream import StreamReader, merge_usage
from cowork_tui.core.blocks import AssistantText, Thinking, ToolUse
from cowork_tui.core.json_values import JsonValue
from cowork_tui.core.usage import NO_USAGE, Usage
from cowork_tui.engine.provider_events import ContentEnded, Delta, Ended, ProviderEvent, Started
from tests.adapters.anthropic.loopback_server import END, REPLY, START, TEXT_BLOCK

START_USAGE = Usage(7, 10, 30, 500, 1, speed="fast", inference_geo="us")


def read(*events: JsonValue) -> list[ProviderEvent]:
    reader = StreamReader("req_1")
    return [known for event in events for known in reader.feed(event)]


def block_of(*deltas: JsonValue, **start: JsonValue) -> list[ProviderEvent]:
    """What a block with these deltas gives."""
    return read(
        START,
        {"type": "content_block_start", "index": 3, "content_block": start},
        *({"type": "content_block_delta", "index": 3, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 3},
    )[1:]


def contents(events: Sequence[ProviderEvent]) -> list[object]:
    return [event.content for event in events if isinstance(event, ContentEnded)]


def usage_after(start: JsonValue, delta: JsonValue) -> Usage:
    ended = read(
        {"type": "message_start", "message": {"id": "m", "model": "x", "usage": start}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": delta},
        {"type": "message_stop"},
    )[-1]
    assert isinstance(ended, Ended)
    return ended.usage


def test_a_text_reply() -> None:
    assert read(*REPLY) == [
        Started("msg_1", "claude-sonnet-5-5", "req_1", START_USAGE, "tools_changed"),
        Delta("text", "Hel"),
        Delta("text", "lo"),
        ContentEnded(AssistantText("Hello")),
        Ended("end_turn", Usage(7, 10, 30, 500, 12, speed="fast", inference_geo="us")),
    ]


@pytest.mark.parametrize("reason", ["max_tokens", "tool_use", "refusal", "pause_turn", "something_new"])
def test_stop_reasons_are_passed_on(reason: str) -> None:
    ended = read(START, {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {}}, END[-1])[-1]
    assert ended == Ended(reason, START_USAGE)


def test_a_tool_call_is_joined_and_made_canonical() -> None:
    events = block_of(
        {"type": "input_json_delta", "partial_json": ""},
        {"type": "input_json_delta", "partial_json": '{"b": 1, '},
        {"type": "input_json_delta", "partial_json": '"a": "ü"}'},
        type="tool_use", id="toolu_1", name="read", input={},
    )  # fmt: skip
    assert events == [
        Delta("tool_input", '{"b": 1, ', "read"),
        Delta("tool_input", '"a": "ü"}', "read"),
        ContentEnded(ToolUse("toolu_1", "read", '{"a":"ü","b":1}')),
    ]


@pytest.mark.parametrize("broken", ['{"a": 1', '{"a": NaN}', "oops"])
def test_a_broken_tool_input_is_kept_as_it_came(broken: str) -> None:
    delta: JsonValue = {"type": "input_json_delta", "partial_json": broken}
    assert contents(block_of(delta, type="tool_use", id="t", name="n")) == [ToolUse("t", "n", broken)]


@pytest.mark.parametrize(("given_input", "expected"), [({}, "{}"), (None, "{}"), ({"b": 1, "a": 2}, '{"a":2,"b":1}')])
def test_a_tool_call_without_deltas_has_the_input_of_its_start(given_input: JsonValue, expected: str) -> None:
    assert contents(block_of(type="tool_use", id="t", name="n", input=given_input)) == [ToolUse("t", "n", expected)]


def test_thinking_carries_its_signature_and_the_model_that_answered() -> None:
    events = block_of(
        {"type": "thinking_delta", "thinking": "let me "},
        {"type": "thinking_delta", "thinking": "see"},
        {"type": "signature_delta", "signature": "sig"},
        type="thinking", thinking="", signature="",
    )  # fmt: skip
    assert events[:2] == [Delta("thinking", "let me "), Delta("thinking", "see")]
    assert contents(events) == [Thinking("let me see", "sig", "claude-sonnet-5-5")]


def test_withheld_thinking_is_kept() -> None:
    omitted = block_of({"type": "signature_delta", "signature": "sig"}, type="thinking", thinking="")
    assert contents(omitted) == [Thinking("", "sig", "claude-sonnet-5-5")]
    redacted = block_of(type="redacted_thinking", data="opaque")
    assert contents(redacted) == [Thinking("", "", "claude-sonnet-5-5", "opaque")]


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_text_that_shows_nothing_is_no_block(text: str) -> None:
    assert contents(block_of({"type": "text_delta", "text": text}, type="text", text="")) == []


def test_blocks_that_overlap_are_told_apart_by_index() -> None:
    def delta(index: int, text: str) -> JsonValue:
        return {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}}

    starts: list[JsonValue] = [
        {"type": "content_block_start", "index": index, "content_block": {"type": "text"}} for index in (0, 1)
    ]
    stops: list[JsonValue] = [{"type": "content_block_stop", "index": index} for index in (0, 1)]
    events = read(START, *starts, delta(1, "b"), delta(0, "a"), *stops)
    assert contents(events) == [AssistantText("a"), AssistantText("b")]


def test_unknown_events_blocks_and_deltas_are_skipped() -> None:
    odd: list[JsonValue] = [
        {"type": "from_the_future"},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "server_tool_use", "id": "s"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_delta", "index": 9, "delta": {"type": "text_delta", "text": "nowhere"}},
    ]
    assert read(START, *odd, *TEXT_BLOCK, *END) == read(*REPLY)


def test_later_usage_replaces_and_is_never_added() -> None:
    start: JsonValue = {"input_tokens": 5, "output_tokens": 1, "cache_read_input_tokens": 100}
    assert usage_after(start, {"input_tokens": 5, "output_tokens": 9}) == Usage(5, 0, 0, 100, 9)
    assert usage_after(start, {"input_tokens": None, "output_tokens": 9, "cache_read_input_tokens": None}) == Usage(
        5, 0, 0, 100, 9
    )
    assert usage_after(start, {"output_tokens": 9, "server_tool_use": {"web_search_requests": 2}}).web_searches == 2


def test_writes_that_come_later_are_five_minute_ones() -> None:
    split: JsonValue = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 40}
    start: JsonValue = {"input_tokens": 5, "cache_creation_input_tokens": 40, "cache_creation": split}
    assert usage_after(start, {"cache_creation_input_tokens": 100}).cache_write_5m_tokens == 60
    assert usage_after(start, {"cache_creation_input_tokens": 100}).cache_write_1h_tokens == 40
    assert usage_after(start, {"cache_creation_input_tokens": 40}).cache_write_5m_tokens == 0


def test_a_split_that_comes_late_does_not_count_a_write_twice() -> None:
    split: JsonValue = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 40}
    usage = usage_after(
        {"cache_creation_input_tokens": 40}, {"cache_creation_input_tokens": 40, "cache_creation": split}
    )
    assert (usage.cache_write_5m_tokens, usage.cache_write_1h_tokens) == (0, 40)


def test_cache_counters_in_one_event_only_are_found() -> None:
    zero: JsonValue = {"input_tokens": 5, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
    full: JsonValue = {"input_tokens": 5, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 10}
    expected = Usage(5, 10, 0, 90, 0)
    assert usage_after(zero, full) == usage_after(full, zero) == usage_after({"input_tokens": 5}, full) == expected


def test_a_server_without_cache_fields_leaves_the_cache_unknown() -> None:
    usage = usage_after({"input_tokens": 5, "cache_read_input_tokens": None}, {"output_tokens": 3})
    assert usage == Usage(5, 0, 0, 0, 3, cache_known=False)
    assert usage_after({"cache_read_input_tokens": 0}, {}).cache_known


def test_a_cut_stream_keeps_the_usage_seen() -> None:
    reader = StreamReader()
    for event in (START, *TEXT_BLOCK):
        list(reader.feed(event))
    assert not reader.ended
    assert reader.usage == START_USAGE


def test_a_response_is_whole_with_its_last_event_only() -> None:
    assert read(*REPLY[:-1]) == read(*REPLY)[:-1]


def test_blocks_left_open_end_with_the_message() -> None:
    assert read(START, *TEXT_BLOCK[:-1], *END) == read(*REPLY)


def test_an_error_inside_the_stream_ends_it() -> None:
    reader = StreamReader()
    list(reader.feed(START))
    error: JsonValue = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    assert list(reader.feed(error)) == []
    assert reader.error is not None
    assert (reader.error.status, reader.error.message) == (529, "Overloaded")
    assert list(reader.feed(END[0])) == []


KEYS = st.sampled_from(
    [
        "type",
        "index",
        "delta",
        "content_block",
        "message",
        "usage",
        "text",
        "thinking",
        "signature",
        "data",
        "id",
        "name",
        "input",
        "model",
        "diagnostics",
        "cache_miss_reason",
        "partial_json",
        "stop_reason",
        "cache_creation",
        "cache_read_input_tokens",
        "input_tokens",
        "output_tokens",
        "cache_creation_input_tokens",
        "ephemeral_5m_input_tokens",
        "server_tool_use",
        "error",
        "details",
    ]
)
WORDS = st.sampled_from(
    [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "error",
        "text",
        "thinking",
        "tool_use",
        "redacted_thinking",
        "text_delta",
        "thinking_delta",
        "input_json_delta",
        "signature_delta",
        "{",
    ]
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats() | WORDS | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)
EVENT = st.fixed_dictionaries({"type": WORDS}, optional={"index": ANY, "delta": ANY, "content_block": ANY,
                                                         "message": ANY, "usage": ANY, "error": ANY})  # fmt: skip


@settings(max_examples=60)
@given(st.lists(EVENT | ANY, max_size=12))
def test_no_sequence_of_events_makes_the_reader_raise(events: list[JsonValue]) -> None:
    found = read(*events)
    assert sum(isinstance(event, Ended) for event in found) <= 1
    assert sum(isinstance(event, Started) for event in found) <= 1


@settings(max_examples=40)
@given(st.lists(st.dictionaries(KEYS, ANY, max_size=6), max_size=4))
def test_token_counts_never_go_negative(reports: list[dict[str, JsonValue]]) -> None:
    usage = NO_USAGE
    for report in reports:
        usage = merge_usage(usage, report)
    counts = (usage.input_tokens, usage.cache_write_5m_tokens, usage.cache_write_1h_tokens, usage.cache_read_tokens)
    assert min(*counts, usage.output_tokens, usage.web_searches) >= 0
