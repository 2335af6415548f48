"""Tables in documents: the header row, the rows of items and the rows that sum them up."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from cowork_tui.demo.clerk.receipts.columns import MONEY_ROLES, NOT_THE_SUM, is_foreign, role_of
from cowork_tui.demo.clerk.receipts.dates import date_label_rank, dates_in
from cowork_tui.demo.clerk.receipts.labels import SummaryLabel, summary_label
from cowork_tui.demo.clerk.receipts.money import Amount, amounts_in, parse_value
from cowork_tui.demo.clerk.receipts.text import Row

_IDENTITY_ROLES = frozenset({"vendor", "number", "buyer", "currency", "method", "date", "due"})


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A row such as "Subtotal", "VAT 21 %" or "Total" with its amount."""

    label: SummaryLabel
    amount: Amount


@dataclass(frozen=True, slots=True)
class Table:
    """A header row, what its columns hold, the rows of items and of sums, and every row that is not part of it."""

    roles: dict[str, int]
    header: Row
    items: tuple[Row, ...]
    sums: tuple[SummaryRow, ...]
    outside: tuple[Row, ...]

    @property
    def foreign(self) -> bool:
        """Whether the columns are those of an account, a stock list, a plan or a price list."""
        return is_foreign(self.header.cells, self.roles)

    def values(self, role: str) -> list[str]:
        """The non-empty cells of the items in a column, in order."""
        return [value for row in self.items if (value := self.cell(row, role))]

    def amounts(self, role: str) -> list[Decimal | None]:
        """What a column says for each item; None where it says nothing."""
        found = [parse_value(self.cell(row, role)) for row in self.items]
        return [amount.value if amount is not None else None for amount in found]

    def cell(self, row: Row, role: str) -> str:
        """The row's cell in the column; empty when there is none."""
        index = self.roles.get(role)
        return row.cells[index] if index is not None and index < len(row.cells) else ""


def find_table(rows: tuple[Row, ...]) -> Table | None:
    """The first table with a header row of at least two columns known by name, one of them of money."""
    for index, row in enumerate(rows):
        roles = _header_roles(row)
        if roles is None:
            continue
        below = _rows_below(rows, index, roles)
        if below and len(below[0].cells) >= max(2, len(row.cells) - 2):
            return _table(rows, row, roles, below)
    return None


def _header_roles(row: Row) -> dict[str, int] | None:
    """The column of each role when the row can be a header."""
    if len(row.cells) < 2 or any(dates_in(cell) or _has_cents(cell) for cell in row.cells):
        return None
    roles: dict[str, int] = {}
    date_rank = -2
    for index, cell in enumerate(row.cells):
        role = role_of(cell)
        if role == "date":
            rank = date_label_rank(cell)
            if rank > date_rank:
                roles["date"], date_rank = index, rank
        elif role and role not in roles:
            roles[role] = index
    return roles if len(roles) >= 2 and MONEY_ROLES & set(roles) else None


def _has_cents(cell: str) -> bool:
    return any(amount.has_cents for amount in amounts_in(cell))


def _rows_below(rows: tuple[Row, ...], header_index: int, roles: dict[str, int]) -> list[Row]:
    """The rows with numbers down to the next table or, once numbers have come, to a line of text."""
    found: list[Row] = []
    for row in rows[header_index + 1 :]:
        if found and _header_roles(row) is not None and not any(re.search(r"\d", cell) for cell in row.cells):
            break
        if len(row.cells) < 2 or not any(re.search(r"\d", cell) for cell in row.cells):
            if not found:
                break
            continue
        if found and _is_pair(row, roles):
            continue
        found.append(row)
    return found


def _is_pair(row: Row, roles: dict[str, int]) -> bool:
    """Whether the row is a field and its value below the table, such as "Date,2026-04-01"."""
    filled = [cell for cell in row.cells if cell]
    narrow = len(row.cells) == 2 and max(roles.values()) > 1
    return narrow and len(filled) == 2 and summary_label(filled[0]) is None


def _table(rows: tuple[Row, ...], header: Row, roles: dict[str, int], below: list[Row]) -> Table:
    usual = Counter(_filled(row) for row in below).most_common(1)[0][0]
    items: list[Row] = []
    sums: list[SummaryRow] = []
    used = {id(header)}
    for position, row in enumerate(below):
        summary = _summary(row, roles, header, short=_filled(row) < usual) if position else None
        if summary is not None:
            sums.append(summary)
        elif _has_money(row, roles):
            items.append(row)
        else:
            continue
        used.add(id(row))
    return Table(roles, header, tuple(items), tuple(sums), tuple(row for row in rows if id(row) not in used))


def _filled(row: Row) -> int:
    return sum(1 for cell in row.cells if cell)


def _has_money(row: Row, roles: dict[str, int]) -> bool:
    return any(
        amounts_in(row.cells[index]) for role, index in roles.items() if role in MONEY_ROLES and index < len(row.cells)
    )


def _summary(row: Row, roles: dict[str, int], header: Row, short: bool) -> SummaryRow | None:
    identity = {index for role, index in roles.items() if role in _IDENTITY_ROLES}
    for index, cell in enumerate(row.cells):
        label = summary_label(cell) if cell and not any(one.money_like for one in amounts_in(cell)) else None
        if label is None or not (label.pure or short) or (index in identity and not (label.pure and short)):
            continue
        amount = _amount_of_summary(row, index, roles, header)
        if amount is not None:
            return SummaryRow(label, amount)
    return None


def _amount_of_summary(row: Row, label_index: int, roles: dict[str, int], header: Row) -> Amount | None:
    """The row's amount: under the most telling column, else the last one behind the label."""
    if len(row.cells) > len(header.cells) - 3:
        for role in ("document total", "gross", "line", "total", "amount"):
            index = roles.get(role, -1)
            if label_index != index and 0 <= index < len(row.cells) and (found := parse_value(row.cells[index])):
                return found
    skipped = {index for role, index in roles.items() if role in NOT_THE_SUM}
    behind = [(index, cell) for index, cell in enumerate(row.cells) if index > label_index and amounts_in(cell)]
    kept = [cell for index, cell in behind if index not in skipped] or [cell for _, cell in behind]
    return parse_value(kept[-1]) if kept else None
