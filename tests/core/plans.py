"""Small transcripts and plans for tests of the core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cowork_tui.core.blocks import (
    AssistantText,
    Block,
    Content,
    SystemText,
    Thinking,
    ToolDefinition,
    ToolResult,
    ToolUse,
    UserText,
    make_block,
)
from cowork_tui.core.edits import NO_EDITS, EditState
from cowork_tui.core.hashing import Hash, digest
from cowork_tui.core.models import ModelCard, known_card
from cowork_tui.core.plan import (
    Breakpoint,
    ContextPlan,
    Parameters,
    PlanSettings,
    Span,
    Ttl,
    build,
    choose_parameters,
    make_span,
)
from cowork_tui.core.transcript import Transcript

SONNET = "claude-sonnet-5-5"
MINUTE = 60.0


def count(text: str) -> int:
    """Four characters a token."""
    return -(-len(text) // 4)


def block(content: Content) -> Block:
    return make_block(content, count)


def card(model: str = SONNET) -> ModelCard:
    found = known_card(model)
    assert found is not None
    return found


TOOLS = make_span([block(ToolDefinition(f"tool_{n}", "d" * 400, "{}")) for n in range(9)])
SYSTEM = make_span([block(SystemText("You work in a folder. " * 100))])


def result(name: str, chars: int = 2000) -> Block:
    return block(ToolResult(name, (name + " row, ") * (chars // (len(name) + 6))))


def said(text: str = "Sort the receipts, please. ", times: int = 1) -> Block:
    return block(UserText(text * times))


def turn_blocks(turn: int, *, thinking_by: str | None = None) -> list[Block]:
    """A response: thinking where a model is named, text, and one tool call."""
    thought = [block(Thinking(f"thought {turn} " * 30, f"signature {turn}", thinking_by))] if thinking_by else []
    return [*thought, block(AssistantText(f"Step {turn}. " * 10)), block(ToolUse(f"call_{turn}", "tool_1", "{}"))]


def conversation(turns: int, *, thinking_by: str | None = None) -> Transcript:
    """A goal and that many turns of one tool call each, its result behind it."""
    transcript = Transcript().append(0, [said(times=20)])
    for turn in range(1, turns + 1):
        transcript = transcript.append(turn, turn_blocks(turn, thinking_by=thinking_by))
        transcript = transcript.append(turn, [result(f"call_{turn}")])
    return transcript


def plan_of(
    transcript: Transcript,
    model: str | ModelCard = SONNET,
    *,
    tools: Span = TOOLS,
    system: Span = SYSTEM,
    edits: EditState = NO_EDITS,
    effort: str | None = None,
    ttl: Ttl = Ttl.FIVE_MINUTES,
    sent_end_seq: int | None = None,
    parameters: Parameters | None = None,
    **changes: object,
) -> ContextPlan:
    """The plan of a transcript; `changes` go into the parameters."""
    chosen = card(model) if isinstance(model, str) else model
    chosen_parameters = parameters or choose_parameters(chosen, PlanSettings(), effort)
    chosen_parameters = replace(chosen_parameters, **changes)
    return build(tools, system, transcript, edits, chosen, chosen_parameters, ttl=ttl, sent_end_seq=sent_end_seq)


@dataclass(frozen=True)
class Chain:
    """Named blocks with breakpoints, each block 1,000 tokens: what the cache rules see of a plan."""

    names: tuple[str, ...]
    breakpoints: tuple[Breakpoint, ...]
    card: ModelCard

    @property
    def length(self) -> int:
        return len(self.names)

    def prefix_hash(self, position: int) -> Hash:
        return digest("\0".join(self.names[:position]).encode())


def chain(
    blocks: int | Sequence[str], *breakpoints: int | tuple[int, str], model: str = SONNET
) -> Chain:
    """`chain(30, 10, (20, "1h"))`: 30 blocks with breakpoints behind the 10th and, for an hour, behind the 20th."""
    names = tuple(f"block {n}" for n in range(1, blocks + 1)) if isinstance(blocks, int) else tuple(blocks)
    pairs = [(b, "5m") if isinstance(b, int) else b for b in breakpoints]
    return Chain(names, tuple(Breakpoint(position, Ttl(ttl)) for position, ttl in pairs), card(model))


def thousand(position: int) -> int:
    """Tokens of a chain's prefix."""
    return position * 1000
