"""The published prompt-caching rules, vector by vector. Words are tokens; the model's minimum is 512."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from cowork_tui.demo.reply import Reply, TextPart

MODEL = "claude-sonnet-5-5"
MARK = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}


def text(name: str, count: int, mark: dict[str, str] | None = None) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "text", "text": " ".join(f"{name}{n}" for n in range(count))}
    return {**block, "cache_control": mark} if mark else block


def tool(name: str, count: int = 1, **fields: Any) -> dict[str, Any]:
    described = " ".join(["word"] * count)
    return {"name": name, "description": described, "input_schema": {"type": "object"}, **fields}


def request(*content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"model": MODEL, "messages": [{"role": "user", "content": list(content)}], **fields}


def test_a_prefix_is_written_once_and_read_after(demo):
    body = request(text("a", 600, MARK), text("b", 10))
    assert demo.bill(body) == (0, 600, 0, 10)
    assert demo.bill(body) == (600, 0, 0, 10)


def test_nothing_is_cached_without_a_breakpoint(demo):
    body = request(text("a", 600))
    assert [demo.bill(body), demo.bill(body)] == [(0, 0, 0, 600)] * 2


def test_the_write_of_one_turn_is_the_read_of_the_next(demo):
    first = demo.bill(request(text("a", 600), text("b", 50, MARK)))
    second = demo.bill(request(text("a", 600), text("b", 50), text("c", 70, MARK)))
    assert (first, second) == ((0, 650, 0, 0), (650, 70, 0, 0))


def test_tools_come_before_system_before_messages(demo):
    body = request(text("u", 100, MARK), system=[text("s", 300, MARK)], tools=[tool("t", 400, cache_control=MARK)])
    tools = demo.count(request(text("u", 100), tools=[tool("t", 400)])) - 100
    assert demo.bill(body) == (0, tools + 400, 0, 0)
    assert demo.bill({**body, "messages": [{"role": "user", "content": "else"}]}) == (tools + 300, 0, 0, 1)


def test_below_the_minimum_nothing_is_cached_and_no_error_is_given(demo):
    below, at = request(text("a", 511, MARK)), request(text("b", 512, MARK))
    assert [demo.bill(below), demo.bill(below)] == [(0, 0, 0, 511)] * 2
    assert [demo.bill(at), demo.bill(at)] == [(0, 512, 0, 0), (512, 0, 0, 0)]


@pytest.mark.parametrize(
    ("model", "minimum"),
    [("claude-opus-4-8", 1_024), ("claude-opus-4-7", 2_048), ("claude-opus-4-6", 4_096), ("claude-haiku-4-5", 4_096)],
)
def test_the_minimum_is_the_models_own(demo, model, minimum):
    below, at = request(text("a", minimum - 1, MARK), model=model), request(text("b", minimum, MARK), model=model)
    assert (demo.bill(below)[1], demo.bill(at)[1]) == (0, minimum)


@pytest.mark.parametrize(("position", "read"), [(34, 600 + 14), (35, 0)])
def test_a_breakpoint_looks_back_twenty_positions_itself_included(demo, position, read):
    blocks = [text("a", 600), *(text(f"x{n}-", 1) for n in range(1, 15))]
    later = [text(f"y{n}-", 1) for n in range(15, 40)]
    demo.bill(request(*blocks, {**text("entry", 1), "cache_control": MARK}))  # the entry ends at position 15
    tail = [text("entry", 1), *later[: position - 16], text("tail", 1, MARK)]
    found = demo.bill(request(*blocks, *tail))
    assert found[0] == (read + 1 if read else 0)
    assert sum(found) == 600 + position


def test_a_second_breakpoint_nearby_bridges_a_long_turn(demo):
    head, long_turn = text("a", 600), [text(f"y{n}-", 1) for n in range(40)]
    demo.bill(request({**head, "cache_control": MARK}))
    assert demo.bill(request({**head, "cache_control": MARK}, *long_turn, text("tail", 1, MARK))) == (600, 41, 0, 0)


def test_an_entry_lives_five_minutes_from_the_start_of_the_request(demo, clock):
    body = request(text("a", 600, MARK))
    demo.bill(body)
    clock.seconds += 299.9
    assert demo.bill(body)[0] == 600
    clock.seconds += 300
    assert demo.bill(body) == (0, 600, 0, 0)


def test_a_hit_refreshes_an_entry(demo, clock):
    body = request(text("a", 600, MARK))
    demo.bill(body)
    for _ in range(4):
        clock.seconds += 200
        assert demo.bill(body)[0] == 600


def test_the_lifetime_counts_from_the_start_not_from_the_end_of_the_answer(start, clock):
    def slow(_: object) -> Reply:
        clock.seconds += 240
        return Reply((TextPart("pong"),), "end_turn")

    demo = start(slow)
    body = request(text("a", 600, MARK))
    demo.bill(body)
    clock.seconds += 59
    assert demo.bill(body)[0] == 600  # 299 seconds after the first start
    clock.seconds += 61
    assert demo.bill(body)[0] == 0  # 301 seconds after the second start


def test_an_hour_entry_outlives_five_minutes(demo, clock):
    body = request(text("a", 600, HOUR))
    assert demo.bill(body) == (0, 0, 600, 0)
    clock.seconds += 3_599
    assert demo.bill(body) == (600, 0, 0, 0)


def test_mixed_lifetimes_split_at_the_last_hour_breakpoint_behind_the_hit(demo, clock):
    body = request(text("a", 600, HOUR), text("b", 200, HOUR), text("c", 100, MARK), text("d", 7))
    assert demo.bill(body) == (0, 100, 800, 7)
    clock.seconds += 400
    assert demo.bill(body) == (800, 100, 0, 7)
    longer = request(text("a", 600, HOUR), text("b", 200), text("e", 50, HOUR), text("c", 100, MARK))
    assert demo.bill(longer) == (800, 100, 50, 0)


def test_a_long_lived_head_survives_its_short_lived_tail(demo, clock):
    body = request(text("a", 600, HOUR), text("b", 100, MARK))
    demo.bill(body)
    clock.seconds += 1_000
    assert demo.bill(body) == (600, 100, 0, 0)


def test_caches_belong_to_a_key_and_a_model(demo):
    body = request(text("a", 600, MARK))
    demo.bill(body)
    assert demo.bill(body, x_api_key="another key than " + demo.key) == (0, 600, 0, 0)
    assert demo.bill({**body, "model": "claude-opus-5-5"}) == (0, 600, 0, 0)
    assert demo.bill(body) == (600, 0, 0, 0)


def test_an_alias_shares_the_cache_of_its_model(demo):
    body = request(text("a", 5_000, MARK), model="claude-haiku-4-5")
    demo.bill(body)
    assert demo.bill({**body, "model": "claude-haiku-4-5-20251001"})[0] == 5_000


def test_parallel_cold_requests_all_pay_the_write(start):
    both_are_in = threading.Barrier(2, timeout=10)

    def together(_: object) -> Reply:
        both_are_in.wait()
        return Reply((TextPart("pong"),), "end_turn")

    demo = start(together)
    body = request(text("a", 600, MARK))
    bills: list[tuple[int, int, int, int]] = []
    threads = [threading.Thread(target=lambda: bills.append(demo.bill(body))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bills == [(0, 600, 0, 0)] * 2


def test_an_entry_is_usable_once_the_first_response_has_begun(start):
    demo = start(lambda _: Reply((TextPart("pong " * 4),), "end_turn"), delta_interval_seconds=0.05, delta_chars=2)
    body = {**request(text("a", 600, MARK)), "max_tokens": 100}
    with demo.http.stream("POST", f"{demo.url}/v1/messages", json={**body, "stream": True}, headers=demo.headers) as r:
        next(r.iter_lines())
        assert demo.bill(body)[0] == 600


def test_automatic_caching_moves_with_the_conversation(demo):
    turns = [{"role": "user", "content": text("a", 600)["text"]}]
    assert demo.bill({"model": MODEL, "messages": turns, "cache_control": MARK}) == (0, 600, 0, 0)
    turns += [{"role": "assistant", "content": "pong"}, {"role": "user", "content": "and now"}]
    assert demo.bill({"model": MODEL, "messages": turns, "cache_control": MARK}) == (600, 3, 0, 0)


def test_automatic_caching_keeps_an_equal_mark_and_refuses_a_different_one(demo):
    body = request(text("a", 600, MARK), cache_control=MARK)
    assert demo.bill(body) == (0, 600, 0, 0)
    status, message = demo.refusal({**body, "cache_control": HOUR, "max_tokens": 10})
    assert (status, "different ttl" in message) == (400, True)


def test_automatic_caching_needs_one_of_the_four_breakpoints(demo):
    four = [text(f"b{n}", 200, MARK) for n in range(4)]
    assert demo.refusal(request(*four, text("e", 1), cache_control=MARK, max_tokens=10))[0] == 400
    assert demo.bill(request(*four[:3], text("e", 1), cache_control=MARK)) == (0, 601, 0, 0)


def test_more_than_four_breakpoints_are_refused(demo):
    five = request(*(text(f"b{n}", 1, MARK) for n in range(5)), max_tokens=10)
    assert demo.refusal(five) == (400, "A maximum of 4 blocks with cache_control may be provided. Found 5.")


def test_an_hour_behind_five_minutes_is_refused(demo):
    status, message = demo.refusal(request(text("a", 1, HOUR), system=[text("s", 1, MARK)], max_tokens=10))
    assert status == 400
    assert message.startswith("messages.0.content.0.cache_control.ttl: a ttl='1h' cache_control block must not come")


def test_markers_themselves_do_not_change_what_is_cached(demo):
    demo.bill(request(text("a", 600, MARK), text("b", 100, MARK)))
    assert demo.bill(request(text("a", 600), text("b", 100, MARK))) == (700, 0, 0, 0)


def test_a_string_and_its_block_are_the_same_prompt(demo):
    demo.bill(request(text("a", 600, MARK), system="be brief"))
    assert demo.bill(request(text("a", 600, MARK), system=[{"text": "be brief", "type": "text"}]))[0] == 602


def test_reordered_tool_input_is_another_prompt(demo):
    def turns(*names: str) -> list[dict[str, Any]]:
        call = {"type": "tool_use", "id": "t1", "name": "t", "input": dict.fromkeys(names, 1)}
        result = {"type": "tool_result", "tool_use_id": "t1", "content": [text("r", 600)]}
        return [
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [{**result, "cache_control": MARK}]},
        ]

    def bill(*names: str) -> tuple[int, int, int, int]:
        return demo.bill({"model": MODEL, "tools": [tool("t")], "messages": turns(*names)})

    written = bill("a", "b")[1]
    assert bill("a", "b")[0] == written
    assert bill("b", "a")[0] == 0


def test_a_mark_inside_a_tool_result_caches_that_result(demo):
    call = {"type": "tool_use", "id": "t1", "name": "t", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [text("r", 600, MARK)]}
    turns = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]
    body = {"model": MODEL, "tools": [tool("t")], "messages": turns}
    written = demo.bill(body)[1]
    assert written > 600
    assert demo.bill(body) == (written, 0, 0, 0)


def test_prewarming_writes_the_cache_and_answers_nothing(demo):
    body = request(text("a", 600, MARK), text("x", 1))
    warmed = demo.message({**body, "max_tokens": 0})
    assert (warmed["content"], warmed["stop_reason"], warmed["usage"]["output_tokens"]) == ([], "max_tokens", 0)
    assert demo.bill(body) == (600, 0, 0, 1)
