"""What a change invalidates, row by row of the published table: tools, system, messages, each kept or lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cowork_tui.core.blocks import Block, Image, Summary, SystemText, ToolDefinition
from cowork_tui.core.edits import Edit, EditKind, fold_edits, prune
from cowork_tui.core.models import ThinkingSupport
from cowork_tui.core.plan import ContextPlan, make_span
from cowork_tui.core.prompt_cache import EMPTY_CACHE, after_request, lookup
from cowork_tui.core.transcript import Transcript
from tests.core.plans import (
    SONNET,
    SYSTEM,
    TOOLS,
    block,
    card,
    chain,
    conversation,
    count,
    plan_of,
    said,
    thousand,
    turn_blocks,
)

TALK = conversation(3)
BEFORE = plan_of(TALK, "claude-opus-5")


def kept(before: ContextPlan, after: ContextPlan) -> tuple[bool, bool, bool]:
    """Whether an entry at the end of tools, of system, and of all messages could still be read."""
    if before.card.id != after.card.id:
        return False, False, False

    def same(position: int) -> bool:
        return position <= after.length and before.prefix_hash(position) == after.prefix_hash(position)

    tools = before.starts[1] == after.starts[1] and same(before.starts[1])
    return tools, tools and same(before.system_end), tools and same(before.length)


def definition(name: str, description: str = "d" * 400) -> ToolDefinition:
    return ToolDefinition(name, description, "{}")


ALL, NOTHING = (True, True, True), (False, False, False)
TOOLS_ONLY, NOT_MESSAGES = (True, False, False), (True, True, False)


def test_nothing_changed_keeps_everything() -> None:
    assert kept(BEFORE, plan_of(TALK, "claude-opus-5")) == ALL


@pytest.mark.parametrize("model", ["claude-sonnet-5", "claude-opus-5-5", "claude-haiku-4-5"])
def test_another_model_loses_all(model: str) -> None:
    after = plan_of(TALK, model)
    assert kept(BEFORE, after) == NOTHING
    assert lookup(after_request(EMPTY_CACHE, BEFORE, 0.0, thousand), after, 1.0) is None


@pytest.mark.parametrize(
    "tools",
    [
        [*TOOLS.blocks, block(definition("tool_9"))],
        TOOLS.blocks[:-1],
        [block(definition("tool_0", "does more")), *TOOLS.blocks[1:]],
        TOOLS.blocks[::-1],
    ],
    ids=["added", "removed", "edited", "reordered"],
)
def test_changed_tool_definitions_lose_all(tools: list[Block]) -> None:
    after = plan_of(TALK, "claude-opus-5", tools=make_span(tools))
    assert kept(BEFORE, after) == NOTHING
    assert lookup(after_request(EMPTY_CACHE, BEFORE, 0.0, thousand), after, 1.0) is None


@pytest.mark.parametrize("toggle", ["web search on", "citations on"])
def test_toggles_behind_the_tools_lose_system_and_messages(toggle: str) -> None:
    """Web search, web fetch and citations enter the key between tools and system."""
    before = chain(["tools", "off", "system", "message"], 1, 3, 4)
    after = chain(["tools", toggle, "system", "message"], 1, 3, 4)
    hit = lookup(after_request(EMPTY_CACHE, before, 0.0, thousand), after, 1.0)
    assert hit is not None
    assert hit.position == 1


def test_fast_mode_loses_system_and_messages() -> None:
    assert kept(BEFORE, plan_of(TALK, "claude-opus-5", speed="fast")) == TOOLS_ONLY
    fast = plan_of(TALK, "claude-opus-5", speed="fast")
    assert kept(fast, BEFORE) == TOOLS_ONLY


def test_changed_system_text_loses_system_and_messages() -> None:
    other = make_span([block(SystemText("You work in another folder. " * 100))])
    assert kept(BEFORE, plan_of(TALK, "claude-opus-5", system=other)) == TOOLS_ONLY
    more = make_span([*SYSTEM.blocks, block(SystemText("Also this."))])
    assert kept(BEFORE, plan_of(TALK, "claude-opus-5", system=more)) == (True, True, False)


@pytest.mark.parametrize("choice", ["any", "none", "tool_1", "auto, no parallel use"])
def test_tool_choice_loses_messages(choice: str) -> None:
    assert kept(BEFORE, plan_of(TALK, "claude-opus-5", tool_choice=choice)) == NOT_MESSAGES


def test_images_anywhere_lose_messages() -> None:
    picture = block(Image("image/png", "AAAA", 280, 280))
    with_image = plan_of(TALK.append(4, [picture]), "claude-opus-5")
    assert kept(BEFORE, with_image) == NOT_MESSAGES
    assert kept(with_image, BEFORE) == NOT_MESSAGES
    two = plan_of(TALK.append(4, [picture, picture]), "claude-opus-5")
    assert kept(with_image, two) == ALL


@pytest.mark.parametrize("thinking", [ThinkingSupport.NONE, ThinkingSupport.BUDGET])
def test_another_thinking_mode_loses_messages(thinking: ThinkingSupport) -> None:
    assert BEFORE.parameters.thinking is ThinkingSupport.ADAPTIVE
    assert kept(BEFORE, plan_of(TALK, "claude-opus-5", thinking=thinking)) == NOT_MESSAGES


def test_another_thinking_budget_loses_messages() -> None:
    budget = replace(plan_of(TALK, "claude-haiku-4-5").parameters, thinking=ThinkingSupport.BUDGET)
    small, large = (
        plan_of(TALK, "claude-haiku-4-5", parameters=replace(budget, thinking_budget_tokens=n)) for n in (1024, 4096)
    )
    assert kept(small, large) == NOT_MESSAGES


def test_another_effort_loses_messages_but_the_default_is_the_same_as_none() -> None:
    assert kept(BEFORE, plan_of(TALK, "claude-opus-5", effort="low")) == NOT_MESSAGES
    assert kept(BEFORE, plan_of(TALK, "claude-opus-5", effort="high")) == ALL
    default_of_haiku = plan_of(TALK, "claude-haiku-5-5", effort="medium")
    assert kept(plan_of(TALK, "claude-haiku-5-5"), default_of_haiku) == ALL


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-haiku-4-5", "claude-haiku-4-5-20251001"])
def test_a_user_turn_strips_thinking_on_the_older_models(model: str) -> None:
    talk = conversation(3, thinking_by=model)
    before = plan_of(talk, model)
    after = plan_of(talk.append(4, [said("And now?")]), model)
    assert kept(before, after) == NOT_MESSAGES
    first_thinking = 11
    assert before.prefix_hash(first_thinking) == after.prefix_hash(first_thinking)
    assert after.length == before.length - 3 + 1
    results_only = plan_of(talk.append(4, turn_blocks(4, thinking_by=model)), model)
    assert kept(before, results_only) == ALL


@pytest.mark.parametrize(
    "model", ["claude-opus-4-5", "claude-sonnet-4-6", "claude-opus-5", "claude-fable-5-2", SONNET, "claude-haiku-5-5"]
)
def test_a_user_turn_keeps_thinking_on_the_newer_models(model: str) -> None:
    talk = conversation(3, thinking_by=model)
    assert kept(plan_of(talk, model), plan_of(talk.append(4, [said("And now?")]), model)) == ALL


def test_clearing_a_tool_result_loses_messages_from_there() -> None:
    seq = 7
    edits = fold_edits([Edit(1, 3, EditKind.PRUNE, prune(TALK, [seq], count))])
    after = plan_of(TALK, "claude-opus-5", edits=edits)
    assert kept(BEFORE, after) == NOT_MESSAGES
    cleared = BEFORE.position_of(seq)
    assert BEFORE.prefix_hash(cleared) == after.prefix_hash(cleared)
    assert BEFORE.prefix_hash(cleared + 1) != after.prefix_hash(cleared + 1)


@pytest.mark.parametrize(
    "appended",
    ["tool found by search", "system message", "tool added", "tool removed", "effort for this message"],
)
def test_what_is_appended_in_the_conversation_keeps_everything(appended: str) -> None:
    before = chain(["tools", "system", "message", "answer"], 2, 4)
    state = after_request(EMPTY_CACHE, before, 0.0, thousand)
    hit = lookup(state, chain([*before.names, appended, "message"], 2, 6), 1.0)
    assert hit is not None
    assert hit.position == 4


def test_an_edit_drops_the_thinking_bound_to_the_changed_prefix() -> None:
    """Models from 5.1 on bind thinking to what stood before it; thinking made after the edit stays."""
    talk = conversation(4, thinking_by=SONNET)
    edits = fold_edits([Edit(1, 3, EditKind.PRUNE, prune(talk, [4], count))])
    sent = [b.content for b in plan_of(talk, edits=edits).blocks() if b.kind.value == "thinking"]
    assert [getattr(t, "signature", "") for t in sent] == ["signature 1", "signature 4"]
    opus = conversation(4, thinking_by="claude-opus-5")
    all_sent = plan_of(opus, "claude-opus-5", edits=edits)
    assert sum(b.kind.value == "thinking" for b in all_sent.blocks()) == 4


def test_a_model_never_gets_another_models_thinking() -> None:
    talk = conversation(2, thinking_by="claude-opus-5-5")
    assert not any(b.kind.value == "thinking" for b in plan_of(talk).blocks())


def test_a_summary_at_the_end_keeps_what_stands_before_it() -> None:
    assert kept(BEFORE, plan_of(TALK.append(4, [block(Summary("So far: three."))]), "claude-opus-5")) == ALL


def test_a_plan_without_messages_ends_with_the_system_text() -> None:
    plan = plan_of(Transcript())
    assert plan.system_end == plan.length == 10
    assert [b.position for b in plan.breakpoints] == [10]
    assert card().cache_minimum_tokens == 512
