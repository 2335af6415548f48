"""Who issued a receipt: by label, else by the heading, else by the file's name."""

from __future__ import annotations

import re

from cowork_tui.demo.clerk.receipts.dates import date_in_name, dates_in
from cowork_tui.demo.clerk.receipts.kinds import PAYABLE, title_of
from cowork_tui.demo.clerk.receipts.labels import is_money_label, label_rank
from cowork_tui.demo.clerk.receipts.money import amounts_in
from cowork_tui.demo.clerk.receipts.text import Row, fold
from cowork_tui.demo.clerk.receipts.vendor_words import (
    ADDRESS,
    BEFORE_VENDOR,
    BUYER_LABEL,
    COMMON_WORDS,
    CONTACT,
    DOCUMENT_WORD,
    LEGAL_FORM,
    NAME_END,
    NO_NAME,
    TRAVEL,
    VENDOR_LABELS,
)

MAX_NAME_CHARACTERS = 70


def vendor_of(rows: tuple[Row, ...], document: str, path: str) -> str:
    """The issuer's name as printed; empty when nothing names one."""
    return (
        _labelled(rows, document) or _heading(rows) or _mentioned(document) or _suffixed(rows) or vendor_in_name(path)
    )


def _labelled(rows: tuple[Row, ...], document: str) -> str:
    folded_document = fold(document[:8000])
    for level, pattern in enumerate(VENDOR_LABELS):
        only_mail = level == 2 and len(set(TRAVEL.findall(folded_document))) > 1
        for index, row in enumerate(rows):
            for position, cell in enumerate(row.cells):
                if not pattern.fullmatch(fold(cell).strip(" :.*")):
                    if level == 0 and index and position == 0 and (name := _behind_label(pattern, cell)):
                        return name
                    continue
                beside = _value_beside(rows, index, position)
                if only_mail and "@" not in beside:  # "From: Basel" on a ticket
                    continue
                name = clean_name(beside)
                if name and plausible(name, strict=False):
                    return name
    return ""


def _behind_label(pattern: re.Pattern[str], cell: str) -> str:
    """The name in "Merchant Harbour Taxi", as tables in PDF files come out."""
    match = pattern.match(fold(cell))
    rest = cell[match.end() :] if match else ""
    if not rest.startswith(" ") or not rest.strip()[:1].isupper():
        return ""
    name = clean_name(rest)
    return name if plausible(name) else ""


def _value_beside(rows: tuple[Row, ...], index: int, position: int) -> str:
    cells = rows[index].cells
    after = next((cell for cell in cells[position + 1 :] if cell), "")
    if after and not _is_label_cell(after):
        return after
    if index + 1 < len(rows):
        below = rows[index + 1].cells
        if len(below) == len(cells) and len(cells) > 1:
            return below[position]
        if len(cells) == 1:
            return below[0]
    return ""


def _is_label_cell(cell: str) -> bool:
    folded = fold(cell).strip(" :")
    return (
        any(pattern.fullmatch(folded) for pattern in VENDOR_LABELS)
        or bool(BUYER_LABEL.match(folded))
        or folded in {"date", "datum", "total", "amount", "currency", "item", "description"}
    )


def clean_name(text: str) -> str:
    """The name without address, document words, quotes and addresses of electronic mail."""
    text = text.strip().strip("\"'“”„«»*_#= ")
    mail = re.match(r"^(?P<name>[^<@]*?)\s*<?(?P<local>[\w.+-]+)@(?P<domain>[\w-]+)\.[\w.]+>?", text)
    if mail:
        return mail["name"].strip("\"' ") or mail["domain"].replace("-", " ").title()
    text = NAME_END.split(text, maxsplit=1)[0] if not re.match(r"^\W*\(", text) else text
    return " ".join(text.split()).strip(" ,:;-–—*=|")[:MAX_NAME_CHARACTERS]


def plausible(name: str, strict: bool = True) -> bool:
    """Whether the words can be a name at all; `strict` for lines that no label introduces."""
    letters = re.sub(r"[\W\d_]", "", name)
    if len(letters) < 2 or CONTACT.search(name) or dates_in(name):
        return False
    if not strict:
        return True
    folded = fold(name)
    if (
        ADDRESS.search(name)
        or ADDRESS.search(folded)
        or NO_NAME.match(folded)
        or len(name.split()) > 8
        or (re.search(r"[.!?]$", name) and len(name.split()) > 4)
    ):
        return False
    if re.search(r"\d{4,}", name) or any(amount.has_cents or amount.currency for amount in amounts_in(name)):
        return False
    title = title_of(name)
    one_word = len(name.split()) == 1
    return (title is None or title.share < 0.6) and not label_rank(name) and not (one_word and is_money_label(name))


