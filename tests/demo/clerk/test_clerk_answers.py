"""Directives, probes, schemas, forced tools, and bodies that make no sense."""

# ruff: noqa: E501 - documents and bodies read best on one line

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.demo.clerk import answer
from cowork_tui.demo.reply import Reply, TextPart, ToolUsePart

TOOL = {"name": "add", "input_schema": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}}


def words(reply: Reply) -> str:
    """The reply's visible text."""
    assert reply.stop_reason == "end_turn"
    return "\n".join(part.text for part in reply.parts if isinstance(part, TextPart))


def ask(text: str, **rest: Any) -> Reply:
    """The reply to one user text."""
    return answer({"messages": [{"role": "user", "content": text}], **rest})


def use(call: str, name: str, given_input: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "tool_use", "id": call, "name": name, "input": given_input}]}


def result(call: str, content: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call, "content": content}]}


@pytest.mark.parametrize("text", ["ping", "hello", "What is the capital of France?", "Hi there!"])
def test_plain_text_without_tools_is_answered_with_pong(text: str) -> None:
    assert "pong" in words(ask(text))


def test_pong_also_where_only_foreign_tools_are_offered() -> None:
    assert "pong" in words(ask("Fix the bug in main.py", tools=[{"name": "Bash", "input_schema": {"type": "object"}}]))


def test_a_goal_beyond_a_script_is_said_plainly_with_what_it_can_do() -> None:
    text = words(ask("Write me a poem about rivers", tools=[{"name": "list_files"}, {"name": "read_document"}]))
    assert "beyond a script" in text and "not AI" in text and "table" in text


def test_calls_are_made_one_after_another_and_then_done() -> None:
    user: dict[str, Any] = {"role": "user", "content": 'Please:\nCALL add {"a": 1}\nCALL add {\n "a": 2}\n'}
    first = answer({"messages": [user], "tools": [TOOL]})
    assert first == Reply((ToolUsePart("add", {"a": 1}),), "tool_use")
    history = [user, use("t1", "add", {"a": 1}), result("t1", "one")]
    assert answer({"messages": history, "tools": [TOOL]}).parts == (ToolUsePart("add", {"a": 2}),)
    history += [
        use("t2", "add", {"a": 2}),
        result("t2", [{"type": "text", "text": "two"}, {"type": "text", "text": "three"}]),
    ]
    assert words(answer({"messages": history, "tools": [TOOL]})) == "DONE two\nthree"


def test_a_later_directive_starts_anew() -> None:
    history: list[Any] = [
        {"role": "user", "content": 'CALL add {"a": 1}'},
        use("t1", "add", {"a": 1}),
        result("t1", "one"),
        {"role": "assistant", "content": "DONE one"},
        {"role": "user", "content": [{"type": "text", "text": 'CALL add {"a": 5}'}]},
    ]
    assert answer({"messages": history, "tools": [TOOL]}).parts == (ToolUsePart("add", {"a": 5}),)


def test_an_unknown_tool_and_bad_json_are_named() -> None:
    assert "no tool named sub" in words(ask("CALL sub {}", tools=[TOOL]))
    assert "can't be read" in words(ask("CALL add {a: 1", tools=[TOOL]))
    assert "must be a JSON object" in words(ask("CALL add [1]", tools=[TOOL]))


def test_json_fits_the_schema() -> None:
    schema = {
        "type": "object",
        "$defs": {
            "kind": {"enum": ["b", "c"]},
            "node": {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}}},
        },
        "properties": {
            "name": {"type": "string", "minLength": 20, "maxLength": 22},
            "kind": {"$ref": "#/$defs/kind"},
            "count": {"type": "integer", "exclusiveMinimum": 4, "maximum": 6},
            "share": {"type": "number", "minimum": 0.25, "maximum": 0.75},
            "flag": {"type": "boolean"},
            "fixed": {"const": 7},
            "list": {"type": "array", "items": {"type": "number"}, "minItems": 3},
            "maybe": {"anyOf": [{"type": "null"}, {"type": "string"}]},
            "chain": {"$ref": "#/$defs/node"},
        },
        "required": ["name", "extra"],
        "additionalProperties": True,
    }
    made = json.loads(words(ask("ping", output_config={"format": {"type": "json_schema", "schema": schema}})))
    assert 20 <= len(made["name"]) <= 22 and made["kind"] == "b" and 5 <= made["count"] <= 6
    assert 0.25 <= made["share"] <= 0.75 and made["flag"] is True and made["fixed"] == 7
    assert len(made["list"]) == 3 and made["maybe"] is None and "extra" in made and isinstance(made["chain"], dict)


