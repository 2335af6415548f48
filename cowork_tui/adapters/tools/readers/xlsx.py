"""XLSX: the rows of each sheet as CSV, with stored values; a formula that has none is shown itself."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.names import shown
from cowork_tui.adapters.tools.readers.extracted import Extracted, Part
from cowork_tui.adapters.tools.readers.guard import MAX_TEXT_CHARACTERS, check_zip, parsing
from cowork_tui.adapters.tools.wording import counted

if TYPE_CHECKING:
    from openpyxl import Workbook

CellValue: TypeAlias = object
"""Whatever the library makes of a cell: a number, text, date, time, truth value, error text or None."""

MAX_CELLS = 5_000_000
_CHECK_EVERY_ROWS = 500
_SHOWN_MERGES = 12
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]+\d+:[A-Z]+\d+)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


@dataclass(frozen=True, slots=True)
class _Area:
    """The cells wanted, counted from 1; None: up to the last one."""

    first_row: int = 1
    last_row: int | None = None
    first_column: int = 1
    last_column: int | None = None


def read_xlsx(stream: BinaryIO, name: str, part: Part, stop: Stop) -> Extracted:
    """Each sheet's rows under a line `## sheet NAME (R rows x C columns)`."""
    part.refuse_others(name, "an XLSX", ("sheet", "range", "formulas"))
    check_zip(stream, name, "XLSX")
    area = _area(part.range)
    with parsing(name, "XLSX file"):
        scans = _scan(stream, stop)
        values = _workbook(stream, data_only=not part.formulas)
        try:
            titles = _titles(values, part, name)
            formulas = any(scan.formulas for scan in scans.values()) and not part.formulas
            twins = _workbook(stream, data_only=False) if formulas else None
            sheets, whole = _sheets(values, twins, titles, area, stop)
            notes = _notes(values, titles, scans, whole)
            facts = [counted(len(values.worksheets), "sheet")]
        finally:
            values.close()
    if part.sheet or part.range:
        facts += [f"only {shown(titles[0])}{f' {part.range}' if part.range else ''}"]
    return Extracted("xlsx", "\n".join(sheets), tuple(facts), notes)


def _area(text: str | None) -> _Area:
    """The area that `A1:D20`, `B:D`, `3:9` or `C4` names. Raises `ToolFailure`."""
    if not text:
        return _Area()
    from openpyxl.utils.cell import range_boundaries

    try:
        columns_and_rows = range_boundaries(text.strip().upper().replace("$", ""))
    except (ValueError, TypeError):
        raise ToolFailure(f'range="{text[:40]}" names no cells: give it as A1:D20, B:D or 3:9') from None
    first_column, first_row, last_column, last_row = columns_and_rows
    return _Area(first_row or 1, last_row, first_column or 1, last_column)


def _titles(book: Workbook, part: Part, name: str) -> list[str]:
    """The sheets wanted: the one named, the first one for a range, else all."""
    titles = [sheet.title for sheet in book.worksheets]
    if part.sheet is None:
        return titles[:1] if part.range else titles
    found = next((title for title in titles if title.casefold() == part.sheet.strip().casefold()), None)
    if found is None:
        known = ", ".join(shown(title) for title in titles)
        raise ToolFailure(f"{name} has no sheet {shown(part.sheet[:60])}: its sheets are {known[:500]}")
    return [found]


def _workbook(stream: BinaryIO, *, data_only: bool) -> Workbook:
    from openpyxl import load_workbook

    warnings.filterwarnings("ignore", module="openpyxl")  # remarks on styles would be written over the screen
    stream.seek(0)
    return load_workbook(stream, read_only=True, data_only=data_only)


@dataclass(frozen=True, slots=True)
class _Scan:
    """What a sheet's XML holds that the row reader does not tell."""

    formulas: bool
    merged: tuple[str, ...]


def _scan(stream: BinaryIO, stop: Stop) -> dict[str, _Scan]:
    """By part name in the archive; read in pieces that overlap by the length of a tag."""
    stream.seek(0)
    scans = dict[str, _Scan]()
    with zipfile.ZipFile(stream) as archive:
        for entry in archive.namelist():
            if not entry.startswith("xl/worksheets/") or not entry.endswith(".xml"):
                continue
            formulas, merged, tail = False, dict[str, None](), b""
            with archive.open(entry) as part:
                while piece := part.read(1 << 20):
                    stop.check()
                    seam = tail + piece
                    formulas = formulas or _FORMULA.search(seam) is not None
                    merged.update((found.decode(), None) for found in _MERGED.findall(seam))
                    tail = piece[-60:]
            scans[entry] = _Scan(formulas, tuple(merged))
    return scans


