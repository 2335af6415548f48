"""Thinking: what each model is asked for, shows, and makes of blocks that come back."""

from __future__ import annotations

from typing import Any

import pytest

from cowork_tui.demo.reply import Reply, TextPart, ThinkingPart

ADAPTIVE = {"type": "adaptive", "display": "summarized"}
INTEGRITY = [
    "claude-opus-4-5",
    "claude-opus-4-6",
    "claude-sonnet-4-6",
    "claude-opus-4-8",
    "claude-opus-5",
    "claude-fable-5",
]
DROPPING = ["claude-fable-5-1", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"]
REFUSING = ["claude-fable-5-2", "claude-mythos-5-2"]


def asked(model: str, *messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    old = model == "claude-opus-4-5"
    thinking = {"type": "enabled", "budget_tokens": 1_024} if old else ADAPTIVE
    return {"model": model, "max_tokens": 2_000, "thinking": thinking, "messages": list(messages), **fields}


FIRST = {"role": "user", "content": "hello there"}
MORE = {"role": "user", "content": "more"}


def said(demo: Any, model: str) -> dict[str, Any]:
    return {"role": "assistant", "content": demo.message(asked(model, FIRST))["content"]}


def without_thinking(turn: dict[str, Any]) -> dict[str, Any]:
    return {**turn, "content": [block for block in turn["content"] if block["type"] != "thinking"]}


@pytest.mark.parametrize("model", [*INTEGRITY, *DROPPING, *REFUSING])
def test_untouched_thinking_is_kept_and_counted(thinker, model):
    turn = said(thinker, model)
    kept = thinker.count(asked(model, FIRST, turn, MORE))
    assert kept - thinker.count(asked(model, FIRST, without_thinking(turn), MORE)) == 4


@pytest.mark.parametrize("model", [*INTEGRITY, *DROPPING, *REFUSING])
@pytest.mark.parametrize("field", ["thinking", "signature"])
def test_altered_thinking_is_refused(thinker, model, field):
    turn = said(thinker, model)
    turn["content"][0][field] = "x" + turn["content"][0][field][1:]
    status, message = thinker.refusal(asked(model, FIRST, turn, MORE))
    assert (status, message) == (400, "messages.1.content.0: Invalid `signature` in `thinking` block")


def stale_requests(model: str, other: str, turn: dict[str, Any], foreign: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        asked(model, {"role": "user", "content": "hello you"}, turn, MORE),
        asked(model, FIRST, turn, MORE, system="a prompt that was not there"),
        asked(model, FIRST, foreign, MORE),
    ]


@pytest.mark.parametrize("model", INTEGRITY)
def test_older_models_do_not_mind_an_edited_history(thinker, model):
    turn, foreign = said(thinker, model), said(thinker, "claude-opus-5")
    for body in stale_requests(model, "claude-opus-5", turn, foreign):
        assert thinker.count(body) > 0
        assert thinker.message(body)["stop_reason"] == "end_turn"


@pytest.mark.parametrize("model", DROPPING)
def test_newer_models_drop_stale_thinking_at_no_tokens(thinker, model):
    turn, foreign = said(thinker, model), said(thinker, "claude-opus-5")
    for body in stale_requests(model, "claude-opus-5", turn, foreign):
        bare = {**body, "messages": [body["messages"][0], without_thinking(turn), MORE]}
        assert thinker.count(body) == thinker.count(bare)


@pytest.mark.parametrize("model", REFUSING)
def test_the_newest_refuse_stale_thinking_unless_told_to_drop_it(thinker, model):
    turn, foreign = said(thinker, model), said(thinker, "claude-opus-5")
    for body in stale_requests(model, "claude-opus-5", turn, foreign):
        status, message = thinker.refusal(body)
        assert status == 400
        assert message.startswith(
            "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to"
        )
        lenient = {**ADAPTIVE, "block_binding": {"prefix_mismatch_behavior": "drop_block"}}
        told = thinker.message({**body, "thinking": lenient}, anthropic_beta="thinking-binding-controls-2026-08-01")
        assert [dropped["path"] for dropped in told["input_transformations"]] == ["messages.1.content.0"]


def test_any_row_can_be_played_on_any_model(start):
    def clerk(_: object) -> Reply:
        return Reply((ThinkingPart("thought"), TextPart("pong")), "end_turn")

    outcomes = {}
    for rule in ("strip", "integrity", "drop_stale", "refuse_stale"):
        demo = start(clerk, thinking_rule=rule)
        turn = said(demo, "claude-opus-5")
        edited = asked("claude-opus-5", {"role": "user", "content": "hello you"}, turn, MORE)
        counted = demo.post({k: v for k, v in edited.items() if k != "max_tokens"}, "/v1/messages/count_tokens")
        outcomes[rule] = counted.json().get("input_tokens")
    assert outcomes == {"strip": 4, "integrity": 5, "drop_stale": 4, "refuse_stale": None}


def test_old_models_strip_thinking_at_a_spoken_turn_but_not_at_a_tool_result(thinker):
    model, thinking = "claude-haiku-4-5", {"type": "enabled", "budget_tokens": 1_024}
    call = {"type": "tool_use", "id": "t1", "name": "t", "input": {}}
    tools = [{"name": "t", "input_schema": {"type": "object"}}]
    turn = {
        "role": "assistant",
        "content": [*thinker.message(asked(model, FIRST, thinking=thinking))["content"][:1], call],
    }
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "found"}

    def count(turn: dict[str, Any], *answer: dict[str, Any]) -> int:
        messages = [FIRST, turn, {"role": "user", "content": list(answer)}]
        return thinker.count({"model": model, "thinking": thinking, "tools": tools, "messages": messages})

    steer = {"type": "text", "text": "faster"}
    assert count(turn, result) - count(without_thinking(turn), result) == 4
    assert count(turn, result, steer) == count(without_thinking(turn), result, steer)


def test_thinking_is_shown_or_omitted_as_asked_and_by_default(thinker):
    def shown(model: str, thinking: Any) -> str | None:
        body = {"model": model, "messages": [FIRST], **({"thinking": thinking} if thinking else {})}
        blocks = thinker.message(body)["content"]
        return blocks[0]["thinking"] if blocks[0]["type"] == "thinking" else None

    assert shown("claude-opus-5-5", None) == ""
    assert shown("claude-opus-5-5", ADAPTIVE) == "deep and long thought"
    assert shown("claude-opus-4-6", {"type": "adaptive"}) == "deep and long thought"
    assert shown("claude-opus-4-6", {"type": "adaptive", "display": "omitted"}) == ""
    assert shown("claude-opus-4-8", None) is None
    assert shown("claude-opus-5", {"type": "disabled"}) is None
    assert shown("claude-sonnet-5-5", {"type": "between_tools"}) is None


def test_omitted_thinking_still_counts_in_full(thinker):
    answered = thinker.message({"model": "claude-opus-5-5", "messages": [FIRST]})
    turn = {"role": "assistant", "content": answered["content"]}
    with_it = thinker.count({"model": "claude-opus-5-5", "messages": [FIRST, turn, MORE]})
    bare = thinker.count({"model": "claude-opus-5-5", "messages": [FIRST, without_thinking(turn), MORE]})
    assert with_it - bare == answered["usage"]["output_tokens_details"]["thinking_tokens"] == 4


def test_thinking_survives_an_unchanged_conversation_of_many_turns(thinker):
    messages: list[dict[str, Any]] = [FIRST]
    for _ in range(4):
        messages.append(
            {"role": "assistant", "content": thinker.message(asked("claude-fable-5-2", *messages))["content"]}
        )
        messages.append(MORE)
    assert thinker.count(asked("claude-fable-5-2", *messages)) == 2 + 4 * (4 + 1 + 1)
