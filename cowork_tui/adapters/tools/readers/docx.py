"""DOCX: paragraphs and tables in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from cowork_tui.adapters.tools.failure import Stop
from cowork_tui.adapters.tools.readers.extracted import Extracted
from cowork_tui.adapters.tools.readers.guard import check_zip, parsing

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell, _Row
    from docx.text.paragraph import Paragraph


def read_docx(stream: BinaryIO, name: str, stop: Stop) -> Extracted:
    """A line a paragraph; table rows are a line each, cells joined with ` | `."""
    check_zip(stream, name, "DOCX")
    with parsing(name, "DOCX file"):
        import docx

        return Extracted("docx", "\n".join(_lines(docx.Document(stream), stop)))


def _lines(container: Document | _Cell, stop: Stop) -> Iterator[str]:
    from docx.table import Table

    for item in container.iter_inner_content():
        stop.check()
        yield from _table_lines(item, stop) if isinstance(item, Table) else _paragraph_lines(item)


def _paragraph_lines(paragraph: Paragraph) -> Iterator[str]:
    yield paragraph.text


def _table_lines(table: Table, stop: Stop) -> Iterator[str]:
    for row in table.rows:
        yield " | ".join(_cell_text(cell, stop) for cell in _cells(row))


def _cells(row: _Row) -> list[_Cell]:
    """A row's cells; one that spans several columns is given once."""
    cells: list[_Cell] = []
    for cell in row.cells:
        if not cells or cells[-1]._tc is not cell._tc:
            cells.append(cell)
    return cells


def _cell_text(cell: _Cell, stop: Stop) -> str:
    return " ".join(" ".join(_lines(cell, stop)).split())
