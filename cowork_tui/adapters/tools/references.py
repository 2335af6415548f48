"""Reads the reference documents that the user names: text where there is any, else pictures of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cowork_tui.adapters.tools.documents import Documents, kind_of
from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.names import shown
from cowork_tui.adapters.tools.readers.choosing import IMAGES
from cowork_tui.adapters.tools.readers.extracted import Extracted, Part
from cowork_tui.core.blocks import Document, Image
from cowork_tui.core.errors import BadInput
from cowork_tui.core.images import MAX_IMAGES_PER_REQUEST
from cowork_tui.engine.references import Reference

MAX_REFERENCE_CHARACTERS = 2_000_000
"""About half a million tokens."""


def read_references(paths: Sequence[Path]) -> tuple[Reference, ...]:
    """The documents in the order given; one that is named twice is given once. Raises BadInput."""
    found = dict[Path, Reference]()
    for path in paths:
        try:
            real = path.expanduser().resolve(strict=True)
        except (OSError, RuntimeError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            name = shown(str(path))
            raise BadInput(f"The reference document {name} can't be read ({reason}): check the path.") from None
        if real not in found:
            found[real] = _reference(path, real)
    pictures = sum(isinstance(content, Image) for reference in found.values() for content in reference.contents)
    if pictures > MAX_IMAGES_PER_REQUEST:
        raise BadInput(
            f"The reference documents hold {pictures} pictures or scanned pages and a request takes "
            f"{MAX_IMAGES_PER_REQUEST}: leave some out, or put them into the folder."
        )
    return tuple(found.values())


def _reference(path: Path, real: Path) -> Reference:
    try:
        folder = Folder(real.parent)
        with folder.open_file(folder.place(real.name)) as stream:
            documents, stop = Documents(folder), Stop()
            extracted = documents.extract(stream, real.name, stop)
            if extracted.images or kind_of(real.name) in IMAGES:
                return Reference(real.name, extracted.images)
            if extracted.textless:
                return Reference(real.name, _pages(documents, real.name, stop))
    except ToolFailure as failure:
        reason = str(failure).removeprefix(real.name).strip()
        raise BadInput(f"The reference document {shown(str(path))} can't be used: {reason}.") from failure
    return Reference(real.name, (_document(path, real.name, extracted),))


def _document(path: Path, name: str, extracted: Extracted) -> Document:
    if not extracted.text.strip():
        raise BadInput(f"The reference document {shown(str(path))} holds no text: leave it out.")
    if len(extracted.text) > MAX_REFERENCE_CHARACTERS:
        raise BadInput(
            f"The reference document {shown(str(path))} has {len(extracted.text):,} characters, more than fits beside "
            "a task: put it into the folder, where it is read by parts."
        )
    return Document(name, extracted.text)


def _pages(documents: Documents, name: str, stop: Stop) -> tuple[Image, ...]:
    """All pages of a scan as pictures, as far as a request takes them."""
    images, first = list[Image](), 1
    while True:
        part = Part(pages=f"{first}-", as_images=True)
        read = documents.read(name, 0, 1, stop, part)
        images += read.images
        if not read.more or len(images) > MAX_IMAGES_PER_REQUEST:
            return tuple(images)
        first += len(read.images)
