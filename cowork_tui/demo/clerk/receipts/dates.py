"""Dates in text, in the ways that countries write them, and which of them dates a receipt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from cowork_tui.demo.clerk.receipts.currency import currencies_in
from cowork_tui.demo.clerk.receipts.date_words import DATE_LABEL_RANKS, MONTH_NAMES
from cowork_tui.demo.clerk.receipts.text import Row, fold

_MONTHS = {name: number for number, names in enumerate(MONTH_NAMES, 1) for name in names.split()}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")"
_YEAR = r"(?P<year>20\d\d|['’]?\d\d)"

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ymd", re.compile(r"(?<!\d)(?P<year>20\d\d)[-./_](?P<month>\d{1,2})[-./_](?P<day>\d{1,2})(?!\d)")),
    ("ymd", re.compile(r"(?P<year>20\d\d)\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?日")),
    ("ymd", re.compile(r"(?<!\d)(?P<year>20\d\d)\s?년\s?(?P<month>\d{1,2})\s?월\s?(?P<day>\d{1,2})\s?일")),
    ("ymd", re.compile(r"(?<![\d.,])(?P<year>20[0-4]\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d"
        r"|[.,]\d)")),
    ("name", re.compile(
        rf"(?<!\d)(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|o|º|\.)?\s?[-./ ]?\s?(?:of |de "
            rf"|d')?{_MONTH}\.?,?\s?[-./ ]?\s?(?:de |del )?{_YEAR}(?!\d|:\d)"
    )),
    ("name", re.compile(rf"(?<![a-z]){_MONTH}\.?[\s-]{{1,2}}(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?:,\s?|\s"
        rf"|-)(?P<year>20\d\d)(?!\d)")),
    ("name", re.compile(rf"(?<!\d)(?P<year>20\d\d)[-. ]{_MONTH}[-. ](?P<day>[0-3]?\d)(?!\d)")),
    ("numeric", re.compile(r"(?<![\d.,/-])(?P<a>\d{1,2})\s?(?P<sep>[./-])\s?"
        r"(?P<b>\d{1,2})\s?(?P=sep)\s?(?P<year>20\d\d)(?!\d)")),
    ("numeric", re.compile(r"(?<![\d.,/-])(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<year>\d\d)(?![\d/-]"
        r"|[.,]\d)")),
)  # fmt: skip
_DAY_AND_YEAR = re.compile(r"\d.*\d\d", re.DOTALL)
_GLUED = re.compile(r"(?P<a>[0-3]\d)(?P<sep>[./])(?P<b>[01]\d)(?P=sep)(?P<year>20[0-4]\d)")

_UNLABELLED = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a line of text, and whether another reading of it is possible."""

    day: date
    start: int
    end: int
    swapped: date | None = None
    slash: bool = False


def dates_in(text: str, month_first: bool = False) -> list[Found]:
    """Every date in the text, in order; ambiguous ones are read day first unless told otherwise."""
    if not _DAY_AND_YEAR.search(text):
        return []
    folded = fold(text)
    found: list[Found] = []
    taken: list[tuple[int, int]] = []
    for shape, pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            one = _read(shape, match, month_first)
            if one is not None:
                found.append(one)
                taken.append(match.span())
    return sorted(found, key=lambda one: one.start)


