"""Receipts as PDF: a till receipt, an invoice with a ruled table, and a two-page invoice with its terms.

Text is written line by line, left to right, so that extracted text keeps the reading order. Streams are stored
uncompressed, because compressors differ between machines.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Final

from fpdf import FPDF

from cowork_tui.sample.business import Receipt
from cowork_tui.sample.layouts.lines import payment_line, sums_after_total, sums_before_total
from cowork_tui.sample.layouts.written import Style, plain_amount

_MADE_ON: Final = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
_LINE_MILLIMETRES: Final = 6
_LABEL_MILLIMETRES: Final = 120
_AMOUNT_MILLIMETRES: Final = 45
_TERMS: Final = (
    "1. Goods stay the property of the seller until they are paid for.",
    "2. Complaints are accepted within fourteen days of delivery.",
    "3. The place of jurisdiction is the seller's registered office.",
    "4. Prices hold for the order they were agreed for and for no other.",
)


def till_receipt(receipt: Receipt, style: Style) -> bytes:
    """The vendor on top, items and sums as two columns."""
    pdf = new_pdf(receipt.vendor.name)
    write_lines(pdf, [receipt.vendor.address, f"Tax no. {receipt.vendor.tax_id}", ""])
    write_lines(pdf, [f"Receipt {receipt.number}", f"Date: {style.date(receipt.date)}", ""])
    write_amounts(
        pdf, [(f"{item.quantity} x {item.description}", plain_amount(item.amount_cents)) for item in receipt.items]
    )
    _write_sums(pdf, receipt, style)
    return pdf_bytes(pdf)


def ruled_invoice(receipt: Receipt, style: Style) -> bytes:
    """Headed INVOICE, the supplier named by label, items in a ruled table."""
    pdf = new_pdf("INVOICE")
    _write_parties(pdf, receipt, style)
    write_table(pdf, _item_rows(receipt))
    _write_sums(pdf, receipt, style)
    return pdf_bytes(pdf)


def invoice_with_terms(receipt: Receipt, style: Style) -> bytes:
    """The supplier as letterhead, a second page with the terms of sale."""
    pdf = new_pdf(receipt.vendor.name)
    write_lines(pdf, [receipt.vendor.address, "", f"Invoice no. {receipt.number}"])
    write_lines(pdf, [f"Invoice date {style.date(receipt.date)}", f"Billed to {receipt.buyer}", ""])
    write_table(pdf, _item_rows(receipt))
    _write_sums(pdf, receipt, style)
    pdf.add_page()
    write_lines(pdf, ["Terms of sale", "", *_TERMS])
    return pdf_bytes(pdf)


LAYOUTS: Final = (till_receipt, ruled_invoice, invoice_with_terms)


def new_pdf(title: str) -> FPDF:
    """An A4 document with fixed dates whose first line is the title in bold."""
    pdf = FPDF(format="A4")
    pdf.set_compression(False)
    pdf.set_creation_date(_MADE_ON)
    pdf.set_producer("sample")
    pdf.core_fonts_encoding = "windows-1252"
    pdf.add_page()
    pdf.set_font("Helvetica", style="B", size=16)
    pdf.cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", size=11)
    return pdf


def write_lines(pdf: FPDF, lines: Iterable[str]) -> None:
    """One cell a line; an empty string leaves space."""
    for line in lines:
        pdf.cell(0, _LINE_MILLIMETRES, line, new_x="LMARGIN", new_y="NEXT")


def write_amounts(pdf: FPDF, rows: Iterable[tuple[str, str]]) -> None:
    """Label on the left, amount flush right on the same line."""
    for label, amount in rows:
        pdf.cell(_LABEL_MILLIMETRES, _LINE_MILLIMETRES, label)
        pdf.cell(_AMOUNT_MILLIMETRES, _LINE_MILLIMETRES, amount, align="R", new_x="LMARGIN", new_y="NEXT")


def write_table(pdf: FPDF, rows: Sequence[Sequence[str]]) -> None:
    """A ruled table whose first row is its heading."""
    with pdf.table(col_widths=(5, 1, 2, 2)[: len(rows[0])], text_align="LEFT") as table:
        for cells in rows:
            row = table.row()
            for cell in cells:
                row.cell(cell)
    pdf.ln(_LINE_MILLIMETRES)


def pdf_bytes(pdf: FPDF) -> bytes:
    """The finished file."""
    return bytes(pdf.output())


def _item_rows(receipt: Receipt) -> list[tuple[str, ...]]:
    return [
        ("Description", "Qty", "Unit price", "Amount"),
        *(
            (item.description, str(item.quantity), plain_amount(item.unit_cents), plain_amount(item.amount_cents))
            for item in receipt.items
        ),
    ]


def _write_parties(pdf: FPDF, receipt: Receipt, style: Style) -> None:
    write_lines(
        pdf,
        [
            f"Invoice no.: {receipt.number}",
            f"Invoice date: {style.date(receipt.date)}",
            f"From: {receipt.vendor.name}",
            receipt.vendor.address,
            f"To: {receipt.buyer}",
            "",
        ],
    )


def _write_sums(pdf: FPDF, receipt: Receipt, style: Style) -> None:
    write_amounts(pdf, [(label, style.money(cents)) for label, cents in sums_before_total(receipt)])
    pdf.set_font("Helvetica", style="B", size=11)
    write_amounts(pdf, [(style.total_label, style.money(receipt.total_cents))])
    pdf.set_font("Helvetica", size=11)
    write_amounts(pdf, [(label, style.money(cents)) for label, cents in sums_after_total(receipt)])
    write_lines(pdf, ["", f"{payment_line(receipt)} All amounts in {receipt.currency}."])
