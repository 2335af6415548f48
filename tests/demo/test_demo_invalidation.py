"""The published table of what a change invalidates: tools, system, messages; each row against each segment."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Mapping
from typing import Any

import pytest

MARK = {"type": "ephemeral"}
TOOLS, SYSTEM, MESSAGES = 1, 2, 3  # how many segments stay readable from the front


def tool(name: str, words: int = 700, **fields: Any) -> dict[str, Any]:
    return {"name": name, "description": "word " * words, "input_schema": {"type": "object"}, **fields}


def text(name: str, words: int) -> dict[str, Any]:
    return {"type": "text", "text": " ".join(f"{name}{n}" for n in range(words))}


def picture() -> dict[str, Any]:
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 280, 280)
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": base64.b64encode(data).decode()},
    }


def document(cited: bool) -> dict[str, Any]:
    source = {"type": "text", "media_type": "text/plain", "data": "a document"}
    return {"type": "document", "source": source, "citations": {"enabled": cited}}


def body(**fields: Any) -> dict[str, Any]:
    return {
        "model": "claude-opus-5-5",
        "tools": [tool("alpha", cache_control=MARK)],
        "system": [{**text("s", 600), "cache_control": MARK}],
        "messages": [
            {"role": "user", "content": [document(False), text("u", 500), {**text("v", 100), "cache_control": MARK}]}
        ],
        **fields,
    }


def with_content(*blocks: dict[str, Any]) -> dict[str, Any]:
    return body(messages=[{"role": "user", "content": [*blocks, {**text("v", 100), "cache_control": MARK}]}])


def appended(extra: Mapping[str, Any]) -> dict[str, Any]:
    return body(messages=[*body()["messages"], extra])


Change = Callable[[], dict[str, Any]]
ROWS: dict[str, tuple[Change, int]] = {
    "nothing": (body, MESSAGES),
    "model": (lambda: body(model="claude-sonnet-5-5"), 0),
    "tool edited": (lambda: body(tools=[tool("alpha", 701, cache_control=MARK)]), 0),
    "tool added in front": (lambda: body(tools=[tool("beta", 1), tool("alpha", cache_control=MARK)]), 0),
    "web search on": (
        lambda: body(tools=[tool("alpha", cache_control=MARK), {"type": "web_search_20260318", "name": "web_search"}]),
        TOOLS,
    ),
    "citations on": (lambda: with_content(document(True), text("u", 500)), TOOLS),
    "speed fast": (lambda: body(speed="fast"), TOOLS),
    "system text": (lambda: body(system=[{**text("t", 600), "cache_control": MARK}]), TOOLS),
    "tool choice none": (lambda: body(tool_choice={"type": "none"}), SYSTEM),
    "parallel tool use off": (lambda: body(tool_choice={"type": "auto", "disable_parallel_tool_use": True}), SYSTEM),
    "tool choice auto in words": (lambda: body(tool_choice={"type": "auto"}), MESSAGES),
    "image added": (lambda: with_content(document(False), text("u", 500), picture()), SYSTEM),
    "effort high": (lambda: body(output_config={"effort": "high"}), SYSTEM),
    "default effort in words": (lambda: body(output_config={"effort": "medium"}), MESSAGES),
    "default thinking in words": (lambda: body(thinking={"type": "adaptive"}), MESSAGES),
    "message text": (lambda: with_content(document(False), text("w", 500)), SYSTEM),
    "system message appended": (lambda: appended({"role": "system", "content": "be brief"}), MESSAGES),
    "user message appended": (lambda: appended({"role": "user", "content": "more"}), MESSAGES),
}


@pytest.mark.parametrize("row", ROWS)
def test_a_change_keeps_exactly_the_published_segments(demo, row):
    change, kept = ROWS[row]
    assert demo.bill(body())[0] == 0
    whole = demo.count(body())
    system = demo.count(body(messages=[{"role": "user", "content": "one"}])) - 1
    tools = demo.count(body(system="one", messages=[{"role": "user", "content": "one"}])) - 2
    assert demo.bill(change())[0] == (0, tools, system, whole)[kept]


@pytest.mark.parametrize(
    "thinking", [{"type": "disabled"}, {"type": "adaptive"}, {"type": "enabled", "budget_tokens": 2_048}]
)
def test_a_thinking_mode_has_its_own_message_cache(demo, thinking):
    plain = body(model="claude-opus-4-6", tools=[tool("alpha", 5_000, cache_control=MARK)], max_tokens=5_000)
    demo.bill({**plain, "thinking": {"type": "enabled", "budget_tokens": 1_024}})
    first = demo.bill({**plain, "thinking": thinking})
    assert first[0] > 5_000 and first[1] > 0  # tools and system are kept, messages written anew
    assert demo.bill({**plain, "thinking": thinking})[1] == 0


def test_a_budget_of_another_size_loses_the_messages(demo):
    plain = body(model="claude-sonnet-4-6", max_tokens=5_000)
    demo.bill({**plain, "thinking": {"type": "enabled", "budget_tokens": 1_024}})
    assert demo.bill({**plain, "thinking": {"type": "enabled", "budget_tokens": 2_000}})[1] > 0


def test_a_forced_tool_call_keeps_system_and_loses_messages(demo):
    plain = body(model="claude-haiku-5-5")
    demo.bill(plain)
    read, written, _, fresh = demo.bill({**plain, "tool_choice": {"type": "any"}})
    assert read > 1_200 and (written, fresh) == (602, 0)


def test_a_cleared_tool_result_loses_what_stands_behind_it(demo):
    def turns(result: str) -> list[dict[str, Any]]:
        call = {"type": "tool_use", "id": "t1", "name": "alpha", "input": {}}
        answer = {"type": "tool_result", "tool_use_id": "t1", "content": result}
        return [
            {"role": "user", "content": [{**text("u", 600), "cache_control": MARK}]},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [answer, {**text("v", 100), "cache_control": MARK}]},
        ]

    demo.bill(body(messages=turns("a long result " * 50)))
    head = demo.count(body(messages=turns("x")[:1]))
    assert demo.bill(body(messages=turns("[cleared]")))[0] == head


def test_a_deferred_tool_is_appended_where_a_search_finds_it(demo):
    hidden = tool("beta", 300, defer_loading=True)
    tools = [tool("alpha", cache_control=MARK), hidden]
    demo.bill(body())
    found = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "tool_reference", "tool_name": "beta"}]}
    call = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "alpha", "input": {}}]}
    whole = demo.count(body())
    assert demo.bill(body(tools=tools))[0] == whole
    grown = demo.bill(body(tools=tools, messages=[*body()["messages"], call, {"role": "user", "content": [found]}]))
    assert grown[0] == whole and sum(grown) > whole + 300


def test_old_models_lose_what_follows_thinking_that_a_user_turn_strips(start):
    from cowork_tui.demo.reply import Reply, TextPart, ThinkingPart

    demo = start(lambda _: Reply((ThinkingPart("deep thought"), TextPart("pong")), "end_turn"))
    thinking = {"type": "enabled", "budget_tokens": 1_024}
    opening = {"role": "user", "content": [{**text("u", 5_000), "cache_control": MARK}]}
    plain = {"max_tokens": 5_000, "thinking": thinking}
    for model, kept in (("claude-haiku-4-5", False), ("claude-opus-4-5", True)):
        said = demo.message({**plain, "model": model, "messages": [opening]})["content"]
        turn = {"role": "assistant", "content": [*said[:-1], {**said[-1], "cache_control": MARK}]}
        call = {"model": model, **plain}
        more = [opening, turn, {"role": "user", "content": "more"}]
        read, written, _, _ = demo.bill({**call, "messages": more})
        assert read == 5_000
        assert written == (3 if kept else 1)  # two words of thinking and one of text, or only the text
