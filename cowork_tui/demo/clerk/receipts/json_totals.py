"""The total and the currency in a JSON document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from cowork_tui.core.json_values import JsonValue
from cowork_tui.demo.clerk.receipts.currency import code_of
from cowork_tui.demo.clerk.receipts.json_words import CURRENCY_KEY, NOT_TOTAL_KEY, TOTAL_RANKS
from cowork_tui.demo.clerk.receipts.money import parse_value
from cowork_tui.demo.clerk.receipts.text import fold

MAX_DEPTH = 12
# The least rank of a key such as "total", which names the whole sum rather than what is left to pay.
_WHOLE_SUM_RANK = 90
_WITHOUT_CENTS = frozenset({"JPY", "KRW", "CLP", "VND", "ISK"})
_PAID_KEY = re.compile(r"deposit|pre_?paid|already_paid|amount_paid|paid_amount|payments?$|anzahlung|acompte|acconto")
_ITEMS_KEY = re.compile(
    r"items?$|lines?$|positions?$|positionen|posten|articles?$|artikel|products?$|lignes|righe|lineas"
)
_LINE_TOTAL_KEY = re.compile(r"total|amount|gesamt|betrag|summe|montant|importe?o?$|(?:^|[._])sum$")
_PRICE_KEY = re.compile(r"price|preis|prix|prezzo|precio|cost|prijs|(?:^|[._])(?:net|gross)$")
_QUANTITY_KEY = re.compile(r"qty|quantity|menge|anzahl|count|quantite|quantita|cantidad|aantal|units$")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar with its key path in words joined by points; `depth_in_list` counts the lists around it."""

    path: str
    value: JsonValue
    depth_in_list: int


def leaves_of(value: JsonValue, path: str = "", lists: int = 0, depth: int = 0) -> Iterator[Leaf]:
    """Every scalar of the document, down to `MAX_DEPTH`."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves_of(item, f"{path}.{words_of(key)}" if path else words_of(key), lists, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from leaves_of(item, path, lists + 1, depth + 1)
    else:
        yield Leaf(path, value, lists)


def words_of(key: str) -> str:
    """A key for matching: folded, its words joined by underscores."""
    return re.sub(r"[\s-]+", "_", fold(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(key))).replace(".", "_").strip())


def total_of(leaves: list[Leaf]) -> tuple[Decimal | None, str]:
    """The total and its currency (ISO code or empty): the most tellingly named amount that is not zero."""
    minor = _in_minor_units(leaves)
    found = [
        (rank, leaf, *amount)
        for leaf in leaves
        if not leaf.depth_in_list and (rank := _rank(leaf.path)) and (amount := _amount(leaf, minor)) is not None
    ]
    if not found:
        return None, _any_currency(leaves, "")
    _, leaf, value, mark = max(found, key=lambda one: (one[2] != 0, one[0]))
    wholes = [one[2] for one in found if one[0] >= _WHOLE_SUM_RANK and one[2] > value > 0]
    if wholes:
        paid = {amount[0] for one in leaves if _PAID_KEY.search(one.path) and (amount := _amount(one, minor))}
        value = next((whole for whole in wholes if whole - value in paid), value)
    return value, mark or _any_currency(leaves, leaf.path)


def _rank(path: str) -> int:
    if re.search(r"excl|net_|sub_?total", path):
        return 0
    if NOT_TOTAL_KEY.search(path) and not re.search(r"grand|incl|gross|brutto|ttc", path):
        return 0
    return next((rank for rank, pattern in TOTAL_RANKS if pattern.search(path)), 0)


def _in_minor_units(leaves: list[Leaf]) -> bool:
    """Whether the document counts in cents throughout: it says so, or is a payment provider's object that always does.

    Stripe's API objects carry `object` and count in the smallest unit of the currency.
    """
    texts = {leaf.path.rsplit(".", 1)[-1]: leaf.value for leaf in leaves if isinstance(leaf.value, str)}
    said = any("unit" in key and re.search(r"cent|minor|pence|rappen", str(text)) for key, text in texts.items())
    provider = texts.get("object") in {"charge", "invoice", "payment_intent", "checkout.session"}
    return (said or provider) and not any(code in _WITHOUT_CENTS for code in (str(t).upper() for t in texts.values()))


def _amount(leaf: Leaf, minor: bool) -> tuple[Decimal, str] | None:
    value = leaf.value
    if isinstance(value, bool) or value is None:
        return None
    in_cents = bool(re.search(r"cents?$|_minor$|minor_units?$|rappen|pence", leaf.path))
    if isinstance(value, (int, float)):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return None
        if not number.is_finite() or abs(number) > 10**12:
            return None
        return (number / 100 if in_cents or (minor and isinstance(value, int)) else number), ""
    if isinstance(value, str) and len(value) <= 40:
        if CURRENCY_KEY.search(leaf.path.rsplit(".", 1)[-1]):
            return None
        if in_cents and re.fullmatch(r"-?\d+", value):
            return Decimal(value) / 100, ""
        found = parse_value(value)
        return (found.value, found.currency) if found else None
    return None


def sum_of_items(value: JsonValue) -> Decimal | None:
    """What the items of the first list of lines add up to; None when a line lacks its amount."""
    if not isinstance(value, Mapping):
        return None
    for key, item in value.items():
        if isinstance(item, Mapping):
            found = sum_of_items(item)
        elif isinstance(item, Sequence) and not isinstance(item, str) and item and _ITEMS_KEY.search(words_of(key)):
            amounts = [_of_line(line) for line in item]
            known = [amount for amount in amounts if amount is not None]
            found = sum(known, Decimal(0)) if len(known) == len(amounts) else None
        else:
            continue
        if found is not None:
            return found
    return None


def _of_line(line: JsonValue) -> Decimal | None:
    """One item's amount: its total, else its price times its quantity."""
    leaves = list(leaves_of(line))
    minor = _in_minor_units(leaves)

    def first(pattern: re.Pattern[str]) -> Decimal | None:
        named = (_amount(leaf, minor) for leaf in leaves if pattern.search(leaf.path))
        return next((amount[0] for amount in named if amount is not None), None)

    whole, price, quantity = first(_LINE_TOTAL_KEY), first(_PRICE_KEY), first(_QUANTITY_KEY)
    if whole is not None or price is None:
        return whole
    return price * (1 if quantity is None else quantity)


def _any_currency(leaves: list[Leaf], near: str) -> str:
    """The currency key that shares most of its path with the total's."""
    best: tuple[int, str] | None = None
    parent = near.rsplit(".", 1)[0] if "." in near else ""
    for leaf in leaves:
        if not isinstance(leaf.value, str) or not CURRENCY_KEY.search(leaf.path.rsplit(".", 1)[-1]):
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
