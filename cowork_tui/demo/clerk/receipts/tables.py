"""Records in tables: CSV, sheets and tables inside documents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from cowork_tui.demo.clerk.receipts.currency import code_of, currencies_in
from cowork_tui.demo.clerk.receipts.dates import dates_in
from cowork_tui.demo.clerk.receipts.money import amounts_in, parse_value
from cowork_tui.demo.clerk.receipts.text import Row, fold
from cowork_tui.demo.clerk.receipts.totals import label_rank

_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("balance", re.compile(r"balance|saldo|solde|\bdebit\b|\bcredit\b|soll|haben")),
    ("due", re.compile(r"\bdue\b|fallig|valid|deliver|liefer")),
    ("date", re.compile(r"\b\w*date\b|\w*datum\b|\bdata\b|fecha|\bissued\b|\bdato\b|\bday\b|\btag\b")),
    ("vendor", re.compile(r"vendor|seller|supplier|merchant|store|shop|company|payee|issuer|lieferant|handler|verkaufer"
        r"|fournisseur|vendeur|fornitore|proveedor|firma|geschaft")),
    ("currency", re.compile(r"currency|wahrung|waehrung|devise|valuta|moneda|\bccy\b|\bcur\b")),
    ("total", re.compile(r"total|gesamt|summe|brutto|gross|amount due|ttc|importe|payable")),
    ("quantity", re.compile(r"qty|quantity|menge|anzahl|quantite|cantidad|quantita|units?$|stock|bestand")),
    ("price", re.compile(r"unit price|price each|einzelpreis|unit cost|\bprice\b|\bpreis\b|prix|prezzo|precio")),
    ("amount", re.compile(r"amount|betrag|montant|importo|cost|value|wert|price|line sum|\bsum\b")),
    ("item", re.compile(r"item|description|article|artikel|bezeichnung|beschreibung|product|produkt|designation"
        r"|descrizione|descripcion|service|leistung|position|\bname\b|text|details|sku")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """What a table says when it is one record: any field may be missing."""

    date_text: str
    vendor: str
    total: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Table:
    """A header row with its data rows and the roles of its columns."""

    roles: dict[str, int]
    header: Row
    rows: tuple[Row, ...]

    def column(self, role: str) -> list[str]:
        """The non-empty values of a column, in order."""
        index = self.roles.get(role)
        return (
            []
            if index is None
            else [row.cells[index] for row in self.rows if index < len(row.cells) and row.cells[index]]
        )


def find_table(rows: tuple[Row, ...]) -> Table | None:
    """The first table with a header row of at least two columns known by name."""
    for index, row in enumerate(rows):
        if len(row.cells) < 2 or any(dates_in(cell) or _has_cents(cell) for cell in row.cells):
            continue
        roles = _roles(row)
        if len(roles) < 2 or not {"total", "amount", "price", "balance"} & set(roles):
            continue
        data: list[Row] = []
        for later in rows[index + 1 :]:
            if len(later.cells) < 2 or not any(_has_number(cell) for cell in later.cells):
                break
            data.append(later)
        if data and len(data[0].cells) >= max(2, len(row.cells) - 2):
            return Table(roles, row, tuple(data))
    return None


def _has_cents(cell: str) -> bool:
    return any(amount.has_cents for amount in amounts_in(cell))


def _has_number(cell: str) -> bool:
    return bool(re.search(r"\d", cell))


def _roles(row: Row) -> dict[str, int]:
    roles: dict[str, int] = {}
    for index, cell in enumerate(row.cells):
        if not cell or len(cell) > 40:
            continue
        folded = fold(cell).replace("_", " ")
        role = next((name for name, pattern in _ROLES if pattern.search(folded)), None)
        if role is not None and role not in roles:
            roles[role] = index
    return roles


def is_list_of_records(table: Table) -> bool:
    """Whether the rows are separate records, such as a ledger, a bank statement or a price list with dates."""
    if "balance" in table.roles and "date" in table.roles:
        return True
    data = [row for row in table.rows if not _is_total_row(row)]
    if len(data) < 2:
        return False
    if len(set(table.column("vendor"))) > 1:
        return True
    if "date" not in table.roles:
        return False
    days = {value for value in table.column("date") if dates_in(value)}
    return len(days) > 1


def record_in(table: Table) -> Record:
    """The table as one record: its only row, or what its rows have in common with the sum of its lines."""
    data = [row for row in table.rows if not _is_total_row(row)]
    dates = table.column("date")
    vendors = table.column("vendor")
    total, mark = _table_total(table, data)
    currencies = table.column("currency")
    currency = code_of(currencies[0]) if currencies else mark
    return Record(dates[0] if dates else "", vendors[0] if vendors else "", total, currency)


def _table_total(table: Table, data: list[Row]) -> tuple[Decimal | None, str]:
    mark = next((code for cell in table.header.cells for code in currencies_in(cell)), "")
    totals = [row for row in table.rows if _is_total_row(row)]
    if totals:
        ranked = max(totals, key=lambda row: max(label_rank(cell) for cell in row.cells))
        found = [amount for cell in ranked.cells if label_rank(cell) == 0 and (amount := parse_value(cell)) is not None]
        if found:
            return found[-1].value, found[-1].currency or mark
    values = [(parse_value(value)) for value in table.column("total")]
    amounts = [value for value in values if value is not None]
    if amounts and (
        len(data) == 1 or (len({one.value for one in amounts}) == 1 and {"amount", "price"} & set(table.roles))
    ):
        return amounts[0].value, amounts[0].currency or mark
    if len(data) == 1 or {"date", "vendor"} <= set(table.roles):
        lines = amounts or [value for cell in table.column("amount") if (value := parse_value(cell)) is not None]
        if lines:
            return sum((one.value for one in lines), Decimal(0)), lines[0].currency or mark
    return None, mark


def _is_total_row(row: Row) -> bool:
    return any(label_rank(cell) >= 70 and not amounts_in(cell) for cell in row.cells)
