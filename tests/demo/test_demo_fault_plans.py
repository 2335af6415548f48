"""Fault plans and scenarios as files: what they say, when a rule fires, and one sentence for what is wrong."""

from __future__ import annotations

import pytest

from cowork_tui.core.errors import BadInput
from cowork_tui.demo.errors import ApiError
from cowork_tui.demo.fault_kinds import KINDS
from cowork_tui.demo.fault_runs import FaultRuns
from cowork_tui.demo.faults import parse_faults
from cowork_tui.demo.reply import Reply, TextPart, ThinkingPart, ToolUsePart
from cowork_tui.demo.scenario import parse_scenario


def body(turn: int = 1, said: str = "hi", **fields: object):
    messages = [{"role": "user", "content": "go"}]
    for _ in range(turn - 1):
        messages += [{"role": "assistant", "content": "ok"}, {"role": "user", "content": "on"}]
    messages[-1] = {"role": "user", "content": said}
    return {"model": "claude-haiku-5-5", "messages": messages, **fields}


def struck(runs: FaultRuns, *bodies, path="messages"):
    """The kind that strikes each request, a status for a refusal, None for none."""
    found: list[object] = []
    for request in bodies:
        try:
            rule = runs.strike(path, "key", request, 0.0)
            found.append(rule and rule.kind)
        except ApiError as error:
            found.append(error.status)
    return found


def runs_of(text: str, seed: int = 1) -> FaultRuns:
    return FaultRuns(parse_faults(text), seed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[fault]]\nkind = "429"\n\n[[fault]]\nkind = "cut_mid_txt"',
         'Fault 2 of the plan: "kind" (line 5) "cut_mid_txt" is not known: write "cut_mid_text".'),
        ("[[fault]]\nkind = 429\nretry_aftr = 2",
         'Fault 1 of the plan: "retry_aftr" (line 3) is no field of 429: write "retry_after".'),
        ("x = 2", 'The fault plan has no "x" (line 1): write each fault below [[fault]].'),
        ("fault = 3", '"fault" (line 1) of the fault plan must be tables: write [[fault]] above each.'),
        ("[[fault]\n", "The fault plan is not valid TOML: expected ']]' at the end of an array declaration "
                       "(at line 1, column 8). Correct it there."),
        ("\n[[fault]]\nturn = 1", 'Fault 1 of the plan (line 2) has no "kind": write one, such as kind = 529.'),
        ("[[fault]]\nkind = 529\nevery = 0",
         'Fault 1 of the plan: "every" (line 3) must be a whole number from 1: it is 0.'),
        ("[[fault]]\nkind = 529\nturn = true",
         'Fault 1 of the plan: "turn" (line 3) must be a whole number from 1: it is True.'),
        ("[[fault]]\nkind = 529\nprobability = 1.5",
         'Fault 1 of the plan: "probability" (line 3) must be a number from 0 to 1: it is 1.5.'),
        ("[[fault]]\nkind = 529\nturn = 1\nevery = 2",
         'Fault 1 of the plan: "every" (line 4) can\'t be set beside turn: keep one of them.'),
        ('[[fault]]\nkind = "gateway_400"',
         'Fault 1 of the plan: "kind" (line 2) gateway_400 needs "field": add field = ….'),
        ('[[fault]]\nkind = "silence"\nwhere = "there"',
         'Fault 1 of the plan: "where" (line 3) "there" is not known: write before or middle.'),
        ("[[fault]]\nkind = 529\ntrigger = 3",
         'Fault 1 of the plan: "trigger" (line 3) must be text: put it in quotes.'),
        ('[[fault]]\nkind = 529\npath = "all"',
         'Fault 1 of the plan: "path" (line 3) "all" is not known: write messages or count_tokens or models or any.'),
    ],
)  # fmt: skip
def test_a_wrong_plan_is_answered_with_the_line_and_what_to_write(text, expected):
    with pytest.raises(BadInput) as wrong:
        parse_faults(text)
    assert str(wrong.value) == expected


def test_every_kind_can_be_written_down():
    needed = {"gateway_400": '\nfield = "thinking"'}
    text = "".join(f'[[fault]]\nkind = "{kind}"{needed.get(kind, "")}\n' for kind in KINDS)
    assert [rule.kind for rule in parse_faults(text).rules] == list(KINDS)
    assert parse_faults("").rules == ()


def test_a_turn_is_struck_as_often_as_told_retries_included():
    runs = runs_of("[[fault]]\nkind = 529\nturn = 2\ntimes = 2")
    assert struck(runs, body(1), body(2), body(2), body(2), body(3)) == [None, 529, 529, None, None]


def test_a_plain_rule_strikes_the_next_request_once():
    assert struck(runs_of("[[fault]]\nkind = 500"), body(), body()) == [500, None]


def test_every_counts_the_requests_and_has_no_limit():
    assert struck(runs_of("[[fault]]\nkind = 500\nevery = 3"), *[body()] * 7) == [None, None, 500] * 2 + [None]


def test_chance_is_drawn_from_the_seed():
    text = "[[fault]]\nkind = 500\nprobability = 0.3"
    one, same, other = (struck(runs_of(text, seed), *[body()] * 200) for seed in (1, 1, 2))
    assert one == same != other
    assert 35 <= one.count(500) <= 85


