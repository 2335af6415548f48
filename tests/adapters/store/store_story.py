"""Tasks made of real plans, for the tests of the store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from cowork_tui.core import plan as plans
from cowork_tui.core.blocks import (
    AssistantText,
    Block,
    Content,
    SystemText,
    ToolDefinition,
    ToolResult,
    ToolUse,
    UserText,
    make_block,
    payload_json,
)
from cowork_tui.core.cap import Amount, Cap
from cowork_tui.core.edits import NO_EDITS, EditState
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
from cowork_tui.core.models import known_card
from cowork_tui.core.plan import Breakpoint, ContextPlan, Parameters, PlanSettings
from cowork_tui.core.pricing import Money
from cowork_tui.core.steps import StepKind
from cowork_tui.core.task_values import FileChange, Forecast, Mode, ModelChoice, PrefixLink
from cowork_tui.core.transcript import Transcript
from cowork_tui.core.usage import Usage

MODEL = "claude-sonnet-5-5"
FORECAST = Forecast(100, 20, 3, 40, 90, 5_000, 9_000, 2.5, False, True, 12_000, 0)
USAGE = Usage(3, 20, 1, 100, 50)


def block(content: Content) -> Block:
    """A block whose tokens are counted by the four characters."""
    return make_block(content, lambda text: len(text) // 4)


TOOLS = (block(ToolDefinition("list_files", "Lists files.", '{"type":"object"}')),)
SYSTEM = (block(SystemText("You carry out tasks on a folder.")),)


def created(task_id: str, at: float = 1000.0, money: Money = Money.DEMO) -> TaskCreated:
    return TaskCreated(
        at, task_id, f"Title of {task_id}", "Sort the receipts", "/home/me/receipts", Mode.ASK,
        Cap(nanodollars=2 * 10**9), 100_000, ModelChoice(MODEL), (), PlanSettings(), money, TOOLS, SYSTEM,
    )  # fmt: skip


def planned(
    turn: int, plan: ContextPlan, links: tuple[PrefixLink, ...], at: float, previous: str | None
) -> TurnPlanned:
    hashes = tuple(plan.prefix_hash(point.position) for point in plan.breakpoints)
    body = body_from_blocks(tuple(plan.blocks()), plan.breakpoints, plan.parameters, MODEL, previous)
    return TurnPlanned(
        at, turn, StepKind.EXTRACT, ModelChoice(MODEL), plan.parameters, plan.breakpoints, hashes,
        plan.prefix_hash(plan.length), plan.length, plan.end_seq, links, hashlib.sha256(body).hexdigest(), previous,
        FORECAST, Amount(50_000, 200),
    )  # fmt: skip


def ended(turn: int, at: float, cost: int | None = 7_000, usage: Usage = USAGE, money: Money = Money.DEMO) -> TurnEnded:
    return TurnEnded(at, turn, MODEL, f"msg_{turn}", f"req_{turn}", "tool_use", usage, cost, money, 0.4, 2.0, 2 * turn)


def body_from_blocks(
    blocks: Sequence[Block], points: Sequence[Breakpoint], parameters: Parameters, model: str, previous: str | None
) -> bytes:
    """A body of the tests' own: everything that makes a request, in order."""
    parts = [model, str(previous), str(parameters), str(tuple(points)), *(payload_json(b.content) for b in blocks)]
    return "\n".join(parts).encode()


@dataclass
class Story:
    """A task that goes on turn by turn; gives the events that an engine would store."""

    task_id: str
    transcript: Transcript = field(default_factory=Transcript)
    edits: EditState = NO_EDITS
    turn: int = 0
    known: set[bytes] = field(default_factory=set)

    def begin(self) -> list[Event]:
        said = block(UserText(f"Sort the receipts of {self.task_id}"))
        self.transcript = self.transcript.append(0, [said])
        return [created(self.task_id), UserSaid(1000.5, 0, (said,))]

    def plan(self) -> ContextPlan:
        card = known_card(MODEL)
        assert card is not None
        return plans.build(
            plans.make_span(TOOLS), plans.make_span(SYSTEM), self.transcript, self.edits, card, Parameters(16_000),
        )  # fmt: skip

    def next_turn(self) -> list[Event]:
        self.turn += 1
        turn, at, plan = self.turn, 1000.0 + 10 * self.turn, self.plan()
        previous = f"msg_{turn - 1}" if turn > 1 else None
        use = block(ToolUse(f"use_{turn}", "list_files", f'{{"path":"folder {turn}"}}'))
        words = block(AssistantText(f"I look into folder {turn}."))
        result = block(ToolResult(f"use_{turn}", f"{turn} files in folder {turn}\n" + "receipt.txt\t412\n" * turn))
        change = FileChange(f"out/{turn}.csv", None, "ab" * 32, 0, 120)
        self.transcript = self.transcript.append(turn, [words, use, result])
        return [
            planned(turn, plan, self._links(plan), at, previous),
            BlockEnded(at + 1, turn, words),
            BlockEnded(at + 2, turn, use),
            ended(turn, at + 3),
            ToolStarted(at + 4, turn, f"use_{turn}", "list_files", "{}"),
            ToolEnded(at + 5, turn, f"use_{turn}", result, False, 0.01, (change,)),
        ]

    def _links(self, plan: ContextPlan) -> tuple[PrefixLink, ...]:
        made = [
            PrefixLink(plan.prefix_hash(position), plan.prefix_hash(position - 1), plan.block_before(position).hash)
            for position in range(1, plan.length + 1)
        ]
        fresh = tuple(link for link in made if link.hash not in self.known)
        self.known.update(link.hash for link in fresh)
        return fresh
