"""`cowork-tui tokens`: estimates for scripts."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from cowork_tui.cli.tokens import tokens


def run(text: str | bytes, *arguments: str) -> Result:
    return CliRunner().invoke(tokens, list(arguments), input=text)


def test_text_on_stdin_to_estimated_tokens() -> None:
    assert run("hello world", "--model", "sonnet").output == "3\n"
    assert run("hello world", "--model", "claude-haiku-4-5").output == "2\n"
    assert run("", "--model", "haiku").output == "0\n"
    assert run(b"caf\xff", "--model", "haiku").exit_code == 0


def test_a_line_in_a_line_out() -> None:
    lines = [
        {"text": "hello world"},
        {"text": "hello world", "tool_calls": 2, "tool_results": 2},
        {"text": "hello world", "tool_results": 1, "output_tokens": 500},
        {"text": "hello world", "tool_calls": 1, "tool_results": None, "output_tokens": 500},
        {"text": "", "output_tokens": 0},
    ]
    result = run("\n".join(map(json.dumps, lines)) + "\n\n", "--model", "sonnet", "--jsonl")
    assert [json.loads(line) for line in result.output.splitlines()] == [
        {"tokens": 3}, {"tokens": 129}, {"tokens": 506}, {"tokens": 506}, {"tokens": 0},
    ]  # fmt: skip
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{bad", "Line 2 is not JSON"),
        ("[1]", "Line 2 is not a JSON object"),
        ("{}", 'Line 2 has no "text" that is a string'),
        ('{"text": 5}', 'Line 2 has no "text" that is a string'),
        ('{"text": "a", "tool_calls": -1}', 'Line 2: "tool_calls" is -1; write a whole number of at least 0.'),
        ('{"text": "a", "tool_calls": 1.5}', 'Line 2: "tool_calls" is 1.5'),
        ('{"text": "a", "output_tokens": true}', 'Line 2: "output_tokens" is true'),
        ('{"text": "a", "output": 3}', "Line 2 has the unknown field 'output'"),
        ("[" * 100_000, "Line 2 is not JSON (it is nested too deeply)"),
    ],
)
def test_a_bad_line_is_named_and_ends_with_2(line: str, sentence: str) -> None:
    result = run('{"text": "fine"}\n' + line + "\n", "--model", "sonnet", "--jsonl")
    assert result.exit_code == 2
    assert result.stdout == '{"tokens": 2}\n'
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_unknown_model_is_one_sentence() -> None:
    result = run("x", "--model", "sonet")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "There is no model 'sonet'; did you mean sonnet? `cowork-tui models` lists all.\n"
