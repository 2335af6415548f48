"""Blocks to request bodies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.adapters.anthropic.wire import (
    NO_MESSAGE,
    Fragments,
    body,
    body_from_blocks,
    count_body,
    sent_message_id,
    sent_parameters,
)
from cowork_tui.core.blocks import (
    AssistantText,
    Block,
    Content,
    Document,
    Image,
    Role,
    Summary,
    SystemText,
    Thinking,
    ToolDefinition,
    ToolResult,
    ToolUse,
    UserText,
)
from cowork_tui.core.hashing import canonical_json
from cowork_tui.core.models import ThinkingSupport
from cowork_tui.core.plan import Breakpoint, Parameters, Ttl
from tests.adapters.anthropic.small_plans import block, plan

PLAIN = Parameters(1000)


def sent(contents: Sequence[Content], *breakpoints: Breakpoint, parameters: Parameters = PLAIN) -> dict[str, Any]:
    blocks = [block(content) for content in contents]
    return json.loads(body_from_blocks(blocks, breakpoints, parameters, "other-model", None))


def test_a_plan_becomes_the_documented_request() -> None:
    call = ToolUse("toolu_1", "read", '{"path":"a.txt"}')
    own = plan([UserText("read a.txt"), call, ToolResult("toolu_1", "none", is_error=True)])
    assert json.loads(body(own, "msg_0")) == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 1000,
        "stream": True,
        "thinking": {"type": "adaptive"},
        "diagnostics": {"previous_message_id": "msg_0"},
        "tools": [
            {
                "name": "read",
                "description": "Reads a file.",
                "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}},
            }
        ],
        "system": [{"type": "text", "text": "You carry out tasks.", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "read a.txt"}]},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "toolu_1", "name": "read", "input": {"path": "a.txt"}}],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "toolu_1",
                        "content": "none",
                        "is_error": True,
                        "cache_control": {"type": "ephemeral"},
                    }
                ],
            },
        ],
    }


def test_the_growing_part_stands_last() -> None:
    parameters = Parameters(1000, ThinkingSupport.ADAPTIVE, effort="low", tool_choice="auto", speed="fast")
    keys = list(json.loads(body(plan(parameters=parameters), None)))
    assert keys == [
        "model", "max_tokens", "stream", "thinking", "output_config", "tool_choice", "speed", "diagnostics",
        "tools", "system", "messages",
    ]  # fmt: skip


def test_counting_leaves_out_what_counting_does_not_take() -> None:
    counted = json.loads(count_body(plan()))
    whole = json.loads(body(plan(), None))
    for name in ("max_tokens", "stream", "diagnostics"):
        del whole[name]
    assert counted == whole


@pytest.mark.parametrize(
    ("model_id", "thinking", "budget", "expected"),
    [
        ("claude-opus-4-8", ThinkingSupport.NONE, None, None),
        ("claude-opus-4-8", ThinkingSupport.ADAPTIVE, None, {"type": "adaptive"}),
        ("claude-opus-5-5", ThinkingSupport.ALWAYS, None, {"type": "adaptive"}),
        ("claude-opus-5-5", ThinkingSupport.NONE, None, None),
        ("claude-haiku-4-5", ThinkingSupport.BUDGET, 2048, {"type": "enabled", "budget_tokens": 2048}),
        ("claude-haiku-4-5", ThinkingSupport.BUDGET, None, None),
        ("claude-haiku-5-5", ThinkingSupport.NONE, None, {"type": "disabled"}),
        ("claude-sonnet-5-5", ThinkingSupport.NONE, None, {"type": "between_tools"}),
        ("qwen3", ThinkingSupport.NONE, None, None),
    ],
)
def test_thinking_takes_the_form_of_the_model(
    model_id: str, thinking: ThinkingSupport, budget: int | None, expected: object
) -> None:
    parameters = Parameters(4096, thinking, budget)
    assert json.loads(body(plan(model_id=model_id, parameters=parameters), None)).get("thinking") == expected


def test_effort_and_tool_choice_are_sent_only_where_set() -> None:
    assert "output_config" not in sent([])
    assert sent([], parameters=Parameters(1, effort="max"))["output_config"] == {"effort": "max"}
    assert sent([], parameters=Parameters(1, tool_choice="any"))["tool_choice"] == {"type": "any"}
    assert sent([], parameters=Parameters(1, tool_choice="read"))["tool_choice"] == {"type": "tool", "name": "read"}


def test_other_servers_get_no_diagnostics_and_a_refusing_one_neither() -> None:
    assert "diagnostics" not in json.loads(body(plan(model_id="qwen3"), "msg_0"))
    assert "diagnostics" not in json.loads(body(plan(), "msg_0", diagnostics=False))
    assert json.loads(body(plan(), None))["diagnostics"] == {"previous_message_id": None}


def test_a_first_turn_asks_for_diagnostics_with_null_and_is_told_from_one_that_does_not() -> None:
    own = plan()
    assert sent_message_id(own, "msg_0") == "msg_0"
    assert sent_message_id(own, None) == NO_MESSAGE
    assert sent_message_id(own, "msg_0", diagnostics=False) is None
    assert sent_message_id(plan(model_id="qwen3"), "msg_0") is None


@pytest.mark.parametrize("model_id", ["claude-sonnet-5-5", "claude-opus-4-8", "qwen3"])
@pytest.mark.parametrize("previous", [None, "msg_0"])
@pytest.mark.parametrize("diagnostics", [True, False])
def test_a_body_can_be_built_again_from_what_is_stored(model_id: str, previous: str | None, diagnostics: bool) -> None:
    own = plan([UserText("a"), AssistantText("b"), UserText("c")], model_id, PLAIN)
    again = body_from_blocks(
        list(own.blocks()),
        own.breakpoints,
        sent_parameters(own),
        model_id,
        sent_message_id(own, previous, diagnostics),
    )
    assert again == body(own, previous, diagnostics=diagnostics)


def test_thinking_that_the_card_rules_out_is_not_even_switched_off() -> None:
    own = plan(parameters=PLAIN)
    without = replace(own, card=replace(own.card, thinking=ThinkingSupport.NONE))
    assert json.loads(body(own, None))["thinking"] == {"type": "between_tools"}
    assert "thinking" not in json.loads(body(without, None))


def test_every_kind_of_content_has_its_wire_form() -> None:
    message = sent(
        [UserText("u"), Summary("s"), Document("T", "d"), Document("", "d"), Image("image/png", "AAAA", 1, 1)]
    )
    source = {"type": "text", "media_type": "text/plain", "data": "d"}
    assert message["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "u"},
                {"type": "text", "text": "s"},
                {"type": "document", "source": source, "title": "T"},
                {"type": "document", "source": source},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            ],
        }
    ]
    message = sent([Thinking("t", "sig", "m"), Thinking("", "", "m", "opaque"), AssistantText("a")])
    assert message["messages"][0]["content"] == [
        {"type": "thinking", "thinking": "t", "signature": "sig"},
        {"type": "redacted_thinking", "data": "opaque"},
        {"type": "text", "text": "a"},
    ]


@pytest.mark.parametrize("broken", ["{", "", '"text"', "[1]", '{"a":NaN}', '{"a":1}}', "nul", "[" * 100_000])
def test_a_tool_input_that_is_no_object_goes_back_as_text(broken: str) -> None:
    content = sent([ToolUse("t", "read", broken)])["messages"][0]["content"]
    assert content[0]["input"] == {"_invalid_json": broken}


@pytest.mark.parametrize("blank", ["", " ", "\n\t ", "\u2003"])
def test_text_that_shows_nothing_keeps_its_place(blank: str) -> None:
    message = sent([SystemText(blank), UserText(blank), AssistantText(blank), Summary(blank)])
    texts = [part["text"] for own in message["messages"] for part in own["content"]]
    assert [*texts, message["system"][0]["text"]] == ["(empty)"] * 4


def test_a_lone_surrogate_does_not_stop_a_request() -> None:
    assert sent([UserText("a\ud800b")])["messages"][0]["content"][0]["text"] == "a?b"


def test_breakpoints_stand_on_the_block_before_them() -> None:
    contents = [ToolDefinition("read", "", "{}"), SystemText("s"), UserText("a"), UserText("b")]
    message = sent(contents, Breakpoint(1, Ttl.ONE_HOUR), Breakpoint(4, Ttl.FIVE_MINUTES))
    assert message["tools"] == [
        {"name": "read", "input_schema": {}, "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    ]
    first, second = message["messages"][0]["content"]
    assert "cache_control" not in first
    assert second == {"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}}
    assert "cache_control" not in message["system"][0]


TEXT = st.text(max_size=20).filter(lambda text: not text or not text.isspace())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECT_JSON = st.dictionaries(TEXT, JSON, max_size=3).map(canonical_json)
HEAD = st.builds(ToolDefinition, TEXT, TEXT, OBJECT_JSON) | st.builds(SystemText, TEXT)
MESSAGE = st.one_of(
    st.builds(UserText, TEXT),
    st.builds(AssistantText, TEXT),
    st.builds(Summary, TEXT),
    st.builds(ToolUse, TEXT, TEXT, OBJECT_JSON),
    st.builds(ToolResult, TEXT, TEXT, st.booleans()),
    st.builds(Thinking, TEXT, TEXT, TEXT),
    st.builds(Document, TEXT, TEXT),
)


def as_dict(own: Block, ttl: Ttl | None) -> dict[str, Any]:
    """The plain way to a block's wire form."""
    match own.content:
        case ToolDefinition() as tool:
            value: dict[str, Any] = {"name": tool.name}
            value |= {"description": tool.description} if tool.description else {}
            value["input_schema"] = json.loads(tool.input_schema_json)
        case ToolUse() as use:
            value = {"type": "tool_use", "id": use.id, "name": use.name, "input": json.loads(use.input_json)}
        case ToolResult() as result:
            value = {"type": "tool_result", "tool_use_id": result.tool_use_id, "content": result.text}
            value |= {"is_error": True} if result.is_error else {}
        case Thinking() as thinking:
            value = {"type": "thinking", "thinking": thinking.text, "signature": thinking.signature}
        case Document() as document:
            source = {"type": "text", "media_type": "text/plain", "data": document.text or "(empty)"}
            value = {"type": "document", "source": source}
            value |= {"title": document.title} if document.title else {}
        case UserText() | AssistantText() | Summary() | SystemText() as text:
            value = {"type": "text", "text": text.text or "(empty)"}
        case _:
            raise AssertionError(own)
    if ttl is not None:
        value["cache_control"] = {"type": "ephemeral"} | ({"ttl": "1h"} if ttl is Ttl.ONE_HOUR else {})
    return value


