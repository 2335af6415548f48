"""DOCX: headings, paragraphs, lists and tables in the order of the page; headers, footers and footnotes at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from cowork_tui.adapters.tools.failure import Stop
from cowork_tui.adapters.tools.readers.extracted import Extracted, Part
from cowork_tui.adapters.tools.readers.guard import check_zip, parsing

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import _Footer, _Header
    from docx.table import Table, _Cell, _Row
    from docx.text.paragraph import Paragraph

_NOTES = {"footnotes": "footnote", "endnotes": "endnote", "comments": "comment"}
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)


def read_docx(stream: BinaryIO, name: str, part: Part, stop: Stop) -> Extracted:
    """A line a paragraph, `#` before headings and `-` before list items; table rows are a line each, cells joined
    with ` | `."""
    part.refuse_others(name, "a DOCX", ())
    check_zip(stream, name, "DOCX", parsed_whole=True)
    with parsing(name, "DOCX file"):
        import docx

        document = docx.Document(stream)
        lines = [*_lines(document, stop), *_around(document, stop), *_notes(document)]
        return Extracted("docx", "\n".join(lines))


def _lines(container: Document | _Cell | _Header | _Footer, stop: Stop) -> Iterator[str]:
    from docx.table import Table

    for item in container.iter_inner_content():
        stop.check()
        yield from _table_lines(item, stop) if isinstance(item, Table) else _paragraph_lines(item)


def _paragraph_lines(paragraph: Paragraph) -> Iterator[str]:
    text = _text_of(paragraph)
    if text.strip():
        text = _mark(paragraph) + text
    yield text


def _text_of(paragraph: Paragraph) -> str:
    """The text with `[^1]` where a footnote is called, and without what tracked changes took out."""
    pieces = list[str]()
    calls = [*paragraph._p.iter(f"{_W}footnoteReference", f"{_W}endnoteReference")]
    inserted = next(paragraph._p.iter(f"{_W}ins", f"{_W}sdt"), None)
    if not calls and inserted is None:
        return paragraph.text
    for element in paragraph._p.iter():
        if element.tag == f"{_W}t":
            pieces.append(element.text or "")
        elif element.tag in (f"{_W}tab", f"{_W}br") and element.getparent().tag == f"{_W}r":
            pieces.append("\t" if element.tag == f"{_W}tab" else "\n")
        elif element.tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
            pieces.append(f"[^{element.get(f'{_W}id')}]")
    return "".join(pieces)


def _mark(paragraph: Paragraph) -> str:
    """`## ` for a heading of the second level, `- ` for a list item, indented by its level."""
    style = paragraph.style.name or "" if paragraph.style is not None else ""
    heading = _HEADING.match(style)
    if heading:
        return "#" * int(heading[1]) + " "
    if style == "Title":
        return "# "
    properties = paragraph._p.pPr
    numbering = properties.numPr if properties is not None else None
    if numbering is None and not style.startswith("List "):
        return ""
    level = numbering.ilvl.val if numbering is not None and numbering.ilvl is not None else _style_level(style)
    return "  " * level + "- "


def _style_level(style: str) -> int:
    last = style.rpartition(" ")[2]
    return int(last) - 1 if last.isdigit() else 0


def _table_lines(table: Table, stop: Stop) -> Iterator[str]:
    for row in table.rows:
        stop.check()
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


def _around(document: Document, stop: Stop) -> Iterator[str]:
    """Headers and footers, each text once."""
    told = set[str]()
    for section in document.sections:
        for what, part in (("header", section.header), ("footer", section.footer)):
            if part.is_linked_to_previous:
                continue
            text = " ".join(" ".join(_lines(part, stop)).split())
            if text and f"{what}{text}" not in told:
                told.add(f"{what}{text}")
                yield f"[{what}] {text}"


def _notes(document: Document) -> Iterator[str]:
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (it has no stubs)

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for related in document.part.rels.values():
        kind = related.reltype.rpartition("/")[2]
        if kind not in _NOTES or related.is_external:
            continue
        for note in etree.fromstring(related.target_part.blob, parser):
            if note.get(f"{_W}type") is None:
                text = " ".join("".join(piece.text or "" for piece in note.iter(f"{_W}t")).split())
                sign = f"[^{note.get(f'{_W}id')}]" if kind != "comments" else "[comment]"
                yield f"{sign} {text}"
