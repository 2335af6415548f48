"""PDF: the text of each page."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, BinaryIO

from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.readers.extracted import Extracted
from cowork_tui.adapters.tools.readers.guard import MAX_TEXT_CHARACTERS, parsing
from cowork_tui.adapters.tools.wording import counted

if TYPE_CHECKING:
    from pypdf import PdfReader


def read_pdf(stream: BinaryIO, name: str, stop: Stop) -> Extracted:
    """The pages' text; `## page N` stands before each when there are several."""
    with parsing(name, "PDF"):
        from pypdf import PdfReader

        logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings would be written over the screen
        reader = PdfReader(stream)
        _unlock(reader, name)
        pages = _pages(reader, stop)
        number = len(reader.pages)
    if not any(page.strip() for page in pages):
        raise ToolFailure(
            f"{name} has {counted(number, 'page')} but no text, so it is probably a scan: ask the user for its text"
        )
    notes = () if len(pages) == number else (f"only the first {counted(len(pages), 'page')} were read",)
    if number == 1:
        return Extracted("pdf", pages[0], ("1 page",), notes)
    text = "\n".join(f"## page {index}\n{page}" for index, page in enumerate(pages, 1))
    return Extracted("pdf", text, (counted(number, "page"),), notes)


def _unlock(reader: PdfReader, name: str) -> None:
    from pypdf import PasswordType

    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise ToolFailure(f"{name} is protected by a password: ask the user for an unprotected copy")


def _pages(reader: PdfReader, stop: Stop) -> list[str]:
    pages, characters = list[str](), 0
    for page in reader.pages:
        stop.check()
        pages.append(page.extract_text())
        characters += len(pages[-1])
        if characters > MAX_TEXT_CHARACTERS:
            break
    return pages
