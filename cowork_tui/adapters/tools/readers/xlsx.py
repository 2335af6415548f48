"""XLSX: the rows of each sheet as CSV, with stored values; a formula that has none is shown itself."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from cowork_tui.adapters.tools.failure import Stop
from cowork_tui.adapters.tools.names import shown
from cowork_tui.adapters.tools.readers.extracted import Extracted
from cowork_tui.adapters.tools.readers.guard import MAX_TEXT_CHARACTERS, check_zip, parsing
from cowork_tui.adapters.tools.wording import counted

if TYPE_CHECKING:
    from openpyxl import Workbook

CellValue: TypeAlias = object
"""Whatever the library makes of a cell: a number, text, date, time, truth value, error text or None."""

MAX_CELLS = 5_000_000
_CHECK_EVERY_ROWS = 500


def read_xlsx(stream: BinaryIO, name: str, stop: Stop) -> Extracted:
    """Each sheet's rows under a line `## sheet NAME (R rows x C columns)`."""
    check_zip(stream, name, "XLSX")
    with parsing(name, "XLSX file"):
        formulas = _has_formulas(stream)
        values = _workbook(stream, data_only=True)
        try:
            sheets, whole = _sheets(values, _workbook(stream, data_only=False) if formulas else None, stop)
        finally:
            values.close()
    notes = () if whole else ("too large to be read whole: the last rows are missing",)
    return Extracted("xlsx", "\n".join(sheets), (counted(len(sheets), "sheet"),), notes)


def _workbook(stream: BinaryIO, *, data_only: bool) -> Workbook:
    from openpyxl import load_workbook

    warnings.filterwarnings("ignore", module="openpyxl")  # remarks on styles would be written over the screen
    stream.seek(0)
    return load_workbook(stream, read_only=True, data_only=data_only)


def _has_formulas(stream: BinaryIO) -> bool:
    with zipfile.ZipFile(stream) as archive:
        sheets = [entry for entry in archive.namelist() if entry.startswith("xl/worksheets/")]
        return any(_holds_formula(archive, entry) for entry in sheets)


def _holds_formula(archive: zipfile.ZipFile, entry: str) -> bool:
    """Whether a sheet's XML has a formula tag; read in pieces that overlap by the length of a tag."""
    with archive.open(entry) as part:
        tail = b""
        while piece := part.read(1 << 20):
            seam = tail + piece
            if b"<f>" in seam or b"<f " in seam:
                return True
            tail = piece[-2:]
    return False


def _sheets(values: Workbook, formulas: Workbook | None, stop: Stop) -> tuple[list[str], bool]:
    """The sheets as text, and whether nothing was left out."""
    budget = _Budget()
    sheets = list[str]()
    for sheet in values.worksheets:
        sheet.reset_dimensions()
        rows: Iterable[Sequence[CellValue]] = sheet.iter_rows(values_only=True)
        if formulas is not None:
            twin = formulas[sheet.title]
            twin.reset_dimensions()
            rows = _with_formulas(rows, twin.iter_rows(values_only=True))
        text, row_count, column_count = _sheet_csv(rows, budget, stop)
        sheets.append(f"## sheet {shown(sheet.title)} ({row_count} rows x {column_count} columns)\n{text}".rstrip("\n"))
    return sheets, budget.left


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
            return str(value)


def _with_formulas(
    values: Iterable[Sequence[CellValue]], formulas: Iterable[Sequence[CellValue]]
) -> Iterator[Sequence[CellValue]]:
    for row, twins in itertools.zip_longest(values, formulas, fillvalue=()):
        yield [
            str(getattr(twin, "text", twin)) if value is None and twin is not None else value
            for value, twin in itertools.zip_longest(row, twins)
        ]
