"""PPTX: the text of each slide with its tables and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from cowork_tui.adapters.tools.failure import Stop
from cowork_tui.adapters.tools.readers.extracted import Extracted, Part, parse_span
from cowork_tui.adapters.tools.readers.guard import check_zip, parsing
from cowork_tui.adapters.tools.wording import counted

if TYPE_CHECKING:
    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide


def read_pptx(stream: BinaryIO, name: str, part: Part, stop: Stop) -> Extracted:
    """The slides under lines `## slide N`; `pages` names those wanted."""
    part.refuse_others(name, "a PPTX", ("pages",))
    check_zip(stream, name, "PPTX", parsed_whole=True)
    with parsing(name, "PPTX file"):
        from pptx import Presentation

        slides = list(Presentation(stream).slides)
        first, last = parse_span(part.pages, "pages", len(slides)) if part.pages else (1, len(slides))
        lines = list[str]()
        for number, slide in enumerate(slides, 1):
            stop.check()
            if first <= number <= last:
                hidden = " (hidden)" if slide._element.get("show") == "0" else ""
                lines += [f"## slide {number}{hidden}", *_slide_lines(slide)]
    facts = (counted(len(slides), "slide"), *((f"slides {first} to {last}",) if part.pages else ()))
    return Extracted("pptx", "\n".join(lines), facts)


def _slide_lines(slide: Slide) -> Iterator[str]:
    yield from _shape_lines(slide.shapes, slide.shapes.title)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text.strip()
        if notes:
            yield f"[notes] {notes}"


def _shape_lines(shapes: Iterable[BaseShape], title: BaseShape | None = None) -> Iterator[str]:
    for shape in shapes:
        inner = getattr(shape, "shapes", None)
        if inner is not None:
            yield from _shape_lines(inner)
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:  # pyright: ignore[reportAttributeAccessIssue]
                yield " | ".join(" ".join(cell.text.split()) for cell in row.cells if not cell.is_spanned)
        elif shape.has_text_frame:
            for paragraph in shape.text_frame.paragraphs:  # pyright: ignore[reportAttributeAccessIssue]
                text = "".join(run.text for run in paragraph.runs).replace("\v", "\n") or paragraph.text
                if text.strip():
                    mark = "# " if title is not None and shape.shape_id == title.shape_id else "  " * paragraph.level
                    yield f"{mark}{text}"
        elif getattr(shape, "has_chart", False):
            yield "[chart]"
