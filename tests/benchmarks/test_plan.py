"""Replanning and forecasting four models, now and cold, against the plainest pass over the blocks."""

from __future__ import annotations

import os
from collections.abc import Callable
from time import perf_counter

from cowork_tui.core.blocks import (
    AssistantText,
    Content,
    SystemText,
    Thinking,
    ToolDefinition,
    ToolResult,
    ToolUse,
    UserText,
    make_block,
)
from cowork_tui.core.edits import NO_EDITS, Edit, EditKind, EditState, fold_edits, prune
from cowork_tui.core.forecast import OutputRange, forecast
from cowork_tui.core.models import ModelCard, known_card
from cowork_tui.core.plan import PlanSettings, Span, build, choose_parameters, make_span
from cowork_tui.core.pricing import ModelPrices, PriceRow
from cowork_tui.core.prompt_cache import EMPTY_CACHE, CacheState, after_request
from cowork_tui.core.tokens import NEW_ESTIMATOR, Estimator
from cowork_tui.core.transcript import Chunk, Transcript
from cowork_tui.core.usage import Usage

FULL = os.environ.get("COWORK_BENCH_FULL") == "1"
BLOCKS = 10_000 if FULL else 500
TRIES = 30
CHANGED_SEQ = 100
MODELS = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-fable-5-2")
PRICES = ModelPrices(((0, PriceRow(2_000_000, 2_500_000, 4_000_000, 100_000, 10_000_000)),))
OUTPUT = OutputRange(300, 1300, True)


def count(text: str) -> int:
    return len(text) // 4


def span(*contents: Content) -> Span:
    return make_span([make_block(content, count) for content in contents])


TOOLS = span(*(ToolDefinition(f"tool_{n}", "d" * 300, "{}") for n in range(9)))
SYSTEM = span(SystemText("You work in a folder. " * 100))


def realistic_transcript() -> Transcript:
    """Thinking of one model, text, one or two tool calls with their results, and now and then the user."""
    transcript = Transcript().append(0, [make_block(UserText("Sort the receipts. " * 9), count)])
    turn = 0
    while len(transcript) < BLOCKS:
        turn += 1
        uses = [ToolUse(f"u{turn}-{n}", "read_document", f'{{"path":"{turn}.txt"}}') for n in range(1 + turn % 2)]
        response = [
            Thinking(f"Perhaps {turn}. " * 20, f"s{turn}", MODELS[1]), AssistantText(f"Step {turn}. " * 9), *uses,
        ]  # fmt: skip
        transcript = transcript.append(turn, [make_block(content, count) for content in response])
        answers: list[Content] = [ToolResult(use.id, f"row {turn}, " * 200) for use in uses]
        if turn % 40 == 0:
            answers.append(UserText(f"Note {turn}."))
        transcript = transcript.append(turn, [make_block(content, count) for content in answers])
    return transcript


def card(model: str) -> ModelCard:
    found = known_card(model)
    assert found is not None
    return found


CARDS = [card(model) for model in MODELS]


def forecast_all(transcript: Transcript, edits: EditState, cache: CacheState, estimator: Estimator) -> None:
    """Plans and forecasts of all models; each forecast holds the turn now and cold."""
    for model in CARDS:
        parameters = choose_parameters(model, PlanSettings(), None)
        plan = build(TOOLS, SYSTEM, transcript, edits, model, parameters, sent_end_seq=len(transcript) - 4)
        forecast(plan, cache, 1.0, estimator.prefix_tokens(plan), PRICES, OUTPUT, counted=False, seconds=1.0)


def best_seconds(*acts: Callable[[], object]) -> list[float]:
    """The fastest of many tries of each, taken in turns, so that a busy machine slows all alike."""
    best = [float("inf")] * len(acts)
    for _ in range(TRIES):
        for index, act in enumerate(acts):
            start = perf_counter()
            act()
            best[index] = min(best[index], perf_counter() - start)
    return best


def test_replanning_after_one_change_costs_little_more_than_looking_at_every_block() -> None:
    transcript = realistic_transcript()
    blocks = [entry.block for entry in transcript]
    sent = build(TOOLS, SYSTEM, transcript, NO_EDITS, CARDS[1], choose_parameters(CARDS[1], PlanSettings(), None))
    estimator = NEW_ESTIMATOR.after_turn(sent, Usage(0, 100 * BLOCKS, output_tokens=50))
    cache = after_request(EMPTY_CACHE, sent, 0.0, estimator.prefix_tokens(sent))
    turn = transcript[len(transcript) - 1].turn
    result_seq = next(e.seq for e in transcript if e.seq >= CHANGED_SEQ and isinstance(e.block.content, ToolResult))
    edits = fold_edits([Edit(1, turn, EditKind.PRUNE, prune(transcript, [result_seq], count))])

    def from_nothing() -> None:
        forgotten = Transcript(tuple(Chunk(chunk.entries) for chunk in transcript.chunks))
        forecast_all(forgotten, NO_EDITS, cache, estimator)

    forecast_all(transcript, NO_EDITS, cache, estimator)
    floor, replan, nothing = best_seconds(
        lambda: sum(b.tokens for b in blocks),
        lambda: forecast_all(transcript, edits, cache, estimator),
        from_nothing,
    )
    print(f"\nreplan, a change at block {result_seq} of {len(blocks)}: {replan / floor:.1f}x the floor (at most 20)")
    print(f"plan from nothing: {nothing / floor:.1f}x the floor (at most 250)")
    if FULL:
        assert replan <= 20 * floor
        assert nothing <= 250 * floor
