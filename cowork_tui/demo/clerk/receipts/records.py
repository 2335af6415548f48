"""One receipt told by a table: its items, its sums, and whether it is one document at all."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cowork_tui.demo.clerk.receipts.columns import header_words
from cowork_tui.demo.clerk.receipts.currency import code_of, currencies_in
from cowork_tui.demo.clerk.receipts.dates import dates_in
from cowork_tui.demo.clerk.receipts.money import parse_value
from cowork_tui.demo.clerk.receipts.tables import SummaryRow, Table
from cowork_tui.demo.clerk.receipts.totals import WHOLE_SUM_RANK

# How telling a total is, on the scale of `totals.label_rank`.
_REPEATED_RANK = 90
_ONLY_ROW_RANK = 75
_SUM_RANK = 55


@dataclass(frozen=True, slots=True)
class Record:
    """What a table says when it is one record: any field may be missing; `rank` tells how sure the total is."""

    date_text: str = ""
    vendor: str = ""
    total: Decimal | None = None
    currency: str = ""
    rank: int = 0
    numbered: bool = False


def is_list_of_records(table: Table) -> bool:
    """Whether the rows are separate records, such as a ledger, a bank statement or a list of expenses."""
    if "balance" in table.roles and "date" in table.roles:
        return True
    if len(table.items) < 2:
        return False
    if is_of_several(table):
        return True
    one_document = "number" in table.roles and _distinct(table, "number") == 1
    days = {value for value in table.values("date") if dates_in(value)}
    return len(days) > 1 and not one_document


def is_of_several(table: Table) -> bool:
    """Whether the records surely are not the lines of one invoice, whatever the document's title."""
    return "balance" in table.roles or any(_distinct(table, role) > 1 for role in ("vendor", "number", "buyer"))


def _distinct(table: Table, role: str) -> int:
    return len({value.casefold() for value in table.values(role)})


def record_in(table: Table) -> Record:
    """The table as one record: what its rows have in common, with the total they state or add up to."""
    dates = [value for value in table.values("date") if dates_in(value)]
    vendors = table.values("vendor")
    currencies = table.values("currency")
    value, mark, rank = _total(table)
    currency = mark or (code_of(currencies[0]) if currencies else "")
    return Record(
        dates[0] if dates else "",
        vendors[0] if vendors else "",
        value,
        currency,
        rank if value is not None else 0,
        bool(table.values("number")),
    )


def _total(table: Table) -> tuple[Decimal | None, str, int]:
    """The total, the currency printed with it, and its rank."""
    stated = [row for row in table.sums if row.label.kind == "total" and row.amount.value]
    if stated:
        best = max(row.label.rank for row in stated)
        chosen = [row for row in stated if row.label.rank == best][-1]
        value = _before_payments(chosen.amount.value, table.sums)
        return value, chosen.amount.currency, best
    repeated = _document_total(table)
    if repeated is not None:
        value, role = repeated
        return value, _mark(table, role), _REPEATED_RANK
    if not table.items:
        return None, "", 0
    value, role = _sum_of_items(table)
    if value is None:
        return None, "", 0
    return value + _additions(table.sums), _mark(table, role), _ONLY_ROW_RANK if len(table.items) == 1 else _SUM_RANK


def _before_payments(value: Decimal, sums: tuple[SummaryRow, ...]) -> Decimal:
    """The whole sum when the given one is what a deposit or an earlier payment left of it."""
    wholes = [one.amount.value for one in sums if one.label.rank >= WHOLE_SUM_RANK and one.amount.value > value > 0]
    paid = {abs(one.amount.value) for one in sums if one.label.kind == "payment"}
    return next((whole for whole in wholes if whole - value in paid), value)


def _mark(table: Table, role: str) -> str:
    """The currency beside the column's amounts or in its header cell."""
    for cell in table.values(role):
        found = parse_value(cell)
        if found is not None and found.currency:
            return found.currency
    index = table.roles.get(role)
    header = currencies_in(table.header.cells[index].upper()) if index is not None else []
    return header[-1] if header and not table.values("currency") else ""


