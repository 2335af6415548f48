"""PDF: the text of each page, or the pages as pictures."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.readers.extracted import Extracted, Part, parse_span
from cowork_tui.adapters.tools.readers.guard import MAX_TEXT_CHARACTERS, parsing
from cowork_tui.adapters.tools.readers.pictures import prepared, tokens_of
from cowork_tui.adapters.tools.wording import counted
from cowork_tui.core.blocks import Image
from cowork_tui.core.images import fitted

if TYPE_CHECKING:
    from pypdf import PdfReader

WHOLE_PAGES = 60
"""A longer document is read only as far as asked."""
MAX_PAGE_IMAGES = 10
"""Pages shown as pictures at a time."""
_FORGET_EVERY_PAGES = 20
_POINTS_PER_INCH = 72
_DOTS_PER_INCH = 150
_RENDERER = threading.Lock()
"""The renderer keeps state of its own and must not run in two threads."""


def read_pdf(stream: BinaryIO, name: str, part: Part, stop: Stop) -> Extracted:
    """The pages' text; `## page N` stands before each where the document has several."""
    part.refuse_others(name, "a PDF", ("pages", "as_images"))
    with parsing(name, "PDF"):
        from pypdf import PdfReader

        logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings would be written over the screen
        reader = PdfReader(stream)
        _unlock(reader, name)
        number = len(reader.pages)
        if not number:
            raise ToolFailure(f"{name} has no pages: ask the user for another copy")
        first, last = parse_span(part.pages, "pages", number) if part.pages else (1, number)
        if part.as_images:
            return _pictures(stream, number, first, last, stop)
        return _text(reader, number, (first, last), part, stop)


def _unlock(reader: PdfReader, name: str) -> None:
    from pypdf import PasswordType

    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise ToolFailure(f"{name} is protected by a password: ask the user for an unprotected copy")


def _text(reader: PdfReader, number: int, span: tuple[int, int], part: Part, stop: Stop) -> Extracted:
    first, last = span
    enough = MAX_TEXT_CHARACTERS
    if last - first >= WHOLE_PAGES and part.enough is not None:
        enough = min(enough, part.enough)
    pieces, empty, characters, page_number = list[str](), list[int](), 0, first
    for page_number, found in _pages(reader, first, last, stop):
        text = found if found.strip() else _no_text(page_number)
        if text is not found:
            empty.append(page_number)
        pieces.append(text if number == 1 else f"## page {page_number}\n{text}")
        characters += len(pieces[-1]) + 1
        if characters > enough:
            break
    facts = [counted(number, "page")]
    if part.pages:
        facts.append(_span_words("page", first, last))
    rest = f'pages {page_number + 1} to {last}; read on with pages="{page_number + 1}-{last}"'
    return Extracted(
        "pdf", "\n".join(pieces), tuple(facts), _notes(empty),
        textless=len(empty) == len(pieces), rest=rest if page_number < last else "",
    )  # fmt: skip


def _pages(reader: PdfReader, first: int, last: int, stop: Stop) -> Iterator[tuple[int, str]]:
    """Page numbers and texts. What the library keeps of pages that were read is forgotten now and then."""
    for number in range(first, last + 1):
        stop.check()
        yield number, reader.pages[number - 1].extract_text()
        if number % _FORGET_EVERY_PAGES == 0:
            reader.resolved_objects.clear()


def _no_text(number: int) -> str:
    return f'[page {number} has no text (a scan?): see it with pages="{number}" and as_images=true]'


def _notes(empty: list[int]) -> tuple[str, ...]:
    if not empty:
        return ()
    shown = ", ".join(str(number) for number in empty[:10]) + (" and more" if len(empty) > 10 else "")
    return (f"no text on {'page' if len(empty) == 1 else 'pages'} {shown} (scans?)",)


def _span_words(what: str, first: int, last: int) -> str:
    return f"{what} {first}" if first == last else f"{what}s {first} to {last}"


def _pictures(stream: BinaryIO, number: int, first: int, last: int, stop: Stop) -> Extracted:
    end = min(last, first + MAX_PAGE_IMAGES - 1)
    images, lines = list[Image](), list[str]()
    for page_number, image in zip(range(first, end + 1), render(stream, first, end, stop), strict=True):
        images.append(image)
        size = f"{image.width_pixels} x {image.height_pixels}"
        lines.append(f"page {page_number} | image | {size} | ~{tokens_of(image):,} tokens")
    total = sum(map(tokens_of, images))
    facts = (counted(number, "page"), f"{_span_words('page', first, end)} as images", f"~{total:,} tokens")
    rest = f'pages {end + 1} to {last}; read on with pages="{end + 1}-{min(last, end + MAX_PAGE_IMAGES)}"'
    return Extracted("pdf", "\n".join(lines), facts, images=tuple(images), rest=rest if end < last else "")


def render(stream: BinaryIO, first: int, last: int, stop: Stop) -> Iterator[Image]:
    """Pages as pictures, as large as the limits allow but not larger than print needs."""
    import pypdfium2

    stream.seek(0)
    with _RENDERER:
        document = pypdfium2.PdfDocument(stream, autoclose=False)
        try:
            for number in range(first, last + 1):
                stop.check()
                page = document[number - 1]
                try:
                    scale = _scale(*page.get_size())
                    bitmap = page.render(scale=scale)  # pyright: ignore[reportArgumentType]
                    yield prepared(bitmap.to_pil(), photograph=False)
                finally:
                    page.close()
        finally:
            document.close()


def _scale(width_points: float, height_points: float) -> float:
    """Pixels a point: 150 dots an inch, or what fits."""
    scale = _DOTS_PER_INCH / _POINTS_PER_INCH
    width, height = max(1, round(width_points * scale)), max(1, round(height_points * scale))
    return scale * max(fitted(width, height)) / max(width, height)
