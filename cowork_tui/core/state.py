"""A task's state: the fold of its durable events. Resume, history, headless runs and tests all fold the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cowork_tui.core.approvals import Given
from cowork_tui.core.blocks import Block, ToolUse
from cowork_tui.core.cap import Amount, Cap, counted
from cowork_tui.core.edits import NO_EDITS, Edit, EditState, fold_edits
from cowork_tui.core.events import (
    ApprovalGiven,
    AttemptEnded,
    BlockEnded,
    CacheMissed,
    EditApplied,
    Event,
    FilesRedone,
    FilesUndone,
    PlanUpdated,
    StatusChanged,
    TaskChanged,
    TaskCreated,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnPlanned,
    UserSaid,
)
from cowork_tui.core.file_changes import LoggedChange, alters, merged
from cowork_tui.core.plan import NO_WEIGHT, PlanSettings, Span, make_span
from cowork_tui.core.pricing import Money
from cowork_tui.core.steps import Step
from cowork_tui.core.task_values import FileChange, Forecast, Mode, ModelChoice, Route, Status
from cowork_tui.core.transcript import Transcript
from cowork_tui.core.usage import NO_USAGE, Usage

EMPTY_SPAN = Span((), (), b"", NO_WEIGHT)


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One model call, from plan to bill. `ended` None: it never got a whole response."""

    planned: TurnPlanned
    ended: TurnEnded | None = None
    miss: CacheMissed | None = None
    failed_attempts: int = 0
    last_attempt: AttemptEnded | None = None
    """The newest failed try; what follows it, if anything, is another."""

    @property
    def is_out(self) -> bool:
        """Whether its request may be on its way: nothing says that it ended."""
        last = self.last_attempt
        return self.ended is None and (last is None or last.wait_seconds is not None)

    @property
    def forecast(self) -> Forecast:
        return self.planned.forecast


@dataclass(frozen=True, slots=True)
class TaskState:
    """Everything about a task. Read it; never change it but by `reduce`."""

    task_id: str = ""
    title: str = ""
    goal: str = ""
    folder: str = ""
    created_at: float = 0.0
    mode: Mode = Mode.ASK
    cap: Cap = field(default_factory=Cap)
    budget_tokens: int = 100_000
    choice: ModelChoice = field(default_factory=lambda: ModelChoice("sonnet"))
    routes: tuple[Route, ...] = ()
    settings: PlanSettings = field(default_factory=PlanSettings)
    money: Money = Money.UNKNOWN
    tools: Span = EMPTY_SPAN
    system: Span = EMPTY_SPAN
    transcript: Transcript = field(default_factory=Transcript)
    edits: tuple[Edit, ...] = ()
    edit_state: EditState = NO_EDITS
    steps: tuple[Step, ...] = ()
    status: Status = Status.RUNNING
    reason: str = ""
    next_step: str = ""
    turns: tuple[TurnRecord, ...] = ()
    usage: Usage = NO_USAGE
    cost_nanodollars: int = 0
    unpriced_turns: int = 0
    """Turns whose price is unknown or in another kind of money; `cost_nanodollars` leaves them out."""
    spent: Amount = field(default_factory=Amount)
    """What counts against the cap: the bills, and `held`."""
    held: Amount = field(default_factory=Amount)
    """What stays reserved for requests whose bill nobody saw."""
    started_tools: Mapping[str, ToolStarted] = field(default_factory=dict[str, ToolStarted])
    """Calls that began and have no result."""
    open_uses: Mapping[str, Block] = field(default_factory=dict[str, Block])
    """Tool uses in the transcript that have no result."""
    given: Given = field(default_factory=Given)
    """What the user allowed until the task ends."""
    file_log: tuple[LoggedChange, ...] = ()
    """Every change of a file, those that the user took back or made again included."""
    undone: tuple[FilesUndone, ...] = ()
    """What the user undid and can have again, newest last."""
    undo_events: int = 0
    """How often the user undid or had again."""
    untold_changes: tuple[FileChange, ...] = ()
    """What the user undid or had again since the model was last told."""
    cap_notes: int = 0
    """How often the transcript mentions what the cap leaves."""

    @property
    def turn(self) -> int:
        """The number of the last model call, 0 before the first."""
        return self.turns[-1].planned.turn if self.turns else 0

    @property
    def last_ended(self) -> TurnEnded | None:
        """The newest turn that got its whole response."""
        return next((record.ended for record in reversed(self.turns) if record.ended is not None), None)

    def files(self) -> tuple[FileChange, ...]:
        """What became of each changed file from the task's start until its newest event; unchanged ones left out."""
        net = merged(entry.change for entry in self.file_log)
        return tuple(change for change in net if not change.is_folder and alters(change))


def fold(events: Iterable[Event], start: TaskState | None = None) -> TaskState:
    """The state after `events`."""
    state = start if start is not None else TaskState()
    for event in events:
        state = reduce(state, event)
    return state


