"""Plans: append-only, positions, memos that never change what is sent."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.core.blocks import Block, BlockKind, Thinking, UserText
from cowork_tui.core.edits import NO_EDITS, Edit, EditKind, EditState, fold_edits, prune
from cowork_tui.core.models import ModelCard, ThinkingBinding
from cowork_tui.core.plan import ContextPlan, Weight, weigh
from cowork_tui.core.transcript import Chunk, Transcript
from tests.core.plans import SONNET, block, card, conversation, count, plan_of, result, said, turn_blocks

MODELS = (SONNET, "claude-haiku-4-5", "claude-opus-5", "claude-fable-5-2")
ACTIONS = st.sampled_from(["turn", "turn thinking", "user"])


def transcripts(actions: list[str]) -> list[Transcript]:
    """The transcript before each request."""
    grown = [Transcript().append(0, [said(times=5)])]
    for turn, action in enumerate(actions, 1):
        last = grown[-1]
        if action == "user":
            grown.append(last.append(turn, [said(f"Note {turn}. ")]))
        else:
            author = SONNET if action == "turn thinking" else None
            grown.append(last.append(turn, turn_blocks(turn, thinking_by=author)).append(turn, [result(f"r{turn}")]))
    return grown


@given(st.lists(ACTIONS, max_size=40), st.sampled_from((SONNET, "claude-opus-5", "claude-fable-5-2")))
def test_a_request_only_extends_the_one_before_it(actions: list[str], model: str) -> None:
    plans = [plan_of(transcript, model) for transcript in transcripts(actions)]
    for before, after in pairwise(plans):
        assert after.length > before.length
        assert after.prefix_hash(before.length) == before.prefix_hash(before.length)
        assert list(after.blocks())[: before.length] == list(before.blocks())


@given(st.lists(ACTIONS, max_size=60), st.data())
def test_undoing_an_edit_sends_the_same_as_before(actions: list[str], data: st.DataObject) -> None:
    transcript = transcripts(actions)[-1]
    seq = data.draw(st.integers(0, len(transcript) - 1))
    pruned = Edit(1, len(actions), EditKind.PRUNE, prune(transcript, [seq], count))
    undone = fold_edits([pruned, Edit(2, len(actions), EditKind.UNDO, undoes=1)])
    model = "claude-opus-5"
    assert list(plan_of(transcript, model, edits=undone).blocks()) == list(plan_of(transcript, model).blocks())


def expected(transcript: Transcript, edits: EditState, model: ModelCard) -> list[Block]:
    """What the rules say is sent, entry by entry."""
    last_user = max((e.seq for e in transcript if e.block.kind is BlockKind.USER_TEXT), default=-1)
    bound = model.binding in (ThinkingBinding.PREFIX_DROPS, ThinkingBinding.PREFIX_REFUSES)
    sent: list[Block] = []
    for entry in transcript:
        replaced = edits.replaced.get(entry.seq, entry.block)
        if isinstance(entry.block.content, Thinking):
            stripped = model.binding is ThinkingBinding.LAST_TURN and entry.seq < last_user
            cut = bound and any(entry.seq > c.seq and entry.turn <= c.turn for c in edits.thinking_cuts)
            if entry.block.content.model != model.id or stripped or cut:
                continue
        if replaced is not None:
            sent.append(replaced)
    return sent


@settings(max_examples=60)
@given(
    st.lists(ACTIONS, min_size=30, max_size=90),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 90)), max_size=3),
    st.sampled_from(MODELS),
)
def test_memos_of_chunks_never_change_what_is_sent(
    actions: list[str], cuts: list[tuple[int, int]], model: str
) -> None:
    transcript = transcripts(actions)[-1]
    edits = [
        Edit(n, min(turn, len(actions)), EditKind.PRUNE, prune(transcript, [seq % len(transcript)], count))
        for n, (seq, turn) in enumerate(cuts, 1)
    ]
    state = fold_edits(edits)
    for warm in MODELS:
        plan_of(transcript, warm)
    first = plan_of(transcript, model, edits=state)
    unshared = Transcript(tuple(Chunk(chunk.entries) for chunk in transcript.chunks))
    assert list(first.blocks())[first.system_end :] == expected(transcript, state, card(model))
    assert plan_of(unshared, model, edits=state).links == first.links
    assert plan_of(transcript, model, edits=NO_EDITS).links == plan_of(unshared, model, edits=NO_EDITS).links


def test_weights_and_positions_agree_with_the_blocks() -> None:
    plan: ContextPlan = plan_of(conversation(40, thinking_by=SONNET))
    blocks = list(plan.blocks())
    for position in range(0, plan.length + 1, 7):
        assert plan.weight(position) == weigh(blocks[:position])
    for seq in range(len(conversation(40, thinking_by=SONNET))):
        assert plan.block_before(plan.position_of(seq) + 1) == conversation(40, thinking_by=SONNET)[seq].block


def test_weights_add_and_subtract() -> None:
    left, right = Weight(10, 2, 1, 1, 5, 0), Weight(3, 1, 1, 0, 2, 7)
    assert left + right - right == left
    assert sum([left.tokens, right.tokens]) == (left + right).tokens


def test_withheld_thinking_weighs_by_its_signature() -> None:
    short, long = (weigh([block(Thinking("", "s" * n, SONNET))]) for n in (400, 4000))
    assert long.thinking_tokens == 10 * short.thinking_tokens > 0
    assert weigh([block(UserText(""))]) == Weight()
