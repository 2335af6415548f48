"""Estimates: exact where usage told, close elsewhere, and learning under a skew nobody tells them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.core.blocks import Block, BlockKind, Thinking
from cowork_tui.core.edits import Edit, EditKind, fold_edits, prune
from cowork_tui.core.models import Tokenizer
from cowork_tui.core.plan import ContextPlan
from cowork_tui.core.tokens import KEPT_ANCHORS, NEW_ESTIMATOR, Estimator, growth_tokens
from cowork_tui.core.transcript import Transcript
from cowork_tui.core.usage import Usage
from tests.core.plans import SONNET, block, conversation, plan_of, result, said, turn_blocks


@pytest.mark.parametrize(
    ("tokenizer", "text", "calls", "results", "output", "tokens"),
    [
        (Tokenizer.NEW, 1000, 0, 0, None, 1535),
        (Tokenizer.NEW, 1000, 2, 2, None, 1661),
        (Tokenizer.OLD, 1000, 1, 1, None, 1224),
        (Tokenizer.NEW, 1000, 0, 1, 400, 1913),
        (Tokenizer.NEW, 1000, 3, 3, 400, 2013),
        (Tokenizer.NEW, 0, 0, 0, 20, 0),
        (Tokenizer.NEW, 0, 0, 0, None, 0),
    ],
)
def test_growth_follows_the_published_coefficients(
    tokenizer: Tokenizer, text: int, calls: int, results: int, output: int | None, tokens: int
) -> None:
    assert growth_tokens(tokenizer, text, calls, results, output) == tokens


class Server:
    """Counts as a server might: a factor and additions that the estimator does not know."""

    def __init__(self, skew: float, per_call: int, per_result: int, per_tool: int = 30, tool_prompt: int = 300) -> None:
        self.skew, self.tool_prompt = skew, tool_prompt
        self.added = {BlockKind.TOOL_USE: per_call, BlockKind.TOOL_RESULT: per_result, BlockKind.TOOL: per_tool}

    def block(self, one: Block) -> int:
        thinking = 3 if one.kind is BlockKind.THINKING else 1
        return round(one.tokens * 1.535 * self.skew * thinking) + self.added.get(one.kind, 0)

    def prompt(self, plan: ContextPlan, position: int | None = None) -> int:
        blocks = list(plan.blocks())[: plan.length if position is None else position]
        return self.tool_prompt + sum(self.block(one) for one in blocks)

    def output(self, blocks: list[Block]) -> int:
        return sum(self.block(one) for one in blocks) + 40

    def turn(self, estimator: Estimator, plan: ContextPlan, output: list[Block]) -> Estimator:
        """The estimator after the server has billed a request."""
        prompt = self.prompt(plan)
        return estimator.after_turn(plan, Usage(0, prompt, output_tokens=self.output(output)), output)


def play(
    server: Server, sizes: list[int], model: str = SONNET, author: str | None = None
) -> tuple[Transcript, Estimator]:
    """A task whose results have those sizes, up to the request that is yet to be sent."""
    transcript, estimator = Transcript().append(0, [said(times=20)]), NEW_ESTIMATOR
    for turn, size in enumerate(sizes, 1):
        output = turn_blocks(turn, thinking_by=author)
        estimator = server.turn(estimator, plan_of(transcript, model), output)
        transcript = transcript.append(turn, output).append(turn, [result(f"call_{turn}", size)])
    return transcript, estimator


@settings(max_examples=150)
@given(
    skew=st.floats(0.9, 1.15),
    per_call=st.integers(20, 60),
    per_result=st.integers(10, 40),
    per_tool=st.integers(12, 40),
    sizes=st.lists(st.integers(400, 8000), min_size=5, max_size=9),
)
def test_after_five_turns_a_prompt_is_estimated_within_2_percent_under_an_unknown_skew(
    skew: float, per_call: int, per_result: int, per_tool: int, sizes: list[int]
) -> None:
    server = Server(skew, per_call, per_result, per_tool)
    transcript, estimator = play(server, sizes)
    plan = plan_of(transcript)
    real = server.prompt(plan)
    assert abs(estimator.prefix_tokens(plan)(plan.length) - real) <= 0.02 * real


def test_the_first_prompt_is_estimated_from_the_coefficients() -> None:
    plan = plan_of(conversation(0), "claude-sonnet-5")
    weight = plan.weight(plan.length)
    assert NEW_ESTIMATOR.prefix_tokens(plan)(plan.length) == round(354 + 1.535 * weight.tokens)
    assert NEW_ESTIMATOR.prefix_tokens(plan)(0) == 0


def test_what_usage_told_is_exact() -> None:
    server = Server(1.1, 50, 30)
    transcript, estimator = play(server, [2000, 3000])
    plan = plan_of(transcript)
    tokens_at = estimator.prefix_tokens(plan)
    second_prompt = len(transcript) - 3 + plan.system_end
    assert tokens_at(second_prompt) == server.prompt(plan, second_prompt)
    assert tokens_at(plan.system_end + 1) == server.prompt(plan, plan.system_end + 1)


def test_the_last_breakpoints_prefix_is_what_was_read_and_written() -> None:
    plan = plan_of(conversation(2))
    estimator = NEW_ESTIMATOR.after_turn(plan, Usage(3, 4000, cache_read_tokens=1000))
    assert estimator.prefix_tokens(plan)(plan.length) == 5000
    unread = plan_of(conversation(2).append(3, [block(Thinking("hm", "s", SONNET))]))
    assert unread.breakpoints[-1].position < unread.length
    estimator = NEW_ESTIMATOR.after_turn(unread, Usage(200, 4000, cache_read_tokens=1000))
    tokens_at = estimator.prefix_tokens(unread)
    assert (tokens_at(unread.breakpoints[-1].position), tokens_at(unread.length)) == (5000, 5200)


def test_prefixes_never_shrink() -> None:
    transcript, estimator = play(Server(1.0, 40, 20), [2000, 100, 5000, 300])
    plan = plan_of(transcript)
    tokens_at = estimator.prefix_tokens(plan)
    counts = [tokens_at(position) for position in range(plan.length + 1)]
    assert counts == sorted(counts)


@pytest.mark.parametrize("skew", [0.92, 1.13])
def test_a_pruned_prompt_is_estimated_within_3_percent(skew: float) -> None:
    server = Server(skew, 45, 25)
    transcript, estimator = play(server, [4000, 6000, 3000, 5000, 2000, 1000], author=SONNET)
    for seq in (4, 12):
        edits = fold_edits([Edit(1, 6, EditKind.PRUNE, prune(transcript, [seq], lambda text: len(text) // 4))])
        plan = plan_of(transcript, edits=edits)
        real = server.prompt(plan)
        assert estimator.prefix_tokens(plan)(plan.length) == pytest.approx(real, rel=0.03)


def test_thinking_that_a_user_turn_strips_leaves_the_estimate() -> None:
    server = Server(1.05, 45, 25)
    model = "claude-sonnet-4-5"
    old = Server(1.05 * 1.146 / 1.535, 45, 25, tool_prompt=496)
    transcript, estimator = play(old, [2000] * 6, model, author=model)
    stripped = plan_of(transcript.append(7, [said("And now?")]), model)
    real = old.prompt(stripped)
    assert server.skew == 1.05
    assert estimator.prefix_tokens(stripped)(stripped.length) == pytest.approx(real, rel=0.03)


def test_another_model_of_the_same_generation_starts_from_what_is_known() -> None:
    server = Server(1.1, 45, 25)
    transcript, estimator = play(server, [4000] * 5)
    other = plan_of(transcript, "claude-haiku-5-5")
    assert estimator.prefix_tokens(other)(other.length) == pytest.approx(server.prompt(other), rel=0.02)
    older = plan_of(transcript, "claude-haiku-4-5")
    assert estimator.prefix_tokens(older)(older.length) == NEW_ESTIMATOR.prefix_tokens(older)(older.length)


def test_coming_back_to_a_model_uses_its_own_anchors() -> None:
    server, other = Server(1.1, 45, 25), Server(0.9, 45, 25)
    transcript, estimator = play(server, [4000] * 5)
    away = plan_of(transcript, "claude-haiku-5-5")
    output = turn_blocks(6)
    estimator = other.turn(estimator, away, output)
    transcript = transcript.append(6, output).append(6, [result("call_6", 1000)])
    back = plan_of(transcript)
    known = len(conversation(4)) + back.system_end
    assert estimator.prefix_tokens(back)(known) == server.prompt(back, known)
    assert estimator.prefix_tokens(back)(back.length) == pytest.approx(server.prompt(back), rel=0.02)


def test_a_servers_count_is_taken_as_it_is() -> None:
    transcript, estimator = play(Server(1.1, 45, 25), [4000] * 2)
    plan = plan_of(transcript)
    counted = estimator.with_count(plan, 12_345).prefix_tokens(plan)
    plain = estimator.prefix_tokens(plan)
    earlier = plan.length - 3
    assert counted(plan.length) == 12_345
    assert counted(earlier) == plain(earlier)


def test_a_turn_without_usage_teaches_nothing() -> None:
    plan = plan_of(conversation(1))
    assert NEW_ESTIMATOR.after_turn(plan, Usage(cache_known=False)) is NEW_ESTIMATOR


def test_what_is_kept_does_not_grow_with_the_task() -> None:
    transcript, estimator = play(Server(1.0, 40, 20), [500] * 80)
    assert len(estimator.models[SONNET].anchors) == KEPT_ANCHORS
    plan = plan_of(transcript)
    assert estimator.prefix_tokens(plan)(plan.length) == pytest.approx(Server(1.0, 40, 20).prompt(plan), rel=0.002)


def test_one_absurd_count_moves_the_factor_only_so_far() -> None:
    server = Server(1.0, 40, 20)
    transcript, estimator = play(server, [2000] * 4)
    before = estimator.models[SONNET].calibration.factor
    plan = plan_of(transcript)
    estimator = estimator.after_turn(plan, Usage(0, server.prompt(plan) * 50, output_tokens=10), [said("x")])
    assert abs(estimator.models[SONNET].calibration.factor - before) < 0.2


