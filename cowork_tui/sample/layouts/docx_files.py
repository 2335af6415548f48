"""Receipts as Word documents: letterhead with a table, labelled paragraphs, and everything in one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from docx.document import Document as DocxDocument

from cowork_tui.sample.business import Receipt
from cowork_tui.sample.layouts.lines import payment_line, sums_after_total, sums_before_total
from cowork_tui.sample.layouts.office_files import docx_bytes, new_docx
from cowork_tui.sample.layouts.written import Style, plain_amount


def letterhead(receipt: Receipt, style: Style) -> bytes:
    """The vendor as heading, items in a table, sums as paragraphs."""
    document = new_docx()
    document.add_heading(receipt.vendor.name, level=0)
    add_paragraphs(document, [receipt.vendor.address, f"Invoice {receipt.number}", f"Date: {style.date(receipt.date)}"])
    add_paragraphs(document, [f"Billed to: {receipt.buyer}"])
    add_table(document, _item_rows(receipt))
    add_paragraphs(document, _sum_lines(receipt, style))
    return docx_bytes(document)


def labelled(receipt: Receipt, style: Style) -> bytes:
    """A receipt of labelled paragraphs without any table."""
    document = new_docx()
    document.add_heading("Receipt", level=1)
    add_paragraphs(
        document,
        [
            f"Received by: {receipt.buyer}",
            f"Supplier: {receipt.vendor.name}",
            f"Receipt number: {receipt.number}",
            f"Date of issue: {style.date(receipt.date)}",
            *(f"{item.quantity} x {item.description}, {style.money(item.amount_cents)}" for item in receipt.items),
            *_sum_lines(receipt, style),
        ],
    )
    return docx_bytes(document)


def one_table(receipt: Receipt, style: Style) -> bytes:
    """A two-column table that holds facts, items and sums."""
    document = new_docx()
    document.add_heading(f"Invoice {receipt.number}", level=1)
    rows = [
        ("Vendor", receipt.vendor.name),
        ("Vendor tax ID", receipt.vendor.tax_id),
        ("Invoice date", style.date(receipt.date)),
        ("Customer", receipt.buyer),
        *((f"{item.quantity} x {item.description}", style.money(item.amount_cents)) for item in receipt.items),
        *((label, style.money(cents)) for label, cents in sums_before_total(receipt)),
        (style.total_label, style.money(receipt.total_cents)),
        *((label, style.money(cents)) for label, cents in sums_after_total(receipt)),
    ]
    add_table(document, rows)
    add_paragraphs(document, [f"{payment_line(receipt)} All amounts in {receipt.currency}."])
    return docx_bytes(document)


LAYOUTS: Final = (letterhead, labelled, one_table)


def add_paragraphs(document: DocxDocument, lines: Sequence[str]) -> None:
    """One paragraph a line."""
    for line in lines:
        document.add_paragraph(line)


def add_table(document: DocxDocument, rows: Sequence[Sequence[str]]) -> None:
    """A ruled table."""
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text


def _item_rows(receipt: Receipt) -> list[tuple[str, ...]]:
    return [
        ("Description", "Qty", "Unit price", "Amount"),
        *(
            (item.description, str(item.quantity), plain_amount(item.unit_cents), plain_amount(item.amount_cents))
            for item in receipt.items
        ),
    ]


def _sum_lines(receipt: Receipt, style: Style) -> list[str]:
    return [
        *(f"{label}: {style.money(cents)}" for label, cents in sums_before_total(receipt)),
        f"{style.total_label}: {style.money(receipt.total_cents)}",
        *(f"{label}: {style.money(cents)}" for label, cents in sums_after_total(receipt)),
        f"{payment_line(receipt)} All amounts in {receipt.currency}.",
    ]
