"""The published prompt-caching rules, one literal vector or more for each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cowork_tui.core.blocks import AssistantText, Image, Thinking, ToolUse, UserText
from cowork_tui.core.hashing import canonical_json
from cowork_tui.core.plan import MAX_BREAKPOINTS, ContextPlan, Ttl
from cowork_tui.core.prompt_cache import (
    EMPTY_CACHE,
    CacheEntry,
    CacheState,
    Segments,
    after_request,
    from_facts,
    lookup,
    split,
    warm_until,
)
from cowork_tui.core.transcript import Transcript
from tests.core.plans import (
    MINUTE,
    SONNET,
    Chain,
    block,
    chain,
    conversation,
    plan_of,
    said,
    thousand,
)


def sent(*requests: tuple[Chain, float]) -> CacheState:
    state = EMPTY_CACHE
    for request, at in requests:
        state = after_request(state, request, at, thousand)
    return state


def read_position(state: CacheState, request: Chain, at: float = 1.0) -> int:
    hit = lookup(state, request, at)
    return hit.position if hit is not None else 0


def test_the_key_is_the_whole_prefix_up_to_the_breakpoint() -> None:
    state = sent((chain(["tool", "system", "hello"], 2, 3), 0.0))
    assert read_position(state, chain(["tool", "system", "hello"], 2, 3)) == 3
    assert read_position(state, chain(["tool", "system", "bye"], 2, 3)) == 2
    assert read_position(state, chain(["tool", "another", "hello"], 2, 3)) == 0
    assert read_position(state, chain(["another", "system", "hello"], 2, 3)) == 0


def test_prefixes_run_over_tools_then_system_then_messages() -> None:
    plan = plan_of(conversation(1))
    kinds = [b.role.value for b in plan.blocks()]
    assert kinds[:11] == ["tools"] * 9 + ["system", "user"]
    assert plan.system_end == 10


def test_images_match_only_exactly() -> None:
    def plan(data: str) -> ContextPlan:
        return plan_of(Transcript().append(0, [said(), block(Image("image/png", data, 280, 280))]))

    state = after_request(EMPTY_CACHE, plan("AAAA"), 0.0, thousand)
    same, other = lookup(state, plan("AAAA"), 1.0), lookup(state, plan("AAAB"), 1.0)
    assert same is not None
    assert same.position == 12
    assert other is not None
    assert other.position == 10


@pytest.mark.parametrize(("ttl", "last_warm", "first_cold"), [("5m", 299.9, 300.0), ("1h", 3599.9, 3600.0)])
def test_an_entry_lives_for_its_ttl(ttl: str, last_warm: float, first_cold: float) -> None:
    request = chain(3, (3, ttl))
    state = sent((request, 0.0))
    assert read_position(state, request, last_warm) == 3
    assert read_position(state, request, first_cold) == 0


def test_five_minutes_is_the_default() -> None:
    assert [b.ttl for b in plan_of(conversation(2)).breakpoints] == [Ttl.FIVE_MINUTES] * 2


def test_only_breakpoints_write() -> None:
    state = sent((chain(10, 4, 8), 0.0))
    assert read_position(state, chain(10, 4)) == 4
    assert read_position(state, chain(10, 8)) == 8
    assert read_position(state, chain(7, 7)) == 4
    assert read_position(state, chain(3, 3)) == 0
    assert len(state.entries) == 2


@pytest.mark.parametrize(("breakpoint", "read"), [(33, 15), (34, 15), (35, 0), (36, 0)])
def test_a_read_looks_back_over_20_positions_the_breakpoint_the_first(breakpoint: int, read: int) -> None:
    """An entry at block 15 and a breakpoint at 35: positions 35 to 16 are looked at, a miss."""
    state = sent((chain(15, 15), 0.0))
    assert read_position(state, chain(40, breakpoint)) == read


def test_a_breakpoint_closer_by_saves_the_hit_of_a_long_turn() -> None:
    state = sent((chain(15, 15), 0.0))
    assert read_position(state, chain(60, 15, 60)) == 15
    assert read_position(state, chain(60, 30, 60)) == 15


def test_the_longest_live_prefix_wins() -> None:
    state = sent((chain(30, 10, 20, 30), 0.0))
    assert read_position(state, chain(30, 10, 20, 30)) == 30
    assert read_position(state, chain([*chain(25).names, "new"], 10, 26)) == 20


def test_look_back_ends_at_the_first_block() -> None:
    assert read_position(sent((chain(1, 1), 0.0)), chain(5, 5)) == 1
    assert lookup(EMPTY_CACHE, chain(5, 5), 0.0) is None


def test_a_plan_never_has_more_than_four_breakpoints() -> None:
    transcript = conversation(30)
    for sent_end in range(0, len(transcript), 7):
        assert len(plan_of(transcript, sent_end_seq=sent_end).breakpoints) <= MAX_BREAKPOINTS


def test_the_last_breakpoint_moves_with_the_conversation() -> None:
    """What the API's own automatic caching does, and on the same block."""
    for turns in range(1, 8):
        plan = plan_of(conversation(turns), sent_end_seq=len(conversation(turns - 1)))
        assert plan.breakpoints[-1].position == plan.length
        assert [b.position for b in plan.breakpoints] == [10, plan.length - 3, plan.length]