def test_a_receipt_in_the_text_fills_fields_of_that_name() -> None:
    schema = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("vendor", "date", "total", "currency")},
    }
    schema["properties"]["total"] = {"type": "number"}
    text = "Corner Shop\nRECEIPT\n2026-05-04\nTotal 2.50 EUR\nCash 5.00\n"
    made = json.loads(words(ask(text, output_config={"format": {"type": "json_schema", "schema": schema}})))
    assert made == {"vendor": "Corner Shop", "date": "2026-05-04", "total": 2.5, "currency": "EUR"}


def test_a_forced_tool_gets_input_that_fits() -> None:
    for choice in ({"type": "tool", "name": "add"}, {"type": "any"}):
        reply = ask("hello", tools=[TOOL], tool_choice=choice)
        assert reply == Reply((ToolUsePart("add", {"a": 1}),), "tool_use")


def test_tool_choice_none_calls_nothing() -> None:
    tools = [{"name": "list_files"}, {"name": "read_document"}, TOOL]
    choice = {"type": "none"}
    assert "tool_choice is none" in words(ask("Put the receipts into a table", tools=tools, tool_choice=choice))
    assert "tool_choice is none" in words(ask('CALL add {"a": 1}', tools=tools, tool_choice=choice))


def test_a_summary_of_the_conversation_calls_no_tool_and_keeps_the_goal() -> None:
    history: list[Any] = [
        {"role": "user", "content": "Put the receipts into a table"},
        use("t1", "list_files", {"path": "."}),
        result("t1", "1 files in .\na.txt\t5"),
        {"role": "user", "content": "Summarise the conversation so far in a few lines."},
    ]
    text = words(answer({"messages": history, "tools": [{"name": "list_files"}, {"name": "read_document"}]}))
    assert "Goal: Put the receipts into a table" in text and "list_files 1" in text


KEYS = st.sampled_from(
    [
        "type",
        "text",
        "content",
        "role",
        "name",
        "input",
        "id",
        "tool_use_id",
        "is_error",
        "messages",
        "tools",
        "tool_choice",
        "thinking",
        "output_config",
        "format",
        "schema",
        "path",
        "steps",
        "system",
    ]
)
TEXTS = st.sampled_from(
    [
        "user", "assistant", "text", "tool_use", "tool_result", "list_files", "read_document", "write_file", "update_plan", "recall", "any",
        "json_schema", "Put the receipts into a table", "CALL list_files {}", "find x", "Sort the files", "stop", "summarise", "1 files in .\na.txt\t9",
        'a.txt | txt | 9 characters\n\nTotal 4.00', '[pruned: 1 tokens; recall("b1")]', "b1", "t1", "a.txt", "#/x", "$ref",
    ]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS | st.text(max_size=30)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS | st.text(max_size=6), inner, max_size=5),
    max_leaves=25,
)
BLOCK = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "tool_use", "tool_result", "thinking"]), "id": TEXTS, "tool_use_id": TEXTS},
    optional={"text": TEXTS, "name": TEXTS, "input": JSON, "content": JSON, "is_error": st.booleans()},
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system"]), "content": TEXTS | st.lists(BLOCK, max_size=4) | JSON}
)
BODY = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, max_size=6)},
    optional={
        "tools": st.lists(st.fixed_dictionaries({"name": TEXTS}, optional={"input_schema": JSON}), max_size=5) | JSON,
        "tool_choice": st.fixed_dictionaries({"type": TEXTS}, optional={"name": TEXTS}) | JSON,
        "thinking": JSON,
        "output_config": JSON
        | st.fixed_dictionaries({"format": st.fixed_dictionaries({"type": st.just("json_schema"), "schema": JSON})}),
        "system": JSON,
    },
)


@settings(deadline=None, max_examples=100)
@given(BODY | st.dictionaries(KEYS, JSON, max_size=5))
def test_no_body_makes_it_fail_and_every_answer_repeats(body: dict[str, Any]) -> None:
    reply = answer(body)
    assert reply.parts and reply.stop_reason in {"end_turn", "tool_use"}
    assert (reply.stop_reason == "tool_use") == any(isinstance(part, ToolUsePart) for part in reply.parts)
    assert answer(body) == reply
    json.dumps([part.input for part in reply.parts if isinstance(part, ToolUsePart)])


@settings(deadline=None, max_examples=80)
@given(
    st.lists(
        st.text(max_size=40)
        | st.sampled_from(
            ["Total 4.00", "RECEIPT", "Date: 31.02.2026", "a | b | 3,00", "{", "TOTAL", "1.2.3", "Total: -"]
        ),
        max_size=12,
    ),
    st.sampled_from(["txt", "csv", "json", "pdf", "docx", "xlsx", "md", ""]),
)
def test_no_document_makes_the_reader_fail(lines: list[str], kind: str) -> None:
    from cowork_tui.demo.clerk.receipts.reader import read_receipt

    found = read_receipt(f"a.{kind}", kind, "\n".join(lines))
    assert found.path == f"a.{kind}"
