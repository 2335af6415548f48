"""Requests mutated at random: answered, or refused in the published shape; no failure of the server, no hang."""

from __future__ import annotations

import copy
import json
import logging
import os
import random
from collections.abc import Iterator
from typing import Any

import httpx2

from cowork_tui.demo.clerk import answer

FULL = os.environ.get("COWORK_BENCH_FULL") == "1"
REQUESTS = 20_000 if FULL else 1_000
MODELS = ("claude-sonnet-5-5", "claude-fable-5-2", "claude-haiku-4-5", "claude-opus-4-8", "claude-opus-4-5")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MARK = {"type": "ephemeral"}
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, 1e308, "", " ", "\u0000", "\ud83d\ude42", "auto", "tool", "text", [], {},
    [[]], [None], {"type": None}, {"type": "text"}, {"type": "text", "text": ""}, "x" * 5_000, {"type": "ephemeral"},
    {"type": "tool_result", "tool_use_id": "t0"}, {"type": "enabled", "budget_tokens": 2_000}, "claude-opus-5",
)  # fmt: skip

HEAD: dict[str, Any] = {
    "model": MODELS[0],
    "max_tokens": 600,
    "stream": True,
    "system": [{"type": "text", "text": "You file receipts.", "cache_control": {**MARK, "ttl": "1h"}}],
    "tools": [
        {"name": "read_document", "description": "Reads", "strict": True, "eager_input_streaming": True,
         "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}},
        {"name": "rare", "defer_loading": True, "input_schema": {"type": "object"}},
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 3},
    ],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    "thinking": {"type": "adaptive", "display": "summarized"},
    "output_config": {"effort": "high"},
    "metadata": {"user_id": "someone"},
    "diagnostics": {"previous_message_id": None},
    "stop_sequences": ["STOP"],
    "cache_control": MARK,
    "context_management": {"edits": [
        {"type": "clear_thinking_20251015", "keep": {"type": "thinking_turns", "value": 1}},
        {"type": "clear_tool_uses_20250919", "trigger": {"type": "tool_uses", "value": 1},
         "keep": {"type": "tool_uses", "value": 1}, "clear_tool_inputs": True},
    ]},
}  # fmt: skip
MESSAGES: list[Any] = [
    {"role": "user", "content": [
        {"type": "text", "text": "Extract the totals into totals.csv"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        {"type": "document", "title": "a", "citations": {"enabled": True},
         "source": {"type": "text", "media_type": "text/plain", "data": "total 12.50"}},
    ]},
    {"role": "assistant", "content": [
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "t0", "name": "read_document", "input": {"path": "a.txt"}},
        {"type": "tool_use", "id": "t1", "name": "read_document", "input": {"path": "b.txt", "offset": 3}},
    ]},
    {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "t0", "content": "a.txt | txt | 12 characters\n\ntotal 3"},
        {"type": "tool_result", "tool_use_id": "t1", "is_error": True, "content": [
            {"type": "text", "text": "no such file", "cache_control": MARK},
            {"type": "tool_reference", "tool_name": "rare"}]},
        {"type": "text", "text": "go on", "cache_control": MARK},
    ]},
    {"role": "system", "content": "Be brief."},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value below the top."""
    children: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def mutated(dice: random.Random, body: dict[str, Any]) -> dict[str, Any]:
    """The body with one value removed, replaced, doubled or moved to another place."""
    way = dice.choice(list(places(body)))
    holder: Any = body
    for step in way[:-1]:
        holder = holder[step]
    action = dice.randrange(5)
    if action == 0:
        del holder[way[-1]]
    elif action == 1 and isinstance(holder, list):
        holder.insert(way[-1], copy.deepcopy(holder[way[-1]]))
    elif action == 2 and isinstance(holder, dict):
        holder[dice.choice(("type", "role", "content", "id", "surprise", "cache_control", "text"))] = holder[way[-1]]
    elif action == 3 and isinstance(holder, list):
        dice.shuffle(holder)
    else:
        holder[way[-1]] = copy.deepcopy(dice.choice(STRANGE))
    return body


def requests(dice: random.Random) -> Iterator[bytes]:
    for number in range(REQUESTS):
        body = {**copy.deepcopy(HEAD), "messages": copy.deepcopy(MESSAGES), "model": dice.choice(MODELS)}
        for name in dice.sample([*HEAD], dice.randrange(len(HEAD))):
            if name not in ("model", "max_tokens") and dice.random() < 0.7:
                del body[name]
        for _ in range(dice.randrange(4)):
            body = mutated(dice, body) if body else body
        content = bytearray(json.dumps(body, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass"))
        if number % 10 == 0:
            for _ in range(dice.randrange(1, 4)):
                content[dice.randrange(len(content))] = dice.randrange(256)
            del content[dice.randrange(len(content)) :: dice.choice((1, 5_000))]
        yield bytes(content)


def test_no_request_makes_the_server_fail(start, caplog):
    demo = start(answer, skew=True)
    dice = random.Random(20261122)
    seen: dict[int, int] = {}
    with caplog.at_level(logging.WARNING), httpx2.Client(timeout=20) as client:
        for content in requests(dice):
            path = "/v1/messages" if dice.random() < 0.8 else "/v1/messages/count_tokens"
            version = dice.choice(("2023-06-01", "2026-10-21"))
            response = client.post(
                demo.url + path, content=content, headers={**demo.headers, "anthropic-version": version}
            )
            seen[response.status_code] = seen.get(response.status_code, 0) + 1
            assert response.status_code == 200 or 400 <= response.status_code < 500, (response.text, content)
            assert well_formed(response), (response.text, content)
    assert not caplog.records
    assert seen[200] > REQUESTS / 20 and seen[400] > REQUESTS / 10


def well_formed(response: httpx2.Response) -> bool:
    if response.headers["content-type"].startswith("text/event-stream"):
        found = [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: ")]
        return found[0]["type"] == "message_start" and found[-1]["type"] == "message_stop"
    body = response.json()
    if response.status_code == 200:
        return body.get("type") == "message" or isinstance(body.get("input_tokens"), int)
    error = body["error"]
    named = body["request_id"] and error["type"].endswith("_error") and error["message"]
    return body["type"] == "error" and bool(named)