def test_a_hit_refreshes_the_entry_for_free() -> None:
    request = chain(3, 3)
    state = sent((request, 0.0), (request, 4 * MINUTE))
    assert read_position(state, request, 8 * MINUTE) == 3
    assert split(request, lookup(state, request, 8 * MINUTE), thousand) == Segments(3, 3, 3, 3)


def test_looking_back_refreshes_the_entry_it_finds() -> None:
    state = sent((chain(3, 3), 0.0), (chain(9, 9), 4 * MINUTE))
    assert read_position(state, chain(3, 3), 8 * MINUTE) == 3


def test_time_runs_from_the_start_of_the_request_not_the_end_of_the_response() -> None:
    """A stream of four minutes leaves one minute."""
    request = chain(3, 3)
    state = after_request(EMPTY_CACHE, request, 0.0, thousand)
    assert warm_until(state, request, 4 * MINUTE) == 5 * MINUTE
    assert read_position(state, request, 4 * MINUTE + 59) == 3
    assert read_position(state, request, 5 * MINUTE) == 0


def test_a_refreshed_entry_keeps_the_life_that_was_paid_for() -> None:
    state = sent((chain(3, (3, "1h")), 0.0), (chain(3, 3), 50 * MINUTE))
    assert read_position(state, chain(3, 3), 109 * MINUTE) == 3
    state = sent((chain(3, 3), 0.0), (chain(3, (3, "1h")), MINUTE))
    assert read_position(state, chain(3, 3), 6 * MINUTE) == 0


@pytest.mark.parametrize(
    ("before", "request_", "segments"),
    [
        (None, chain(10, (4, "1h"), 8), Segments(0, 4, 8, 10)),
        (chain(3, 3), chain(10, (4, "1h"), 8), Segments(3, 4, 8, 10)),
        (chain(4, (4, "1h")), chain(10, (4, "1h"), 8), Segments(4, 4, 8, 10)),
        (chain(4, 4), chain(10, (4, "1h"), (6, "1h"), 8, 10), Segments(4, 6, 10, 10)),
        (chain(8, 8), chain(10, (4, "1h"), 8), Segments(8, 8, 8, 10)),
        (None, chain(10, (10, "1h")), Segments(0, 10, 10, 10)),
        (None, chain(10), Segments(0, 0, 0, 10)),
    ],
)
def test_billing_splits_at_the_hit_the_last_hour_and_the_last_breakpoint(
    before: Chain | None, request_: Chain, segments: Segments
) -> None:
    state = sent((before, 0.0)) if before is not None else EMPTY_CACHE
    assert split(request_, lookup(state, request_, 1.0), thousand) == segments


def test_one_hour_entries_outlive_the_five_minute_ones_behind_them() -> None:
    request = chain(10, (4, "1h"), 10)
    state = sent((request, 0.0))
    assert read_position(state, request, 4 * MINUTE) == 10
    assert read_position(state, request, 30 * MINUTE) == 4


def test_parallel_cold_requests_all_write() -> None:
    """An entry can be read from the start of the first response on; until it is folded in, nobody sees it."""
    request = chain(3, 3)
    first = second = split(request, lookup(EMPTY_CACHE, request, 0.0), thousand)
    assert first == second == Segments(0, 0, 3, 3)
    begun = after_request(EMPTY_CACHE, request, 0.0, thousand)
    assert split(request, lookup(begun, request, 1.0), thousand) == Segments(3, 3, 3, 3)


def test_models_never_share_entries() -> None:
    state = sent((chain(3, 3), 0.0))
    assert read_position(state, chain(3, 3, model="claude-opus-5-5")) == 0
    assert read_position(state, chain(3, 3)) == 3


def test_cached_tokens_still_fill_the_window() -> None:
    request = chain(10, 8)
    for state in (EMPTY_CACHE, sent((chain(5, 5), 0.0))):
        s = split(request, lookup(state, request, 1.0), thousand)
        parts = (s.read, s.write_1h - s.read, s.write_5m - s.write_1h, s.length - s.write_5m)
        assert sum(parts) == 10
        assert min(parts) >= 0