def test_a_trigger_waits_for_its_text_in_the_last_user_message_or_result():
    runs = runs_of('[[fault]]\nkind = 500\ntrigger = "Overdue"\ntimes = 0')
    result = [{"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "2 OVERDUE bills"}]}]
    assert struck(runs, body(), body(said="the overdue ones"), body(said=result)) == [None, 500, 500]


def test_the_first_rule_that_fires_is_used_and_models_and_paths_are_kept_apart():
    runs = runs_of(
        '[[fault]]\nkind = 500\nmodel = "claude-opus-5"\n[[fault]]\nkind = 503\npath = "any"\n[[fault]]\nkind = 504'
    )
    assert struck(runs, {}, path="models") == [503]
    assert struck(runs, body(), body(), body(model="claude-opus-5")) == [504, None, 500]


def test_a_gateway_refuses_a_field_for_as_long_as_it_is_sent():
    runs = runs_of('[[fault]]\nkind = "gateway_400"\nfield = "output_config.effort"')
    with_field = body(output_config={"effort": "low"})
    assert struck(runs, with_field, with_field, body(), body(output_config={})) == [400, 400, None, None]


def test_a_revoked_key_and_a_retired_model_stay_so():
    runs = runs_of('[[fault]]\nkind = "key_revoked"\nturn = 2')
    assert struck(runs, body(1), body(2), body(1)) == [None, 401, None]
    with pytest.raises(ApiError):
        runs.check_key("key")
    runs.check_key("another key")
    runs = runs_of('[[fault]]\nkind = "model_retired"\nturn = 2')
    assert struck(runs, body(1), body(2), body(1), body(model="claude-opus-5")) == [None, 404, 404, None]


def test_retry_after_comes_as_seconds_a_date_or_milliseconds():
    def headers(form: str) -> dict[str, str]:
        runs = runs_of(f'[[fault]]\nkind = 429\nretry_after = 2.5\nretry_after_form = "{form}"')
        with pytest.raises(ApiError) as refused:
            runs.strike("messages", "key", body(), 1_800_000_000.0)
        return dict(refused.value.headers)

    assert headers("seconds") == {"retry-after": "2.5"}
    assert headers("milliseconds") == {"retry-after-ms": "2500"}
    assert headers("date") == {"retry-after": "Fri, 15 Jan 2027 08:00:02 GMT"}


SCENARIO = """
[[reply]]
thinking = "First the folder."
text = "Let me look."
call = [{ tool = "list_files", input = { path = "." } }]

[[reply]]
trigger = "enough"
text = "Stopped."

[[reply]]
text = "There are 2 files."

[[reply]]
turn = 5
text = "Fifth."
"""


def test_a_scenario_answers_in_order_by_trigger_and_by_turn_then_leaves_it_to_the_script():
    scenario = parse_scenario(SCENARIO)
    last = Reply((TextPart("script"),), "end_turn")
    tools = [{"name": "list_files"}]

    def answers(turn: int, said: str = "hi") -> Reply:
        return scenario.answer({**body(turn, said), "tools": tools}, lambda _: last)

    call = ToolUsePart("list_files", {"path": "."})
    assert answers(1) == Reply((ThinkingPart("First the folder."), TextPart("Let me look."), call), "tool_use")
    assert answers(2) == Reply((TextPart("There are 2 files."),), "end_turn")
    assert answers(2, "That is ENOUGH now") == Reply((TextPart("Stopped."),), "end_turn")
    assert answers(5) == Reply((TextPart("Fifth."),), "end_turn")
    assert answers(3) == answers(9) == last


def test_a_scenario_never_calls_a_tool_that_is_not_offered():
    reply = parse_scenario(SCENARIO).answer(body(), lambda _: Reply((), "end_turn"))
    assert reply.stop_reason == "end_turn"
    assert reply.parts == (TextPart("The scenario calls list_files, which this request does not offer."),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[reply]]\ntxt = 1", 'Reply 1 of the scenario: "txt" (line 2) is no field of a reply: write "text".'),
        ("[[reply]]\n[[reply]]\ntext = 1",
         'Reply 2 of the scenario: "text" (line 3) must be text: put it in quotes.'),
        ("[[reply]]\nturn = 0", 'Reply 1 of the scenario: "turn" (line 2) must be a whole number from 1: it is 0.'),
        ("[[reply]]\ncall = [{ name = 1 }]", 'Reply 1 of the scenario: "call" (line 2) needs tables of a tool and its '
         'input: write call = [{ tool = "…", input = { … } }].'),
        ('[[reply]]\nstop_reason = "stop"',
         'Reply 1 of the scenario: "stop_reason" (line 2) "stop" is not known: write "stop_sequence".'),
        ("[[reply]]\ncall = [{ tool = 'a', input = { day = 2026-01-01 } }]",
         'Reply 1 of the scenario: "call" (line 2) has an input that JSON can\'t hold: put dates in quotes.'),
    ],
)  # fmt: skip
def test_a_wrong_scenario_is_answered_with_the_line_and_what_to_write(text, expected):
    with pytest.raises(BadInput) as wrong:
        parse_scenario(text)
    assert str(wrong.value) == expected
