"""Receipts as CSV: labelled facts above an item table, and an export with every fact on every row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from cowork_tui.sample.business import Receipt
from cowork_tui.sample.layouts.lines import sums_after_total, sums_before_total
from cowork_tui.sample.layouts.written import Style, plain_amount


def facts_then_items(receipt: Receipt, style: Style) -> bytes:
    """`label,value` rows, an empty row, the items, then the sums in the last column."""
    vendor = receipt.vendor
    return csv_bytes(
        [
            ("Receipt", receipt.number),
            ("Vendor", vendor.name),
            ("Vendor address", vendor.address),
            ("Date", style.date(receipt.date)),
            ("Currency", receipt.currency),
            (),
            ("Item", "Quantity", "Unit price", "Amount"),
            *(
                (item.description, str(item.quantity), plain_amount(item.unit_cents), plain_amount(item.amount_cents))
                for item in receipt.items
            ),
            *((label, "", "", plain_amount(cents)) for label, cents in sums_before_total(receipt)),
            (style.total_label, "", "", plain_amount(receipt.total_cents)),
            *((label, "", "", plain_amount(cents)) for label, cents in sums_after_total(receipt)),
        ]
    )


def export(receipt: Receipt, style: Style) -> bytes:
    """A shop's export: a header row, one row an item, the total as the last row."""
    shared = (receipt.number, style.date(receipt.date), receipt.vendor.name)
    rows = [
        *((item.description, str(item.quantity), item.amount_cents) for item in receipt.items),
        *((label, "", cents) for label, cents in sums_before_total(receipt)),
        (style.label, "", receipt.total_cents),
    ]
    return csv_bytes(
        [
            ("receipt_no", "date", "seller", "description", "quantity", "amount", "currency"),
            *(
                (*shared, description, quantity, plain_amount(cents), receipt.currency)
                for description, quantity, cents in rows
            ),
        ]
    )


LAYOUTS: Final = (facts_then_items, export)


def csv_bytes(rows: Iterable[Sequence[str]], delimiter: str = ",") -> bytes:
    """The rows as UTF-8 CSV with `\\n` line ends on every machine."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