def _notes(book: Workbook, titles: Sequence[str], scans: dict[str, _Scan], whole: bool) -> tuple[str, ...]:
    """Hidden sheets, merged cells, and whether rows are missing."""
    notes = list[str]()
    hidden = [shown(sheet.title) for sheet in book.worksheets if sheet.sheet_state != "visible"]
    if hidden:
        notes.append(f"hidden: {', '.join(hidden)}")
    for title in titles:
        part_name = str(getattr(book[title], "_worksheet_path", "")).removeprefix("/")
        scan = scans.get(part_name)
        if scan is not None and scan.merged:
            more = f" and {len(scan.merged) - _SHOWN_MERGES} more" if len(scan.merged) > _SHOWN_MERGES else ""
            notes.append(f"merged in {shown(title)}: {', '.join(scan.merged[:_SHOWN_MERGES])}{more}")
    if not whole:
        notes.append("too large to be read whole: the last rows are missing; read them with sheet and range")
    return tuple(notes)


def _sheets(
    values: Workbook, formulas: Workbook | None, titles: Sequence[str], area: _Area, stop: Stop
) -> tuple[list[str], bool]:
    """The sheets as text, and whether nothing was left out."""
    budget = _Budget()
    sheets = list[str]()
    for title in titles:
        rows = _rows(values, title, area)
        if formulas is not None:
            rows = _with_formulas(rows, _rows(formulas, title, area))
        text, row_count, column_count = _sheet_csv(rows, budget, stop)
        sheets.append(f"## sheet {shown(title)} ({row_count} rows x {column_count} columns)\n{text}".rstrip("\n"))
    return sheets, budget.left


def _rows(book: Workbook, title: str, area: _Area) -> Iterator[Sequence[CellValue]]:
    sheet = book[title]
    sheet.reset_dimensions()
    return sheet.iter_rows(area.first_row, area.last_row, area.first_column, area.last_column, values_only=True)


class _Budget:
    """Cells and characters that may still be read from the workbook."""

    def __init__(self) -> None:
        self._cells = MAX_CELLS
        self._characters = MAX_TEXT_CHARACTERS

    def take(self, cells: int, characters: int) -> None:
        self._cells -= cells
        self._characters -= characters

    @property
    def left(self) -> bool:
        return self._cells > 0 and self._characters > 0


def _sheet_csv(rows: Iterable[Sequence[CellValue]], budget: _Budget, stop: Stop) -> tuple[str, int, int]:
    """A sheet's rows as CSV without the empty ones at its end, their number, and that of the columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    row_count = column_count = empty = 0
    for index, row in enumerate(rows):
        if index % _CHECK_EVERY_ROWS == 0:
            stop.check()
        cells = _trimmed(row)
        if not cells:
            empty += 1
            budget.take(1, 1)
        else:
            text.write("\n" * empty)
            before = text.tell()
            writer.writerow(cells)
            budget.take(len(row), text.tell() - before)
            row_count, column_count, empty = row_count + empty + 1, max(column_count, len(cells)), 0
        if not budget.left:
            break
    return text.getvalue(), row_count, column_count


def _trimmed(row: Sequence[CellValue]) -> list[str]:
    cells = [cell_text(value) for value in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def cell_text(value: CellValue) -> str:
    """A cell as its user sees it, as far as that goes without its number format."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return format(value, ".15g")
        case datetime.datetime():
            return str(value.date()) if value.time() == datetime.time() else str(value.replace(microsecond=0))
        case _:
            return str(getattr(value, "text", value))


def _with_formulas(
    values: Iterable[Sequence[CellValue]], formulas: Iterable[Sequence[CellValue]]
) -> Iterator[Sequence[CellValue]]:
    for row, twins in itertools.zip_longest(values, formulas, fillvalue=()):
        yield [
            str(getattr(twin, "text", twin)) if value is None and twin is not None else value
            for value, twin in itertools.zip_longest(row, twins)
        ]
