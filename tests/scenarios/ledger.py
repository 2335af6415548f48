"""What must hold of a task whatever went wrong, checked against the demo's own account of what it billed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cowork_tui.adapters.anthropic.catalogue import GenaiPriceBook
from cowork_tui.adapters.anthropic.stream import merge_usage
from cowork_tui.adapters.anthropic.wire import body_from_blocks
from cowork_tui.adapters.store.verify import verify
from cowork_tui.core.blocks import Role, ToolResult, ToolUse
from cowork_tui.core.events import AttemptEnded, Event, ToolEnded
from cowork_tui.core.json_values import JsonObject
from cowork_tui.core.pricing import Money, cost_nanodollars
from cowork_tui.core.state import TaskState, fold
from cowork_tui.core.task_values import Status
from cowork_tui.core.transcript import Transcript
from cowork_tui.core.usage import NO_USAGE, Usage

if TYPE_CHECKING:
    from cowork_tui.adapters.store.queries import HistoryQueries
    from tests.scenarios.conftest import Bench

ESTIMATED = ("stopped", "failed")
PRICES = GenaiPriceBook()


@dataclass(frozen=True)
class Bill:
    """One message as the demo billed it."""

    message: JsonObject

    @property
    def usage(self) -> Usage:
        return merge_usage(NO_USAGE, self.message["usage"])  # type: ignore[arg-type]

    @property
    def is_free(self) -> bool:
        """By the published rule a refusal before any output is not billed."""
        return self.message["stop_reason"] == "refusal" and not self.message["content"]

    @property
    def cost_nanodollars(self) -> int:
        prices = PRICES.prices(str(self.message["model"]), datetime.now(UTC).date())
        assert prices is not None
        return 0 if self.is_free else cost_nanodollars(self.usage, prices)


def check_task(bench: Bench, state: TaskState, billed: Sequence[JsonObject] | None = None) -> None:
    """Stored is what is live; the transcript can be sent; every cost is the demo's, or reserved for."""
    check_same(fold(bench.queries.events(state.task_id)), state)
    check_stored(bench.queries, state.task_id, bench.billed if billed is None else billed)


def check_stored(queries: HistoryQueries, task_id: str, billed: Sequence[JsonObject]) -> TaskState:
    """The same of a task that nobody runs any more."""
    events = queries.events(task_id)
    state = fold(events)
    check_pairs(state.transcript)
    check_no_tool_ran_twice(events)
    check_ledger(state, [Bill(message) for message in billed])
    check_words(state)
    assert verify(queries, task_id, body_from_blocks) == ()
    return state


def check_same(stored: TaskState, live: TaskState) -> None:
    """The fold of what is stored is the state that was live."""
    assert [entry.block for entry in stored.transcript] == [entry.block for entry in live.transcript]
    for name in ("status", "reason", "usage", "cost_nanodollars", "spent", "held", "turns", "open_uses"):
        assert getattr(stored, name) == getattr(live, name), name
    assert stored.files() == live.files()


def check_pairs(transcript: Transcript) -> None:
    """Every tool use has one result, in the user's turn right behind it; ids stand once."""
    open_ids: list[str] = []
    seen: set[str] = set()
    for entry in transcript:
        content = entry.block.content
        if isinstance(content, ToolUse):
            assert content.id not in seen
            seen.add(content.id)
            open_ids.append(content.id)
        elif isinstance(content, ToolResult):
            open_ids.remove(content.tool_use_id)
        elif entry.block.role is Role.USER:
            assert not open_ids, "the user spoke before every call had its result"


def check_no_tool_ran_twice(events: Sequence[Event]) -> None:
    """One result a call, and no change of a file told twice."""
    ended = [event.tool_use_id for event in events if isinstance(event, ToolEnded)]
    assert len(ended) == len(set(ended))


def check_ledger(state: TaskState, bills: Sequence[Bill]) -> None:
    """Finished requests cost what the demo says; what nobody saw to its end is held on the cap."""
    by_id = {str(bill.message["id"]): bill for bill in bills}
    assert len(by_id) == len(bills)
    for record in state.turns:
        ended = record.ended
        if ended is None:
            continue
        bill = by_id.pop(ended.message_id)
        if ended.stop_reason not in ESTIMATED:
            assert ended.usage.prompt_tokens == bill.usage.prompt_tokens
            assert ended.usage.output_tokens == bill.usage.output_tokens
            assert ended.usage.cache_read_tokens == bill.usage.cache_read_tokens
            assert ended.usage.cache_write_tokens == bill.usage.cache_write_tokens
            if ended.cost_nanodollars is not None:
                assert ended.cost_nanodollars == bill.cost_nanodollars
        else:
            assert ended.usage.prompt_tokens == bill.usage.prompt_tokens
            assert ended.usage.output_tokens <= 2 * bill.usage.output_tokens + 10
        if ended.stop_reason == "failed" and ended.cost_nanodollars is not None:
            assert (ended.cost_nanodollars or 0) + ended.held.nanodollars >= bill.cost_nanodollars
    unseen = [bill for bill in by_id.values() if not bill.is_free]
    assert sum(bill.usage.prompt_tokens + bill.usage.output_tokens for bill in unseen) <= state.held.tokens
    if state.money is Money.DEMO:
        assert sum(bill.cost_nanodollars for bill in unseen) <= state.held.nanodollars


def check_words(state: TaskState) -> None:
    """Why it stands and what to do next, a sentence each."""
    assert state.status is not Status.RUNNING
    if state.status is Status.DONE:
        assert (state.reason, state.next_step) == ("", "")
        return
    for text in (state.reason, state.next_step):
        assert text
        assert text[0].isupper() or text.startswith("http"), text
        assert "\n" not in text
        assert "Traceback" not in text
    assert state.reason.endswith("."), state.reason


def attempts(events: Sequence[Event]) -> list[AttemptEnded]:
    """The failed tries, in order."""
    return [event for event in events if isinstance(event, AttemptEnded)]
