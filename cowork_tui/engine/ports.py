"""What the engine needs from outside, as protocols. Adapters implement them; tests use the real ones."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias

from cowork_tui.core.approvals import Rule
from cowork_tui.core.blocks import Block, Image, ToolDefinition
from cowork_tui.core.events import Event
from cowork_tui.core.hashing import Hash
from cowork_tui.core.json_values import JsonObject
from cowork_tui.core.models import ModelCard
from cowork_tui.core.plan import ContextPlan, Ttl
from cowork_tui.core.pricing import ModelPrices, Money
from cowork_tui.core.steps import StepKind
from cowork_tui.core.task_values import FileChange
from cowork_tui.engine.provider_events import PreparedRequest, ProviderEvent


class Provider(Protocol):
    """A Messages API. It never raises into the loop: a failure is a `Failed` event; cancelling the task cancels it."""

    @property
    def endpoint(self) -> str:
        """Where requests go; caches are kept apart by it."""
        ...

    @property
    def key_fingerprint(self) -> str:
        """A short hash that tells keys apart without giving them away."""
        ...

    @property
    def money(self) -> Money:
        """Whose money this endpoint's usage is."""
        ...

    @property
    def refused_fields(self) -> frozenset[str]:
        """Request fields this endpoint has refused; they are not sent again."""
        ...

    def prepare(self, plan: ContextPlan, previous_message_id: str | None) -> PreparedRequest:
        """The exact body for a plan."""
        ...

    def stream(self, request: PreparedRequest) -> AsyncGenerator[ProviderEvent, None]:
        """Send it and give what comes back, retries included."""
        ...

    async def count_tokens(self, plan: ContextPlan) -> int | None:
        """Input tokens of a plan as the server counts them (free); None where it can't."""
        ...


@dataclass(frozen=True, slots=True)
class ToolIntent:
    """What a call would do, found without doing it. `changes` False: it only reads."""

    changes: bool
    summary: str
    preview: str
    error: str | None = None
    """Why the call can't be made at all, e.g. a path outside the folder."""
    outside: bool = False
    """Whether its result brings in content that is not the user's or the model's."""
    paths: tuple[str, ...] = ()
    """Every path the call changes, relative to the folder; last the one where something may be replaced."""
    replaces: bool = False
    """Whether something that is there would be overwritten or trashed."""


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What a call did."""

    text: str
    is_error: bool = False
    changes: tuple[FileChange, ...] = ()
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A path that was left as it is, and why, in one sentence without its full stop."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back or made again, as it really went, and what was not."""

    changes: tuple[FileChange, ...]
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoIntent:
    """An undo (or redo) about to be carried out; it is on the disk before the first file is touched."""

    task_id: str
    number: int
    """How many undos and redos of the task were stored before."""
    folder: str
    turn: int
    to_turn: int
    redo: bool
    changes: tuple[FileChange, ...]


class FileKeeper(Protocol):
    """Takes changes of files back and makes them again. Methods raise CoworkError where nothing can be done."""

    def unfinished(self, task_id: str) -> UndoIntent | None:
        """An undo that was begun and, by a crash, never told."""
        ...

    def begin(self, intent: UndoIntent, *, force: bool) -> tuple[UndoIntent, tuple[Refusal, ...]]:
        """Compare with what is there, keep it, and write down what will be done: the intent without what is refused.

        With `force` a file that someone else changed is put back too, its present content kept.
        """
        ...

    def carry_out(self, intent: UndoIntent) -> Restored:
        """Do it, or the rest of it after a crash."""
        ...

    def forget(self, task_id: str) -> None:
        """The result is stored."""
        ...

    def interrupted_call(self, folder: str, tool_use_id: str, turn: int) -> ToolOutcome | None:
        """What a call that was killed did to files, if it did."""
        ...

    def forget_call(self, folder: str, tool_use_id: str, turn: int) -> None:
        """The result of such a call is stored."""
        ...


class ToolHost(Protocol):
    """The tools of one task."""

    def definitions(self) -> tuple[ToolDefinition, ...]:
        """All tools; order does not matter, the engine sorts and freezes them."""
        ...

    async def intent(self, name: str, tool_input: JsonObject) -> ToolIntent:
        """What a call would do, for approval."""
        ...

    async def call(self, name: str, tool_input: JsonObject, *, turn: int, tool_use_id: str) -> ToolOutcome:
        """Carry it out. A failure is an outcome with `is_error`; cancelling stops it."""
        ...

    def repeatable(self, name: str) -> bool:
        """Whether a call that was interrupted may be made again with the same id: what happened is told, not redone."""
        ...

    def settle(self) -> None:
        """Every result is stored: what was kept to answer interrupted calls can be forgotten."""
        ...


