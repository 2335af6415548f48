"""write_table and write_document: what would be written, found without writing it."""

from __future__ import annotations

from pathlib import PurePosixPath

from cowork_tui.adapters.tools.changes import text_preview, utf8
from cowork_tui.adapters.tools.documents import WHOLE_FILE_BYTES, kind_of
from cowork_tui.adapters.tools.failure import ToolFailure
from cowork_tui.adapters.tools.folder import Folder, Place
from cowork_tui.adapters.tools.planned import PlannedChange, content_change, writable_place
from cowork_tui.adapters.tools.wording import counted
from cowork_tui.adapters.tools.writers.csv_table import csv_text
from cowork_tui.adapters.tools.writers.docx import docx_bytes
from cowork_tui.adapters.tools.writers.html_page import html_page
from cowork_tui.adapters.tools.writers.previews import document_preview, table_preview
from cowork_tui.adapters.tools.writers.table import parse_sheets
from cowork_tui.adapters.tools.writers.xlsx import xlsx_bytes
from cowork_tui.core.json_values import JsonValue


def plan_table(folder: Folder, path: str, given: JsonValue) -> PlannedChange:
    """An XLSX file of sheets, or a CSV file of one. Raises `ToolFailure`."""
    place = writable_place(folder, path)
    kind, sheets = kind_of(place.name), parse_sheets(given)
    rows = counted(sum(len(sheet.rows) for sheet in sheets), "row")
    if kind == "csv":
        if len(sheets) > 1:
            raise ToolFailure(f"{place.name} holds one table, not {len(sheets)} sheets: write an .xlsx")
        text, guarded = csv_text(next(iter(sheets)))
        note = f"; {counted(guarded, 'text')} got a ' in front, or else opens as a formula" if guarded else ""
        content, preview, amount = utf8(text, place.name), text_preview(folder, path, text), rows
    elif kind == "xlsx":
        content, note = xlsx_bytes(sheets), ""
        preview = table_preview(place.name, _before(folder, place), content, sheets)
        amount = f"{counted(len(sheets), 'sheet')}, {rows}"
    else:
        raise ToolFailure(f"write_table makes .xlsx and .csv, not {place.name}: change the ending")
    done = f"wrote {place.name}: {amount}, {len(content)} bytes"
    return content_change(folder, place, content, f"write {place.name}", amount, preview, done, note)


def plan_document(folder: Folder, path: str, markdown: str) -> PlannedChange:
    """A DOCX file or an HTML page made of Markdown. Raises `ToolFailure`."""
    place = writable_place(folder, path)
    kind, title = kind_of(place.name), PurePosixPath(place.name).stem
    if kind == "docx":
        content = docx_bytes(markdown, title)
        preview = document_preview(place.name, _before(folder, place), content)
    elif kind in ("html", "htm"):
        page = html_page(markdown, title)
        content, preview = utf8(page, place.name), text_preview(folder, path, page)
    else:
        raise ToolFailure(f"write_document makes .docx and .html, not {place.name}: use another ending, or write_file")
    amount = f"{len(markdown):,} characters of Markdown"
    done = f"wrote {place.name}: {len(content)} bytes"
    return content_change(folder, place, content, f"write {place.name}", amount, preview, done)


def _before(folder: Folder, place: Place) -> bytes | None:
    """What is there, for the comparison; what is too large for it is cut and so can't be compared."""
    if folder.info(place) is None:
        return None
    with folder.open_file(place) as stream:
        return stream.read(WHOLE_FILE_BYTES)
