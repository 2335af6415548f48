"""Makes DOCX and XLSX files the same byte for byte on every machine and day.

Both are ZIP archives: the libraries put the time of day into the entries and the core properties, and compressors
differ between machines. So the archive is written anew: members sorted, dates fixed, nothing compressed.
"""

from __future__ import annotations

import io
import zipfile
from typing import Final

from docx import Document
from docx.document import Document as DocxDocument
from openpyxl import Workbook

_MEMBER_TIME: Final = (2026, 1, 2, 3, 4, 4)
_CORE_PROPERTIES_NAME: Final = "docProps/core.xml"
_CORE_PROPERTIES: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>sample</dc:creator>'
    b'<dcterms:created xsi:type="dcterms:W3CDTF">2026-01-02T03:04:04Z</dcterms:created>'
    b'<dcterms:modified xsi:type="dcterms:W3CDTF">2026-01-02T03:04:04Z</dcterms:modified></cp:coreProperties>'
)
_CONTENT_TYPES_NAME: Final = "[Content_Types].xml"
_UNIX: Final = 3
_KEPT_STYLES: Final = frozenset(
    ("Normal", "Title", "Title Char", "Heading 1", "Heading 1 Char", "Normal Table", "Table Grid")
)
_EFFECTS_RELATION: Final = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
_REGULAR_FILE_RW: Final = 0o100644 << 16


def new_docx() -> DocxDocument:
    """An empty document with only the styles that the sample uses; the library's template carries 800 kB of others."""
    document = Document()
    for style in list(document.styles):
        if style.name not in _KEPT_STYLES:
            style.delete()
    relations = document.part.rels
    for relation_id in [key for key, relation in relations.items() if relation.reltype == _EFFECTS_RELATION]:
        del relations[relation_id]
    return document


def docx_bytes(document: DocxDocument) -> bytes:
    """The document as a file with fixed dates."""
    file = io.BytesIO()
    document.save(file)
    return _with_fixed_dates(file)


def xlsx_bytes(workbook: Workbook) -> bytes:
    """The workbook as a file with fixed dates."""
    file = io.BytesIO()
    workbook.save(file)
    return _with_fixed_dates(file)


def _with_fixed_dates(archive: io.BytesIO) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(result, "w") as target:
        names = sorted(source.namelist(), key=lambda name: (name != _CONTENT_TYPES_NAME, name))
        for name in names:
            content = _CORE_PROPERTIES if name == _CORE_PROPERTIES_NAME else source.read(name)
            entry = zipfile.ZipInfo(name, _MEMBER_TIME)
            entry.create_system = _UNIX
            entry.external_attr = _REGULAR_FILE_RW
            target.writestr(entry, content, zipfile.ZIP_STORED)
    return result.getvalue()