def test_thinking_and_empty_text_carry_no_breakpoint_but_ride_along() -> None:
    thought = block(Thinking("hm", "signature", SONNET))
    for last in (thought, block(AssistantText(""))):
        transcript = conversation(1).append(2, [last])
        plan = plan_of(transcript)
        assert plan.breakpoints[-1].position == 10
        longer = plan_of(transcript.append(2, [block(ToolUse("c", "tool_1", "{}"))]))
        assert longer.breakpoints[-1].position == longer.length
        assert last in list(longer.blocks())


def test_the_order_of_json_keys_does_not_break_a_prefix() -> None:
    left = block(ToolUse("c", "t", canonical_json({"a": 1, "b": {"y": 2, "x": [1]}})))
    right = block(ToolUse("c", "t", canonical_json({"b": {"x": [1], "y": 2}, "a": 1})))
    assert left == right


def test_a_five_minute_write_behind_one_hour_ones_is_billed_apart() -> None:
    """The server adds its own five-minute breakpoint behind the results of its own tools."""
    request = chain(10, (4, "1h"), (7, "1h"), 9)
    state = sent((request, 0.0))
    assert split(request, None, thousand) == Segments(0, 7, 9, 10)
    assert {entry.ttl for entry in state.entries.values()} == {Ttl.ONE_HOUR, Ttl.FIVE_MINUTES}
    assert read_position(state, request, 10 * MINUTE) == 7


@pytest.mark.parametrize(("model", "minimum"), [("claude-haiku-4-5", 4096), (SONNET, 512), ("claude-sonnet-5", 1024)])
def test_prefixes_below_the_minimum_are_neither_written_nor_read(model: str, minimum: int) -> None:
    request = chain(2, 1, 2, model=model)
    short = {0: 0, 1: minimum - 1, 2: minimum}
    state = after_request(EMPTY_CACHE, request, 0.0, short.__getitem__)
    assert [entry.prefix for entry in state.entries.values()] == [request.prefix_hash(2)]
    below = after_request(EMPTY_CACHE, request, 0.0, lambda _: minimum - 1)
    assert not below.entries
    assert split(request, None, lambda _: minimum - 1) == Segments(0, 0, 0, 2)
    fact = CacheEntry(model, request.prefix_hash(2), Ttl.FIVE_MINUTES, 0.0, minimum - 1)
    assert lookup(from_facts([fact]), request, 1.0) is None


def test_facts_of_other_tasks_are_warmth_too() -> None:
    request = chain(30, 10, 30)
    fact = CacheEntry(SONNET, request.prefix_hash(10), Ttl.FIVE_MINUTES, 100.0, 10_000)
    later = CacheEntry(SONNET, request.prefix_hash(10), Ttl.ONE_HOUR, 200.0, None)
    hit = lookup(from_facts([later, fact]), request, 201.0)
    assert hit is not None
    assert (hit.position, hit.entry.tokens, hit.entry.expires_at) == (10, 10_000, 500.0)
    anew = lookup(from_facts([fact, CacheEntry(SONNET, fact.prefix, Ttl.ONE_HOUR, 400.0)]), request, 3000.0)
    assert anew is not None
    assert anew.entry.ttl is Ttl.ONE_HOUR


def test_facts_and_the_running_state_agree() -> None:
    requests = [(chain(n, 10, max(10, n - 5), n), n * 30.0) for n in range(10, 40, 5)]
    facts = [
        CacheEntry(SONNET, r.prefix_hash(b.position), b.ttl, at, None) for r, at in requests for b in r.breakpoints
    ]
    running, rebuilt = sent(*requests), from_facts(facts)
    probe, at = chain(41, 10, 41), 40 * 30.0
    assert lookup(rebuilt, probe, at) == lookup(running, probe, at)


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 400)), min_size=1, max_size=12))
def test_append_only_reads_what_was_read_and_written_before(steps: list[tuple[int, int]]) -> None:
    """`read(n + 1) = read(n) + write(n)` on every turn without a miss, and a miss only by time."""
    state, length, at, cached = EMPTY_CACHE, 3, 0.0, 0
    for added, seconds in steps:
        previous, length, at = length, length + added, at + seconds
        request = chain(length, previous, length) if cached else chain(length, length)
        hit = lookup(state, request, at)
        assert (hit.position if hit else 0) == (cached if seconds < 300 or not cached else 0)
        cached = split(request, hit, thousand).write_5m
        state = after_request(state, request, at, thousand)


def test_appending_user_text_keeps_everything() -> None:
    before = plan_of(conversation(3))
    state = after_request(EMPTY_CACHE, before, 0.0, thousand)
    after = plan_of(conversation(3).append(4, [block(UserText("and then?"))]), sent_end_seq=len(conversation(3)))
    hit = lookup(state, after, 1.0)
    assert hit is not None
    assert hit.position == before.length
