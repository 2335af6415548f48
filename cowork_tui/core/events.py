"""The closed union of events. A task's state is the fold of its durable events.

Durable events are committed to the history before anyone sees them; the others (deltas, waiting) are for whoever looks
on. Events are frozen values; blocks inside them are stored once, by hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeAlias

from cowork_tui.core.blocks import Block
from cowork_tui.core.cap import Amount, Cap
from cowork_tui.core.edits import Edit
from cowork_tui.core.hashing import Hash
from cowork_tui.core.plan import Breakpoint, Parameters, PlanSettings
from cowork_tui.core.pricing import Money
from cowork_tui.core.steps import Step, StepKind
from cowork_tui.core.usage import Usage


class Mode(StrEnum):
    """What a task may change without asking."""

    READ_ONLY = "read-only"
    ASK = "ask"
    AUTO_EDIT = "auto-edit"


class Status(StrEnum):
    """Where a task stands."""

    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


class MissCause(StrEnum):
    """Why a prefix that was expected in the cache was not read; the first that fits."""

    EDITED = "edited"
    TOOLS = "tools_changed"
    SYSTEM = "system_changed"
    MESSAGES = "messages_changed"
    MODEL = "model_changed"
    PARAMETERS = "parameters_changed"
    EXPIRED = "expired"
    BELOW_MINIMUM = "below_minimum"
    LOOKBACK = "lookback_exceeded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model and an effort; `effort` None means the model's default."""

    model: str
    effort: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The choice for one step kind."""

    kind: StepKind
    choice: ModelChoice


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a turn was foretold to use and cost. Ranges are P50 and P90.

    `cost_nanodollars` None: the model's prices are unknown. `switch_nanodollars` is what changing the model adds to
    this turn, beyond the same turn with the context warm on the new model.
    """

    read_tokens: int
    write_tokens: int
    fresh_tokens: int
    output_p50_tokens: int
    output_p90_tokens: int
    cost_nanodollars: int | None
    cost_p90_nanodollars: int | None
    seconds: float
    counted: bool
    """Whether the input was counted by the server rather than estimated."""
    own_history: bool
    """Whether the output range comes from own turns rather than built-in priors."""
    cold_cost_nanodollars: int | None = None
    """The same turn once the cache is gone."""
    switch_nanodollars: int = 0

    @property
    def input_tokens(self) -> int:
        return self.read_tokens + self.write_tokens + self.fresh_tokens


@dataclass(frozen=True, slots=True)
class PrefixLink:
    """One new link of the chain that names what was sent: the prefix `parent` plus one block."""

    hash: Hash
    parent: Hash
    block_hash: Hash


@dataclass(frozen=True, slots=True)
class TaskCreated:
    """A task begins. `instructions` are the blocks in front of the messages: tools, then system."""

    durable: ClassVar[bool] = True
    at: float
    task_id: str
    title: str
    goal: str
    folder: str
    mode: Mode
    cap: Cap
    budget_tokens: int
    choice: ModelChoice
    routes: tuple[Route, ...]
    settings: PlanSettings
    money: Money
    tools: tuple[Block, ...]
    system: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """A resume with other flags."""

    durable: ClassVar[bool] = True
    at: float
    mode: Mode
    cap: Cap
    choice: ModelChoice
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class UserSaid:
    """The user's words join the transcript. `turn` is the last model call made."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    blocks: tuple[Block, ...]
    note: bool = False
    """Whether it is the app's mention of what the cap leaves."""


@dataclass(frozen=True, slots=True)
class PlanUpdated:
    """The model set its plan."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class EditApplied:
    """The user changed what is sent."""

    durable: ClassVar[bool] = True
    at: float
    edit: Edit


@dataclass(frozen=True, slots=True)
class TurnPlanned:
    """Everything about a request, stored before a byte of it is sent."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    step_kind: StepKind
    choice: ModelChoice
    parameters: Parameters
    breakpoints: tuple[Breakpoint, ...]
    breakpoint_hashes: tuple[Hash, ...]
    head: Hash
    positions: int
    """Blocks sent."""
    end_seq: int
    """Length of the transcript sent."""
    new_links: tuple[PrefixLink, ...]
    body_sha256: str
    previous_message_id: str | None
    forecast: Forecast
    reserved: Amount


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """One HTTP try that did not give a response; `wait_seconds` None when it was the last."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    attempt: int
    status: int | None
    error: str
    wait_seconds: float | None


@dataclass(frozen=True, slots=True)
class ResponseStarted:
    """The first bytes of a response are here."""

    durable: ClassVar[bool] = False
    at: float
    turn: int
    model: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the text being written."""

    durable: ClassVar[bool] = False
    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """A piece of the thinking being written."""

    durable: ClassVar[bool] = False
    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class ToolInputDelta:
    """A piece of a tool call's input being written."""

    durable: ClassVar[bool] = False
    turn: int
    name: str
    json_text: str


@dataclass(frozen=True, slots=True)
class BlockEnded:
    """A block of the response is whole and joins the transcript."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    block: Block


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A response ended and was billed."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    model: str
    message_id: str
    request_id: str
    stop_reason: str
    usage: Usage
    cost_nanodollars: int | None
    money: Money
    first_token_seconds: float
    seconds: float
    input_end_seq: int
    """Length of the transcript whose weight `usage.prompt_tokens` is."""


@dataclass(frozen=True, slots=True)
class CacheMissed:
    """Fewer tokens were read than foretold: why, from where, and what it added to the cost."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    cause: MissCause
    detail: str
    position: int | None
    tokens: int
    cost_nanodollars: int | None


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool is about to run."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    tool_use_id: str
    name: str
    input_json: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """A change to a file; hashes are SHA-256 of the content, None where there is no file."""

    path: str
    before_sha256: str | None
    after_sha256: str | None
    before_bytes: int
    after_bytes: int


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """A tool's result joins the transcript."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    tool_use_id: str
    block: Block
    is_error: bool
    seconds: float
    changes: tuple[FileChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalAsked:
    """The task waits for the user's yes. `preview` is the diff or the exact command."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    tool_use_id: str
    name: str
    summary: str
    preview: str
    outside_content: bool
    """Whether content from outside (a file, a web page, a connector) came in just before."""


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """The answer; `scope` is once or task."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    tool_use_id: str
    allowed: bool
    scope: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know that changes nothing by itself, e.g. a field a gateway refused."""

    durable: ClassVar[bool] = True
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The task stands elsewhere: why, and what the user can do next."""

    durable: ClassVar[bool] = True
    at: float
    status: Status
    reason: str = ""
    next_step: str = ""


Event: TypeAlias = (
    TaskCreated
    | TaskChanged
    | UserSaid
    | PlanUpdated
    | EditApplied
    | TurnPlanned
    | AttemptEnded
    | ResponseStarted
    | TextDelta
    | ThinkingDelta
    | ToolInputDelta
    | BlockEnded
    | TurnEnded
    | CacheMissed
    | ToolStarted
    | ToolEnded
    | ApprovalAsked
    | ApprovalGiven
    | Notice
    | StatusChanged
)

DURABLE_EVENTS: tuple[type[Event], ...] = (
    TaskCreated, TaskChanged, UserSaid, PlanUpdated, EditApplied, TurnPlanned, AttemptEnded, BlockEnded, TurnEnded,
    CacheMissed, ToolStarted, ToolEnded, ApprovalAsked, ApprovalGiven, Notice, StatusChanged,
)  # fmt: skip
