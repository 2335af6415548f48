"""Which reader a file takes, by its ending."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from cowork_tui.adapters.tools.decoding import SNIFF_BYTES, binary_kind
from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.readers.docx import read_docx
from cowork_tui.adapters.tools.readers.extracted import Extracted, Part, Reader
from cowork_tui.adapters.tools.readers.html_files import read_html
from cowork_tui.adapters.tools.readers.json_files import read_json
from cowork_tui.adapters.tools.readers.mail import read_mail
from cowork_tui.adapters.tools.readers.pdf import read_pdf
from cowork_tui.adapters.tools.readers.pictures import read_image
from cowork_tui.adapters.tools.readers.pptx import read_pptx
from cowork_tui.adapters.tools.readers.text import read_rows, read_text
from cowork_tui.adapters.tools.readers.xlsx import read_xlsx

READERS: Final[Mapping[str, Reader]] = {
    "pdf": read_pdf, "docx": read_docx, "docm": read_docx, "xlsx": read_xlsx, "xlsm": read_xlsx, "pptx": read_pptx,
    "pptm": read_pptx,
}  # fmt: skip
"""Formats that hold no plain text."""
IMAGES: Final = frozenset(("png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff"))
_TEXTS: Final[Mapping[str, Reader]] = {
    "json": read_json, "html": read_html, "htm": read_html, "xhtml": read_html,
}  # fmt: skip
_TABLES: Final = frozenset(("csv", "tsv"))


def kind_of(name: str) -> str:
    """What a file is by its ending, e.g. `pdf`; `text` without one."""
    return PurePosixPath(name).suffix.lower().removeprefix(".") or "text"


def read_any(stream: BinaryIO, name: str, part: Part, stop: Stop) -> Extracted:
    """Any document, by its ending. Raises `ToolFailure` for what is none."""
    kind = kind_of(name)
    if kind == "eml":
        return read_mail(stream, name, part, stop, readers=read_any)
    reader = READERS.get(kind) or (read_image if kind in IMAGES else None)
    if reader is not None:
        _refuse_empty(stream, name)
        return reader(stream, name, part, stop)
    start = stream.read(SNIFF_BYTES)
    refuse_binary(start, name)
    stream.seek(0)
    if kind in _TEXTS:
        return _TEXTS[kind](stream, name, part, stop)
    part.refuse_others(name, "a table" if kind in _TABLES else "text", text_choices(kind))
    return read_rows(stream, name, kind, part, stop) if part.rows else read_text(stream.read(), kind, part)


def text_choices(kind: str) -> tuple[str, ...]:
    """What may be chosen of a plain text."""
    return ("rows", "encoding", "raw") if kind in _TABLES else ("encoding", "raw")


def refuse_binary(start: bytes, name: str) -> None:
    """Raise `ToolFailure` where a file's beginning is no text."""
    binary = binary_kind(start)
    if binary is not None:
        raise ToolFailure(f"{name} is binary ({binary}), not a document that can be read: leave it out")


def _refuse_empty(stream: BinaryIO, name: str) -> None:
    if not stream.read(1):
        raise ToolFailure(f"{name} is empty, so it is broken or no {kind_of(name).upper()} file: ask for another copy")
    stream.seek(0)
