"""Sheets as an XLSX file."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from cowork_tui.adapters.tools.failure import ToolFailure
from cowork_tui.adapters.tools.writers.archive import without_times
from cowork_tui.adapters.tools.writers.table import Cell, Column, Formula, Sheet

if TYPE_CHECKING:
    from openpyxl.cell import Cell as OfficeCell
    from openpyxl.worksheet.worksheet import Worksheet

_FORMATS = {"date": "yyyy-mm-dd", "money": "#,##0.00", "percent": "0.0%"}
_TIME_FORMAT = "yyyy-mm-dd hh:mm"
_NARROWEST, _WIDEST = 8, 60
_ROWS_MEASURED = 1000


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """A workbook: bold headings that stay in view, filters, widths that fit. The same sheets give the same bytes."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (it has no stubs)
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "cowork-tui"
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    target = io.BytesIO()
    try:
        book.save(target)  # which needs a temporary file a sheet
    except (OSError, etree.LxmlError) as error:
        raise ToolFailure("the disk has no room for temporary files, so nothing was written: ask the user") from error
    return without_times(target.getvalue())


def _fill(page: Worksheet, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for at, column in enumerate(sheet.columns, 1):
        heading = _cell(page, 1, at)
        heading.value, heading.data_type = column.name, "s"
        heading.font, heading.alignment = Font(bold=True), Alignment(vertical="top", wrap_text=True)
        page.column_dimensions[get_column_letter(at)].width = column.width or _fitting(sheet, at - 1)
    for number, row in enumerate(sheet.rows, 2):
        for at, (value, column) in enumerate(zip(row, sheet.columns, strict=True), 1):
            if value is not None:
                _put(page, number, at, value, column)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{len(sheet.rows) + 1}"


def _put(page: Worksheet, row: int, at: int, value: Cell, column: Column) -> None:
    cell = _cell(page, row, at)
    cell.value = value.text if isinstance(value, Formula) else value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in tuple("=+-@")
    if isinstance(value, datetime):
        cell.number_format = _TIME_FORMAT
    elif not isinstance(value, str | bool) and column.kind in _FORMATS:
        cell.number_format = _FORMATS[column.kind]


def _cell(page: Worksheet, row: int, at: int) -> OfficeCell:
    """A cell; in a new sheet none is merged."""
    return cast("OfficeCell", page.cell(row, at))


def _fitting(sheet: Sheet, at: int) -> float:
    shown = (_shown(row[at], sheet.columns[at]) for row in sheet.rows[:_ROWS_MEASURED])
    longest = max((len(line) for text in (sheet.columns[at].name, *shown) for line in text.split("\n")), default=0)
    return min(_WIDEST, max(_NARROWEST, longest + 2))


def _shown(value: Cell, column: Column) -> str:
    if value is None or isinstance(value, Formula):
        return " " * 10 if value is not None else ""
    if column.kind == "money" and not isinstance(value, str | bool | date):
        return f"{value:,.2f}"
    return str(value)
