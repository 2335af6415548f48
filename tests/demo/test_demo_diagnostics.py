"""`diagnostics.previous_message_id`: why a prefix could not be reused, by comparing requests."""

from __future__ import annotations

from typing import Any

import pytest

MARK = {"type": "ephemeral"}


def body(**fields: Any) -> dict[str, Any]:
    message = {"role": "user", "content": [{"type": "text", "text": "word " * 600, "cache_control": MARK}]}
    tools = [{"name": "t", "input_schema": {"type": "object"}}]
    return {"model": "claude-opus-5-5", "system": "be brief", "tools": tools, "messages": [message], **fields}


def diagnosis(demo: Any, second: dict[str, Any], **headers: str) -> Any:
    first = demo.message(body(diagnostics={"previous_message_id": None}))
    assert first["diagnostics"] is None
    return demo.message({**second, "diagnostics": {"previous_message_id": first["id"]}}, **headers)["diagnostics"]


def test_an_appended_message_is_no_divergence(demo):
    more = [*body()["messages"], {"role": "assistant", "content": "pong"}, {"role": "user", "content": "more"}]
    assert diagnosis(demo, body(messages=more)) is None


def test_the_field_is_absent_unless_asked_for(demo):
    assert "diagnostics" not in demo.message(body())


@pytest.mark.parametrize(
    ("kind", "change", "missed"),
    [
        ("model_changed", {"model": "claude-fable-5-1"}, 603),
        ("model_changed", {"speed": "fast"}, 603),
        ("tools_changed", {"tools": [{"name": "u", "input_schema": {"type": "object"}}]}, 603),
        ("system_changed", {"system": "be long"}, 602),
        ("messages_changed", {"messages": [{"role": "user", "content": "else"}]}, 600),
    ],
)
def test_a_divergence_is_named_with_the_tokens_it_missed(demo, kind, change, missed):
    reason = diagnosis(demo, body(**change))["cache_miss_reason"]
    assert reason == {"type": kind, "cache_missed_input_tokens": missed}


@pytest.mark.parametrize("change", [{"tool_choice": {"type": "none"}}, {"output_config": {"effort": "low"}}])
def test_other_parameters_make_it_unavailable(demo, change):
    assert diagnosis(demo, body(**change)) == {"cache_miss_reason": {"type": "unavailable"}}


def test_other_beta_headers_make_it_unavailable(demo):
    found = diagnosis(demo, body(), anthropic_beta="something-2026-01-01")
    assert found == {"cache_miss_reason": {"type": "unavailable"}}


def test_an_unknown_message_is_said_to_be_unknown(demo):
    asked = demo.message(body(diagnostics={"previous_message_id": "msg_nobody"}))
    assert asked["diagnostics"] == {"cache_miss_reason": {"type": "previous_message_not_found"}}


def test_another_keys_message_is_unknown(demo):
    found = diagnosis(demo, body(), x_api_key="another key than " + demo.key)
    assert found == {"cache_miss_reason": {"type": "previous_message_not_found"}}


def test_a_stream_carries_it_in_its_first_event(demo):
    text = demo.post(body(max_tokens=9, stream=True, diagnostics={"previous_message_id": "msg_nobody"})).text
    assert "previous_message_not_found" in text.split("\n\n")[0]
