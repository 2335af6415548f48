"""Receipts in JSON: fields found by the words of their keys, however deep they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.clerk.receipts.currency import code_of
from cowork_tui.demo.clerk.receipts.money import parse_value
from cowork_tui.demo.clerk.receipts.text import fold
from cowork_tui.demo.clerk.request_view import as_list, as_object

MAX_LEAVES = 5000
MAX_DEPTH = 12
_OTHERS = (
    r"customer|buyer|client|recipient|bill_?(?:ed)?_?to|ship|guest|passenger|kunde|empfanger|deliver"
    r"|user|card|cashier|billing"
)
_TOTAL_RANKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (100, re.compile(r"grand|total_(?:incl|gross|due|payable|amount)|gross_total|total_to_pay|gesamt|endbetrag"
        r"|brutto|gross|invoice_total|order_total|total_ttc|ttc")),
    (95, re.compile(r"amount_due|due_amount|amount_payable|payable|to_pay|zu_zahlen")),
    (90, re.compile(r"total|totale|importe|summe")),
    (60, re.compile(r"amount_paid|paid_amount|charged|amount|betrag|montant|importo|sum$|price$|value$|paid$")),
)  # fmt: skip
_NOT_TOTAL = re.compile(
    r"sub_?total|net(?:to)?(?:_|$|\.)|excl|tax|vat|mwst|ust|tva|iva|discount|unit|per_|qty"
    r"|quantity|count|items?_total|total_(?:items|quantity|qty|count|lines)|change|cash|tender"
    r"|given|tip|shipping"
    r"|exchange|rate|converted|home_currency|original|points|deposit|rounding|balance_before|year|number|_id$|_no$"
)
_CURRENCY_KEY = re.compile(r"currency|curr$|ccy|waehrung|wahrung|devise|valuta|moneda|divisa")
_DATE_RANKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (-1, re.compile(r"due|deliver|period|valid|expir|from$|until|departure|arrival|check|ship|print|birth|start"
        r"|end|travel|next|fallig|paid_by|since")),
    (4, re.compile(r"issue|invoice_?date|receipt_?date|rechnungsdatum|belegdatum|dated|emission")),
    (3, re.compile(r"(?:^|[._])(?:date|datum|fecha|data|day)(?:$|[._])|purchase_?date|order_?date|transaction_?date")),
    (2, re.compile(r"date|datum|purchased|ordered|sold|paid|created|booked|timestamp|time$|_at$|when|on$")),
)  # fmt: skip
_VENDOR_KEY = re.compile(
    r"vendor|seller|supplier|merchant|issuer|issued_by|payee|store|shop|company|provider|sender"
    r"|retailer|business|airline|carrier|hotel|restaurant|operator|lieferant|verkaufer|haendler"
    r"|handler|firma|aussteller|fournisseur|vendeur|fornitore|proveedor|emisor|organi[sz]ation"
    r"|(?:^|[._])from(?:$|[._])|brand|(?:^|[._])by(?:$|[._])"
)
_KIND_KEY = re.compile(
    r"(?:document_?|doc_?|record_?)?(?:type|kind|document|title|category|class|art|typ)|document_kind|subject"
)
_NUMBER_KEY = re.compile(r"(\w*?)_(?:number|no|id|nr)")
_LISTS = re.compile(r"inventory|stock|transactions|prices|price_list|receipts|invoices|budget|entries")
_RECORD_VENDOR_KEY = re.compile(
    r"vendor|seller|supplier|merchant|issuer|payee|lieferant|fournisseur|fornitore|proveedor"
)
_NOT_VENDOR_LEAF = re.compile(
    r"address|street|city|zip|postal|country|phone|tel|mail|url|web|vat|tax|iban|bic|_?id$|number"
    r"|_?no$|location|branch|type|category|reg|method|status|currency|date|amount|total|logo"
    r"|state$"
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar with its key path in words joined by points; `depth_in_list` counts the lists around it."""

    path: str
    value: JsonValue
    depth_in_list: int


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """What a JSON document says about a receipt; empty or None where it says nothing."""

    date_text: str
    vendor: str
    total: Decimal | None
    currency: str
    kind_text: str
    several: bool


def parse(text: str) -> JsonValue:
    """The parsed document, or None when it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def record_of(value: JsonValue) -> JsonRecord | None:
    """The record in an object, or in a list with one object; `several` is set for lists of more."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        objects = [item for item in value if isinstance(item, Mapping)]
        if len(objects) != 1:
            return JsonRecord("", "", None, "", "", several=True) if objects else None
        value = objects[0]
    if not isinstance(value, Mapping):
        return None
    only = next(iter(value.values())) if len(value) == 1 else None
    if (
        isinstance(only, Sequence)
        and not isinstance(only, str)
        and len([o for o in only if isinstance(o, Mapping)]) > 1
    ):
        return JsonRecord("", "", None, "", "", several=True)
    leaves = list(_leaves(value))[:MAX_LEAVES]
    total, currency = _total(leaves)
    return JsonRecord(_date(leaves), _vendor(leaves), total, currency, _kind(value), several=_holds_records(value))


def _leaves(value: JsonValue, path: str = "", lists: int = 0, depth: int = 0) -> Iterator[Leaf]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{_words(key)}" if path else _words(key), lists, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _leaves(item, path, lists + 1, depth + 1)
    else:
        yield Leaf(path, value, lists)


