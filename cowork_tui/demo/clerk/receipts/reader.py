"""One document in, a receipt or the reason why it is none out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cowork_tui.demo.clerk.receipts import json_records
from cowork_tui.demo.clerk.receipts.currency import document_currency, settle
from cowork_tui.demo.clerk.receipts.dates import date_in_name, dates_in, receipt_date, writes_month_first
from cowork_tui.demo.clerk.receipts.evidence import ENOUGH, SURE, Claims, rests_on_a_receipt, score_of
from cowork_tui.demo.clerk.receipts.kinds import PAYABLE, Title, denies_being_payable, title_of, titles
from cowork_tui.demo.clerk.receipts.labels import IN_A_SENTENCE
from cowork_tui.demo.clerk.receipts.money import amounts_in, plain
from cowork_tui.demo.clerk.receipts.records import Record, is_list_of_records, is_of_several, record_in
from cowork_tui.demo.clerk.receipts.tables import Table, find_table
from cowork_tui.demo.clerk.receipts.text import Row, rows_of
from cowork_tui.demo.clerk.receipts.totals import Total, best_total
from cowork_tui.demo.clerk.receipts.vendors import clean_name, vendor_in_name, vendor_of

TABULAR_KINDS = frozenset({"csv", "tsv", "xlsx", "xlsm", "xls", "ods"})


@dataclass(frozen=True, slots=True)
class Receipt:
    """One row of the table; `day` is None and texts are empty where the document does not say."""

    path: str
    day: date | None
    vendor: str
    total: Decimal
    currency: str

    def cells(self) -> tuple[str, str, str, str, str]:
        """The row as written: path, ISO date, vendor, total with two decimals, currency."""
        return self.path, self.day.isoformat() if self.day else "", self.vendor, plain(self.total), self.currency


@dataclass(frozen=True, slots=True)
class NotReceipt:
    """Why a document is left out, in a few words."""

    path: str
    reason: str


def read_receipt(path: str, kind: str, text: str) -> Receipt | NotReceipt:
    """Reads one document; `kind` is the format that `read_document` names (txt, csv, json, pdf, …)."""
    if not text.strip():
        return NotReceipt(path, "empty")
    value = json_records.parse(text) if kind in {"json", "jsonl"} or text.lstrip()[:1] in "{[" else None
    if value is not None and (record := json_records.record_of(value)) is not None:
        return _from_json(path, text, record)
    rows = rows_of(text, kind)
    if not rows:
        return NotReceipt(path, "empty")
    return _from_rows(path, kind, text, rows)


def _from_json(path: str, text: str, record: json_records.JsonRecord) -> Receipt | NotReceipt:
    named = [title for line in record.kind_text.split("\n") if (title := title_of(line, reference_allowed=False))]
    against = next((title for title in named if title.kind not in PAYABLE), None)
    in_favour = any(title.kind in PAYABLE for title in named)
    if record.several:
        return NotReceipt(path, "a list of several records")
    if against is not None and (not in_favour or named[0] is against):
        return NotReceipt(path, f"looks like a {against.kind}")
    if record.total is None:
        return NotReceipt(path, "no total in it")
    has_date = bool(dates_in(record.date_text))
    if (
        not in_favour
        and not (has_date and (record.vendor or record.currency))
        and not (record.vendor and record.currency)
    ):
        return NotReceipt(path, "data without the marks of a receipt")
    if record.added_up and not (has_date and (in_favour or (record.vendor and record.currency))):
        return NotReceipt(path, "no total in it")
    day = _day(record.date_text, text) or date_in_name(path)
    currency = settle(record.currency, text) or document_currency(text)
    return Receipt(path, day, record.vendor or vendor_in_name(path), record.total, currency)


def _day(date_text: str, document: str) -> date | None:
    found = dates_in(date_text, writes_month_first(document))
    return found[0].day if found else None


def _from_rows(path: str, kind: str, text: str, rows: tuple[Row, ...]) -> Receipt | NotReceipt:
    table = find_table(rows)
    tabular = kind in TABULAR_KINDS and table is not None
    # The header of a table names columns, not the document.
    titled = titles(table.outside if tabular and table is not None else rows)
    claims = Claims.of(titled)
    reason = _why_not(text, rows, table, tabular, claims)
    if reason:
        return NotReceipt(path, reason)
    record = record_in(table) if table is not None else Record()
    total = _settled_total(rows, table if tabular else None, record)
    rank = total.rank if total is not None else 0
    if total is not None and tabular and not rests_on_a_receipt(path, text, record, rows, claims):
        return NotReceipt(path, "a table without the marks of a receipt")
    score = score_of(path, text, rows, claims, rank, record)
    if total is None and score >= ENOUGH + 1 and claims.in_favour >= SURE:
        total = _largest_amount(rows)
    if total is None:
        return NotReceipt(path, "no total in it")
    if score < ENOUGH:
        return NotReceipt(path, "too little in it marks a receipt")
    currency = settle(total.currency, text) or settle(record.currency, text) or document_currency(text)
    day = receipt_date(rows, text, path) if not dates_in(record.date_text) else _day(record.date_text, text)
    return Receipt(path, day, clean_name(record.vendor) or vendor_of(rows, text, path), total.value, currency)


def _why_not(text: str, rows: tuple[Row, ...], table: Table | None, tabular: bool, claims: Claims) -> str:
    """Why the document is surely no receipt; empty when it may be one."""
    sure = claims.in_favour >= SURE
    if table is not None and tabular and table.foreign and ("balance" in table.roles or not sure):
        return "a table of something else than one purchase"
    if table is not None and is_list_of_records(table) and (not sure or (tabular and is_of_several(table))):
        return "a list of several records"
    against = claims.against
    if against.kind == "letter" and claims.in_favour:
        total = best_total(rows)
        against = Title("", 0.0) if total is not None and total.rank > IN_A_SENTENCE else against
    if against.share > claims.in_favour and against.share >= SURE:
        return f"looks like a {against.kind}"
    if not sure and denies_being_payable(text):
        return "says itself that it is an offer or no invoice"
    return ""


def _settled_total(rows: tuple[Row, ...], table: Table | None, record: Record) -> Total | None:
    """The labelled total of the text, or what the table says when the document is one."""
    from_table = Total(record.total, record.currency, record.rank, 0) if record.total is not None else None
    if table is None:
        return best_total(rows) or from_table
    around = best_total(table.outside)
    if from_table is None:
        return around or best_total(rows)
    return around if around is not None and around.rank > record.rank else from_table


def _largest_amount(rows: tuple[Row, ...]) -> Total | None:
    found = [amount for row in rows for cell in row.cells for amount in amounts_in(cell) if amount.money_like]
    largest = max(found, key=lambda amount: amount.value, default=None)
    return Total(largest.value, largest.currency, 0, 0) if largest is not None else None
