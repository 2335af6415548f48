"""Text as rows of cells, whatever format it came from."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass

MAX_LINE_CHARACTERS = 600
MAX_ROWS = 6000

_SHEET_LINE = re.compile(r"^## sheet (?P<name>.+?) \(\d+ rows x \d+ columns\)\s*$")
_PAGE_LINE = re.compile(r"^## page \d+\s*$")
_RULE_LINE = re.compile(r"^[\s\-=_*~+|:.#\u2500-\u257f]+$")
_BULLET = re.compile(r"^\s*(?:[-*•·+]\s+|\d+\)\s+)(?=[^\W\d_]|\*\*)")
_SPACED_LETTERS = re.compile(r"(?<!\S)(?:[^\W\d_] ){3,}[^\W\d_](?![^\s:.])")
_CELL_BREAK = re.compile(r"\s*\|\s*|\t+|\s{2,}|\s*\.{3,}\s*|\s*…+\s*|\s*_{3,}\s*|\s*·{3,}\s*|\s*-{4,}>?\s*")
_LABEL_COLON = re.compile(
    r"^(?P<label>[^\W\d_][^:：]{0,44}?)\s*(?:(?<!\d):|:(?!\d)|：)(?!//)\s*(?P<value>\S.*)?$", re.UNICODE
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its cells without blanks at the ends, and whether it was marked up as a heading."""

    cells: tuple[str, ...]
    heading: bool = False
    after_blank: bool = False

    @property
    def text(self) -> str:
        """The cells as one line."""
        return " ".join(cell for cell in self.cells if cell)


def fold(text: str) -> str:
    """Lower case without accents, same length: for matching words, not for showing."""
    if text.isascii():
        return text.lower()
    return "".join(_fold_character(character) for character in text)


def _fold_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    base = unicodedata.normalize("NFKD", character)[:1] or character
    lowered = base.lower()
    return lowered if len(lowered) == 1 else base


def rows_of(text: str, kind: str) -> tuple[Row, ...]:
    """The document's non-blank lines as rows; `kind` is the format that `read_document` names."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").split("\n")[:MAX_ROWS]
    if kind in {"csv", "tsv"}:
        return _delimited(lines)
    if kind in {"xlsx", "xlsm", "xls", "ods"}:
        return _sheets(lines)
    return _plain(lines)


def _plain(lines: list[str]) -> tuple[Row, ...]:
    rows: list[Row] = []
    after_blank = True
    for line in lines:
        if not line.strip() or _RULE_LINE.match(line) or _PAGE_LINE.match(line):
            after_blank = True
            continue
        cells, heading = _line_cells(line[:MAX_LINE_CHARACTERS])
        if cells:
            rows.append(Row(cells, heading, after_blank))
        after_blank = False
    return tuple(rows)


def _line_cells(line: str) -> tuple[tuple[str, ...], bool]:
    heading = bool(re.match(r"\s*#{1,6}\s", line))
    line = re.sub(r"^\s*#{1,6}\s+|^\s*>\s*|\s*#+\s*$", "", line)
    line = _BULLET.sub("", line)
    if re.fullmatch(r"\s*(\*\*|__).+\1\s*", line):
        heading = True
    line = re.sub(r"\*\*|__|`|\\(?=[*_#$|.-])", "", line).strip().strip("*").strip()
    line = _SPACED_LETTERS.sub(lambda match: match.group().replace(" ", ""), line)
    cells: list[str] = []
    for cell in _CELL_BREAK.split(line):
        cells.extend(split_label(cell))
    return tuple(cell for cell in cells if cell), heading


def split_label(cell: str) -> tuple[str, ...]:
    """`Total: 4.50` as two cells; anything else as one."""
    cell = cell.strip()
    match = _LABEL_COLON.match(cell)
    if match is None:
        return (cell,)
    value = (match["value"] or "").strip()
    label = match["label"].strip()
    return (label, value) if value else (label,)


def _delimited(lines: list[str]) -> tuple[Row, ...]:
    lines = [line[: MAX_LINE_CHARACTERS * 4] for line in lines]
    if lines:
        lines[0] = lines[0].removeprefix("\ufeff")
    delimiter = _delimiter(lines)
    rows: list[Row] = []
    try:
        for cells in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter):
            _append_cells(rows, cells)
    except csv.Error:
        return _plain(lines)
    return tuple(rows)


def _append_cells(rows: list[Row], cells: list[str], heading: bool = False) -> None:
    stripped = [" ".join(cell.split()) for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    if not stripped or _RULE_LINE.match("".join(stripped) or "-"):
        return
    if len(stripped) == 1:
        stripped = list(split_label(stripped[0].lstrip("# ")))
    elif stripped[0].startswith("# "):
        stripped[0] = stripped[0].lstrip("# ")
    stripped[0] = stripped[0].rstrip(":") if stripped[0] != ":" else stripped[0]
    rows.append(Row(tuple(stripped), heading))


def _delimiter(lines: list[str]) -> str:
    sample = [line for line in lines if line.strip()][:40]
    best, best_score = ",", 0
    for delimiter in (";", "\t", "|", ","):
        counts = [line.count(delimiter) for line in sample]
        score = sum(1 for count in counts if count)
        if delimiter == ",":
            # A comma inside a decimal number does not separate cells.
            score = sum(1 for line in sample if "," in re.sub(r"\d,\d", "", line))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _sheets(lines: list[str]) -> tuple[Row, ...]:
    rows: list[Row] = []
    try:
        for cells in csv.reader(io.StringIO("\n".join(lines))):
            match = _SHEET_LINE.match(",".join(cells))
            if match:
                rows.append(Row((match["name"],), heading=True, after_blank=True))
            else:
                _append_cells(rows, cells)
    except csv.Error:
        return _plain(lines)
    return tuple(rows)
