"""What real clients send beside the plain forms: server tools, context edits, odd bodies, media."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.reply import Reply, TextPart, ThinkingPart, ToolUsePart

MODEL = "claude-sonnet-5-5"
SEARCH = {"type": "web_search_20250305", "name": "web_search"}
READ = {"name": "read", "input_schema": {"type": "object"}}
HI: list[Any] = [{"role": "user", "content": "hi"}]


def used(turns: int, words: int = 50) -> list[dict[str, Any]]:
    """A conversation of calls of `read` with results of so many words."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "go"}]
    for number in range(turns):
        call = {"type": "tool_use", "id": f"t{number}", "name": "read", "input": {"path": f"file {number}"}}
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": "word " * words}
        messages += [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
    return messages


def test_a_server_tool_is_answered_as_unavailable_and_the_turn_ends(start):
    demo = start(lambda _: Reply((ToolUsePart("web_search", {"query": "news"}),), "tool_use"))
    ask = {"model": MODEL, "tools": [SEARCH], "messages": HI}
    message = demo.message(ask)
    use, result, text = message["content"]
    assert (use["type"], use["name"], use["input"]) == ("server_tool_use", "web_search", {"query": "news"})
    assert use["id"].startswith("srvtoolu_") and result["tool_use_id"] == use["id"]
    assert result["type"] == "web_search_tool_result"
    assert result["content"] == {"type": "web_search_tool_result_error", "error_code": "unavailable"}
    assert text["text"] == "web_search is not available on this server." and message["stop_reason"] == "end_turn"
    back = [*HI, {"role": "assistant", "content": message["content"]}, {"role": "user", "content": "ok"}]
    assert demo.message({**ask, "messages": back})["content"]


def test_a_streamed_server_tool_has_its_result_whole(start):
    demo = start(lambda _: Reply((ToolUsePart("web_search", {"query": "news"}),), "tool_use"))
    response = demo.post({"model": MODEL, "max_tokens": 99, "stream": True, "tools": [SEARCH], "messages": HI})
    found = [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: ")]
    starts = [event["content_block"] for event in found if event["type"] == "content_block_start"]
    assert [block["type"] for block in starts] == ["server_tool_use", "web_search_tool_result", "text"]
    assert starts[0]["input"] == {} and starts[1]["content"]["error_code"] == "unavailable"


@pytest.mark.parametrize(
    "kind",
    ["web_search_20260209", "web_fetch_20250910", "code_execution_20260120", "tool_search_tool_regex_20251119",
     "bash_20250124", "text_editor_20250728", "computer_20251124", "memory_20250818", "mcp_toolset",
     "advisor_20260301"],
)  # fmt: skip
def test_tools_that_the_api_defines_are_taken(demo, kind):
    tools = [{"type": kind, "name": "it"}, READ]
    assert demo.message({"model": MODEL, "tools": tools, "messages": HI})["stop_reason"] == "end_turn"


def test_old_tool_results_are_cleared_on_request(demo):
    edit = {"type": "clear_tool_uses_20250919", "trigger": {"type": "tool_uses", "value": 4},
            "keep": {"type": "tool_uses", "value": 2}}  # fmt: skip
    ask = {"model": MODEL, "tools": [READ], "messages": used(5)}
    whole = demo.count(ask)
    message = demo.message({**ask, "context_management": {"edits": [edit]}})
    (applied,) = message["context_management"]["applied_edits"]
    assert (applied["type"], applied["cleared_tool_uses"]) == ("clear_tool_uses_20250919", 3)
    assert message["usage"]["input_tokens"] == whole - applied["cleared_input_tokens"] < whole - 100
    few = demo.message({**ask, "messages": used(4), "context_management": {"edits": [edit]}})
    assert few["context_management"] == {"applied_edits": []}


def test_clearing_spares_tools_can_empty_inputs_and_may_not_be_worth_it(demo):
    def cleared(**fields: Any) -> list[Any]:
        trigger = {"type": "tool_uses", "value": 1}
        edit = {"type": "clear_tool_uses_20250919", "trigger": trigger, **fields}
        asked = {"model": MODEL, "tools": [READ], "messages": used(6), "context_management": {"edits": [edit]}}
        return demo.message(asked)["context_management"]["applied_edits"]

    (plain,), (inputs,) = cleared(), cleared(clear_tool_inputs=True)
    assert plain["cleared_tool_uses"] == 3
    assert inputs["cleared_input_tokens"] > plain["cleared_input_tokens"]
    assert cleared(exclude_tools=["read"]) == []
    assert cleared(clear_at_least={"type": "input_tokens", "value": 100_000}) == []


def test_clearing_ends_the_cached_prefix_where_it_clears(demo):
    marked = used(6)
    marked[-1]["content"][0]["cache_control"] = {"type": "ephemeral"}
    system = [{"type": "text", "text": "word " * 600, "cache_control": {"type": "ephemeral"}}]
    ask = {"model": MODEL, "tools": [READ], "system": system, "messages": marked}
    demo.message(ask)
    edit = {"type": "clear_tool_uses_20250919", "trigger": {"type": "tool_uses", "value": 1}}
    usage = demo.message({**ask, "context_management": {"edits": [edit]}})["usage"]
    assert 600 <= usage["cache_read_input_tokens"] < 700 and usage["cache_creation_input_tokens"] > 150


def test_old_thinking_is_cleared_on_request(start):
    def thinks(_: JsonObject) -> Reply:
        return Reply((ThinkingPart("deep and long thought"), TextPart("pong")), "end_turn")

    demo = start(thinks)
    messages: list[Any] = list(HI)
    for _ in range(3):
        said = demo.message({"model": MODEL, "messages": messages})["content"]
        messages += [{"role": "assistant", "content": said}, {"role": "user", "content": "more"}]
    edit: dict[str, Any] = {"type": "clear_thinking_20251015", "keep": {"type": "thinking_turns", "value": 1}}
    ask = {"model": MODEL, "messages": messages}
    counted = demo.post(
        {**ask, "context_management": {"edits": [edit]}}, "/v1/messages/count_tokens"
    ).json()
    assert counted["context_management"]["original_input_tokens"] == demo.count(ask) == counted["input_tokens"] + 8
    (applied,) = demo.message({**ask, "context_management": {"edits": [edit]}})["context_management"]["applied_edits"]
    assert (applied["cleared_thinking_turns"], applied["cleared_input_tokens"]) == (2, 8)
    kept = demo.message({**ask, "context_management": {"edits": [{**edit, "keep": "all"}]}})
    assert kept["context_management"]["applied_edits"] == []


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([{"type": "clear_tool_uses_20250919"}, {"type": "clear_thinking_20251015"}],
         "context_management.edits: clear_thinking_20251015 must be the first edit"),
        ([{"type": "clear_thinking_20251015", "keep": {"type": "thinking_turns", "value": 0}}],
         "context_management.edits.0.keep.value: Input should be a valid integer, 1 or more"),
        ([{"type": "clear_tool_uses_20250919", "trigger": {"type": "minutes", "value": 1}}],
         "context_management.edits.0.trigger.type: Input should be 'input_tokens' or 'tool_uses'"),
    ],
)  # fmt: skip
def test_malformed_edits_are_refused(demo, edits, expected):
    body = {"model": MODEL, "max_tokens": 9, "messages": HI, "context_management": {"edits": edits}}
    assert demo.refusal(body) == (400, expected)


