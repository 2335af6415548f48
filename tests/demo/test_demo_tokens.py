"""What the demo counts: the same everywhere, additive, and skewed by what only the seed knows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cowork_tui.demo.media import patch_tokens
from cowork_tui.demo.models import ROWS
from cowork_tui.demo.reply import Reply, TextPart, ThinkingPart, ToolUsePart
from cowork_tui.demo.settings import DemoSettings
from cowork_tui.demo.tokens import skew_of

MARK = {"type": "ephemeral"}
TOOL = {"name": "look", "description": "looks at a thing", "input_schema": {"type": "object", "properties": {}}}
MODELS = [row.id for row in ROWS if row.lifecycle != "retired" and row.system_messages]


def conversation(turns: int) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "look at it " * 300}]
    for turn in range(turns):
        call = {"type": "tool_use", "id": f"t{turn}", "name": "look", "input": {"at": "the moon", "for": turn}}
        result = {"type": "tool_result", "tool_use_id": f"t{turn}", "content": f"round and far away {turn}"}
        messages += [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
    return messages


@pytest.mark.parametrize("model", ["claude-fable-5-2", "claude-opus-5-5", "claude-sonnet-4-6", "claude-haiku-4-5"])
def test_count_tokens_equals_read_plus_written_plus_fresh(skewed, model):
    for turns in range(4):
        body = {"model": model, "tools": [TOOL], "system": "be brief", "messages": conversation(turns)}
        assert sum(skewed.bill({**body, "cache_control": MARK})) == skewed.count(body)


def test_a_truncated_request_counts_what_its_prefix_was_billed(skewed):
    body = {"model": "claude-opus-5", "tools": [TOOL], "messages": conversation(5)}
    written = skewed.bill({**body, "cache_control": MARK})[1]
    longer = {**body, "messages": conversation(6), "cache_control": MARK}
    assert skewed.count(body) == written == skewed.bill(longer)[0]


@given(st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_prefix_is_billed_as_it_is_counted(skewed, data):
    model = data.draw(st.sampled_from(MODELS))
    texts = data.draw(st.lists(st.text("ab \n", min_size=1).filter(str.strip), min_size=2, max_size=8))
    cut = data.draw(st.integers(1, len(texts) - 1))
    blocks: list[dict[str, Any]] = [{"type": "text", "text": "long " * 1_300}]
    blocks += [{"type": "text", "text": text} for text in texts]
    marked = [{**block, "cache_control": MARK} if n == cut else block for n, block in enumerate(blocks)]
    body = {"model": model, "messages": [{"role": "user", "content": marked}]}
    read, short, long, fresh = skewed.bill(body)
    head = {"model": model, "messages": [{"role": "user", "content": blocks[: cut + 1]}]}
    assert (read + short, long) == (skewed.count(head), 0)
    assert read + short + fresh == skewed.count(body)


def test_models_are_skewed_apart_within_the_bounds_and_by_the_seed_alone(clock):
    def settings_of(seed: int, skew: bool = True) -> DemoSettings:
        return DemoSettings(len, clock, seed, lambda _: Reply((), "end_turn"), skew=skew)

    factors = [skew_of(row, settings_of(1)).factor for row in ROWS]
    assert len(set(factors)) == len(ROWS) and all(0.9 <= factor <= 1.15 for factor in factors)
    assert factors == [skew_of(row, settings_of(1)).factor for row in ROWS]
    assert factors != [skew_of(row, settings_of(2)).factor for row in ROWS]
    plain = skew_of(ROWS[0], settings_of(1, skew=False))
    assert (plain.factor, plain.per_call, plain.tool_prompt) == (1, 0, 0)


def test_tokenizer_generations_can_be_scaled(start):
    demo = start(old_tokenizer_scale=1.0, new_tokenizer_scale=1.5)
    messages = [{"role": "user", "content": "one two three four"}]
    assert demo.count({"model": "claude-sonnet-4-6", "messages": messages}) == 4
    assert demo.count({"model": "claude-sonnet-5", "messages": messages}) == 6


@pytest.mark.parametrize("model", ["claude-opus-4-8", "claude-fable-5-1", "claude-sonnet-4-6"])
def test_output_tokens_are_what_the_next_request_grows_by(start, model):
    parts = (ThinkingPart("a b c d " * 9), TextPart("e f g"), ToolUsePart("look", {"at": "it"}))
    demo = start(lambda _: Reply(parts, "tool_use"))
    body = {"model": model, "tools": [TOOL], "messages": conversation(1), "thinking": {"type": "adaptive"}}
    answered = demo.message(body)
    assert [block["type"] for block in answered["content"]] == ["thinking", "text", "tool_use"]
    assert answered["usage"]["output_tokens_details"]["thinking_tokens"] == 36
    result = {"type": "tool_result", "tool_use_id": answered["content"][2]["id"], "content": "four words are here"}
    more = [{"role": "assistant", "content": answered["content"]}, {"role": "user", "content": [result]}]
    grown = demo.count({**body, "messages": [*body["messages"], *more]}) - demo.count(body)
    assert grown == answered["usage"]["output_tokens"] + 4


def test_a_tool_adds_the_hidden_prompt_once(skewed):
    plain = {"model": "claude-opus-5", "messages": conversation(0)}
    one = skewed.count({**plain, "tools": [TOOL]}) - skewed.count(plain)
    two = skewed.count({**plain, "tools": [TOOL, {**TOOL, "name": "loot"}]}) - skewed.count(plain)
    assert one > 286 and two - one == one - 286
    forced = {**plain, "tools": [TOOL], "tool_choice": {"type": "any"}}
    assert skewed.count(forced) - skewed.count({**plain, "tools": [TOOL]}) == 120


def test_a_text_is_tokenised_once_for_all_turns_and_models(start):
    seen: list[str] = []

    def count(text: str) -> int:
        seen.append(text)
        return len(text.split())

    demo = start(count_text=count)
    for turns in (1, 2, 3):
        demo.count({"model": "claude-opus-5", "tools": [TOOL], "messages": conversation(turns)})
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("width", "height", "limits", "tokens"),
    [
        (1_000, 1_000, (2_576, 4_784), 1_296),
        (1_920, 1_080, (1_568, 1_568), 1_560),
        (1_920, 1_080, (2_576, 4_784), 2_691),
        (3_840, 2_160, (1_568, 1_568), 1_560),
        (3_840, 2_160, (2_576, 4_784), 4_784),
    ],
)
def test_images_cost_the_published_tokens(width, height, limits, tokens):
    assert patch_tokens(width, height, limits) == tokens
