"""Strict where the API is strict, and in its words; tolerant where real clients need it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MODEL = "claude-sonnet-5-5"
OLD = "2023-06-01"
USER = {"role": "user", "content": "hi"}
TOOL = {"name": "t", "input_schema": {"type": "object"}}
CALL = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "t", "input": {}}]}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "x"}


def body(*messages: Any, **fields: Any) -> dict[str, Any]:
    return {"model": MODEL, "max_tokens": 50, "messages": list(messages) or [USER], **fields}


def said(*blocks: Any, role: str = "user") -> dict[str, Any]:
    return {"role": role, "content": list(blocks)}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in body().items() if key != name}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no model": (without("model"), "model: Field required"),
    "no max_tokens": (without("max_tokens"), "max_tokens: Field required"),
    "no messages": (without("messages"), "messages: Field required"),
    "empty messages": ({**body(), "messages": []}, "messages: at least one message is required"),
    "messages not a list": ({**body(), "messages": "hi"}, "messages: Input should be a valid list"),
    "unknown field": (body(foo=1), "foo: Extra inputs are not permitted"),
    "max_tokens a text": (body(max_tokens="5"), "max_tokens: Input should be a valid integer"),
    "max_tokens negative": (body(max_tokens=-1), "max_tokens: Input should be greater than or equal to 0"),
    "max_tokens too large": (body(max_tokens=200_000), "max_tokens: 200000 > 128000, which is the maximum allowed"),
    "sampling in the new version": (body(temperature=1.0), "temperature: Extra inputs are not permitted"),
    "first from the assistant": (body({"role": "assistant", "content": "x"}, USER), "messages: first message must"),
    "unknown role": (body({"role": "bot", "content": "x"}), "messages.0.role: Input should be 'user', 'assistant'"),
    "no content": (body({"role": "user"}), "messages.0.content: Field required"),
    "empty content": (body({"role": "user", "content": ""}), "messages.0: all messages must have non-empty content"),
    "empty text": (body(said({"type": "text", "text": ""})), "messages: text content blocks must be non-empty"),
    "blank text": (body(said({"type": "text", "text": " "})), "messages: text content blocks must contain non-white"),
    "empty system text": (body(system=[{"type": "text", "text": ""}]), "system: text content blocks must be non-empty"),
    "a mark on empty text": (
        body(said({"type": "text", "text": "", "cache_control": {"type": "ephemeral"}})),
        "messages.0.content.0.text: cache_control cannot be set for empty text blocks",
    ),
    "unknown block": (body(said({"type": "poem"})), "messages.0.content.0: Input tag 'poem' found using 'type'"),
    "a block without type": (body(said({"text": "x"})), "messages.0.content.0.type: Field required"),
    "an unanswered tool use": (
        body(USER, CALL, tools=[TOOL]),
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1. Each `tool_use`",
    ),
    "text before the result": (
        body(USER, CALL, said({"type": "text", "text": "so"}, RESULT), tools=[TOOL]),
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1.",
    ),
    "a result without its use": (
        body(said(RESULT)),
        "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t1. Each `tool_result`",
    ),
    "two results of one use": (
        body(USER, CALL, said(RESULT, RESULT), tools=[TOOL]),
        "messages.2.content.1: each tool_use must have a single result.",
    ),
    "a tool id twice": (body(USER, CALL, said(RESULT), CALL, said(RESULT)), "messages: `tool_use` ids must be unique"),
    "a tool id with odd letters": (
        body(USER, said({**CALL["content"][0], "id": "a b"}, role="assistant"), said(RESULT)),  # type: ignore[dict-item]
        "messages.1.content.0.tool_use.id: String should match pattern",
    ),
    "prefill": (
        body(USER, {"role": "assistant", "content": "Sure"}),
        "This model does not support assistant message prefill. The conversation must end with a user message.",
    ),
    "a tool without schema": (body(tools=[{"name": "t"}]), "tools.0.custom.input_schema: Field required"),
    "a tool with an odd name": (body(tools=[{**TOOL, "name": "a b"}]), "tools.0.custom.name: String should match"),
    "two tools of one name": (body(tools=[TOOL, TOOL]), "tools: Tool names must be unique."),
    "an unknown tool type": (body(tools=[{"type": "saw_2026", "name": "s"}]), "tools.0: Input tag 'saw_2026' found"),
    "a choice without tools": (body(tool_choice={"type": "auto"}), "tool_choice: tool_choice may only be specified"),
    "a choice of no tool": (body(tools=[TOOL], tool_choice={"type": "tool", "name": "u"}), "tool_choice: Tool 'u' not"),
    "a forced tool": (body(tools=[TOOL], tool_choice={"type": "any"}), 'tool_choice: "any" is not supported on this'),
    "a budget": (
        body(thinking={"type": "enabled", "budget_tokens": 2_000}),
        '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive"',
    ),
    "thinking off": (body(thinking={"type": "disabled"}), '"thinking.type.disabled" is not supported for this model.'),
    "an odd effort": (body(output_config={"effort": "huge"}), "output_config.effort: Input should be 'low', 'medium'"),
    "an odd cache type": (body(cache_control={"type": "eternal"}), "cache_control.type: Input should be 'ephemeral'"),
    "an odd ttl": (
        body(cache_control={"type": "ephemeral", "ttl": "2h"}),
        "cache_control.ttl: Input should be '5m' or",
    ),
    "fast where there is none": (body(speed="fast"), "speed: fast mode is not available for claude-sonnet-5-5"),
    "a blank stop sequence": (body(stop_sequences=[" "]), "stop_sequences: each stop sequence must contain non-white"),
    "prewarming a stream": (body(max_tokens=0, stream=True), "max_tokens: 0 cannot be combined with stream"),
    "an assistant's document": (
        body(USER, said({"type": "document", "source": {}}, role="assistant"), USER),
        "messages.1.content.0: document blocks are not permitted directly in assistant messages",
    ),
    "citations in user text": (
        body(said({"type": "text", "text": "x", "citations": [{}]})),
        "messages.0.content.0.text.citations: citations are not permitted",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_request_is_refused_with_its_place(demo, name):
    sent, expected = REFUSED[name]
    status, message = demo.refusal(sent)
    assert status == 400
    assert message.startswith(expected)


PER_MODEL: list[tuple[str, dict[str, Any], str | None]] = [
    ("claude-sonnet-4-5", {"thinking": {"type": "adaptive"}}, "adaptive thinking is not supported on this model"),
    ("claude-sonnet-4-5", {"output_config": {"effort": "low"}}, "output_config.effort: This model does not support"),
    ("claude-sonnet-4-5", {"inference_geo": "us"}, "inference_geo: this parameter is not supported"),
    ("claude-sonnet-4-6", {"output_config": {"effort": "xhigh"}}, "output_config.effort: 'xhigh' is not supported"),
    (
        "claude-sonnet-4-6",
        {"thinking": {"type": "enabled", "budget_tokens": 100}},
        "thinking.enabled.budget_tokens: In",
    ),
    ("claude-sonnet-4-6", {"thinking": {"type": "enabled", "budget_tokens": 1_024}}, "`max_tokens` must be greater"),
    ("claude-opus-4-8", {"thinking": {"type": "enabled", "budget_tokens": 1_024}}, '"thinking.type.enabled" is not'),
    ("claude-opus-4-8", {"speed": "fast"}, "speed: fast mode is not available"),
    ("claude-opus-5", {"thinking": {"type": "disabled"}, "output_config": {"effort": "max"}}, "thinking: "),
    ("claude-opus-5", {"thinking": {"type": "disabled"}}, None),
    ("claude-sonnet-5", {"thinking": {"type": "disabled"}, "output_config": {"effort": "max"}}, None),
    ("claude-haiku-5-5", {"tools": [TOOL], "tool_choice": {"type": "any"}}, None),
    ("claude-opus-5-5", {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "t"}}, "tool_choice: "),
    ("claude-sonnet-5-5", {"thinking": {"type": "between_tools"}}, None),
    ("claude-fable-5-2", {"speed": "fast"}, None),
    ("claude-opus-4-6", {"speed": "fast"}, None),
    ("claude-opus-5-5", {"messages": [USER, {"role": "system", "content": "be brief"}]}, None),
    ("claude-sonnet-5", {"messages": [USER, {"role": "system", "content": "be brief"}]}, "messages.1.role: 'system'"),
    ("claude-haiku-4-5", {"messages": [USER, {"role": "assistant", "content": "Sure, "}]}, "messages: final assistant"),
    ("claude-haiku-4-5", {"messages": [USER, {"role": "assistant", "content": "Sure"}]}, None),
    ("claude-haiku-4-5", {"messages": [{"role": "user", "content": "word " * 200_001}]}, "prompt is too long: 200001 "),
]


@pytest.mark.parametrize(("model", "fields", "refusal"), PER_MODEL)
def test_each_model_takes_and_refuses_its_own_forms(demo, model, fields, refusal):
    sent = {**body(), "model": model, **fields}
    if refusal is None:
        demo.message(sent)
    else:
        status, message = demo.refusal(sent)
        assert (status, message[: len(refusal)]) == (400, refusal)


@pytest.mark.parametrize("model", ["claude-nothing", "claude-opus-4-1", "claude-mythos-preview"])
def test_unknown_and_retired_models_are_not_found(demo, model):
    assert demo.refusal({**body(), "model": model}) == (404, f"model: {model}")


def test_the_old_version_takes_sampling_and_documents_of_the_assistant(demo):
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}
    sent = body(USER, said(document, role="assistant"), USER, temperature=0)
    assert demo.message(sent, anthropic_version=OLD)["role"] == "assistant"
    assert demo.refusal(body(temperature=2), anthropic_version=OLD)[0] == 400
    assert demo.refusal(body(temperature=1, top_p=1), anthropic_version=OLD)[0] == 400


def test_fast_mode_is_reported_as_it_was_served(demo):
    def speed(model: str, **headers: str) -> str:
        return demo.message({**body(), "model": model, "speed": "fast"}, **headers)["usage"]["speed"]

    assert speed("claude-opus-5-5") == "fast"
    assert speed("claude-opus-4-6") == "standard"
    assert speed("claude-opus-4-8", anthropic_beta="x-1, fast-mode-2026-02-01") == "fast"


def test_what_real_clients_send_is_taken(demo):
    sent = body(
        said({"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}),
        {"role": "assistant", "content": [{"type": "text", "text": "yes", "citations": None}]},
        said(*[{"type": "text", "text": "a"}, {"type": "text", "text": "b", "cache_control": None}]),
        USER,
        model="claude-opus-5-5",
        max_tokens=64_000,
        system=[{"type": "text", "text": "s", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        tools=[
            {**TOOL, "strict": True, "eager_input_streaming": True, "type": "custom"},
            {**TOOL, "name": "later", "defer_loading": True},
            {"type": "web_search_20260318", "name": "web_search"},
            {"type": "bash_20250124", "name": "bash"},
        ],
        thinking={"type": "adaptive"},
        context_management={"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        output_config={"effort": "high"},
        metadata={"user_id": "someone"},
        service_tier="auto",
    )
    response = demo.post(sent, "/v1/messages?beta=true", anthropic_version=OLD, anthropic_beta="unheard-of-2030-01-01")
    assert response.status_code == 200
    assert response.json()["context_management"] == {"applied_edits": []}


def test_count_tokens_takes_a_prompt_and_no_answer_fields(demo):
    refused = demo.post(body(), "/v1/messages/count_tokens")
    assert (refused.status_code, refused.json()["error"]["message"]) == (
        400,
        "max_tokens: Extra inputs are not permitted",
    )
    assert demo.count({"model": MODEL, "messages": [USER]}) == 1


def test_keys(demo):
    def status(**headers: str) -> int:
        named = {"anthropic-version": OLD, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return demo.http.post(f"{demo.url}/v1/messages", json=body(), headers=named).status_code

    assert status() == 401
    assert status(x_api_key="") == 401
    assert status(x_api_key="k") == status(authorization="Bearer k") == 200
    assert status(x_api_key="sk-wrong") == status(authorization="Bearer revoked-1") == 401
    assert status(x_api_key="k", authorization="Bearer wrong") == 200
    found = demo.http.post(f"{demo.url}/v1/messages", json=body(), headers={"x-api-key": "wrong"}).json()
    assert found["error"] == {"type": "authentication_error", "message": "invalid x-api-key"}


def test_versions(demo):
    for headers in ({"x-api-key": "k"}, {"x-api-key": "k", "anthropic-version": "2020-01-01"}):
        response = demo.http.post(f"{demo.url}/v1/messages", json=body(), headers=headers)
        assert response.status_code == 400
        assert response.json()["error"]["message"].startswith("anthropic-version: ")


NO_OBJECTS = {
    "nothing": b"",
    "half an object": b"{",
    "an array": b"[]",
    "half a word": b"nul",
    "not a number": b'{"model": NaN}',
    "not UTF-8": b"\xff\xfe",
    "half a surrogate pair": b'{"model": "\\ud800"}',
    "a deep nest": b"[" * 100_000,
    "a long number": b"1" * 10_000,
}


@pytest.mark.parametrize("name", NO_OBJECTS)
def test_a_body_that_is_no_json_object_is_refused(demo, name):
    raw = NO_OBJECTS[name]
    response = demo.http.post(f"{demo.url}/v1/messages", content=raw, headers=demo.headers)
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("The request body")


def test_a_body_of_thirty_megabytes_is_taken_and_one_beyond_the_limit_is_not(demo):
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 30_000_000}}
    assert demo.message(body(said(picture)))["stop_reason"] == "end_turn"
    picture["source"] = {"type": "base64", "media_type": "image/png", "data": "A" * 33_554_432}
    response = demo.post(body(said(picture)))
    assert (response.status_code, response.json()["error"]["type"]) == (413, "request_too_large")


def test_a_chunked_body_is_read_whole(demo):
    raw = json.dumps(body()).encode()
    pieces = (raw[start : start + 7] for start in range(0, len(raw), 7))
    assert demo.http.post(f"{demo.url}/v1/messages", content=pieces, headers=demo.headers).status_code == 200


def test_the_root_answers_a_look_and_other_paths_are_not_found(demo):
    assert demo.http.head(demo.url).status_code == 200
    assert "a script, not AI" in demo.http.get(demo.url).text
    lost = demo.http.get(f"{demo.url}/v1/nothing", headers=demo.headers)
    assert (lost.status_code, lost.json()["error"]["type"]) == (404, "not_found_error")
    assert demo.http.get(f"{demo.url}/v1/messages", headers=demo.headers).status_code == 405


def test_a_fault_of_the_script_is_an_api_error(start):
    def broken(_: object) -> Any:
        raise ZeroDivisionError

    status, message = start(broken).refusal(body())
    assert (status, message) == (500, "Internal server error")


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5) | st.sampled_from(["user", "tool_result", "ephemeral", "text", "adaptive", "any"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "text", "content", "role", "cache_control", "source", "name", "input", "id", "ttl"]),
        inner, max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip

FULL = body(
    USER,
    CALL,
    said(
        {**RESULT, "content": [{"type": "text", "text": "x"}, {"type": "tool_reference", "tool_name": "later"}]},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}},
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "x"}]}, "title": "a"},
        {"type": "search_result", "source": "s", "title": "a", "content": [{"type": "text", "text": "x"}]},
    ),
    system=[{"type": "text", "text": "s"}],
    tools=[TOOL, {**TOOL, "name": "later", "defer_loading": True}],
    tool_choice={"type": "auto"},
    thinking={"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "error"}},
    output_config={"effort": "low", "format": {"type": "json_schema", "schema": {"type": "object"}}},
    thread={"type": "create"},
    metadata={"user_id": "u"},
    diagnostics={"previous_message_id": None},
    cache_control={"type": "ephemeral"},
    context_management={"edits": []},
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


@given(st.sampled_from(places(FULL)), ODD)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_odd_value_anywhere_is_more_than_a_refusal(demo, place, value):
    sent = json.loads(json.dumps(FULL))
    holder = sent
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    response = demo.post(sent)
    assert response.status_code in (200, 400, 404), response.text