def test_a_compressed_body_is_refused_in_words(demo):
    packed = gzip.compress(b"{}")
    response = demo.http.post(
        f"{demo.url}/v1/messages", content=packed, headers={**demo.headers, "content-encoding": "gzip"}
    )
    assert response.status_code == 415
    expected = "content-encoding: 'gzip' is not supported; send the body uncompressed"
    assert response.json()["error"] == {"type": "invalid_request_error", "message": expected}


def test_a_chunked_body_is_read(demo):
    body = json.dumps({"model": MODEL, "max_tokens": 9, "messages": HI}).encode()
    response = demo.http.post(
        f"{demo.url}/v1/messages", content=(body[i : i + 7] for i in range(0, len(body), 7)), headers=demo.headers
    )
    assert response.status_code == 200 and response.request.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ({"type": "image", "source": {"type": "base64", "media_type": "image/bmp", "data": "AAAA"}},
         "image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'"),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "no base64!"}},
         "image.source.base64.data: The image data is not valid base64"),
        ({"type": "document", "source": {"type": "text", "media_type": "text/html", "data": "x"}},
         "document.source.text.media_type: Input should be 'text/plain'"),
    ],
)  # fmt: skip
def test_media_that_the_api_does_not_take_are_refused(demo, block, place):
    body = {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": [block]}]}
    assert demo.refusal(body) == (400, f"messages.0.content.0.{place}")
