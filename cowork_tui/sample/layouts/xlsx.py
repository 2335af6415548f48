"""Receipts as Excel workbooks: a form, an invoice with a second sheet of terms, and a till export.

Amounts are numbers; the form writes its date as a date cell, the others as text.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cowork_tui.sample.business import Receipt
from cowork_tui.sample.layouts.lines import sums_after_total, sums_before_total
from cowork_tui.sample.layouts.office_files import xlsx_bytes
from cowork_tui.sample.layouts.written import Style

Cell: TypeAlias = str | int | float | datetime.date | None


def form(receipt: Receipt, style: Style) -> bytes:
    """Labels in the first column, values in the second; the items below."""
    rows: list[Sequence[Cell]] = [
        ("Vendor", receipt.vendor.name),
        ("Receipt number", receipt.number),
        ("Date", receipt.date),
        ("Currency", receipt.currency),
        (),
        ("Item", "Quantity", "Unit price", "Amount"),
        *_item_rows(receipt),
        *_sum_rows(receipt, style),
    ]
    return workbook_bytes([("Receipt", rows)])


def invoice(receipt: Receipt, style: Style) -> bytes:
    """The supplier's name on top, a second sheet with terms."""
    rows: list[Sequence[Cell]] = [
        (receipt.vendor.name,),
        (receipt.vendor.address,),
        ("Invoice", receipt.number),
        ("Invoice date", style.date(receipt.date)),
        ("Bill to", receipt.buyer),
        (),
        ("Description", "Qty", "Price", f"Amount {receipt.currency}"),
        *_item_rows(receipt),
        *_sum_rows(receipt, style),
    ]
    terms: list[Sequence[Cell]] = [
        ("Terms",),
        ("Paid in full, no further payment needed",),
        ("Complaints within 14 days",),
    ]
    return workbook_bytes([("Invoice", rows), ("Terms", terms)])


def till_export(receipt: Receipt, style: Style) -> bytes:
    """A title line, then label and value pairs side by side."""
    rows: list[Sequence[Cell]] = [
        ("Sales receipt", None, receipt.number),
        ("Sold by", None, receipt.vendor.name),
        ("Date of sale", None, style.date(receipt.date)),
        (),
        ("Pos.", "Article", "Quantity", "Price", "Sum"),
        *(
            (index, item.description, item.quantity, item.unit_cents / 100, item.amount_cents / 100)
            for index, item in enumerate(receipt.items, start=1)
        ),
        *((None, label, None, None, cents / 100) for label, cents in sums_before_total(receipt)),
        (None, f"{style.label} {receipt.currency}", None, None, receipt.total_cents / 100),
        *((None, label, None, None, cents / 100) for label, cents in sums_after_total(receipt)),
    ]
    return workbook_bytes([("Till", rows)])


LAYOUTS: Final = (form, invoice, till_export)


def workbook_bytes(sheets: Iterable[tuple[str, Iterable[Sequence[Cell]]]]) -> bytes:
    """A workbook with one sheet for each title and its rows."""
    workbook = Workbook()
    first = workbook.active
    for index, (title, rows) in enumerate(sheets):
        sheet = first if index == 0 and isinstance(first, Worksheet) else workbook.create_sheet()
        sheet.title = title
        sheet.column_dimensions["A"].width = 32
        for row in rows:
            sheet.append(list(row))
    return xlsx_bytes(workbook)


def _item_rows(receipt: Receipt) -> list[Sequence[Cell]]:
    return [(item.description, item.quantity, item.unit_cents / 100, item.amount_cents / 100) for item in receipt.items]


def _sum_rows(receipt: Receipt, style: Style) -> list[Sequence[Cell]]:
    return [
        *((label, None, None, cents / 100) for label, cents in sums_before_total(receipt)),
        (style.total_label, None, None, receipt.total_cents / 100),
        *((label, None, None, cents / 100) for label, cents in sums_after_total(receipt)),
    ]
