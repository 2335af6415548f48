"""The closed union of events. A task's state is the fold of its durable events.

Durable events are committed to the history before anyone sees them; the others (deltas, waiting) are for whoever looks
on. Events are frozen values; blocks inside them are stored once, by hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from cowork_tui.core.blocks import Block
from cowork_tui.core.cap import NO_AMOUNT, Amount, Cap
from cowork_tui.core.edits import Edit
from cowork_tui.core.hashing import Hash
from cowork_tui.core.plan import Breakpoint, Parameters, PlanSettings
from cowork_tui.core.pricing import Money
from cowork_tui.core.steps import Step, StepKind
from cowork_tui.core.task_values import FileChange, Forecast, MissCause, Mode, ModelChoice, PrefixLink, Route, Status
from cowork_tui.core.usage import Usage


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
    folder: str | None = None
    """Where the folder stands now, if it was moved."""


@dataclass(frozen=True, slots=True)
class UserSaid:
    """The user's words join the transcript. `turn` is the last model call made."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    blocks: tuple[Block, ...]
    note: bool = False
    """Whether it is the app's mention of what the cap leaves."""
    undo: bool = False
    """Whether it is the app's mention of what the user undid."""


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
    """One HTTP try that gave no response, or not all of it; `wait_seconds` None when it was the last.

    `held` is what stays reserved on the cap because the try may have been billed unseen: its worst case.
    """

    durable: ClassVar[bool] = True
    at: float
    turn: int
    attempt: int
    status: int | None
    error: str
    wait_seconds: float | None
    held: Amount = NO_AMOUNT


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
    held: Amount = NO_AMOUNT
    """What stays reserved on the cap beyond the bill, where the response broke off and its output was estimated."""


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
    cold_at: float | None = None
    """When the prompt cache will be gone, where something of it is warm."""
    cold_extra_nanodollars: int | None = None
    """What the next turn costs more from then on; None where prices are unknown."""


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """The answer; `scope` is once, task or always."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    tool_use_id: str
    allowed: bool
    scope: str
    reason: str
    replaces: bool = False
    """Whether what was allowed replaces what is there, be it by overwriting or trashing."""


@dataclass(frozen=True, slots=True)
class FilesUndone:
    """The user had files put back as they were at the end of turn `to_turn`. `turn` is the last model call made."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    to_turn: int
    changes: tuple[FileChange, ...]
    """What was really done, from what was there to what is there."""


@dataclass(frozen=True, slots=True)
class FilesRedone:
    """The user took the newest undo back, or what of it was possible."""

    durable: ClassVar[bool] = True
    at: float
    turn: int
    changes: tuple[FileChange, ...]


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
    | FilesUndone
    | FilesRedone
    | Notice
    | StatusChanged
)

DURABLE_EVENTS: tuple[type[Event], ...] = (
    TaskCreated, TaskChanged, UserSaid, PlanUpdated, EditApplied, TurnPlanned, AttemptEnded, BlockEnded, TurnEnded,
    CacheMissed, ToolStarted, ToolEnded, ApprovalAsked, ApprovalGiven, FilesUndone, FilesRedone, Notice,
    StatusChanged,
)  # fmt: skip
