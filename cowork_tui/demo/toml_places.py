"""Reading TOML files of tables, and where in them a key stands, for messages about it."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, cast

from cowork_tui.core.errors import BadInput


def tables_of(text: str, table: str, what: str) -> Sequence[Mapping[str, Any]]:
    """The `[[table]]` tables of a TOML text, which may hold nothing else. Raises `BadInput`, calling it `what`."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        detail = str(error).rstrip(".")
        raise BadInput(f"The {what} is not valid TOML: {detail[:1].lower()}{detail[1:]}. Correct it there.") from error
    unknown = next((name for name in data if name != table), None)
    if unknown is not None:
        place = line_of(text, unknown)
        raise BadInput(f'The {what} has no "{unknown}"{place}: write each {table} below [[{table}]].')
    tables = data.get(table, [])
    if not isinstance(tables, list) or not all(isinstance(entry, dict) for entry in tables):
        raise BadInput(f'"{table}"{line_of(text, table)} of the {what} must be tables: write [[{table}]] above each.')
    return cast("Sequence[Mapping[str, Any]]", tables)


def line_of(text: str, key: str, table: str = "", number: int = 1) -> str:
    """` (line 3)` for the line that sets a key, in the `number`th `[[table]]` if one is named; nothing if not found."""
    start, end = _span(text, table, number) if table else (0, len(text))
    found = re.compile(rf"^[ \t]*\[*[ \t]*[\"']?{re.escape(key)}[\"']?\s*[\]=.]", re.MULTILINE).search(text, start, end)
    return f" (line {_line(text, found.start())})" if found else ""


def line_of_table(text: str, table: str, number: int) -> int:
    """The line of the `number`th `[[table]]` header."""
    return _line(text, max(0, _span(text, table, number)[0] - 1))


def near(name: str, known: Sequence[str]) -> str:
    """What to write instead of an unknown name."""
    close = [] if name.isdigit() else difflib.get_close_matches(name, known, 1, 0.5)
    close = close or [one for one in known if name and one.startswith(name)]
    return f'write "{close[0]}"' if close else f"write one of {', '.join(known)}"


def _span(text: str, table: str, number: int) -> tuple[int, int]:
    starts = [found.end() for found in re.finditer(rf"(?m)^\s*\[\[\s*{table}\s*\]\]", text)]
    if number > len(starts):
        return 0, len(text)
    return starts[number - 1], starts[number] if number < len(starts) else len(text)


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
