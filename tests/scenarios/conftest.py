"""Whole tasks: the real engine, store, tools and client against the demo server over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from cowork_tui.adapters.anthropic.catalogue import GenaiPriceBook, ModelCatalogue
from cowork_tui.adapters.anthropic.client import AnthropicProvider
from cowork_tui.adapters.anthropic.retries import RetryPolicy
from cowork_tui.adapters.store.database import HistoryStore, open_database
from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.adapters.tokenizer import Tokenizer
from cowork_tui.adapters.tools.host import FolderTools
from cowork_tui.adapters.tools.journal import Journal
from cowork_tui.core.events import Event
from cowork_tui.core.json_values import JsonObject
from cowork_tui.core.pricing import Money
from cowork_tui.core.settings import Settings
from cowork_tui.core.task_values import Mode
from cowork_tui.demo.clerk import answer
from cowork_tui.demo.faults import parse_faults
from cowork_tui.demo.reply import Reply
from cowork_tui.demo.running import running
from cowork_tui.engine.bus import Bus
from cowork_tui.engine.loop import TaskLoop
from cowork_tui.engine.ports import ApprovalAnswer, ApprovalRequest, Approver, ToolHost
from cowork_tui.engine.references import Reference
from cowork_tui.engine.runner import Changes, begin, resume
from cowork_tui.engine.session import Ports, Session, remembered_caches
from cowork_tui.wiring import History, StoredRules
from cowork_tui.wiring.demo import demo_settings

QUICK = RetryPolicy(random=Random(1), first_wait_seconds=0.01)
"""Retries as always, but for their waits."""
RECEIPTS_GOAL = "Put the receipts into a table, one row each, with a total per month"


@dataclass
class MovableClock:
    """Real time, which tests may move forward."""

    ahead_seconds: float = 0.0

    def now(self) -> float:
        return time.time() + self.ahead_seconds

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead_seconds


@dataclass
class ScriptedApprover:
    """Answers with what the test says, and remembers what was asked."""

    answers: list[ApprovalAnswer] = field(default_factory=list)
    asked: list[ApprovalRequest] = field(default_factory=list)

    async def ask(self, request: ApprovalRequest) -> ApprovalAnswer:
        self.asked.append(request)
        return self.answers.pop(0) if self.answers else ApprovalAnswer(True)


@dataclass
class Bench:
    """Makes sessions that share one server, one history and one home."""

    base_url: str
    home: Path
    store: HistoryStore
    queries: HistoryQueries
    clock: MovableClock
    approver: Approver
    api_key: str = "demo-key"
    silence_seconds: float | None = None
    tool_seconds: float = 120.0
    host: Callable[[FolderTools], ToolHost] = lambda tools: tools
    """What the engine gets for the tools of a folder."""
    billed: list[JsonObject] = field(default_factory=list)
    """The demo's own account: every message whose response began, whole."""
    events: list[Event] = field(default_factory=list)

    @asynccontextmanager
    async def ports(self, folder: Path) -> AsyncIterator[Ports]:
        provider = AnthropicProvider(
            self.base_url, self.api_key, Money.DEMO, self.clock, retries=QUICK, silence_seconds=self.silence_seconds
        )
        self.store.set_account(provider.endpoint, provider.key_fingerprint)
        try:
            listed = await provider.list_models()
            bus = Bus(self.store)
            bus.subscribe(lambda _task, event: self.events.append(event))
            tools = FolderTools(folder, Journal(self.home / "originals"), self.clock.now)
            yield Ports(
                provider, self.host(tools), bus, self.queries, self.approver, self.clock, TOKENIZER.count,
                GenaiPriceBook(), ModelCatalogue(listed), self.tool_seconds,
                StoredRules(History(self.store, self.queries)),
            )  # fmt: skip
        finally:
            await provider.aclose()

    async def run(
        self,
        goal: str,
        folder: Path,
        settings: Settings | None = None,
        *,
        task_id: str = "task1",
        before: Callable[[Session, TaskLoop], object] | None = None,
        references: Sequence[Reference] = (),
    ) -> Session:
        """Begin a task and run it until it stops."""
        async with self.ports(folder) as ports:
            caches = remembered_caches(self.queries, ports.provider, self.clock.now())
            settings = settings or Settings(mode=Mode.AUTO_EDIT)
            session = await begin(ports, caches, task_id, goal, str(folder), settings, references)
            return await self._work(session, before)

    async def resume(
        self, folder: Path, changes: Changes | None = None, *, task_id: str = "task1", say: str | None = None,
    ) -> Session:  # fmt: skip
        """Go on with a stored task."""
        async with self.ports(folder) as ports:
            caches = remembered_caches(self.queries, ports.provider, self.clock.now())
            session = await resume(ports, caches, task_id, changes or Changes(say=say))
            return await self._work(session, lambda _session, loop: loop.say(say) if say else None)

    async def _work(self, session: Session, before: Callable[[Session, TaskLoop], object] | None) -> Session:
        loop = TaskLoop(session)
        if before is not None:
            before(session, loop)
        await loop.run()
        return session


TOKENIZER = Tokenizer()

DemoServer = Callable[..., str]


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def approver() -> ScriptedApprover:
    return ScriptedApprover()


@pytest.fixture
def bodies() -> list[JsonObject]:
    """The requests that the clerk has answered, in order."""
    return []


@pytest.fixture
def bench(tmp_path: Path, clock: MovableClock, approver: ScriptedApprover, bodies: list[JsonObject]) -> Iterator[Bench]:
    def recording_answer(body: JsonObject) -> Reply:
        bodies.append(json.loads(json.dumps(body)))
        return answer(body)

    with serving(tmp_path, clock, approver, recording_answer) as made:
        yield made


@contextmanager
def serving(
    home: Path, clock: MovableClock, approver: Approver, answering: Callable[[JsonObject], Reply] = answer,
    faults: str = "", delta_seconds: float = 0.0,
) -> Iterator[Bench]:  # fmt: skip
    """A demo server, which misbehaves by a fault plan, and a history of its own."""
    billed: list[JsonObject] = []
    plan = parse_faults(faults) if faults else None
    settings = demo_settings(TOKENIZER.count, clock.now, 7, answering, delta_seconds=delta_seconds, faults=plan)
    store = open_database(home / "history.db")
    with running(replace(settings, on_billed=billed.append)) as base_url:
        queries = HistoryQueries(home / "history.db")
        yield Bench(base_url, home, store, queries, clock, approver, billed=billed)
    store.close()


@pytest.fixture
def faulty(tmp_path: Path, clock: MovableClock, approver: ScriptedApprover) -> Iterator[Callable[..., Bench]]:
    """Makes a bench whose server misbehaves by a fault plan."""
    with ExitStack() as stack:

        def make(faults: str, **options: float) -> Bench:
            return stack.enter_context(serving(tmp_path, clock, approver, faults=faults, **options))

        yield make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder of receipts and other papers."""
    root = tmp_path / "papers"
    root.mkdir()
    for number, (day, vendor, total) in enumerate(
        [("2026-01-04", "Rossi", "12.50"), ("2026-01-20", "Café Lindqvist", "8.00"), ("2026-02-03", "Visser", "99.99")]
    ):
        (root / f"receipt-{number}.txt").write_text(
            f"{vendor}\nReceipt no. {number}\nDate: {day}\nItem  {total}\nTotal EUR {total}\n", encoding="utf-8"
        )
    (root / "notes.md").write_text("# Notes\nCall the landlord.\n", encoding="utf-8")
    return root
