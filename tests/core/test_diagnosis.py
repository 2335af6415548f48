"""A miss is explained by the first cause that fits, and priced."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cowork_tui.core.blocks import SystemText, ToolDefinition, UserText
from cowork_tui.core.diagnosis import Miss, Sent, explain, extra_cost_nanodollars
from cowork_tui.core.edits import Edit, EditKind, fold_edits, prune
from cowork_tui.core.plan import ContextPlan, make_span
from cowork_tui.core.pricing import ModelPrices, PriceRow
from cowork_tui.core.prompt_cache import EMPTY_CACHE, after_request, lookup
from cowork_tui.core.task_values import MissCause
from cowork_tui.core.usage import Usage
from tests.core.plans import SONNET, SYSTEM, TOOLS, block, conversation, count, plan_of, said

TALK = conversation(3)
LATER = conversation(4)
CACHED = 5000
PRICES = ModelPrices(((0, PriceRow(2_000_000, 2_500_000, 4_000_000, 100_000, 10_000_000)),))


def thousand(position: int) -> int:
    return position * 1000


def miss(
    before: ContextPlan, after: ContextPlan, *, read: int = 0, at: float = 60.0, api_reason: str | None = None
) -> Miss:
    found = explain(
        Sent(before, 0.0, CACHED), after, None, Usage(0, 6000, cache_read_tokens=read), at,
        tokens_at=thousand, api_reason=api_reason,
    )  # fmt: skip
    assert found is not None
    return found


def test_a_turn_that_read_what_was_cached_is_no_miss() -> None:
    before, after = plan_of(TALK), plan_of(LATER)
    for read in (CACHED, CACHED - 10, CACHED + 2000):
        usage = Usage(0, 500, cache_read_tokens=read)
        assert explain(Sent(before, 0.0, CACHED), after, None, usage, 60.0, tokens_at=thousand) is None
    assert explain(None, after, None, Usage(0, 9000), 60.0, tokens_at=thousand) is None


def test_a_server_that_reports_no_cache_is_not_accused() -> None:
    usage = Usage(6000, cache_known=False)
    assert explain(Sent(plan_of(TALK), 0.0, CACHED), plan_of(LATER), None, usage, 60.0, tokens_at=thousand) is None


def test_an_edit_is_named_with_the_block_and_its_first_differing_characters() -> None:
    edits = fold_edits([Edit(1, 3, EditKind.PRUNE, prune(TALK, [3], count))])
    after = plan_of(LATER, edits=edits)
    found = miss(plan_of(TALK), after, read=2000)
    assert found.cause is MissCause.EDITED
    assert found.position == after.position_of(3)
    assert found.tokens == 3000
    assert f"messages, block {found.position}" in found.detail
    assert "[pruned" in found.detail


def test_changed_tools_system_and_messages_are_told_apart() -> None:
    tools = make_span([*TOOLS.blocks[:4], block(ToolDefinition("tool_4", "other", "{}")), *TOOLS.blocks[5:]])
    found = miss(plan_of(TALK), plan_of(LATER, tools=tools))
    assert (found.cause, found.position) == (MissCause.TOOLS, 4)
    more = miss(plan_of(TALK), plan_of(LATER, tools=make_span([*TOOLS.blocks, block(ToolDefinition("z", "", "{}"))])))
    assert (more.cause, more.position) == (MissCause.TOOLS, 9)
    system = make_span([block(SystemText("It is 14:32. " + "You work in a folder. " * 100))])
    found = miss(plan_of(TALK), plan_of(LATER, system=system))
    assert (found.cause, found.position) == (MissCause.SYSTEM, 9)
    assert "14:32" in found.detail
    found = miss(plan_of(TALK), plan_of(LATER, system=make_span([*SYSTEM.blocks, block(SystemText("More."))])))
    assert (found.cause, found.position) == (MissCause.SYSTEM, 10)


def test_thinking_that_the_api_strips_is_named() -> None:
    model = "claude-haiku-4-5"
    talk = conversation(3, thinking_by=model)
    found = miss(plan_of(talk, model), plan_of(talk.append(4, [said("And now?")]), model))
    assert found.cause is MissCause.MESSAGES
    assert "strips earlier thinking" in found.detail


def test_thinking_dropped_behind_an_edit_counts_as_the_edit() -> None:
    talk = conversation(3, thinking_by=SONNET)
    edits = fold_edits([Edit(1, 3, EditKind.PRUNE, prune(talk, [0], count)), Edit(2, 3, EditKind.UNDO, undoes=1)])
    found = miss(plan_of(talk), plan_of(talk, edits=edits))
    assert (found.cause, found.detail) == (MissCause.EDITED, "thinking behind an edit is not sent again")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"effort": "low"}, "effort unset to low"),
        ({"tool_choice": "any"}, "tool choice unset to any"),
        ({"speed": "fast"}, "speed unset to fast"),
        ({"thinking_budget_tokens": 2048}, "thinking budget tokens unset to 2048"),
    ],
)
def test_changed_parameters_are_named(changes: dict[str, object], says: str) -> None:
    after = plan_of(LATER)
    parameters = replace(after.parameters, **changes)  # type: ignore[arg-type]
    found = miss(plan_of(TALK), plan_of(LATER, parameters=parameters))
    assert (found.cause, found.detail) == (MissCause.PARAMETERS, says)


def test_the_first_turn_on_another_model_is_a_switch() -> None:
    after = plan_of(LATER, "claude-haiku-5-5")
    last = Sent(plan_of(TALK), 0.0, CACHED)
    found = explain(None, after, None, Usage(0, 6000), 60.0, tokens_at=thousand, last=last)
    assert found == Miss(MissCause.MODEL, "Sonnet 5.5 to Haiku 5.5", 0, CACHED)


@pytest.mark.parametrize(("at", "cause"), [(299.0, MissCause.UNKNOWN), (300.0, MissCause.EXPIRED)])
def test_time_runs_from_the_start_of_the_last_request(at: float, cause: MissCause) -> None:
    assert miss(plan_of(TALK), plan_of(LATER), at=at).cause is cause


def test_below_the_minimum() -> None:
    before, after = plan_of(TALK, "claude-haiku-4-5"), plan_of(LATER, "claude-haiku-4-5")
    sent = Sent(before, 0.0, 3000)
    found = explain(sent, after, None, Usage(3000), 60.0, tokens_at=lambda _: 4000)
    assert found is not None
    assert (found.cause, found.detail) == (MissCause.BELOW_MINIMUM, "shorter than 4,096 tokens")


def test_a_look_back_that_was_too_short() -> None:
    before = plan_of(conversation(3))
    far = plan_of(conversation(12))
    found = miss(before, far, read=2000)
    assert found.cause is MissCause.LOOKBACK
    assert found.position == before.length
    near = plan_of(conversation(12), sent_end_seq=len(conversation(3)))
    assert miss(before, near).cause is MissCause.UNKNOWN


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("model_changed", MissCause.MODEL),
        ("system_changed", MissCause.SYSTEM),
        ("tools_changed", MissCause.TOOLS),
        ("messages_changed", MissCause.MESSAGES),
        ("unavailable", MissCause.PARAMETERS),
        ("previous_message_not_found", MissCause.UNKNOWN),
        (None, MissCause.UNKNOWN),
    ],
)
def test_the_servers_own_reason_counts_where_ours_fails(reason: str | None, cause: MissCause) -> None:
    assert miss(plan_of(TALK), plan_of(LATER), api_reason=reason).cause is cause


def test_our_own_reason_goes_before_the_servers() -> None:
    assert miss(plan_of(TALK), plan_of(LATER), at=400.0, api_reason="messages_changed").cause is MissCause.EXPIRED


def test_a_foretold_hit_that_did_not_come_is_a_miss_without_a_request_of_our_own() -> None:
    plan = plan_of(TALK)
    hit = lookup(after_request(EMPTY_CACHE, plan, 0.0, thousand), plan, 1.0)
    found = explain(None, plan, hit, Usage(0, 9000), 1.0, tokens_at=thousand)
    assert found == Miss(MissCause.UNKNOWN, "the server dropped it", None, plan.length * 1000)


def test_a_miss_costs_the_write_beyond_the_read() -> None:
    found = Miss(MissCause.EXPIRED, "", None, 10_000)
    plan = plan_of(TALK)
    assert extra_cost_nanodollars(found, plan, Usage(0, 12_000), PRICES) == 10_000 * (2_500 - 100)
    assert extra_cost_nanodollars(found, plan, Usage(0, 4_000), PRICES) == 4_000 * 2_400
    assert extra_cost_nanodollars(found, plan, Usage(12_000), PRICES) == 10_000 * (2_000 - 100)
    assert extra_cost_nanodollars(found, plan, Usage(0, 12_000, speed="fast"), PRICES) == 10_000 * 4_800
    assert extra_cost_nanodollars(found, plan, Usage(0, 12_000), None) is None


def test_appending_is_never_taken_for_a_change() -> None:
    more = plan_of(TALK.append(4, [block(UserText("more"))]))
    assert miss(plan_of(TALK), more).cause is MissCause.UNKNOWN
