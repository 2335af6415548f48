"""The sheets of write_table: checked, each cell turned into what its column says it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from cowork_tui.adapters.tools.failure import ToolFailure
from cowork_tui.core.json_values import JsonValue

TYPES: Final = ("text", "number", "date", "money", "percent", "formula")
MAX_ROWS, MAX_COLUMNS, MAX_CELL_CHARACTERS, MAX_SHEET_NAME = 1_048_575, 16_384, 32_767, 31
"""What a sheet of an office program holds; the rows without the heading."""

_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REACHES_OUT = re.compile(
    r"\b(WEBSERVICE|FILTERXML|IMPORT\w+|RTD|DDE|CALL|EXEC)\s*\(|\|\s*'|\[[^\]]*\.\w+\]|://", re.IGNORECASE
)
"""Formulas that run programs or fetch something. What a document says must not become one of these."""


@dataclass(frozen=True, slots=True)
class Formula:
    """What is worked out, beginning with `=`."""

    text: str


Cell: TypeAlias = str | int | float | bool | date | datetime | Decimal | Formula | None


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, what stands below it, and its width in characters; `kind` None: numbers and text as they come."""

    name: str
    kind: str | None = None
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its heading."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def parse_sheets(given: JsonValue) -> tuple[Sheet, ...]:
    """Sheets as the model sends them. Raises `ToolFailure` that names the first thing that does not fit."""
    sheets = tuple(_sheet(one, number) for number, one in enumerate(_list(given, "sheets"), 1))
    if not sheets:
        raise ToolFailure("sheets is empty: give at least one, with name, columns and rows")
    names = [sheet.name.casefold() for sheet in sheets]
    twice = next((sheet.name for sheet in sheets if names.count(sheet.name.casefold()) > 1), None)
    if twice is not None:
        raise ToolFailure(f"two sheets are called {twice}: give each a name of its own")
    return sheets


def _sheet(given: JsonValue, number: int) -> Sheet:
    fields = _object(given, f"sheet {number}", ("name", "columns", "rows"))
    name = fields.get("name", f"Sheet{number}")
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_SHEET_NAME:
        raise ToolFailure(f"the name of sheet {number} must be a text of 1 to {MAX_SHEET_NAME} characters: correct it")
    if _NOT_IN_SHEET_NAMES.search(name) or name[0] == "'" or name[-1] == "'":
        raise ToolFailure(f"the name of sheet {number} holds one of []:*?/\\ or an outer ': office programs refuse it")
    columns = tuple(_column(one, name, at) for at, one in enumerate(_list(fields.get("columns"), "columns"), 1))
    if not 0 < len(columns) <= MAX_COLUMNS:
        raise ToolFailure(f"sheet {name} has {len(columns)} columns: give 1 to {MAX_COLUMNS:,}")
    rows = _list(fields.get("rows"), f"rows of sheet {name}")
    if len(rows) > MAX_ROWS:
        raise ToolFailure(f"sheet {name} has {len(rows):,} rows, more than {MAX_ROWS:,}: split it")
    checked = (_row(row, columns, f"row {at} of sheet {name}") for at, row in enumerate(rows, 1))
    return Sheet(name, columns, tuple(checked))


def _column(given: JsonValue, sheet: str, number: int) -> Column:
    where = f"column {number} of sheet {sheet}"
    if isinstance(given, str):
        return Column(given)
    fields = _object(given, where, ("name", "type", "width"))
    name, kind, width = fields.get("name"), fields.get("type"), fields.get("width")
    if not isinstance(name, str):
        raise ToolFailure(f"{where} needs a name: a text")
    if kind is not None and kind not in TYPES:
        raise ToolFailure(f"the type of {where} must be one of {', '.join(TYPES)}: correct it")
    if width is not None and (isinstance(width, bool) or not isinstance(width, int | float) or not 0 < width <= 255):
        raise ToolFailure(f"the width of {where} must be a number of characters from 1 to 255: correct it")
    return Column(_plain(name, where), str(kind) if kind is not None else None, width)


def _row(given: JsonValue, columns: tuple[Column, ...], where: str) -> tuple[Cell, ...]:
    values = _list(given, where)
    if len(values) > len(columns):
        raise ToolFailure(f"{where} has {len(values)} cells for {len(columns)} columns: add columns or leave cells out")
    cells = [_cell(value, column, where) for value, column in zip(values, columns, strict=False)]
    return (*cells, *(None for _ in columns[len(cells) :]))


def _cell(value: JsonValue, column: Column, where: str) -> Cell:
    """A cell by its column's type. In a column that is not text, `=…` is a formula; in text it stays text."""
    if value is None or value == "":
        return None
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        raise ToolFailure(f"{where}, column {column.name}, is a list or an object: give a text or a number")
    if column.kind in (None, "text"):
        return _plain(_as_text(value), where) if column.kind or isinstance(value, str) else value
    if isinstance(value, str) and value.startswith("="):
        return _formula(value, column, where)
    found = _date(value) if column.kind == "date" else _number(value, percent=column.kind == "percent")
    if found is not None:
        return found
    if column.kind == "formula":
        return _plain(_as_text(value), where)
    wanted = "a date such as 2026-03-31" if column.kind == "date" else "a number"
    raise ToolFailure(f"{where}, column {column.name}, must be {wanted}, not {str(value)[:40]!r}: correct it")


def _formula(value: str, column: Column, where: str) -> Formula:
    if _REACHES_OUT.search(value):
        raise ToolFailure(f"{where}, column {column.name}, is a formula that reaches out of the file: leave it out")
    return Formula(_plain(value, where))


def _number(value: JsonValue, *, percent: bool) -> Cell:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = value.strip() if isinstance(value, str) else ""
    if not isinstance(value, str):
        return value
    share = percent and text.endswith("%")
    text = text.removesuffix("%").strip() if share else text
    if not _NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number / 100 if share else number


def _date(value: JsonValue) -> date | datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return None


def _as_text(value: str | int | float | bool) -> str:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _plain(text: str, where: str) -> str:
    """Text that a file can hold: control characters become U+FFFD."""
    if len(text) > MAX_CELL_CHARACTERS:
        size = f"{len(text):,} characters, more than {MAX_CELL_CHARACTERS:,}"
        raise ToolFailure(f"{where} has a cell of {size}: shorten it")
    return _NOT_IN_XML.sub("\ufffd", text)


def _list(given: JsonValue, what: str) -> Sequence[JsonValue]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise ToolFailure(f"{what} must be a list: correct it")
    return given


def _object(given: JsonValue, what: str, names: tuple[str, ...]) -> Mapping[str, JsonValue]:
    if not isinstance(given, Mapping):
        raise ToolFailure(f"{what} must be an object with {', '.join(names)}: correct it")
    other = next((name for name in given if name not in names), None)
    if other is not None:
        raise ToolFailure(f"{what} has no {str(other)[:40]!r}: it takes {', '.join(names)}")
    return given