def _read(shape: str, match: re.Match[str], month_first: bool) -> Found | None:
    year_text = match["year"].lstrip("'’")
    year = int(year_text) if len(year_text) == 4 else 2000 + int(year_text)
    if shape == "ymd":
        day = _date(year, int(match["month"]), int(match["day"]))
        return Found(day, *match.span()) if day else None
    if shape == "name":
        day = _date(year, _MONTHS[match["month"]], int(match["day"]))
        return Found(day, *match.span()) if day else None
    first, second, dotted = int(match["a"]), int(match["b"]), match["sep"] == "."
    by_day, by_month = _date(year, second, first), _date(year, first, second)
    if by_day is None or by_month is None or by_day == by_month:
        one = by_day or by_month
        return Found(one, *match.span(), slash=not dotted and by_day is None) if one else None
    if month_first and not dotted:
        return Found(by_month, *match.span(), swapped=by_day)
    return Found(by_day, *match.span(), swapped=None if dotted else by_month)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def writes_month_first(document: str) -> bool:
    """Whether numeric dates are written the American way: an unmistakable one, or an American receipt's signs."""
    if any(found.slash for found in dates_in(document[:20000])):
        return True
    if re.search(r"(?<!\d)(?:1[3-9]|2\d|3[01])/\d{1,2}/(?:20)?\d\d", document):
        return False
    dollars = set(currencies_in(document)) <= {"USD"}
    return dollars and bool(
        re.search(r"(?i)sales tax|state tax|\bzip\b|\bgratuity\b|\bSSN\b|\bEIN\b", document)
        or re.search(r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b|\b\d{1,2}:\d{2}\s?[AP]M\b|\(\d{3}\) \d{3}-\d{4}", document)
    )


def date_in_name(path: str) -> date | None:
    """The date that a file's name or its folder's name carries."""
    name = path.rsplit("/", 1)[-1].rsplit(".", 1)[0] if "." in path.rsplit("/", 1)[-1] else path.rsplit("/", 1)[-1]
    found = dates_in(name.replace("_", "-")) or dates_in(name.replace("_", " "))
    return found[0].day if found else None


def receipt_date(rows: tuple[Row, ...], document: str, path: str) -> date | None:
    """The day of the receipt: by label, else the first unlabelled date, else the file's name, else any date at all."""
    named = date_in_name(path)
    month_first = writes_month_first(document)
    best: tuple[int, date] | None = None
    other: date | None = None
    for index, row in enumerate(rows):
        for cell_index, cell in enumerate(row.cells):
            for found in dates_in(cell, month_first):
                day = found.swapped if found.swapped is not None and found.swapped == named else found.day
                rank = date_label_rank(_label(rows, index, cell_index, found.start))
                if rank < 0:
                    other = other or day
                elif best is None or rank > best[0]:
                    best = (rank, day)
    if best is not None:
        return best[1]
    return named or _glued_date(document) or other


def _label(rows: tuple[Row, ...], index: int, cell_index: int, start: int) -> str:
    """The words that name the date at this place: before it in the cell, the cell to the left, or the cell above."""
    row = rows[index]
    before = row.cells[cell_index][:start].strip(" ,;-–")
    if re.search(r"[^\W\d_]{2,}", before):
        earlier = dates_in(before)
        return fold(before[earlier[-1].end :] if earlier else before)[-60:]
    if (
        cell_index > 0
        and re.search(r"[^\W\d_]{2,}", row.cells[cell_index - 1])
        and not dates_in(row.cells[cell_index - 1])
    ):
        return fold(row.cells[cell_index - 1])[-60:]
    if index > 0:
        above = rows[index - 1].cells
        if len(above) == len(row.cells) and not dates_in(above[cell_index]):
            return fold(above[cell_index])[:60]
        if len(row.cells) == 1 and len(above) == 1 and len(above[0]) <= 30 and not dates_in(above[0]):
            return fold(above[0])
    return ""


def date_label_rank(label: str) -> int:
    """How surely the words name the day of the document: -1 for other days, such as the due date, else 1 to 4."""
    label = fold(label).replace("_", " ")
    if not label:
        return _UNLABELLED
    ranks = [rank for rank, pattern in DATE_LABEL_RANKS if pattern.search(label)]
    if 4 in ranks:
        return 4
    return ranks[0] if ranks else _UNLABELLED


def _glued_date(document: str) -> date | None:
    match = _GLUED.search(document)
    found = _read("numeric", match, month_first=False) if match else None
    return found.day if found else None
