"""Plain text of any size: short files whole, long ones only as far as asked; tables also by rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cowork_tui.adapters.tools.decoding import SNIFF_BYTES, Encoding, encoding_of, named_encoding
from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.readers.extracted import WHOLE, Extracted, Part, parse_span
from cowork_tui.adapters.tools.wording import counted

_PIECE_BYTES = 1 << 20
_TABLES = ("csv", "tsv")
_DELIMITERS = {",": "", ";": "separated by ;", "\t": "separated by tabs", "|": "separated by |"}
_CHECK_EVERY_ROWS = 2_000
MAX_LISTED_CHARACTERS = 2_000_000
"""Of rows that one read may take together."""
_DECLARED = re.compile(rb"""(?:charset\s*=\s*|encoding\s*=\s*)["']?([\w.:-]{2,40})""", re.IGNORECASE)
_DECLARING = ("html", "htm", "xhtml", "xml", "svg")
_DECLARED_WITHIN_BYTES = 2_048


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a long text: `more` says whether text follows, `reached` how many characters were seen."""

    text: str
    more: bool
    reached: int
    encoding: Encoding


def read_text(content: bytes, kind: str, part: Part = WHOLE) -> Extracted:
    """A short file. Tables also tell their rows, the heading included, and what separates their cells."""
    encoding = _encoding(content, kind, part, whole=True)
    text = encoding.decode(content)
    facts, notes = tuple[str, ...](), [encoding.note] if encoding.note else []
    if kind in _TABLES:
        delimiter = _delimiter(text[:SNIFF_BYTES], kind)
        facts = (counted(_row_count(text, delimiter), "row"),)
        if _DELIMITERS[delimiter] and kind == "csv":
            notes.append(_DELIMITERS[delimiter])
    return Extracted(kind, text, facts, tuple(notes))


def read_span(stream: BinaryIO, offset: int, limit: int, stop: Stop, *, part: Part = WHOLE) -> Span:
    """Characters `offset` to `offset + limit` of a long file; memory stays bounded whatever its size."""
    start = stream.read(SNIFF_BYTES)
    encoding = _encoding(start, "", part, whole=False)
    seen, wanted, taken = 0, list[str](), 0
    for text in _decoded(stream, start, encoding, stop):
        fresh = text[max(0, offset - seen) :][: limit - taken + 1]
        seen += len(text)
        wanted.append(fresh)
        taken += len(fresh)
        if taken > limit:
            break
    joined = "".join(wanted)
    return Span(joined[:limit], taken > limit, seen, encoding)


def read_rows(stream: BinaryIO, name: str, kind: str, part: Part, stop: Stop) -> Extracted:
    """The rows that `part.rows` names, counted from 1, with the first row above them; a file of any size."""
    first, last = parse_span(part.rows or "1-", "rows")
    start = stream.read(SNIFF_BYTES)
    encoding = _encoding(start, kind, part, whole=False)
    delimiter = _delimiter(encoding.decode(start), kind)
    kept, characters, number, ended = list[str](), 0, 0, False
    records = _records(_lines(_decoded(stream, start, encoding, stop)), delimiter)
    for number, record in enumerate(records, 1):
        if number % _CHECK_EVERY_ROWS == 0:
            stop.check()
        if number > last or characters > MAX_LISTED_CHARACTERS:
            break
        if number == 1 or number >= first:
            kept.append(record if record.endswith("\n") else record + "\n")
            characters += len(record)
    else:
        number, ended = number + 1, True
    reached = number - 1
    if first > max(reached, 1):
        raise ToolFailure(f'rows="{part.rows}" is past the end of {name}, which has {counted(reached, "row")}')
    notes = [note for note in (encoding.note, _DELIMITERS[delimiter] if kind == "csv" else "") if note]
    what = f"row {first}" if first == reached else f"rows {first} to {reached}"
    facts = (what if first == 1 else f"{what} below row 1",)
    rest = f'row {reached + 1} on; read on with rows="{reached + 1}-"' if not ended else ""
    return Extracted(kind, "".join(kept), facts, tuple(notes), rest=rest)


def _encoding(content: bytes, kind: str, part: Part, *, whole: bool) -> Encoding:
    """What the caller names, else what the file says of itself, else what its bytes speak for."""
    start = content[:SNIFF_BYTES]
    if part.encoding:
        try:
            return named_encoding(part.encoding, start)
        except LookupError:
            raise ToolFailure(
                f"there is no encoding {part.encoding[:40]!r}: name one such as cp1250, koi8-r or shift_jis"
            ) from None
    found = encoding_of(content if whole else start, whole=whole)
    declared = _DECLARED.search(start[:_DECLARED_WITHIN_BYTES]) if kind in _DECLARING else None
    if declared and found.codec not in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        try:
            return named_encoding(declared[1].decode("ascii"), start)
        except LookupError:
            return found
    return found


def _decoded(stream: BinaryIO, start: bytes, encoding: Encoding, stop: Stop) -> Iterator[str]:
    """The text piece by piece; the mark at its beginning left out. What is appended meanwhile is not waited for."""
    decoder = codecs.getincrementaldecoder(encoding.codec)("replace")
    here = stream.tell()
    left = stream.seek(0, io.SEEK_END) - here
    stream.seek(here)
    piece = start[len(encoding.bom) :]
    while True:
        stop.check()
        yield decoder.decode(piece, final=not piece)
        if not piece:
            return
        piece = stream.read(min(_PIECE_BYTES, max(left, 0)))
        left -= len(piece)


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    """Lines with their ends. A line without end is given in pieces of bounded length."""
    rest = ""
    for piece in pieces:
        lines = (rest + piece).splitlines(keepends=True)
        rest = lines.pop() if lines and (not lines[-1].endswith("\n")) and len(lines[-1]) < _PIECE_BYTES else ""
        yield from lines
    if rest:
        yield rest


def _records(lines: Iterator[str], delimiter: str) -> Iterator[str]:
    """Records as they are written; a quoted line end does not end one. Empty lines are none."""
    taken = list[str]()

    def watched() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    reader = csv.reader(watched(), delimiter=delimiter)
    while True:
        try:
            row = next(reader, None)
        except csv.Error:  # a quote that is never closed, or no table at all: its lines are its rows
            yield from (line for line in taken if line.strip())
            taken.clear()
            reader = csv.reader(watched(), delimiter=delimiter)
            continue
        if row is None:
            yield from ["".join(taken)] if "".join(taken).strip() else []
            return
        if row:
            yield "".join(taken).lstrip("\r\n")
        taken.clear()


def _delimiter(start: str, kind: str) -> str:
    """What separates the cells: the sign that the first lines hold equally often; a comma where it is open."""
    if kind == "tsv":
        return "\t"
    lines = [line for line in start.splitlines()[:50] if line.strip()]
    lines = lines[:-1] if len(lines) > 2 else lines
    best, best_score = ",", 0.0
    for sign in _DELIMITERS:
        counts = [_outside_quotes(line).count(sign) for line in lines]
        usual = max(set(counts), key=counts.count) if counts else 0
        score = counts.count(usual) / max(1, len(counts)) * min(usual, 5) if usual else 0.0
        if score > best_score + (0.01 if best != "," or best_score else 0.0):
            best, best_score = sign, score
    return best


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _row_count(text: str, delimiter: str) -> int:
    """Records of a table; quoted line ends do not end one. Lines where it is no proper table."""
    try:
        return sum(1 for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row)
    except csv.Error:
        return sum(1 for line in text.splitlines() if line)
