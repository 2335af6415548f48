"""`cowork-tui tokens`: estimated tokens of a text, or by how much a request grows."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import click

from cowork_tui.cli.output import fail, refuse

if TYPE_CHECKING:
    from cowork_tui.core.models import Tokenizer as Generation
    from cowork_tui.engine.ports import TokenCounter

_COUNTS = ("tool_calls", "tool_results", "output_tokens")


@click.command()
@click.option("--model", required=True, metavar="LINE|ID", help="A model line such as sonnet, or an exact id.")
@click.option("--jsonl", is_flag=True, help="Read one JSON object a line and write one a line.")
def tokens(model: str, jsonl: bool) -> None:
    """Estimate the tokens of a text on stdin.

    With --jsonl each line is {"text", "tool_calls", "tool_results", "output_tokens"} (counts; all but text optional),
    and the answer {"tokens"}: by how much the next request grows. Where output_tokens is given, text is only what
    follows the model's output.
    """
    from cowork_tui.adapters.anthropic.catalogue import ModelCatalogue
    from cowork_tui.adapters.tokenizer import Tokenizer
    from cowork_tui.core.errors import CoworkError
    from cowork_tui.core.tokens import growth_tokens

    try:
        generation = ModelCatalogue().resolve(model).tokenizer
    except CoworkError as error:
        fail(error)
    count = Tokenizer(on_missing=lambda sentence: click.echo(sentence, err=True)).count
    if not jsonl:
        click.echo(growth_tokens(generation, count(sys.stdin.buffer.read().decode("utf-8", "replace")), 0, 0, None))
        return
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            tokens_added = _growth(line.decode("utf-8", "replace"), number, generation, count)
            click.echo(json.dumps({"tokens": tokens_added}))


def _growth(line: str, number: int, generation: Generation, count: TokenCounter) -> int:
    from cowork_tui.core.tokens import growth_tokens

    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "it is nested too deeply")
        refuse(f"Line {number} is not JSON ({reason}); write one object a line.")
    if not isinstance(value, dict):
        refuse(f'Line {number} is not a JSON object; write {{"text": "..."}}.')
    entry = cast("Mapping[str, object]", value)
    unknown = sorted(set(entry) - {"text", *_COUNTS})
    if unknown:
        refuse(f"Line {number} has the unknown field {unknown[0]!r}; allowed are text, {', '.join(_COUNTS)}.")
    text = entry.get("text")
    if not isinstance(text, str):
        refuse(f'Line {number} has no "text" that is a string; write {{"text": "..."}}.')
    calls, results, output = (_count(entry, name, number) for name in _COUNTS)
    pairs = calls or results or 0  # a count that is left out is that of its counterpart
    return growth_tokens(
        generation, count(text), pairs if calls is None else calls, pairs if results is None else results, output
    )


def _count(entry: Mapping[str, object], name: str, number: int) -> int | None:
    value = entry.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        refuse(f'Line {number}: "{name}" is {json.dumps(value)}; write a whole number of at least 0.')
    return value