@dataclass(frozen=True, slots=True)
class CacheFact:
    """A breakpoint of an earlier request that may still be live, whoever's task it was."""

    model: str
    prefix: Hash
    ttl: Ttl
    started_at: float
    tokens: int | None
    """Exact tokens of the prefix, where the usage told."""


@dataclass(frozen=True, slots=True)
class TurnFact:
    """One past turn, for the ranges of forecasts and the calibration of estimates."""

    model: str
    step_kind: StepKind
    output_tokens: int
    seconds: float
    forecast_input_tokens: int
    input_tokens: int


class Store(Protocol):
    """The history's one writer."""

    async def append(self, task_id: str, events: Sequence[Event]) -> None:
        """Commit durable events (others are ignored) in one transaction; returns when they are on disk."""
        ...


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One line of the task list."""

    id: str
    title: str
    status: str
    folder: str
    model: str
    turns: int
    cost_nanodollars: int
    money: Money
    created_at: float
    updated_at: float


class RequestWatch(Protocol):
    """What other processes ask of one task."""

    def poll(self) -> tuple[str, ...]:
        """The kinds of requests that nobody has acknowledged, `stop` first; safe in any thread."""
        ...

    def close(self) -> None:
        """Let go of the history."""
        ...


class Queries(Protocol):
    """The history's readers; safe beside the writer and other processes."""

    def tasks(self, limit: int = 1000) -> tuple[TaskRow, ...]:
        """Newest first."""
        ...

    def events(self, task_id: str, after: int = 0) -> tuple[Event, ...]:
        """A task's durable events in order, from sequence number `after`. Raises NotFound."""
        ...

    def resolve_task(self, prefix: str) -> str:
        """The full id that begins with `prefix` (or `last` for the newest). Raises NotFound when none or several do."""
        ...

    def cache_facts(self, endpoint: str, key_fingerprint: str, since: float) -> tuple[CacheFact, ...]:
        """Breakpoints sent since that time under the same endpoint and key."""
        ...

    def turn_facts(self, limit: int = 200) -> tuple[TurnFact, ...]:
        """The newest finished turns, newest first."""
        ...

    def watch_requests(self, task_id: str) -> RequestWatch:
        """A cheap look at what other processes ask of a task, to be repeated several times a second."""
        ...


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What the user is asked."""

    task_id: str
    tool: str
    summary: str
    preview: str
    outside_content: bool
    cold_at: float | None = None
    """When the prompt cache will be gone, where something of it is warm."""
    cold_extra_nanodollars: int | None = None
    """What the next turn costs more from then on; None where prices are unknown."""
    pattern: str = ""
    """What an answer for always would sensibly cover."""


@dataclass(frozen=True, slots=True)
class ApprovalAnswer:
    """Yes or no; `reason` goes to the model.

    `scope` once, task (every call of this tool until the task ends) or always: a rule for this tool, this folder and
    `pattern`, a pattern as in ignore files.
    """

    allowed: bool
    scope: str = "once"
    reason: str = ""
    pattern: str = ""


class Approver(Protocol):
    """Whoever says yes or no."""

    async def ask(self, request: ApprovalRequest) -> ApprovalAnswer:
        """Wait for the answer."""
        ...


class RuleBook(Protocol):
    """The user's standing rules on changes."""

    def approval_rules(self) -> tuple[Rule, ...]:
        """All of them, oldest first; safe in any thread."""
        ...

    async def add_rule(self, rule: Rule) -> int:
        """Store one; its number."""
        ...


class Clock(Protocol):
    """Time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...


class PriceBook(Protocol):
    """Published prices and the user's own."""

    def prices(self, model: str, day: date) -> ModelPrices | None:
        """A model's prices on a day; None: unknown."""
        ...


class Catalogue(Protocol):
    """The models that can be chosen."""

    def card(self, model_id: str) -> ModelCard | None:
        """What is known of a model."""
        ...

    def resolve(self, name: str) -> ModelCard:
        """A line (`sonnet`) to its newest active model, or an exact id to itself. Raises NotFound with near names."""
        ...


TokenCounter: TypeAlias = Callable[[str], int]
"""Text to yardstick tokens."""

Subscriber: TypeAlias = Callable[[str, Event], None]
"""Called with the task id and each event, durable ones after they are committed."""

BlockLookup: TypeAlias = Callable[[Hash], Block]
"""A stored block by its hash; raises KeyError."""
