"""`--json`: one event a line, for programs. Blocks are given whole; bytes as hexadecimal text."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from enum import Enum

import click

from cowork_tui.cli.output import DEMO_NOTE
from cowork_tui.core.blocks import Block, payload
from cowork_tui.core.events import Event, TaskCreated
from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.core.pricing import Money
from cowork_tui.core.state import TaskState
from cowork_tui.core.task_values import PrefixLink

LEFT_OUT = frozenset({"new_links", "breakpoint_hashes"})
"""Fields of events that only the history needs."""


def print_event(_task_id: str, event: Event) -> None:
    """A bus subscriber that prints one line."""
    print_line({"event": event_name(event), **_fields(event)})


def print_line(value: JsonObject) -> None:
    """One JSON object on one line of plain ASCII, which no terminal can take for a command."""
    click.echo(json.dumps(value, ensure_ascii=True))


def event_name(event: Event) -> str:
    """`TurnEnded` as `turn_ended`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()


def final_line(state: TaskState) -> JsonObject:
    """The last line of a run: where the task stands, and its totals."""
    usage = state.usage
    priced = state.unpriced_turns == 0
    line: dict[str, JsonValue] = {
        "event": "end",
        "task_id": state.task_id,
        "status": state.status.value,
        "reason": state.reason,
        "next_step": state.next_step,
        "turns": len([record for record in state.turns if record.ended is not None]),
        "usage": {
            "input_tokens": usage.input_tokens,
            "cache_write_5m_tokens": usage.cache_write_5m_tokens,
            "cache_write_1h_tokens": usage.cache_write_1h_tokens,
            "cache_read_tokens": usage.cache_read_tokens,
            "output_tokens": usage.output_tokens,
        },
        "cost_nanodollars": state.cost_nanodollars if priced else None,
        "money": state.money.value,
        "files": [change.path for change in state.files()],
    }
    if state.money is Money.DEMO:
        line["note"] = DEMO_NOTE
    return line


def _fields(value: object) -> dict[str, JsonValue]:
    found = {field.name: getattr(value, field.name) for field in fields(value)}  # pyright: ignore[reportArgumentType]
    made = {name: _plain(item) for name, item in found.items() if name not in LEFT_OUT}
    if isinstance(value, TaskCreated) and value.money is Money.DEMO:
        made["note"] = DEMO_NOTE
    return made


def _plain(value: object) -> JsonValue:
    if isinstance(value, Block):
        return {"kind": value.kind.value, "tokens": value.tokens, **payload(value.content)}
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [_plain(item) for item in value if not isinstance(item, PrefixLink)]
    if is_dataclass(value):
        return _fields(value)
    return value  # pyright: ignore[reportReturnType]
