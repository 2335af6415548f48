"""Plain text of any size: short files whole, long ones only as far as asked."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from typing import BinaryIO

from cowork_tui.adapters.tools.decoding import SNIFF_BYTES, Encoding, encoding_of
from cowork_tui.adapters.tools.failure import Stop
from cowork_tui.adapters.tools.readers.extracted import Extracted
from cowork_tui.adapters.tools.wording import counted

_PIECE_BYTES = 1 << 20
_TABLES = ("csv", "tsv")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a long text: `more` says whether text follows, `reached` how many characters were seen."""

    text: str
    more: bool
    reached: int
    encoding: Encoding


def read_text(content: bytes, kind: str) -> Extracted:
    """A short file. Tables also tell their rows, the heading included."""
    encoding = encoding_of(content, whole=True)
    text = encoding.decode(content)
    facts = (counted(_row_count(text), "row"),) if kind in _TABLES else ()
    return Extracted(kind, text, facts, (encoding.note,) if encoding.note else ())


def read_span(stream: BinaryIO, offset: int, limit: int, stop: Stop) -> Span:
    """Characters `offset` to `offset + limit` of a long file; memory stays bounded whatever its size."""
    start = stream.read(SNIFF_BYTES)
    encoding = encoding_of(start, whole=False)
    decoder = codecs.getincrementaldecoder(encoding.codec)("replace")
    piece, seen, wanted, taken = start[len(encoding.bom) :], 0, list[str](), 0
    while True:
        stop.check()
        text = decoder.decode(piece, final=not piece)
        fresh = text[max(0, offset - seen) :][: limit - taken + 1]
        seen += len(text)
        wanted.append(fresh)
        taken += len(fresh)
        if taken > limit or not piece:
            joined = "".join(wanted)
            return Span(joined[:limit], taken > limit, seen, encoding)
        piece = stream.read(_PIECE_BYTES)


def _row_count(text: str) -> int:
    """Records of a table; quoted line ends do not end one. Lines where it is no proper table."""
    try:
        return sum(1 for row in csv.reader(io.StringIO(text, newline="")) if row)
    except csv.Error:
        return sum(1 for line in text.splitlines() if line)
