"""What speaks for a document being a receipt, and how much of it there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cowork_tui.demo.clerk.receipts.currency import currencies_in
from cowork_tui.demo.clerk.receipts.dates import dates_in
from cowork_tui.demo.clerk.receipts.kinds import PAYABLE, Title, title_of
from cowork_tui.demo.clerk.receipts.money import amounts_in
from cowork_tui.demo.clerk.receipts.records import Record
from cowork_tui.demo.clerk.receipts.text import Row, fold

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
_PROSE_WORDS = 14


@dataclass(frozen=True, slots=True)
class Claims:
    """How strongly titles name the document a receipt (0 to 1), and the strongest that names it something else."""

    in_favour: float
    against: Title

    @classmethod
    def of(cls, titled: Sequence[Title]) -> Claims:
        """The claims of a document's title lines."""
        others = (title for title in titled if title.kind not in PAYABLE)
        return cls(
            max((title.share for title in titled if title.kind in PAYABLE), default=0.0),
            max(others, key=lambda title: title.share, default=Title("", 0.0)),
        )


def rests_on_a_receipt(path: str, text: str, record: Record, rows: tuple[Row, ...], claims: Claims) -> bool:
    """Whether a table has anything of a receipt besides sums: a seller, a document number, a title or a payment."""
    named = _named_by_file(path)
    return (
        bool(record.vendor)
        or record.numbered
        or bool(claims.in_favour)
        or (named is not None and named.kind in PAYABLE)
        or bool(_labels(rows) & _VENDOR_LABELS)
        or _evidence(text) >= 1
    )


def score_of(path: str, text: str, rows: tuple[Row, ...], claims: Claims, total_rank: int, record: Record) -> float:
    """How much speaks for a receipt: `ENOUGH` makes it one. `total_rank` is that of the total found, 0 for none."""
    evidence = _evidence(text)
    in_favour = claims.in_favour
    score = evidence
    score += 4.0 if in_favour >= SURE else 3.0 if in_favour >= 0.2 else 1.5 if in_favour else 0.0
    score += 2.0 if total_rank >= 70 else 1.0 if total_rank >= 50 else 0.0
    priced = sum(
        1 for row in rows if any(amount.has_cents for amount in amounts_in(row.cells[-1])) and len(row.text) <= 90
    )
    score += 1.0 if priced >= 2 else 0.5 if priced else 0.0
    score += _of_record(record)
    named = _named_by_file(path)
    if named is not None:
        score += 1.0 if named.kind in PAYABLE else -2.0
    labels = _labels(rows)
    score += 1.0 if labels & _VENDOR_LABELS else 0.0
    score += 0.5 if any(re.search(r"date$|^dat|^fecha|^date", label) for label in labels) else 0.0
    if total_rank >= 70 and priced >= 2 and len(rows) <= 60 and (evidence or currencies_in(text)):
        score += 1.0 if any(dates_in(cell) for row in rows for cell in row.cells) else 0.0
    prose = sum(1 for row in rows if any(len(cell.split()) >= _PROSE_WORDS for cell in row.cells))
    score -= min(3.0, 0.75 * prose)
    return score - 2.5 if claims.against.share > in_favour else score


def _evidence(text: str) -> float:
    folded = fold(text[:30000]).replace("_", " ")
    return sum(weight for weight, pattern in _EVIDENCE if pattern.search(folded))


def _of_record(record: Record) -> float:
    """What a table's columns tell of one purchase."""
    if record.total is None:
        return 0.0
    score = 1.5 if record.numbered else 0.0
    if record.vendor and record.date_text:
        score += 2.5 if record.currency else 1.0
    return score + (0.5 if record.date_text and record.numbered else 0.0)


def _named_by_file(path: str) -> Title | None:
    stem = re.sub(r"[_\W\d]+", " ", path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    return title_of(stem, reference_allowed=False)


def _labels(rows: tuple[Row, ...]) -> set[str]:
    return {fold(cell).strip(" :") for row in rows for cell in row.cells[:1]}
