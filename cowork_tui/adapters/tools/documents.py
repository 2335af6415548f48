"""read_document: any document as text, by stretches, saying what is left out."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final, TypeAlias

from cowork_tui.adapters.tools.decoding import SNIFF_BYTES, binary_kind
from cowork_tui.adapters.tools.failure import Stop, ToolFailure, told
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.readers.docx import read_docx
from cowork_tui.adapters.tools.readers.extracted import Extracted
from cowork_tui.adapters.tools.readers.pdf import read_pdf
from cowork_tui.adapters.tools.readers.text import Span, read_span, read_text
from cowork_tui.adapters.tools.readers.xlsx import read_xlsx
from cowork_tui.adapters.tools.wording import counted

MAX_LIMIT_CHARACTERS = 100_000
"""Characters of one result at most."""
WHOLE_FILE_BYTES = 20_000_000
"""Files up to this size are read whole, so their length in characters is known."""
MAX_DOCUMENT_BYTES = 200_000_000
_KEPT_CHARACTERS = 20_000_000
"""Extracted text kept for reading on and for searches."""

Reader: TypeAlias = Callable[[BinaryIO, str, Stop], Extracted]
READERS: Final[Mapping[str, Reader]] = {
    "pdf": read_pdf, "docx": read_docx, "docm": read_docx, "xlsx": read_xlsx, "xlsm": read_xlsx,
}  # fmt: skip
"""By file ending; everything else is text or nothing."""

_Version: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A stretch of a document, ready to be told."""

    facts: tuple[str, ...]
    text: str
    offset: int
    total: int | None
    """Characters in all; None: not known, and more follows."""


class Documents:
    """Reads the documents of one folder. What was extracted from PDF and Office files is kept until they change."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._kept: OrderedDict[_Version, Extracted] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, path: str, offset: int, limit: int, stop: Stop) -> str:
        """The result of `read_document`. Raises `ToolFailure`."""
        place = self._folder.place(path)
        limit = min(limit, MAX_LIMIT_CHARACTERS)
        with self._folder.open_file(place) as stream, told(place.name):
            size_bytes = os.fstat(stream.fileno()).st_size
            if size_bytes > WHOLE_FILE_BYTES and kind_of(place.name) not in READERS:
                reading = _long_text(stream, place.name, size_bytes, (offset, limit), stop)
            else:
                reading = _stretch(self.extract(stream, place.name, stop), offset, limit, place.name)
        return _told(place.name, reading)

    def extract(self, stream: BinaryIO, name: str, stop: Stop) -> Extracted:
        """All text of an open document of up to `MAX_DOCUMENT_BYTES`. Raises `ToolFailure` for binaries."""
        kind = kind_of(name)
        reader = READERS.get(kind)
        if reader is None:
            content = stream.read()
            _refuse_binary(content[:SNIFF_BYTES], name)
            return read_text(content, kind)
        info = os.fstat(stream.fileno())
        if info.st_size > MAX_DOCUMENT_BYTES:
            raise ToolFailure(f"{name} has {info.st_size:,} bytes, too many to read: ask the user for a smaller file")
        version = (info.st_dev, info.st_ino, info.st_mtime_ns, info.st_size)
        with self._lock:
            if version in self._kept:
                self._kept.move_to_end(version)
                return self._kept[version]
        extracted = reader(stream, name, stop)
        self._keep(version, extracted)
        return extracted

    def _keep(self, version: _Version, extracted: Extracted) -> None:
        with self._lock:
            self._kept[version] = extracted
            while len(self._kept) > 1 and sum(len(kept.text) for kept in self._kept.values()) > _KEPT_CHARACTERS:
                self._kept.popitem(last=False)


def kind_of(name: str) -> str:
    """What a file is by its ending, e.g. `pdf`; `text` without one."""
    return PurePosixPath(name).suffix.lower().removeprefix(".") or "text"


def _refuse_binary(start: bytes, name: str) -> None:
    binary = binary_kind(start)
    if binary is not None:
        raise ToolFailure(f"{name} is binary ({binary}), not a document that can be read: leave it out")


def _stretch(extracted: Extracted, offset: int, limit: int, name: str) -> _Reading:
    total = len(extracted.text)
    _refuse_past_end(offset, total, name)
    facts = (extracted.kind, *extracted.facts, counted(total, "character"), *extracted.notes)
    return _Reading(facts, extracted.text[offset : offset + limit], offset, total)


def _long_text(stream: BinaryIO, name: str, size_bytes: int, asked: tuple[int, int], stop: Stop) -> _Reading:
    offset, limit = asked
    _refuse_binary(stream.read(SNIFF_BYTES), name)
    stream.seek(0)
    span: Span = read_span(stream, offset, limit, stop)
    if not span.more:
        _refuse_past_end(offset, span.reached, name)
    notes = (span.encoding.note,) if span.encoding.note else ()
    facts = (kind_of(name), f"{size_bytes:,} bytes", *notes)
    return _Reading(facts, span.text, offset, None if span.more else offset + len(span.text))


def _refuse_past_end(offset: int, total: int, name: str) -> None:
    if offset > total:
        raise ToolFailure(f"offset {offset} is past the end of {name}, which has {counted(total, 'character')}")


def _told(name: str, reading: _Reading) -> str:
    """The first line, a blank one, the text, and what is left out after it."""
    head = " | ".join((name, *reading.facts))
    end = reading.offset + len(reading.text)
    if reading.total is not None and end >= reading.total:
        return f"{head}\n\n{reading.text}"
    last = "the end" if reading.total is None else str(reading.total)
    return f"{head}\n\n{reading.text}\n[left out: characters {end} to {last}; read on with offset={end}]"