def _words(key: str) -> str:
    return re.sub(r"[\s-]+", "_", fold(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(key))).replace(".", "_").strip())


def _holds_records(value: JsonObject) -> bool:
    """Whether a list in the object holds records of several vendors, as a ledger does."""
    for item in value.values():
        vendors = {
            str(field)
            for one in as_list(item)
            for key, field in as_object(one).items()
            if _RECORD_VENDOR_KEY.search(_words(key)) and isinstance(field, str)
        }
        if len(vendors) > 1:
            return True
    return False


def _kind(value: JsonObject) -> str:
    """The words that may name the kind of document, a line each: fields such as "type", then telling keys."""
    kinds = [
        str(item).replace("_", " ")
        for key, item in value.items()
        if isinstance(item, str) and _KIND_KEY.fullmatch(_words(key))
    ]
    numbered = [match.group(1).replace("_", " ") for key in value if (match := _NUMBER_KEY.fullmatch(_words(key)))]
    lists = [_words(key) for key, item in value.items() if as_list(item) and _LISTS.fullmatch(_words(key))]
    inner = ""
    if len(value) == 1:
        key, item = next(iter(value.items()))
        lists.append(_words(key))
        inner = _kind(item) if isinstance(item, Mapping) else ""
    return "\n".join([*kinds, *numbered, *lists, inner])


def _total(leaves: list[Leaf]) -> tuple[Decimal | None, str]:
    best: tuple[int, int, Leaf, Decimal, str] | None = None
    for order, leaf in enumerate(leaves):
        if leaf.depth_in_list:
            continue
        path = leaf.path
        amount = _amount(leaf)
        named = path if re.search(r"grand|incl|gross|brutto|ttc", path) else ""
        if amount is None or re.search(r"excl|net_|sub_?total", path) or (not named and _NOT_TOTAL.search(path)):
            continue
        rank = next((rank for rank, pattern in _TOTAL_RANKS if pattern.search(path)), 0)
        if not rank:
            continue
        if best is None or (amount[0] != 0, rank) > (best[3] != 0, best[0]):
            best = (rank, order, leaf, amount[0], amount[1])
    if best is None:
        return None, _any_currency(leaves, "")
    return best[3], best[4] or _any_currency(leaves, best[2].path)


def _amount(leaf: Leaf) -> tuple[Decimal, str] | None:
    value = leaf.value
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return None
        if not number.is_finite() or abs(number) > 10**12:
            return None
        in_minor_units = re.search(r"cents?$|_minor$|minor_units?$|rappen|pence", leaf.path)
        return (number / 100 if in_minor_units else number), ""
    if isinstance(value, str) and len(value) <= 40:
        if _CURRENCY_KEY.search(leaf.path.rsplit(".", 1)[-1]):
            return None
        found = parse_value(value)
        return (found.value, found.currency) if found else None
    return None


def _any_currency(leaves: list[Leaf], near: str) -> str:
    """The currency key that shares most of its path with the total's."""
    best: tuple[int, str] | None = None
    parent = near.rsplit(".", 1)[0] if "." in near else ""
    for leaf in leaves:
        if not isinstance(leaf.value, str) or not _CURRENCY_KEY.search(leaf.path.rsplit(".", 1)[-1]):
            continue
        code = code_of(leaf.value)
        leaf_parent = leaf.path.rsplit(".", 1)[0] if "." in leaf.path else ""
        if re.search(r"home|original|local|base|settle", leaf.path):
            score = 0
        else:
            score = 3 if leaf_parent == parent else 2 if not leaf_parent or parent.startswith(leaf_parent) else 1
        if code and (best is None or score > best[0]):
            best = (score, code)
    return best[1] if best else ""


def _date(leaves: list[Leaf]) -> str:
    best: tuple[int, str] | None = None
    for leaf in leaves:
        if leaf.depth_in_list or re.search(_OTHERS, leaf.path):
            continue
        text = _date_text(leaf.value)
        rank = next((rank for rank, pattern in _DATE_RANKS if pattern.search(leaf.path)), None)
        if not text or rank is None or rank < 0:
            continue
        if best is None or rank > best[0]:
            best = (rank, text)
    return best[1] if best else ""


def _date_text(value: JsonValue) -> str:
    if isinstance(value, str) and len(value) <= 60 and re.search(r"\d", value):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value // 1000 if value > 10**11 else value
        if 946_684_800 <= seconds <= 4_102_444_800:  # the years 2000 to 2100
            return datetime.fromtimestamp(seconds, UTC).date().isoformat()
        if 20_000_101 <= value <= 20_991_231:
            return str(value)
    return ""


def _vendor(leaves: list[Leaf]) -> str:
    best: tuple[int, str] | None = None
    for leaf in leaves:
        last = leaf.path.rsplit(".", 1)[-1]
        if (
            leaf.depth_in_list
            or not isinstance(leaf.value, str)
            or not leaf.value.strip()
            or re.search(_OTHERS, leaf.path)
        ):
            continue
        if not _VENDOR_KEY.search(leaf.path) or _NOT_VENDOR_LEAF.search(last):
            continue
        telling = re.search(r"vendor|seller|supplier|merchant|issuer|issued_by|payee", leaf.path)
        score = (4 if telling else 2) + (
            1 if re.search(r"(?:^|_)name$|legal_name|company|firma", last) or "." not in leaf.path else 0
        )
        if best is None or score > best[0]:
            best = (score, leaf.value.strip())
    return best[1] if best else ""
