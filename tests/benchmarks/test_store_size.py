"""What the history weighs on disk when recorded sessions are stored as tasks, against the content alone.

`COWORK_RECORDINGS` names a folder with session logs (one JSON object a line); without it there is nothing to measure.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cowork_tui.adapters.store.database import HistoryStore, open_database
from cowork_tui.core import plan as plans
from cowork_tui.core.blocks import (
    AssistantText,
    Block,
    BlockKind,
    Content,
    Image,
    SystemText,
    Thinking,
    ToolResult,
    ToolUse,
    UserText,
    make_block,
    payload_json,
)
from cowork_tui.core.cap import NO_CAP, Amount
from cowork_tui.core.edits import NO_EDITS
from cowork_tui.core.events import (
    BlockEnded,
    Event,
    TaskCreated,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnPlanned,
    UserSaid,
)
from cowork_tui.core.hashing import canonical_json
from cowork_tui.core.models import known_card
from cowork_tui.core.plan import Parameters, PlanSettings
from cowork_tui.core.pricing import Money
from cowork_tui.core.steps import StepKind
from cowork_tui.core.task_values import Forecast, Mode, ModelChoice, PrefixLink
from cowork_tui.core.transcript import Transcript
from cowork_tui.core.usage import Usage

RECORDINGS = os.environ.get("COWORK_RECORDINGS", "")
MOST_WITHOUT_SEARCH = 1.35
MOST_WITH_SEARCH = 1.7
MODEL = "claude-sonnet-5-5"
CHOICE = ModelChoice(MODEL)
FORECAST = Forecast(40_000, 900, 12, 200, 800, 19_000_000, 30_000_000, 6.0, False, True)


def contents(role: str, items: object) -> Iterator[Content]:
    """The contents of one logged message, whichever of the known shapes it has."""
    if isinstance(items, str):
        yield UserText(items) if role == "user" else AssistantText(items)
    for item in items if isinstance(items, list) else []:
        match item:
            case {"type": "text", "text": str(text)}:
                yield UserText(text) if role == "user" else AssistantText(text)
            case {"type": "thinking", "thinking": str(text)}:
                yield Thinking(text, str(item.get("signature") or item.get("thinkingSignature") or ""), MODEL)
            case {"type": "tool_use", "id": str(use), "name": str(name), "input": given}:
                yield ToolUse(use, name, canonical_json(given))
            case {"type": "toolCall", "id": str(use), "name": str(name), "arguments": given}:
                yield ToolUse(use, name, canonical_json(given))
            case {"type": "tool_result", "tool_use_id": str(use), "content": result}:
                yield ToolResult(use, result if isinstance(result, str) else canonical_json(result))
            case {"type": "image", "source": {"data": str(data), "media_type": str(kind)}}:
                yield Image(kind, data, 800, 600)
            case _:
                pass


def messages(path: Path) -> Iterator[tuple[str, tuple[Content, ...]]]:
    """(id of the response or empty, contents) for each logged message, each once."""
    seen: set[str] = set()
    for line in path.read_text(errors="replace").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        message = record.get("message") if isinstance(record, dict) else None
        if not isinstance(message, dict) or record.get("uuid", line) in seen:
            continue
        seen.add(record.get("uuid", line))
        role, items = message.get("role"), message.get("content")
        if role == "toolResult":
            found: tuple[Content, ...] = (ToolResult(str(message.get("toolCallId")), canonical_json(items)),)
        else:
            found = tuple(contents(str(role), items))
        response = str(message.get("id") or record.get("id") or line[:40]) if role == "assistant" else ""
        if found:
            yield response, found


@dataclass
class Recording:
    """Plays a session log as a task: the same events as when the engine had run it."""

    task_id: str
    transcript: Transcript = field(default_factory=Transcript)
    turn: int = 0
    length: int = 0
    response: str = ""
    blocks: list[Block] = field(default_factory=list)
    system: Block = field(default_factory=lambda: counted(SystemText("You carry out tasks on a folder. " * 60)))

    def begin(self) -> list[Event]:
        return [TaskCreated(
            1.0, self.task_id, self.task_id, "goal", "/folder", Mode.ASK, NO_CAP, 100_000, CHOICE, (), PlanSettings(),
            Money.IMPORTED, (), (self.system,),
        )]  # fmt: skip

    def tell(self, response: str, found: Iterable[Content]) -> Iterator[Event]:
        blocks = [counted(content) for content in found]
        self.blocks += blocks
        if response and response != self.response:
            yield self._planned()
        for block in blocks:
            at = 1_700_000_000.123 + len(self.blocks)
            if response:
                yield BlockEnded(at, self.turn, block)
            elif isinstance(block.content, ToolResult):
                use = block.content.tool_use_id
                yield ToolStarted(at, self.turn, use, "tool", "{}")
                yield ToolEnded(at, self.turn, use, block, False, 0.123)
            else:
                yield UserSaid(at, self.turn, (block,))
        if response and response != self.response:
            yield TurnEnded(
                1_700_000_000.123, self.turn, MODEL, response, f"req_{response}", "tool_use",
                Usage(12, 900, 0, 40_000, 210), 19_000_000, Money.IMPORTED, 0.512, 6.123, len(self.transcript),
            )  # fmt: skip
        self.response = response
        self.transcript = self.transcript.append(self.turn, blocks)

    def _planned(self) -> TurnPlanned:
        self.turn += 1
        card = known_card(MODEL)
        assert card is not None
        span = plans.make_span
        plan = plans.build(span(()), span((self.system,)), self.transcript, NO_EDITS, card, Parameters(16_000))
        links = tuple(
            PrefixLink(plan.prefix_hash(position), plan.prefix_hash(position - 1), plan.block_before(position).hash)
            for position in range(self.length + 1, plan.length + 1)
        )
        self.length = plan.length
        hashes = tuple(plan.prefix_hash(point.position) for point in plan.breakpoints)
        return TurnPlanned(
            1_700_000_000.123, self.turn, StepKind.ACT, CHOICE, plan.parameters, plan.breakpoints, hashes,
            plan.prefix_hash(plan.length), plan.length, plan.end_seq, links,
            hashlib.sha256(plan.prefix_hash(plan.length)).hexdigest(), f"msg_{self.turn}", FORECAST, Amount(1, 1),
        )  # fmt: skip


def counted(content: Content) -> Block:
    return make_block(content, lambda text: len(text) // 4)


async def play(store: HistoryStore, path: Path, number: int) -> list[Block]:
    """Stores a log in commits as small as a running task's."""
    recording = Recording(f"task-{number:04}")
    await store.append(recording.task_id, recording.begin())
    for response, found in messages(path):
        await store.append(recording.task_id, list(recording.tell(response, found)))
    return recording.blocks


