"""Receipts as Markdown: a headed note, an invoice with a table, and a note with front matter."""

from __future__ import annotations

from typing import Final

from cowork_tui.sample.business import Receipt
from cowork_tui.sample.layouts.lines import payment_line, sums_after_total, sums_before_total
from cowork_tui.sample.layouts.written import Style, plain_amount


def headed_note(receipt: Receipt, style: Style) -> bytes:
    """The vendor is the heading; the sums are bold."""
    vendor = receipt.vendor
    lines = [
        f"# {vendor.name}",
        "",
        f"{vendor.address}  ",
        f"Receipt {receipt.number}, {style.date(receipt.date)}",
        "",
        *(f"- {item.quantity} x {item.description}: {plain_amount(item.amount_cents)}" for item in receipt.items),
        "",
        *(f"{label}: {style.money(cents)}  " for label, cents in sums_before_total(receipt)),
        f"**{style.total_label}: {style.money(receipt.total_cents)}**",
        "",
        *(f"{label}: {style.money(cents)}  " for label, cents in sums_after_total(receipt)),
        f"{payment_line(receipt)} Amounts in {receipt.currency}.",
    ]
    return _encoded(lines)


def invoice_table(receipt: Receipt, style: Style) -> bytes:
    """A list of labelled facts, then one table that ends in the total."""
    vendor = receipt.vendor
    lines = [
        f"# Invoice {receipt.number}",
        "",
        f"- **Supplier:** {vendor.name}",
        f"- **Supplier address:** {vendor.address}",
        f"- **Customer:** {receipt.buyer}",
        f"- **Invoice date:** {style.date(receipt.date)}",
        f"- **Currency:** {receipt.currency}",
        "",
        "| Item | Qty | Unit price | Amount |",
        "|---|--:|--:|--:|",
        *(
            f"| {item.description} | {item.quantity} | {plain_amount(item.unit_cents)}"
            f" | {plain_amount(item.amount_cents)} |"
            for item in receipt.items
        ),
        *(f"| {label} | | | {style.money(cents)} |" for label, cents in sums_before_total(receipt)),
        f"| **{style.total_label}** | | | **{style.money(receipt.total_cents)}** |",
        "",
        *(f"{label}: {style.money(cents)}  " for label, cents in sums_after_total(receipt)),
        payment_line(receipt),
    ]
    return _encoded(lines)


def front_matter(receipt: Receipt, style: Style) -> bytes:
    """Facts in a block of `key: value` lines, the items as prose below."""
    bought = ", ".join(f"{item.quantity} {item.description}" for item in receipt.items)
    lines = [
        "---",
        "type: receipt",
        f"vendor: {receipt.vendor.name}",
        f"date: {style.date(receipt.date)}",
        f"number: {receipt.number}",
        f"currency: {receipt.currency}",
        "---",
        "",
        f"Bought: {bought}.",
        "",
        *(f"{label}: {style.money(cents)}  " for label, cents in sums_before_total(receipt)),
        f"{style.total_label}: {style.money(receipt.total_cents)}  ",
        *(f"{label}: {style.money(cents)}  " for label, cents in sums_after_total(receipt)),
        payment_line(receipt),
    ]
    return _encoded(lines)


LAYOUTS: Final = (headed_note, invoice_table, front_matter)


def _encoded(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
