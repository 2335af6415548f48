"""Streams that are broken at random: the client neither hangs nor raises, and never takes a part for the whole."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import Sequence

import pytest

from cowork_tui.core.json_values import JsonValue
from cowork_tui.engine.provider_events import AttemptFailed, ContentEnded, Delta, Ended, Failed, Started
from tests.adapters.anthropic.loopback_server import END, START, TEXT_BLOCK, Answer, playing, sse
from tests.adapters.anthropic.small_plans import events_of, provider

STREAMS = 20_000 if os.environ.get("COWORK_BENCH_FULL") == "1" else 1_000
PARTS = 4
PATIENCE_SECONDS = 60.0

THINKING: tuple[dict[str, JsonValue], ...] = (
    {"type": "content_block_start", "index": 1, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "thinking_delta", "thinking": "Hm, é"}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "signature_delta", "signature": "c2ln"}},
    {"type": "content_block_stop", "index": 1},
)
CALL: tuple[dict[str, JsonValue], ...] = (
    {"type": "content_block_start", "index": 2,
     "content_block": {"type": "tool_use", "id": "toolu_1", "name": "read_document", "input": {}}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": '{"path": "a'}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": '.txt"}'}},
    {"type": "content_block_stop", "index": 2},
)  # fmt: skip
EVENTS = (START, {"type": "ping"}, *TEXT_BLOCK, *THINKING, *CALL, *END)
ODD: tuple[JsonValue, ...] = (None, True, -1, 1e308, "", "x" * 300, [], {}, [[]], "message_stop ", "\x00\x1b[31m")
GARBAGE = (b"\xff\xfe", b"\r\n", b"\n\n", b"data:", b"event: error\n", b"\x00", b"{", b": c\n", "\u2028".encode())


def mutated(dice: random.Random) -> tuple[bytes, list[bytes]]:
    """A stream with one to three faults, and the pieces it is sent in."""
    events: list[JsonValue] = [json.loads(json.dumps(event)) for event in EVENTS]
    for _ in range(dice.randint(0, 2)):
        _mutate_events(dice, events)
    encoded = [_encode(event) for event in events]
    stream = b"".join(encoded)
    for _ in range(dice.randint(0 if len(events) != len(EVENTS) else 1, 2)):
        stream = _mutate_bytes(dice, stream)
    [size] = dice.choices([1, 60, 5_000], [1, 10, 40])
    return stream, [stream[start : start + size] for start in range(0, len(stream), size)]


def _encode(event: JsonValue) -> bytes:
    name = event.get("type") if isinstance(event, dict) else "odd"
    return f"event: {name}\ndata: {json.dumps(event)}\n\n".encode("utf-8", "replace")


def _mutate_events(dice: random.Random, events: list[JsonValue]) -> None:
    if not events:
        return
    here, there = dice.randrange(len(events)), dice.randrange(len(events))
    match dice.randrange(6):
        case 0:
            del events[here]
        case 1:
            events.insert(there, events[here])
        case 2:
            events[here], events[there] = events[there], events[here]
        case 3:
            del events[here:]
        case 4:
            events[here] = dice.choice(ODD)
        case _:
            _spoil(dice, events[here])


def _spoil(dice: random.Random, value: JsonValue) -> None:
    """Put something odd somewhere inside."""
    while isinstance(value, dict) and value:
        key = dice.choice(list(value))
        if not isinstance(value[key], dict) or dice.random() < 0.3:
            value[key] = dice.choice(ODD)  # type: ignore[index]
            return
        value = value[key]


def _mutate_bytes(dice: random.Random, stream: bytes) -> bytes:
    start = dice.randrange(len(stream) + 1)
    end = min(len(stream), start + dice.choice([1, 5, 80]))
    match dice.randrange(5):
        case 0:
            return stream[:start] + stream[end:]
        case 1:
            return stream[:start] + dice.choice(GARBAGE) + stream[start:]
        case 2:
            return stream[:start] + bytes(dice.randrange(256) for _ in range(end - start)) + stream[end:]
        case 3:
            return stream[:start] + stream[start:end] + stream[start:]
        case _:
            return stream[:start]


def check(stream: bytes, events: Sequence[object]) -> bool:
    """Whether it was taken for a whole response; that is right only where the stream says so."""
    ends = [event for event in events if isinstance(event, Ended | Failed)]
    assert len(ends) == 1
    assert events[-1] is ends[0]
    assert all(isinstance(e, AttemptFailed | Started | Delta | ContentEnded | Ended | Failed) for e in events)
    end = ends[0]
    if isinstance(end, Failed):
        assert end.error
        assert end.next_step
        assert "\n" not in end.error
        assert "\x1b" not in end.error
        return False
    assert b"message_stop" in stream
    return True


@pytest.mark.parametrize("part", range(PARTS))
async def test_no_stream_hangs_raises_or_is_taken_for_more_than_it_is(part: int) -> None:
    dice = random.Random(part)
    made = [mutated(dice) for _ in range(STREAMS // PARTS)]
    answers = [Answer(body=pieces, cut=dice.random() < 0.2) for _, pieces in made]
    whole = 0
    async with playing(*answers) as server:
        own = provider(server.url, attempts=1, silence_seconds=20.0)
        for stream, _ in made:
            whole += check(stream, await asyncio.wait_for(events_of(own), PATIENCE_SECONDS))
        await own.aclose()
        assert len(server.requests) == len(made)
    assert 0.05 < whole / len(made) < 0.95


async def test_the_stream_that_is_mutated_is_a_good_one() -> None:
    async with playing(Answer(body=sse(*EVENTS))) as server:
        own = provider(server.url, attempts=1)
        events = await events_of(own)
        await own.aclose()
    assert isinstance(events[-1], Ended)
    assert [type(event) for event in events].count(ContentEnded) == 3
