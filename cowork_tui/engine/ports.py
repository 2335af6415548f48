"""What the engine needs from outside, as protocols. Adapters implement them; tests use the real ones."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias

from cowork_tui.core.blocks import Block, Content, ToolDefinition
from cowork_tui.core.events import Event
from cowork_tui.core.hashing import Hash
from cowork_tui.core.json_values import JsonObject
from cowork_tui.core.models import ModelCard
from cowork_tui.core.plan import ContextPlan, Ttl
from cowork_tui.core.pricing import ModelPrices, Money
from cowork_tui.core.steps import StepKind
from cowork_tui.core.task_values import FileChange
from cowork_tui.core.usage import Usage


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request ready to send: its exact body and the body's SHA-256."""

    plan: ContextPlan
    body: bytes
    sha256: str
    previous_message_id: str | None


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """One HTTP try failed; another follows after `wait_seconds` unless it is None."""

    attempt: int
    status: int | None
    error: str
    wait_seconds: float | None


@dataclass(frozen=True, slots=True)
class Started:
    """The response began."""

    message_id: str
    model: str
    request_id: str
    usage: Usage
    cache_miss_reason: str | None
    """The API's own diagnosis, where it gave one."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a block: `kind` is text, thinking or tool_input; `name` the tool's for the latter."""

    kind: str
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ContentEnded:
    """A whole block of the response."""

    content: Content


@dataclass(frozen=True, slots=True)
class Ended:
    """The response is complete."""

    stop_reason: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Failed:
    """No (whole) response. `usage` is what was billed up to then, where any was; `next_step` what the user can do."""

    error: str
    next_step: str
    status: int | None
    usage: Usage | None
    retired_model: bool = False
    refused_field: str | None = None
    """A request field the server does not take, e.g. `diagnostics`."""


ProviderEvent: TypeAlias = AttemptFailed | Started | Delta | ContentEnded | Ended | Failed


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


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What a call did."""

    text: str
    is_error: bool = False
    changes: tuple[FileChange, ...] = ()


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

    def stop_requested(self, task_id: str) -> bool:
        """Whether another process asked this task to stop."""
        ...


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What the user is asked."""

    task_id: str
    tool: str
    summary: str
    preview: str
    outside_content: bool


@dataclass(frozen=True, slots=True)
class ApprovalAnswer:
    """Yes or no; `scope` once or task (every call of this tool until the task ends); `reason` goes to the model."""

    allowed: bool
    scope: str = "once"
    reason: str = ""


class Approver(Protocol):
    """Whoever says yes or no."""

    async def ask(self, request: ApprovalRequest) -> ApprovalAnswer:
        """Wait for the answer."""
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