@settings(max_examples=50)
@given(st.lists(HEAD, max_size=4), st.lists(MESSAGE, max_size=12), st.data())
def test_joined_fragments_equal_the_dumped_value(
    head: list[Content], messages: list[Content], data: st.DataObject
) -> None:
    blocks = [block(content) for content in (*head, *messages)]
    points: dict[int, Ttl] = {}
    if blocks:
        points = data.draw(
            st.dictionaries(st.integers(1, len(blocks)), st.sampled_from(list(Ttl)), max_size=4), label="breakpoints"
        )
    values = [as_dict(own, points.get(position)) for position, own in enumerate(blocks, 1)]
    expected: dict[str, Any] = {"model": "m", "max_tokens": 1000, "stream": True}
    for role in (Role.TOOLS, Role.SYSTEM):
        chosen = [value for value, own in zip(values, blocks, strict=True) if own.role is role]
        expected |= {role.value: chosen} if chosen else {}
    turns = [(own.role, value) for value, own in zip(values, blocks, strict=True) if own.role in ("user", "assistant")]
    expected["messages"] = [
        {"role": role.value, "content": [value for _, value in run]}
        for role, run in groupby(turns, key=lambda turn: turn[0])
    ]
    breakpoints = [Breakpoint(position, ttl) for position, ttl in points.items()]
    small = Fragments(limit_bytes=200)
    for fragments in (None, small, small):
        joined = body_from_blocks(blocks, breakpoints, PLAIN, "m", None, fragments=fragments)
        assert json.loads(joined) == expected
        assert joined == json.dumps(expected, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


@settings(max_examples=50)
@given(st.lists(MESSAGE, min_size=1, max_size=8), st.lists(MESSAGE, max_size=4))
def test_a_longer_transcript_extends_the_bytes_of_the_shorter(first: list[Content], more: list[Content]) -> None:
    blocks = [block(content) for content in (*first, *more)]
    short = body_from_blocks(blocks[: len(first)], (), PLAIN, "m", None)
    whole = body_from_blocks(blocks, (), PLAIN, "m", None)
    assert whole.startswith(short.removesuffix(b"]}]}"))


def test_a_warm_turn_writes_no_block_again() -> None:
    fragments = Fragments()
    own = plan([UserText(f"line {number}") for number in range(50)])
    first = fragments.of(own.blocks())
    again = fragments.of(own.blocks())
    assert all(one is other for one, other in zip(first, again, strict=True))
    assert body(own, None, fragments=fragments) == body(own, None)