def reduce(state: TaskState, event: Event) -> TaskState:
    """The state after one more event; events that don't change it (deltas, notices) give it back."""
    match event:
        case TaskCreated():
            return _created(event)
        case TaskChanged():
            folder = event.folder or state.folder
            return replace(
                state, mode=event.mode, cap=event.cap, choice=event.choice, routes=event.routes, folder=folder
            )
        case UserSaid():
            transcript = state.transcript.append(event.turn, event.blocks)
            untold = () if event.undo else state.untold_changes
            return replace(state, transcript=transcript, cap_notes=state.cap_notes + event.note, untold_changes=untold)
        case PlanUpdated():
            return replace(state, steps=event.steps)
        case EditApplied():
            edits = (*state.edits, event.edit)
            return replace(state, edits=edits, edit_state=fold_edits(edits))
        case StatusChanged():
            return replace(state, status=event.status, reason=event.reason, next_step=event.next_step)
        case TurnPlanned() | AttemptEnded() | BlockEnded() | TurnEnded() | CacheMissed():
            return _turn(state, event)
        case ToolStarted() | ToolEnded() | ApprovalGiven():
            return _tool(state, event)
        case FilesUndone() | FilesRedone():
            return _files(state, event)
        case _:
            return state


def _created(event: TaskCreated) -> TaskState:
    return TaskState(
        task_id=event.task_id, title=event.title, goal=event.goal, folder=event.folder, created_at=event.at,
        mode=event.mode, cap=event.cap, budget_tokens=event.budget_tokens, choice=event.choice, routes=event.routes,
        settings=event.settings, money=event.money, tools=make_span(event.tools), system=make_span(event.system),
    )  # fmt: skip


def _turn(state: TaskState, event: TurnPlanned | AttemptEnded | BlockEnded | TurnEnded | CacheMissed) -> TaskState:
    if isinstance(event, TurnPlanned):
        return replace(state, turns=(*state.turns, TurnRecord(event)))
    if isinstance(event, BlockEnded):
        uses = state.open_uses
        if isinstance(event.block.content, ToolUse):
            uses = {**uses, event.block.content.id: event.block}
        return replace(state, transcript=state.transcript.append(event.turn, (event.block,)), open_uses=uses)
    record = state.turns[-1]
    if isinstance(event, AttemptEnded):
        record = replace(record, failed_attempts=record.failed_attempts + 1, last_attempt=event)
        return replace(_with_record(state, record), spent=state.spent + event.held, held=state.held + event.held)
    if isinstance(event, CacheMissed):
        return _with_record(state, replace(record, miss=event))
    cost = event.cost_nanodollars if event.money is state.money else None
    return replace(
        _with_record(state, replace(record, ended=event)),
        usage=state.usage + event.usage,
        cost_nanodollars=state.cost_nanodollars + (cost or 0),
        unpriced_turns=state.unpriced_turns + (cost is None),
        spent=state.spent + counted(event.usage, cost or 0) + event.held,
        held=state.held + event.held,
    )


def _with_record(state: TaskState, record: TurnRecord) -> TaskState:
    return replace(state, turns=(*state.turns[:-1], record))


def _tool(state: TaskState, event: ToolStarted | ToolEnded | ApprovalGiven) -> TaskState:
    if isinstance(event, ToolStarted):
        return replace(state, started_tools={**state.started_tools, event.tool_use_id: event})
    if isinstance(event, ApprovalGiven):
        block = state.open_uses.get(event.tool_use_id)
        if not (event.allowed and event.scope == "task" and block and isinstance(block.content, ToolUse)):
            return state
        return replace(state, given=state.given.plus(block.content.name, replaces=event.replaces))
    return replace(
        state,
        transcript=state.transcript.append(event.turn, (event.block,)),
        started_tools={key: value for key, value in state.started_tools.items() if key != event.tool_use_id},
        open_uses={key: value for key, value in state.open_uses.items() if key != event.tool_use_id},
        file_log=(*state.file_log, *(LoggedChange(event.turn, change) for change in event.changes)),
        undone=() if event.changes else state.undone,
    )


def _files(state: TaskState, event: FilesUndone | FilesRedone) -> TaskState:
    """What was had again can't be had again once more; what could not be had stays for another try."""
    if isinstance(event, FilesUndone):
        undone = (*state.undone, event)
    else:
        made = {(change.path, change.kind) for change in event.changes}
        last = state.undone[-1]
        rest = tuple(change for change in last.changes if (change.path, change.kind) not in made)
        undone = (*state.undone[:-1], *((replace(last, changes=rest),) if rest else ()))
    return replace(
        state,
        file_log=(*state.file_log, *(LoggedChange(event.turn, change) for change in event.changes)),
        undone=undone,
        undo_events=state.undo_events + 1,
        untold_changes=(*state.untold_changes, *event.changes),
    )
