"""One document in, a receipt or the reason why it is none out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cowork_tui.demo.clerk.receipts import json_records
from cowork_tui.demo.clerk.receipts.currency import currencies_in, document_currency, settle
from cowork_tui.demo.clerk.receipts.dates import date_in_name, dates_in, receipt_date, writes_month_first
from cowork_tui.demo.clerk.receipts.kinds import PAYABLE, Title, denies_being_payable, title_of, titles
from cowork_tui.demo.clerk.receipts.money import amounts_in, plain
from cowork_tui.demo.clerk.receipts.tables import Record, Table, find_table, is_list_of_records, record_in
from cowork_tui.demo.clerk.receipts.text import Row, fold, rows_of
from cowork_tui.demo.clerk.receipts.totals import IN_A_SENTENCE, best_total
from cowork_tui.demo.clerk.receipts.vendors import clean_name, vendor_in_name, vendor_of

# How much must speak for a receipt before a document counts as one.
ENOUGH = 4.0
# The share of a title line that a word must fill to name the document by itself.
SURE = 0.5
_EVIDENCE: tuple[tuple[float, re.Pattern[str]], ...] = (
    (1.0, re.compile(r"\b(?:visa|mastercard|maestro|amex|girocard|ec.?karte|kreditkarte|credit card|debit card"
        r"|contactless|kontaktlos|paypal|twint|apple pay|bancomat|carte bancaire|\bcb\b|especes"
        r"|contanti|efectivo|tarjeta|cash|bar(?:zahlung)?|change|ruckgeld|paid|bezahlt|paye|pagato"
        r"|pagado|dankend erhalten|card ending|iban|現金|betaald|betalt|kort)\b")),
    (1.0, re.compile(r"\b(?:vat|mwst|ust|umsatzsteuer|tva|iva|btw|moms|mva|gst|hst|sales tax|tax)\b|税")),
    (1.0, re.compile(r"(?:invoice|receipt|order|bill|booking|ticket|rechnungs?|beleg|bon|quittungs?|facture"
        r"|commande|fattura|ricevuta|scontrino|factura|recibo|pedido|factuur|faktura)\W{0,3}(?:no|nr"
        r"|number|nummer|n[o°º]|num|id|#|ref|code)")),
    (0.5, re.compile(r"thanks? (?:you|for)|vielen dank|\bdanke\b|\bmerci\b|\bgrazie\b|\bgracias\b|dank u|\btack\b")),
    (0.5, re.compile(r"\b(?:cashier|kasse|till|terminal|register|served by|bedient|caisse|cassa|caja|table|tisch)\b")),
    (0.5, re.compile(r"payable within|due date|net 30|zahlbar|fallig|payment terms|bill to|billed to|rechnung an"
        r"|a payer|due on receipt|please pay")),
)  # fmt: skip
_VENDOR_LABELS = frozenset([
    "vendor", "seller", "merchant", "supplier", "store", "shop", "company", "issuer", "payee", "currency",
    "lieferant", "verkaufer", "handler", "fournisseur", "vendeur", "fornitore", "venditore", "proveedor",
    "vendedor", "firma",
])  # fmt: skip


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
    day = _day(record.date_text, text) or date_in_name(path)
    currency = settle(record.currency, text) or document_currency(text)
    return Receipt(path, day, record.vendor or vendor_in_name(path), record.total, currency)


def _day(date_text: str, document: str) -> date | None:
    found = dates_in(date_text, writes_month_first(document))
    return found[0].day if found else None


def _from_rows(path: str, kind: str, text: str, rows: tuple[Row, ...]) -> Receipt | NotReceipt:
    found = titles(rows)
    in_favour = max((title.share for title in found if title.kind in PAYABLE), default=0.0)
    against = max(
        (title for title in found if title.kind not in PAYABLE), key=lambda title: title.share, default=Title("", 0.0)
    )
    table = find_table(rows)
    tabular = kind in {"csv", "tsv", "xlsx", "xlsm", "xls", "ods"}
    if table is not None and is_list_of_records(table) and (in_favour < SURE or (tabular and _is_ledger(table))):
        return NotReceipt(path, "a list of several records")
    total = best_total(rows)
    if against.kind == "letter" and in_favour and total is not None and total.rank > IN_A_SENTENCE:
        against = Title("", 0.0)
    if against.share > in_favour and against.share >= SURE:
        return NotReceipt(path, f"looks like a {against.kind}")
    if in_favour < SURE and denies_being_payable(text):
        return NotReceipt(path, "says itself that it is an offer or no invoice")
    record = record_in(table) if table is not None else Record("", "", None, "")
    value, mark = (total.value, total.currency) if total is not None else (record.total, record.currency)
    if tabular and record.total is not None and (total is None or total.rank < 70):
        value, mark = record.total, record.currency
    score = _score(path, text, rows, in_favour, total.rank if total else 70 if value is not None else 0, record)
    if against.share > in_favour:
        score -= 2.5
    if value is None and score >= ENOUGH + 1 and in_favour >= SURE:
        value, mark = _largest_amount(rows)
    if value is None:
        return NotReceipt(path, "no total in it")
    if score < ENOUGH:
        return NotReceipt(path, "too little in it marks a receipt")
    currency = settle(mark, text) or settle(record.currency, text) or document_currency(text)
    day = receipt_date(rows, text, path) if not dates_in(record.date_text) else _day(record.date_text, text)
    return Receipt(path, day, clean_name(record.vendor) or vendor_of(rows, text, path), value, currency)


def _is_ledger(table: Table) -> bool:
    """Whether the records are surely not the lines of one invoice."""
    return "balance" in table.roles or len(set(table.column("vendor"))) > 1


def _score(path: str, text: str, rows: tuple[Row, ...], in_favour: float, rank: int, record: Record) -> float:
    folded = fold(text[:30000])
    evidence = sum(weight for weight, pattern in _EVIDENCE if pattern.search(folded))
    score = evidence
    score += 4.0 if in_favour >= SURE else 3.0 if in_favour >= 0.2 else 1.5 if in_favour else 0.0
    score += 2.0 if rank >= 70 else 1.0 if rank >= 50 else 0.0
    priced = sum(
        1 for row in rows if any(amount.has_cents for amount in amounts_in(row.cells[-1])) and len(row.text) <= 90
    )
    score += 1.0 if priced >= 2 else 0.5 if priced else 0.0
    score += 1.0 if record.vendor and record.date_text and record.total is not None else 0.0
    score += 1.5 if record.vendor and record.date_text and record.currency else 0.0
    named = title_of(re.sub(r"[_\W\d]+", " ", path.rsplit("/", 1)[-1].rsplit(".", 1)[0]), reference_allowed=False)
    if named is not None:
        score += 1.0 if named.kind in PAYABLE else -2.0
    labels = {fold(cell).strip(" :") for row in rows for cell in row.cells[:1]}
    score += 1.0 if labels & _VENDOR_LABELS else 0.0
    score += 0.5 if any(re.search(r"date$|^dat|^fecha|^date", label) for label in labels) else 0.0
    if rank >= 70 and priced >= 2 and len(rows) <= 60 and (evidence or currencies_in(text)):
        score += 1.0 if any(dates_in(cell) for row in rows for cell in row.cells) else 0.0
    prose = sum(1 for row in rows if len(row.text.split()) >= 14)
    return score - min(3.0, 0.75 * prose)


def _largest_amount(rows: tuple[Row, ...]) -> tuple[Decimal | None, str]:
    found = [amount for row in rows for cell in row.cells for amount in amounts_in(cell) if amount.money_like]
    if not found:
        return None, ""
    largest = max(found, key=lambda amount: amount.value)
    return largest.value, largest.currency
