"""read_document: any document as text or pictures, by parts and stretches, saying what is left out."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import BinaryIO, TypeAlias

from cowork_tui.adapters.tools.decoding import SNIFF_BYTES
from cowork_tui.adapters.tools.failure import Stop, ToolFailure, told
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.readers.choosing import (
    IMAGES,
    READERS,
    kind_of,
    read_any,
    refuse_binary,
    text_choices,
)
from cowork_tui.adapters.tools.readers.extracted import WHOLE, Extracted, Part
from cowork_tui.adapters.tools.readers.text import Span, read_span
from cowork_tui.adapters.tools.wording import counted
from cowork_tui.core.blocks import Image

__all__ = ["IMAGES", "READERS", "WHOLE_FILE_BYTES", "DocumentText", "Documents", "kind_of"]

MAX_LIMIT_CHARACTERS = 100_000
"""Characters of one result at most."""
WHOLE_FILE_BYTES = 20_000_000
"""Texts up to this size are read whole, so their length in characters is known."""
MAX_DOCUMENT_BYTES = 200_000_000
_KEPT_CHARACTERS = 20_000_000
"""Extracted text kept for reading on and for searches."""
_FIRST_LOOK_CHARACTERS = 60_000
"""A first read of a long PDF extracts this much, so that reading on is quick."""

_Version: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The result of `read_document`."""

    text: str
    images: tuple[Image, ...] = ()
    more: bool = False
    """Whether parts follow that were not read."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A stretch of a document, ready to be told."""

    facts: tuple[str, ...]
    text: str
    offset: int
    total: int | None
    """Characters in all; None: not known, and more follows."""
    rest: str = ""


class Documents:
    """Reads the documents of one folder. What was extracted from PDF and Office files is kept until they change."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._kept: OrderedDict[tuple[_Version, str, Part], Extracted] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, path: str, offset: int, limit: int, stop: Stop, part: Part = WHOLE) -> DocumentText:
        """The result of `read_document`. Raises `ToolFailure`."""
        place = self._folder.place(path)
        limit = min(limit, MAX_LIMIT_CHARACTERS)
        with self._folder.open_file(place) as stream, told(place.name):
            before = _version(stream)
            if before[3] > WHOLE_FILE_BYTES and _is_plain(place.name, part):
                reading, images = _long_text(stream, place.name, before[3], (offset, limit), part, stop), ()
            else:
                enough = max(offset + limit, _FIRST_LOOK_CHARACTERS)
                extracted = self._extract(stream, place.name, replace(part, enough=enough), stop)
                reading, images = _stretch(extracted, offset, limit, place.name), extracted.images
            if _version(stream) != before:
                raise ToolFailure(f"{place.name} was changed while it was read: read it again")
        return DocumentText(_told(place.name, reading), images, bool(reading.rest))

    def text_of(self, stream: BinaryIO, name: str, stop: Stop) -> str:
        """All text of an open document, as `read_document` gives it; empty for images. Raises `ToolFailure`."""
        return "" if kind_of(name) in IMAGES else self.extract(stream, name, stop).text

    def extract(self, stream: BinaryIO, name: str, stop: Stop) -> Extracted:
        """All of an open document of up to `MAX_DOCUMENT_BYTES`. Raises `ToolFailure` for binaries."""
        return self._extract(stream, name, WHOLE, stop)

    def _extract(self, stream: BinaryIO, name: str, part: Part, stop: Stop) -> Extracted:
        version = _version(stream)
        if version[3] > MAX_DOCUMENT_BYTES and not part.rows:
            raise ToolFailure(f"{name} has {version[3]:,} bytes, too many to read: ask the user for a smaller file")
        kind = kind_of(name)
        if kind not in READERS:
            return read_any(stream, name, part, stop)
        key = (version, kind, replace(part, enough=None))
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and (not kept.rest or (part.enough is not None and len(kept.text) > part.enough)):
                self._kept.move_to_end(key)
                return kept
        extracted = read_any(stream, name, part, stop)
        if not extracted.images and _version(stream) == version:
            self._keep(key, extracted)
        return extracted

    def _keep(self, key: tuple[_Version, str, Part], extracted: Extracted) -> None:
        with self._lock:
            self._kept[key] = extracted
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(len(kept.text) for kept in self._kept.values()) > _KEPT_CHARACTERS:
                self._kept.popitem(last=False)


def _version(stream: BinaryIO) -> _Version:
    info = os.fstat(stream.fileno())
    return info.st_dev, info.st_ino, info.st_mtime_ns, info.st_size


def _is_plain(name: str, part: Part) -> bool:
    """Whether a file is text that can be read from anywhere: no format to be parsed, no rows to be counted."""
    kind = kind_of(name)
    return kind not in READERS and kind not in IMAGES and kind != "eml" and not part.rows and not part.select


def _stretch(extracted: Extracted, offset: int, limit: int, name: str) -> _Reading:
    total = len(extracted.text)
    if extracted.images:
        facts = (extracted.kind, *extracted.facts, *extracted.notes)
        return _Reading(facts, extracted.text, 0, total, extracted.rest)
    _refuse_past_end(offset, total, name)
    size = counted(total, "character") if not extracted.rest else ""
    facts = (extracted.kind, *extracted.facts, *([size] if size else []), *extracted.notes)
    return _Reading(facts, extracted.text[offset : offset + limit], offset, total, extracted.rest)


def _long_text(
    stream: BinaryIO, name: str, size_bytes: int, asked: tuple[int, int], part: Part, stop: Stop
) -> _Reading:
    offset, limit = asked
    kind = kind_of(name)
    part.refuse_others(name, "a long text", text_choices(kind))
    refuse_binary(stream.read(SNIFF_BYTES), name)
    stream.seek(0)
    span: Span = read_span(stream, offset, limit, stop, part=part)
    if not span.more:
        _refuse_past_end(offset, span.reached, name)
    notes = (span.encoding.note,) if span.encoding.note else ()
    facts = (kind, f"{size_bytes:,} bytes", *notes)
    return _Reading(facts, span.text, offset, None if span.more else offset + len(span.text))


def _refuse_past_end(offset: int, total: int, name: str) -> None:
    if offset > total:
        raise ToolFailure(f"offset {offset} is past the end of {name}, which has {counted(total, 'character')}")


def _told(name: str, reading: _Reading) -> str:
    """The first line, a blank one, the text, and what is left out after it."""
    head = " | ".join((name, *reading.facts))
    if not reading.text and "image" in reading.facts:
        return head
    end = reading.offset + len(reading.text)
    lines = [head, "", reading.text]
    if reading.total is None or end < reading.total:
        last = "the end" if reading.total is None else str(reading.total)
        lines.append(f"[left out: characters {end} to {last}; read on with offset={end}]")
    if reading.rest:
        lines.append(f"[left out: {reading.rest}]")
    return "\n".join(lines)
