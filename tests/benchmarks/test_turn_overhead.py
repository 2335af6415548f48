"""What a turn costs beside the bare SDK making the same request to the same server."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import anthropic

from cowork_tui.adapters.anthropic.catalogue import GenaiPriceBook, ModelCatalogue
from cowork_tui.adapters.anthropic.client import AnthropicProvider
from cowork_tui.adapters.store.database import open_database
from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.adapters.tokenizer import Tokenizer
from cowork_tui.adapters.tools.host import FolderTools
from cowork_tui.adapters.tools.journal import Journal
from cowork_tui.core.blocks import AssistantText, ToolResult, ToolUse, UserText, make_block
from cowork_tui.core.events import BlockEnded, Event, ToolEnded, UserSaid
from cowork_tui.core.pricing import Money
from cowork_tui.core.settings import Settings
from cowork_tui.core.task_values import Mode
from cowork_tui.demo.clerk import answer
from cowork_tui.demo.running import running
from cowork_tui.engine.bus import Bus
from cowork_tui.engine.ports import ApprovalAnswer, ApprovalRequest
from cowork_tui.engine.provider_events import Ended
from cowork_tui.engine.response import send_turn
from cowork_tui.engine.runner import begin
from cowork_tui.engine.session import Ports, Session, remembered_caches
from cowork_tui.engine.turn import ReadyTurn, prepare_turn
from cowork_tui.wiring import SystemClock
from cowork_tui.wiring.demo import demo_settings

FULL = bool(os.environ.get("COWORK_BENCH_FULL"))
SIZES = (10, 1_000) if FULL else (10, 100)
"""Blocks in the transcript."""
ROUNDS = 40 if FULL else 6


class Nobody:
    async def ask(self, request: ApprovalRequest) -> ApprovalAnswer:
        raise AssertionError(request)


async def grown(session: Session, blocks: int) -> None:
    """A transcript of about that many blocks: calls and results, as a task makes them."""
    count = session.ports.count
    while len(session.state.transcript) < blocks:
        number = len(session.state.transcript)
        use = f"toolu_{number}"
        events: list[Event] = [
            BlockEnded(1.0, 0, make_block(AssistantText(f"Now document {number}."), count)),
            BlockEnded(1.0, 0, make_block(ToolUse(use, "read_document", f'{{"path":"{number}.txt"}}'), count)),
            ToolEnded(1.0, 0, use, make_block(ToolResult(use, f"line {number}\n" * 40), count), False, 0.1),
        ]
        await session.emit(*events)


async def one_turn(session: Session, number: int) -> tuple[float, bytes]:
    """Seconds of one turn of ours, from planning to the settled and stored bill; and the body it sent."""
    words = make_block(UserText(f"hello {number}"), session.ports.count)
    await session.emit(UserSaid(session.now(), session.state.turn, (words,)))
    began = time.perf_counter()
    ready = await prepare_turn(session)
    assert isinstance(ready, ReadyTurn)
    outcome = await send_turn(session, ready)
    assert isinstance(outcome, Ended)
    return time.perf_counter() - began, ready.request.body


async def bare(client: anthropic.AsyncAnthropic, request: dict[str, object]) -> float:
    """Seconds of the SDK's own stream of the same request."""
    began = time.perf_counter()
    async with client.messages.stream(**request) as stream:  # type: ignore[arg-type]
        await stream.get_final_message()
    return time.perf_counter() - began


async def measure(tmp_path: Path, base_url: str, blocks: int) -> float:
    import json

    store = open_database(tmp_path / f"history-{blocks}.db")
    provider = AnthropicProvider(base_url, "bench", Money.DEMO, SystemClock())
    queries = HistoryQueries(store.path)
    ports = Ports(
        provider, FolderTools(tmp_path, Journal(tmp_path / "originals"), time.time), Bus(store), queries, Nobody(),
        SystemClock(), Tokenizer().count, GenaiPriceBook(), ModelCatalogue(),
    )  # fmt: skip
    caches = remembered_caches(queries, provider, time.time())
    session = await begin(ports, caches, "task", "hello", str(tmp_path), Settings(mode=Mode.ASK))
    await grown(session, blocks)
    client = anthropic.AsyncAnthropic(api_key="bare", base_url=base_url, max_retries=0)
    ratios: list[float] = []
    for number in range(ROUNDS + 2):
        ours, body = await one_turn(session, number)
        request = json.loads(body)
        request.pop("stream")
        floor = await bare(client, request)
        if number >= 2:
            ratios.append(ours / floor)
    await client.close()
    await provider.aclose()
    store.close()
    return statistics.median(ratios)


async def test_a_turn_against_the_bare_sdk(tmp_path: Path) -> None:
    settings = demo_settings(Tokenizer().count, time.time, 1, answer)
    with running(settings) as base_url:
        ratios = {blocks: await measure(tmp_path, base_url, blocks) for blocks in SIZES}
    for blocks, ratio in ratios.items():
        print(f"\nturn against the bare SDK, {blocks} blocks: {ratio:.2f}x (at most 1.3x)")
    if FULL:
        assert max(ratios.values()) <= 1.3
