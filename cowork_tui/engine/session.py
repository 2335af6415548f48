"""One task at work: its state, what is known of the caches, and the ports it uses."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain, count

from cowork_tui.core.blocks import Block, Content, Role, ToolUse
from cowork_tui.core.diagnosis import Sent
from cowork_tui.core.edits import fold_edits
from cowork_tui.core.events import Event
from cowork_tui.core.models import ModelCard
from cowork_tui.core.plan import ContextPlan, build
from cowork_tui.core.pricing import ModelPrices, Money
from cowork_tui.core.prompt_cache import CacheState, from_facts
from cowork_tui.core.state import TaskState, TurnRecord, reduce
from cowork_tui.core.tokens import NEW_ESTIMATOR
from cowork_tui.engine.bus import Bus
from cowork_tui.engine.ports import (
    Approver,
    Catalogue,
    Clock,
    PriceBook,
    Provider,
    Queries,
    RuleBook,
    TokenCounter,
    ToolHost,
    TurnFact,
)

FACTS_KEPT = 200
TOOL_SECONDS = 120.0
STOPPED = "stopped"
FAILED = "failed"
"""Our own stop reasons of responses that did not end by themselves; their output is estimated."""
MAX_ID_CHARS = 64
MAX_NAME_CHARS = 128
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_-]")
"""What ids and names of tools must not hold."""
CACHE_MEMORY_SECONDS = 3600
"""The longest a cache entry can live without being read."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside that a task uses."""

    provider: Provider
    tools: ToolHost
    bus: Bus
    queries: Queries
    approver: Approver
    clock: Clock
    count: TokenCounter
    prices: PriceBook
    catalogue: Catalogue
    tool_seconds: float = TOOL_SECONDS
    """How long a tool call may run."""
    rules: RuleBook | None = None
    """The user's standing rules on changes, where there are any to be kept."""


class CacheLedger:
    """What the caches of one endpoint and key hold; shared by all tasks that use them."""

    def __init__(self, state: CacheState) -> None:
        self.state = state


def remembered_caches(queries: Queries, provider: Provider, at: float) -> CacheLedger:
    """The caches as the last hour's turns left them, whoever made them."""
    facts = queries.cache_facts(provider.endpoint, provider.key_fingerprint, at - CACHE_MEMORY_SECONDS)
    return CacheLedger(from_facts(facts))


class Session:
    """The mutable side of a running task. Only the engine's loop touches it."""

    def __init__(self, ports: Ports, caches: CacheLedger, state: TaskState) -> None:
        self.ports = ports
        self.caches = caches
        self.state = state
        self.estimator = NEW_ESTIMATOR
        self.sent: dict[str, Sent] = {}
        """The last request on each model."""
        self.last_sent: Sent | None = None
        self.facts: deque[TurnFact] = deque(ports.queries.turn_facts(FACTS_KEPT), maxlen=FACTS_KEPT)
        self.outside_content_turn = -2
        """The last turn whose tools brought in content from outside."""
        self._tool_ids = {e.block.content.id for e in state.transcript if isinstance(e.block.content, ToolUse)}
        self._recall_past_turns()

    def now(self) -> float:
        return self.ports.clock.now()

    def today(self) -> date:
        """The day prices are read for (UTC, as bills are)."""
        return datetime.fromtimestamp(self.now(), UTC).date()

    def prices(self, model: str) -> ModelPrices | None:
        """A model's prices today; None where the endpoint's money is unknown."""
        return None if self.ports.provider.money is Money.UNKNOWN else self.ports.prices.prices(model, self.today())

    async def emit(self, *events: Event) -> None:
        """Commit and publish events, and fold them into the state: all of it or, on StoreError, nothing.

        Cancelled meanwhile, it is done first, so that the state never falls behind what is stored.
        """
        work = asyncio.ensure_future(self._commit(events))
        cancelled = False
        while not work.done():
            try:
                await asyncio.wait({work})
            except asyncio.CancelledError:
                cancelled = True
        work.result()
        if cancelled:
            raise asyncio.CancelledError

    async def _commit(self, events: Sequence[Event]) -> None:
        await self.ports.bus.publish(self.state.task_id, events)
        for event in events:
            self.state = reduce(self.state, event)

    def own_call(self, content: Content) -> Content:
        """A tool call of a response, fit to stand in the transcript: with an id of its own and a name that can be sent.

        Two calls under one id, or an id that the API would refuse, would make every later request invalid.
        """
        if not isinstance(content, ToolUse):
            return content
        base = _NOT_IN_IDS.sub("_", content.id)[:MAX_ID_CHARS] or "toolu"
        names = chain([base], (f"{base}_{number}" for number in count(2)))
        free = next(name for name in names if name not in self._tool_ids)
        self._tool_ids.add(free)
        return ToolUse(free, _NOT_IN_IDS.sub("_", content.name)[:MAX_NAME_CHARS] or "unnamed", content.input_json)

    def tell(self, event: Event) -> None:
        """Publish an event that needs no commit."""
        self.ports.bus.tell(self.state.task_id, (event,))

    def remember(self, plan: ContextPlan, record: TurnRecord) -> None:
        """Learn from a billed turn: what it weighed, and what now stands in the cache."""
        ended = record.ended
        if ended is None:
            return
        output = [] if ended.stop_reason in (STOPPED, FAILED) else _response_blocks(self.state, record)
        self.estimator = self.estimator.after_turn(plan, ended.usage, output)
        cached = ended.usage.cache_read_tokens + ended.usage.cache_write_tokens
        self.last_sent = self.sent[plan.card.id] = Sent(plan, record.planned.at, cached)

    def _recall_past_turns(self) -> None:
        """On resume: learn from the last turn of each model, oldest first."""
        newest: dict[str, TurnRecord] = {}
        for record in self.state.turns:
            if record.ended is not None:
                newest.pop(record.planned.choice.model, None)
                newest[record.planned.choice.model] = record
        for model, record in newest.items():
            card = self.ports.catalogue.card(model)
            if card is not None:
                self.remember(replan(self.state, record, card), record)


def _response_blocks(state: TaskState, record: TurnRecord) -> list[Block]:
    """What came back in a turn: the assistant's blocks behind what was sent."""
    start, turn = record.planned.end_seq, record.planned.turn
    found: list[Block] = []
    for seq in range(start, len(state.transcript)):
        entry = state.transcript[seq]
        if entry.turn != turn or entry.block.role is not Role.ASSISTANT:
            break
        found.append(entry.block)
    return found


def replan(state: TaskState, record: TurnRecord, card: ModelCard) -> ContextPlan:
    """The plan of a past turn, from what was known then."""
    planned = record.planned
    edits = fold_edits(edit for edit in state.edits if edit.turn < planned.turn)
    transcript = state.transcript.until(planned.end_seq)
    return build(state.tools, state.system, transcript, edits, card, planned.parameters, ttl=state.settings.ttl)


def past_outputs(facts: Sequence[TurnFact], kind: str) -> list[int]:
    """Output tokens of past turns in steps of a kind."""
    return [fact.output_tokens for fact in facts if fact.step_kind == kind]
