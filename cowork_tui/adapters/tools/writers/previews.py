"""What writing a table or a document would change: a table by cell, a document by its text."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.preview import content_id, diff, first_lines
from cowork_tui.adapters.tools.readers.docx import read_docx
from cowork_tui.adapters.tools.readers.extracted import WHOLE
from cowork_tui.adapters.tools.readers.guard import check_zip, parsing
from cowork_tui.adapters.tools.writers.csv_table import csv_text
from cowork_tui.adapters.tools.writers.table import Sheet

_MAX_COMPARED_CELLS = 200_000
_Cells = Mapping[str, str]


def table_preview(name: str, before: bytes | None, after: bytes, sheets: Sequence[Sheet]) -> str:
    """`Sheet1!B3: 12 → 15`, a line a cell that differs; the rows of a new file."""
    if before is None:
        return _rows(sheets)
    try:
        old = _cells(before, name)
    except ToolFailure:
        return f"replaces a file that can't be compared ({content_id(before)}); the new rows follow\n{_rows(sheets)}"
    new = _cells(after, name)
    if old is None or new is None:
        return f"replaces {content_id(before)}, too much to compare; the new rows follow\n{_rows(sheets)}"
    cells = [*new, *(cell for cell in old if cell not in new)]
    lines = [
        f"{cell}: {old.get(cell, '(empty)')} → {new.get(cell, '(empty)')}"
        for cell in cells
        if old.get(cell) != new.get(cell)
    ]
    return first_lines(lines) if lines else "no cell changes"


def document_preview(name: str, before: bytes | None, after: bytes) -> str:
    """A diff of the texts."""
    text = _text(after, name)
    if before is None:
        return diff(name, None, text)
    try:
        old = _text(before, name)
    except ToolFailure:
        shown = diff(name, None, text)
        return f"replaces a file that can't be compared ({content_id(before)}); the new text follows\n{shown}"
    return diff(name, old, text)


def _rows(sheets: Sequence[Sheet]) -> str:
    lines = list[str]()
    for sheet in sheets:
        lines += [f"## sheet {sheet.name} ({len(sheet.rows)} rows x {len(sheet.columns)} columns)"]
        lines += csv_text(sheet)[0].splitlines()
    return first_lines(lines)


def _cells(content: bytes, name: str) -> _Cells | None:
    """Values and formulas by `Sheet!A1`, row by row; None when there are too many."""
    from openpyxl import load_workbook

    check_zip(io.BytesIO(content), name, "XLSX")
    cells = dict[str, str]()
    with parsing(name, "XLSX"):
        book = load_workbook(io.BytesIO(content), read_only=True)
        for page in book.worksheets:
            for row in page.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        cells[f"{page.title}!{cell.coordinate}"] = str(cell.value)
                if len(cells) > _MAX_COMPARED_CELLS:
                    return None
    return cells


def _text(content: bytes, name: str) -> str:
    return read_docx(io.BytesIO(content), name, WHOLE, Stop()).text