def _heading(rows: tuple[Row, ...]) -> str:
    """The first of the early lines that can be a name; lines behind "Bill to" are the buyer's."""
    skip = 0
    for index, row in enumerate(rows[:12]):
        label = fold(row.cells[0]).strip(" :")
        if buyer := BUYER_LABEL.match(label):
            skip = 4 if len(row.cells) == 1 and buyer.end() == len(label) else 0
            continue
        if skip and not row.after_blank:
            skip -= 1
            continue
        skip = 0
        name = _name_in_heading(row, index)
        if name:
            return name
    return ""


def _name_in_heading(row: Row, index: int) -> str:
    match = BEFORE_VENDOR.search(fold(row.text))
    if match:
        name = clean_name(row.text[match.end() :].rstrip("!."))
        return name if plausible(name) else ""
    first = row.cells[0]
    if any(amount.has_cents for amount in amounts_in(row.text)):
        return ""
    if len(row.cells) > 1 and not plausible(clean_name(first)):
        return _name_beside_title(row)
    if len(row.cells) > 1 and not LEGAL_FORM.search(first) and (index > 1 or _looks_like_label(first)):
        return ""
    if index == 0 and re.fullmatch(r"(?:[^\W\d_]{2,} )+\d{4}(?: [^\W\d_]{2,})*", first) and title_of(first) is None:
        return first  # a branch named by its postal code
    for part in re.split(r"\s+[·•|–—-]\s+|\s*[:|]\s+", first):
        name = clean_name(part)
        if not plausible(name):
            continue
        title = title_of(name)
        if title is not None and title.kind in PAYABLE:
            name = _without_document_words(name)
        if name:
            return name
    return ""


def _name_beside_title(row: Row) -> str:
    """The name in "INVOICE      Acme Ltd"."""
    title = title_of(row.cells[0])
    if title is None or title.kind not in PAYABLE or len(row.cells) > 3:
        return ""
    name = clean_name("".join(row.cells[1:2]))
    return name if plausible(name) and not amounts_in(name) else ""


def _without_document_words(line: str) -> str:
    """The name in a line such as "Acme Ltd Invoice"; empty when what is left is no name."""
    name = " ".join(DOCUMENT_WORD.sub(" ", line).split()).strip(" ,:-–#")
    if not plausible(name) or re.search(r"\d", name):
        return ""
    leads = DOCUMENT_WORD.match(line) is not None
    named = LEGAL_FORM.search(name) or sum(1 for word in name.split() if word[:1].isupper()) >= 2
    return name if not leads or named else ""


def _looks_like_label(cell: str) -> bool:
    folded = fold(cell)
    return (
        bool(
            re.search(
                r"\b(?:no|nr|number|\w*nummer|date|\w*datum|id|ref|order|terms|phone|time|card|terminal"
                r"|method|currency|period|project|status|subject)\b",
                folded,
            )
        )
        or len(cell) <= 3
    )


def _mentioned(document: str) -> str:
    for line in document[:20000].split("\n"):
        match = BEFORE_VENDOR.search(fold(line))
        if match:
            name = clean_name(re.split(r"[.!,]\s|[.!]$| on | am | le ", line[match.end() :])[0])
            if plausible(name) and name[:1].isupper():
                return name
    return ""


def _suffixed(rows: tuple[Row, ...]) -> str:
    skip = 0
    for row in rows:
        if BUYER_LABEL.match(fold(row.cells[0]).strip(" :")):
            skip = 3
            continue
        if skip:
            skip -= 1
            continue
        for cell in row.cells:
            name = clean_name(cell)
            if LEGAL_FORM.search(name) and plausible(name):
                return name
    return ""


def vendor_in_name(path: str) -> str:
    """The words of a file's name that are neither date, number nor kind of document, where they look like a name."""
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    spaced = re.sub(r"[_\-.+~()\[\]]+", " ", stem)
    spaced = re.sub(r"\b\w*\d\w*\b", " ", spaced)
    spaced = re.sub(
        r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march"
        r"|april|june|july|august|september|october|november|december)\b",
        " ",
        spaced,
    )
    name = " ".join(DOCUMENT_WORD.sub(" ", spaced).split())
    if len(re.sub(r"[\W\d_]", "", name)) < 3 or COMMON_WORDS.fullmatch(fold(name)):
        return ""
    if name == name.lower():
        return name.title() if date_in_name(path) else ""
    return name