def _document_total(table: Table) -> tuple[Decimal, str] | None:
    """A total of the whole document in a column: repeated on every item, or given on one of several."""
    for role in ("document total", "gross", "total", "amount"):
        values = [value for value in table.amounts(role) if value is not None]
        if not values or len(set(values)) != 1:
            continue
        alone = len(values) == 1 and len(table.items) > 1
        named = role == "document total"
        if alone or named or (len(values) > 1 and _covers_the_items(table, role, values[0])):
            return values[0], role
    return None


def _covers_the_items(table: Table, role: str, value: Decimal) -> bool:
    """Whether an equal value on every item is the sum of another column rather than each item's own amount."""
    products = _products(table)
    if products is not None:
        return sum(products) <= value and any(product != value for product in products)
    for other in ("line", "gross", "total", "amount", "net", "price"):
        if other == role or other not in table.roles:
            continue
        parts = [part for part in table.amounts(other) if part is not None]
        if len(parts) == len(table.items) and sum(parts) <= value:
            return True
    return False


def _products(table: Table) -> list[Decimal] | None:
    """Quantity times unit price of each item, less its discount; None when a column is missing."""
    price_role = "price" if "price" in table.roles else "amount"
    prices, quantities = table.amounts(price_role), table.amounts("quantity")
    if not prices or any(price is None for price in prices):
        return None
    if all(quantity is None for quantity in quantities) and price_role != "price":
        return None
    discounts = table.amounts("discount")
    return [
        (price or Decimal(0)) * (Decimal(1) if quantity is None else quantity) - abs(discount or Decimal(0))
        for price, quantity, discount in zip(prices, quantities, discounts, strict=True)
    ]


def _sum_of_items(table: Table) -> tuple[Decimal | None, str]:
    for role in ("gross", "line", "total", "amount", "net"):
        values = [value for value in table.amounts(role) if value is not None]
        if not values:
            continue
        total = sum(values, Decimal(0))
        if role == "amount" and "price" not in table.roles and _is_unit_price(table):
            total = sum(_products(table) or [total])
        return total + _tax_beside(table, role) + _shipping_beside(table, role), role
    products = _products(table)
    if products is None:
        return None, ""
    return sum(products, Decimal(0)) + _tax_beside(table, "price") + _shipping_beside(table, "price"), "price"


def _is_unit_price(table: Table) -> bool:
    """Whether the only money column is "price" beside a quantity."""
    words = header_words(table.header.cells[table.roles["amount"]])
    return any(word in words for word in ("price", "preis", "prix", "prezzo", "precio", "prijs", "pris"))


def _tax_beside(table: Table, role: str) -> Decimal:
    """The tax column's sum when the summed column leaves it out."""
    taxes = [tax for tax in table.amounts("tax") if tax is not None]
    if not taxes or not _is_a_part(table, role):
        return Decimal(0)
    words = header_words(table.header.cells[table.roles["tax"]])
    return Decimal(0) if any(word in words for word in ("incl", "inkl", "davon")) else sum(taxes, Decimal(0))


def _shipping_beside(table: Table, role: str) -> Decimal:
    """The shipping column's sum, once when it is repeated on every item."""
    values = [value for value in table.amounts("shipping") if value is not None]
    if not values or not _is_a_part(table, role):
        return Decimal(0)
    return values[0] if len(set(values)) == 1 else sum(values, Decimal(0))


def _is_a_part(table: Table, role: str) -> bool:
    """Whether other columns add to this one: a net amount, or the amounts of single items."""
    itemised = len(table.items) > 1 or "quantity" in table.roles or "price" in table.roles
    return role == "net" or (role in {"line", "amount", "price"} and itemised)


def _additions(sums: tuple[SummaryRow, ...]) -> Decimal:
    """What rows such as "VAT" and "Discount" add to the items."""
    return sum((_addition(row) for row in sums), Decimal(0))


def _addition(row: SummaryRow) -> Decimal:
    if row.label.kind == "discount":
        return -abs(row.amount.value)
    return row.amount.value if row.label.kind in {"tax", "part"} else Decimal(0)
