"""The demo server under load: large requests against what parsing and counting them costs, and many deltas at once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from cowork_tui.adapters.tokenizer import Tokenizer

FULL = os.environ.get("COWORK_BENCH_FULL") == "1"
BLOCKS = 10_000 if FULL else 500
MOST_TIMES_FLOOR = 3.0
DELTAS_A_SECOND = 2_000
DELTAS = 6_000 if FULL else 300
CLIENTS = 4
MOST_LATE = 1.15
WORDS = [f"{start}{end}" for start in ("bak", "rec", "tot", "inv", "pay", "let", "dat", "sum") for end in range(600)]
HEADERS = {"x-api-key": "k", "anthropic-version": "2026-10-21", "content-type": "application/json"}


@contextmanager
def demo_server(*options: str) -> Iterator[str]:
    """The program itself, as other programs meet it."""
    command = [sys.executable, "-m", "cowork_tui", "demo-server", "--port", "0", "--until-input-closes", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdin is not None
        yield process.stdout.readline().decode().split()[-1]
        process.stdin.close()


def conversation(seed: int) -> list[dict[str, Any]]:
    """A task of `BLOCKS` blocks: text and a call, then a result."""
    dice = random.Random(seed)

    def text(words: int) -> str:
        return " ".join(dice.choices(WORDS, k=words))

    messages: list[dict[str, Any]] = [{"role": "user", "content": text(20)}]
    for number in range(BLOCKS // 3):
        tool_id = f"toolu_{number}"
        call = {"type": "tool_use", "id": tool_id, "name": "read", "input": {"path": text(2), "offset": number}}
        messages.append({"role": "assistant", "content": [{"type": "text", "text": text(12)}, call]})
        result = {"type": "tool_result", "tool_use_id": tool_id, "content": text(40)}
        messages.append({"role": "user", "content": [result]})
    return messages


def body_of(messages: list[dict[str, Any]]) -> bytes:
    last = messages[-1]["content"][-1]
    marked = {**last, "cache_control": {"type": "ephemeral"}}
    messages = [*messages[:-1], {**messages[-1], "content": [*messages[-1]["content"][:-1], marked]}]
    tools = [{"name": "read", "input_schema": {"type": "object"}}]
    body = {"model": "claude-sonnet-5-5", "max_tokens": 1_000, "tools": tools, "messages": messages}
    return json.dumps(body).encode()


def floor_seconds(content: bytes, tokenizer: Tokenizer) -> float:
    """Parsing a body and counting the tokens of its blocks, with nothing else."""
    start = time.perf_counter()
    for message in json.loads(content)["messages"]:
        blocks = message["content"]
        for block in [{"text": blocks}] if isinstance(blocks, str) else blocks:
            tokenizer.count(block.get("text") or block.get("content") or json.dumps(block["input"]))
    return time.perf_counter() - start


def answer_seconds(client: httpx2.Client, url: str, content: bytes) -> float:
    start = time.perf_counter()
    response = client.post(f"{url}/v1/messages", content=content, headers=HEADERS)
    elapsed = time.perf_counter() - start
    assert response.status_code == 200, response.text
    return elapsed


def test_a_large_request_costs_little_more_than_parsing_and_counting_it() -> None:
    tokenizer = Tokenizer()
    tokenizer.count("load")
    first, again, floor = [], [], []
    with demo_server() as url, httpx2.Client(timeout=60) as client:
        answer_seconds(client, url, body_of(conversation(0)[:1] + conversation(0)[-2:]))
        for seed in range(1, 5):
            messages = conversation(seed)
            content = body_of(messages)
            first.append(answer_seconds(client, url, content))
            longer = [*messages, {"role": "assistant", "content": "ok"}, {"role": "user", "content": [
                {"type": "text", "text": "and on"}]}]  # fmt: skip
            again.append(answer_seconds(client, url, body_of(longer)))
            floor.append(floor_seconds(content, tokenizer))
    new, known = min(first) / min(floor), min(again) / min(floor)
    print(
        f"\n{BLOCKS:,} blocks answered over HTTP in {new:.2f}x of parsing and counting them (at most "
        f"{MOST_TIMES_FLOOR:g}x), {known:.2f}x when the history is known; {min(first) * 1000:.0f} and "
        f"{min(again) * 1000:.0f} ms"
    )
    assert not FULL or min(again) < min(first)
    assert not FULL or new <= MOST_TIMES_FLOOR


async def deltas_read(url: str) -> tuple[int, float]:
    """The deltas of one stream and the seconds that it took, read without an HTTP library in the way."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps({
        "model": "claude-sonnet-5-5", "max_tokens": 120_000, "stream": True,
        "messages": [{"role": "user", "content": "go"}],
    }).encode()  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    start = time.perf_counter()
    writer.write(f"POST /v1/messages HTTP/1.1\r\nhost: x\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    received = bytearray()
    while b"event: message_stop" not in received[-400:]:
        chunk = await reader.read(1 << 16)
        assert chunk, "the stream ended early"
        received += chunk
    elapsed = time.perf_counter() - start
    writer.close()
    return received.count(b"event: content_block_delta"), elapsed


def test_four_clients_get_their_deltas_in_time(tmp_path: Path) -> None:
    scenario = tmp_path / "long.toml"
    scenario.write_text(f'[[reply]]\ntext = "{"abcdefgh " * (DELTAS * 24 // 9)}"\n')
    pace = ("--delta-seconds", str(1 / DELTAS_A_SECOND), "--scenario", str(scenario))

    async def read_all(url: str) -> list[tuple[int, float]]:
        return await asyncio.gather(*(deltas_read(url) for _ in range(CLIENTS)))

    with demo_server(*pace) as url:
        asyncio.run(deltas_read(url))
        found = asyncio.run(read_all(url))
    rates = [deltas / seconds for deltas, seconds in found]
    print(
        f"\n{CLIENTS} clients at once: {min(rates):,.0f} to {max(rates):,.0f} deltas a second each "
        f"(asked for {DELTAS_A_SECOND:,}; at least {DELTAS_A_SECOND / MOST_LATE:,.0f})"
    )
    assert all(deltas >= DELTAS - 2 for deltas, _ in found)
    assert not FULL or min(rates) >= DELTAS_A_SECOND / MOST_LATE
