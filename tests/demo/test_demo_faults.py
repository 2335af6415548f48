"""Every kind of fault as a client meets it, over real HTTP."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx2
import pytest

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.faults import parse_faults
from cowork_tui.demo.reply import Reply, TextPart, ToolUsePart

MODEL = "claude-sonnet-5-5"
TOOLS = [{"name": "read", "input_schema": {"type": "object"}}]
TEXT = "one two three four five six seven eight"
ASK: dict[str, Any] = {
    "model": MODEL, "max_tokens": 500, "tools": TOOLS, "messages": [{"role": "user", "content": "go"}],
}  # fmt: skip


def reads(body: JsonObject) -> Reply:
    """Says something, then calls `read` until it was called twice."""
    messages: Any = body["messages"]
    turns = sum(message["role"] == "assistant" for message in messages)
    if turns < 2:
        return Reply((TextPart(TEXT), ToolUsePart("read", {"path": f"file {turns}.txt", "lines": [1, 2]})), "tool_use")
    return Reply((TextPart("done"),), "end_turn")


@pytest.fixture
def faulty(start):
    """Start a server whose plan is one rule."""

    def begin(kind: str, *fields: str, answer=reads):
        text = "\n".join(("[[fault]]", f'kind = "{kind}"', *fields))
        return start(answer, faults=parse_faults(text), delta_chars=6)

    return begin


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


def stream(demo, body=ASK) -> list[dict[str, Any]]:
    response = demo.post({**body, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    return events(response.text)


def broken_stream(demo, body=ASK) -> str:
    """What arrives of a stream whose connection breaks."""
    received = bytearray()
    with (
        pytest.raises(httpx2.TransportError),
        demo.http.stream("POST", f"{demo.url}/v1/messages", json={**body, "stream": True}, headers=demo.headers) as got,
    ):
        assert got.status_code == 200
        for chunk in got.iter_raw():
            received += chunk
    return received.decode()


def follow_up(message: dict[str, Any]) -> dict[str, Any]:
    calls = [block for block in message["content"] if block["type"] == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": call["id"], "content": "text"} for call in calls]
    return {**ASK, "messages": [*ASK["messages"], {"role": "assistant", "content": message["content"]},
                                {"role": "user", "content": results or "go on"}]}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "status", "type", "code"),
    [
        ("429", 429, "rate_limit_error", None),
        ("spend_limit_429", 429, "rate_limit_error", "enforced_spend_limit_reached"),
        ("self_set_limit_400", 400, "invalid_request_error", None),
        ("500", 500, "api_error", None),
        ("503", 503, "api_error", None),
        ("504", 504, "timeout_error", None),
        ("529", 529, "overloaded_error", None),
        ("408", 408, "invalid_request_error", None),
        ("key_revoked", 401, "authentication_error", None),
        ("model_retired", 404, "not_found_error", None),
    ],
)
def test_refusals_have_the_published_shape_and_write_no_cache(faulty, kind, status, type, code):
    demo = faulty(kind)
    response = demo.post(ASK)
    error = response.json()["error"]
    assert (response.status_code, error["type"], error.get("details", {}).get("error_code")) == (status, type, code)
    assert response.headers["request-id"] == response.json()["request_id"]
    assert "retry-after" not in response.headers
    if kind == "self_set_limit_400":
        assert error["message"].startswith("You have reached your specified API usage limits")
    again = demo.post(ASK).status_code
    assert again == (status if kind in ("key_revoked", "model_retired") else 200)


def test_a_revoked_key_is_refused_everywhere_and_another_is_not(faulty):
    demo = faulty("key_revoked")
    demo.post(ASK)
    assert demo.http.get(f"{demo.url}/v1/models", headers=demo.headers).status_code == 401
    other = {**demo.headers, "x-api-key": "another"}
    assert demo.http.get(f"{demo.url}/v1/models", headers=other).status_code == 200


def test_a_retired_model_leaves_the_list(faulty):
    demo = faulty("model_retired")
    demo.post(ASK)
    listed = demo.http.get(f"{demo.url}/v1/models?limit=100", headers=demo.headers).json()["data"]
    assert MODEL not in [model["id"] for model in listed] and len(listed) > 10
    assert demo.http.get(f"{demo.url}/v1/models/{MODEL}", headers=demo.headers).status_code == 404


def test_faults_of_other_paths_strike_there_only(faulty):
    demo = faulty("529", 'path = "count_tokens"')
    assert demo.post(ASK).status_code == 200
    counted = {name: value for name, value in ASK.items() if name != "max_tokens"}
    assert [demo.post(counted, "/v1/messages/count_tokens").status_code for _ in range(2)] == [529, 200]


@pytest.mark.parametrize("kind", ["connection_refuse", "connection_reset"])
def test_a_hangup_sends_no_byte_and_the_next_request_is_served(faulty, kind):
    demo = faulty(kind)
    error = httpx2.ReadError if kind == "connection_reset" else httpx2.RemoteProtocolError
    with pytest.raises(error):
        demo.post(ASK)
    assert demo.post(ASK).status_code == 200


def test_a_cut_before_the_first_byte_comes_after_the_headers(faulty):
    demo = faulty("cut_before_first_byte")
    assert broken_stream(demo) == ""
    assert demo.post(ASK).status_code == 200


def test_a_cut_in_the_text_leaves_half_of_it(faulty):
    received = broken_stream(faulty("cut_mid_text"))
    assert "message_stop" not in received and "content_block_stop" not in received
    whole = events(received.rsplit("event:", 1)[0])
    text = "".join(event["delta"]["text"] for event in whole if event["type"] == "content_block_delta")
    assert text and TEXT.startswith(text) and len(text) < len(TEXT)


def test_a_cut_in_a_tool_input_waits_for_a_tool_call(faulty):
    demo = faulty("cut_mid_tool_input", answer=lambda body: reads(body) if len(body["messages"]) > 1 else
                  Reply((TextPart("hello"),), "end_turn"))  # fmt: skip
    assert stream(demo)[-1]["type"] == "message_stop"
    later = {**ASK, "messages": [*ASK["messages"], {"role": "assistant", "content": "hello"},
                                 {"role": "user", "content": "read"}]}  # fmt: skip
    received = broken_stream(demo, later)
    assert '"tool_use"' in received and "input_json_delta" in received and "message_delta" not in received


def test_a_plain_answer_is_cut_too(faulty):
    demo = faulty("cut_mid_text")
    with pytest.raises(httpx2.RemoteProtocolError):
        demo.post(ASK)


def test_a_page_can_come_instead_of_an_answer(faulty):
    response = faulty("wrong_content_type").post({**ASK, "stream": True})
    assert (response.status_code, response.headers["content-type"].split(";")[0]) == (200, "text/html")
    assert response.text.startswith("<!doctype html>")


def test_one_event_can_be_no_json_while_the_rest_is(faulty):
    response = faulty("malformed_sse").post({**ASK, "stream": True})
    lines = [line[6:] for line in response.text.splitlines() if line.startswith("data: ")]
    broken = []
    for line in lines:
        try:
            json.loads(line)
        except ValueError:
            broken.append(line)
    assert len(broken) == 1 and json.loads(lines[-1])["type"] == "message_stop"


def test_slow_bytes_take_their_time(faulty):
    demo = faulty("slow_bytes", "bytes_per_second = 20000")
    begin = time.monotonic()
    response = demo.post({**ASK, "stream": True})
    assert time.monotonic() - begin >= 0.8 * len(response.content) / 20_000
    assert events(response.text)[-1]["type"] == "message_stop"


@pytest.mark.parametrize("where", ["before", "middle"])
def test_silence_ends_and_all_goes_on(faulty, where):
    demo = faulty("silence", "seconds = 0.3", f'where = "{where}"')
    begin = time.monotonic()
    assert stream(demo)[-1]["type"] == "message_stop"
    assert time.monotonic() - begin >= 0.3


def test_an_error_event_ends_a_stream_that_began_well(faulty):
    found = stream(faulty("error_event_after_200"))
    assert found[0]["type"] == "message_start"
    assert found[-1] == {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    assert faulty("error_event_after_200").post(ASK).status_code == 529


def test_a_refusal_before_output_has_none(faulty):
    message = faulty("refusal_before_output").message(ASK)
    assert (message["content"], message["stop_reason"]) == ([], "refusal")
    assert message["stop_details"]["category"] == "cyber"
    assert message["usage"]["input_tokens"] > 0


def test_a_refusal_after_output_leaves_half_of_the_text(faulty):
    found = stream(faulty("refusal_after_output", 'category = "bio"'))
    text = "".join(event["delta"].get("text", "") for event in found if event["type"] == "content_block_delta")
    assert text == TEXT[: len(TEXT) // 2]
    assert found[-2]["delta"]["stop_reason"] == "refusal"
    assert found[-2]["delta"]["stop_details"]["category"] == "bio"
    assert found[-2]["usage"]["output_tokens"] < 8


def test_max_tokens_can_cut_a_tool_call(faulty):
    found = stream(faulty("max_tokens_in_tool_call"))
    pieces = [event["delta"]["partial_json"] for event in found if "partial_json" in event.get("delta", {})]
    with pytest.raises(ValueError):
        json.loads("".join(pieces))
    assert json.dumps({"path": "file 0.txt", "lines": [1, 2]}).startswith("".join(pieces))
    assert found[-2]["delta"]["stop_reason"] == "max_tokens"


@pytest.mark.parametrize("model", [MODEL, "claude-fable-5-2", "claude-haiku-4-5"])
def test_a_paused_turn_goes_on_when_its_content_is_sent_back(faulty, model):
    demo = faulty("pause_turn")
    ask = {**ASK, "model": model}
    paused = demo.message(ask)
    assert paused["stop_reason"] == "pause_turn"
    assert [block["type"] for block in paused["content"]] == ["text"]
    back = {**ask, "messages": [*ask["messages"], {"role": "assistant", "content": paused["content"]}]}
    resumed = demo.message(back)
    assert resumed["stop_reason"] == "tool_use"
    joined = {"role": "assistant", "content": [*paused["content"], *resumed["content"]]}
    call = resumed["content"][-1]
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call["id"], "content": "x"}]}
    after = demo.message({**ask, "messages": [*ask["messages"], joined, result]})
    assert after["content"][-1]["input"]["path"] == "file 1.txt"


def test_the_window_can_fill_up_in_the_middle(faulty):
    message = faulty("context_window_exceeded").message(ASK)
    assert message["stop_reason"] == "model_context_window_exceeded"
    assert message["content"] == [{"type": "text", "text": TEXT[: len(TEXT) // 2]}]


def test_a_gateway_can_report_no_cache_fields_and_the_tokens_are_still_all_there(faulty, start):
    ask = {**ASK, "cache_control": {"type": "ephemeral"}, "system": "word " * 600}
    demo = faulty("no_cache_fields")
    whole = start(reads).message(ask)["usage"]
    for usage in (demo.message(ask)["usage"], stream(demo, ask)[0]["message"]["usage"], stream(demo, ask)[-2]["usage"]):
        assert not [name for name in usage if "cache" in name]
        assert usage["input_tokens"] == whole["input_tokens"] + whole["cache_creation_input_tokens"]


def test_a_tool_call_can_have_the_id_of_an_earlier_one(faulty):
    demo = faulty("duplicate_tool_ids")
    first = demo.message(ASK)
    second = demo.message(follow_up(first))
    assert second["content"][-1]["id"] == first["content"][-1]["id"]


def test_a_streamed_tool_input_can_be_no_json(faulty):
    demo = faulty("tool_input_not_json", "times = 0")
    found = stream(demo)
    pieces = [event["delta"]["partial_json"] for event in found if "partial_json" in event.get("delta", {})]
    with pytest.raises(ValueError):
        json.loads("".join(pieces))
    assert found[-2]["delta"]["stop_reason"] == "tool_use"
    assert "INVALID_JSON" in demo.message(ASK)["content"][-1]["input"]


def test_a_fault_that_strikes_after_the_answer_leaves_its_cache_entry(faulty):
    """The request was served: the retry reads what it wrote."""
    ask = {**ASK, "cache_control": {"type": "ephemeral"}, "system": "word " * 600}
    demo = faulty("cut_mid_text")
    broken_stream(demo, ask)
    assert demo.message(ask)["usage"]["cache_read_input_tokens"] > 600