@pytest.mark.skipif(not RECORDINGS, reason="COWORK_RECORDINGS names no folder of session logs")
async def test_the_history_weighs_little_more_than_its_content(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    store = open_database(path)
    sizes: dict[bytes, int] = {}
    kinds: dict[BlockKind, int] = {}
    for number, log in enumerate(sorted(Path(RECORDINGS).rglob("*.jsonl"))):
        for block in await play(store, log, number):
            if block.hash not in sizes:
                sizes[block.hash] = len(payload_json(block.content).encode("utf-8", "surrogatepass"))
                kinds[block.kind] = kinds.get(block.kind, 0) + sizes[block.hash]
    store.close()
    content_bytes = sum(sizes.values())
    with closing(sqlite3.connect(path)) as connection:
        tables = dict(connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
        turns = connection.execute("SELECT count(*) FROM turns").fetchone()[0]
    search_bytes = sum(size for name, size in tables.items() if name.startswith("block_text"))
    with_search = path.stat().st_size / content_bytes
    without_search = (path.stat().st_size - search_bytes) / content_bytes
    largest = sorted(tables.items(), key=lambda item: -item[1])[:8]
    print(
        f"\nhistory of {turns:,} turns, {len(sizes):,} different blocks, {content_bytes:,} bytes of content: "
        f"{without_search:.2f}x without search (at most {MOST_WITHOUT_SEARCH}x), "
        f"{with_search:.2f}x with it (at most {MOST_WITH_SEARCH}x)\n"
        + ", ".join(f"{name} {size / content_bytes:.3f}x" for name, size in largest)
    )
    assert kinds[BlockKind.TOOL_RESULT] > 0
    assert without_search <= MOST_WITHOUT_SEARCH
    assert with_search <= MOST_WITH_SEARCH
