"""Receipts as plain text: a till roll, a card slip, an e-mail, an invoice and a form with dotted leaders."""

from __future__ import annotations

from typing import Final

from cowork_tui.sample.business import Receipt
from cowork_tui.sample.layouts.lines import payment_line, sums_after_total, sums_before_total, tax_label
from cowork_tui.sample.layouts.written import Style, plain_amount

_ROLL_CHARACTERS: Final = 42
_FORM_CHARACTERS: Final = 30


def till_roll(receipt: Receipt, style: Style) -> bytes:
    """A narrow roll: the vendor centred on top, item amounts flush right."""
    vendor = receipt.vendor
    head = (vendor.name, vendor.street, vendor.place.town, f"Tax no. {vendor.tax_id}")
    items = [
        _apart(f"{item.quantity} x {item.description}"[:31], plain_amount(item.amount_cents)) for item in receipt.items
    ]
    before = [_apart(label, plain_amount(cents)) for label, cents in sums_before_total(receipt)]
    after = [_apart(label, plain_amount(cents)) for label, cents in sums_after_total(receipt)]
    lines = [
        *(line.center(_ROLL_CHARACTERS).rstrip() for line in head),
        "",
        f"{style.date(receipt.date)}   Receipt {receipt.number}",
        "-" * _ROLL_CHARACTERS,
        *items,
        "-" * _ROLL_CHARACTERS,
        *before,
        _apart(style.total_label, style.money(receipt.total_cents)),
        "=" * _ROLL_CHARACTERS,
        *after,
        f"Currency: {receipt.currency}",
        "",
        "Thank you for your visit".center(_ROLL_CHARACTERS).rstrip(),
    ]
    return _encoded(lines)


def card_slip(receipt: Receipt, style: Style) -> bytes:
    """Label and value a line, the items below the total."""
    vendor = receipt.vendor
    return _encoded(
        [
            "CUSTOMER COPY",
            f"Merchant: {vendor.name}",
            f"Address: {vendor.address}",
            f"Date: {style.date(receipt.date)}",
            f"Slip no.: {receipt.number}",
            "",
            *(f"{label}: {style.money(cents)}" for label, cents in sums_before_total(receipt)),
            f"{style.total_label}: {style.money(receipt.total_cents)}",
            *(f"{label}: {style.money(cents)}" for label, cents in sums_after_total(receipt)),
            "",
            "Items:",
            *(f"  {item.quantity} x {item.description} @ {plain_amount(item.unit_cents)}" for item in receipt.items),
            "",
            payment_line(receipt),
        ]
    )


def email(receipt: Receipt, style: Style) -> bytes:
    """A saved message: header lines, a greeting, the items as a list."""
    vendor = receipt.vendor
    domain = "".join(letter for letter in vendor.name.casefold() if letter.isascii() and letter.isalnum())
    return _encoded(
        [
            f"From: {vendor.name} <billing@{domain}.example>",
            f"To: {receipt.buyer}",
            f"Date: {style.date(receipt.date)}",
            f"Subject: Your receipt {receipt.number}",
            "",
            "Hello,",
            "",
            "thank you for your order. This is your receipt:",
            "",
            *(
                f"- {item.description}, {item.quantity} at {plain_amount(item.unit_cents)}"
                f" = {plain_amount(item.amount_cents)}"
                for item in receipt.items
            ),
            "",
            *(f"{label}: {style.money(cents)}" for label, cents in sums_before_total(receipt)),
            f"{style.total_label}: {style.money(receipt.total_cents)}",
            *(f"{label}: {style.money(cents)}" for label, cents in sums_after_total(receipt)),
            "",
            f"{payment_line(receipt)} All amounts in {receipt.currency}.",
            "",
            f"{vendor.name}, {vendor.address}",
        ]
    )


def invoice(receipt: Receipt, style: Style) -> bytes:
    """A typed invoice with columns; seller and buyer are both named."""
    vendor = receipt.vendor
    return _encoded(
        [
            f"INVOICE {receipt.number}",
            "",
            f"Seller:        {vendor.name}",
            f"               {vendor.address}",
            f"               Tax ID {vendor.tax_id}",
            f"Bill to:       {receipt.buyer}",
            f"Invoice date:  {style.date(receipt.date)}",
            "",
            f"{'Description':<34}{'Qty':>5}{'Price':>11}{'Amount':>12}",
            *(
                f"{item.description:<34}{item.quantity:>5}"
                f"{plain_amount(item.unit_cents):>11}{plain_amount(item.amount_cents):>12}"
                for item in receipt.items
            ),
            "",
            f"{'Net':<44}{style.money(receipt.net_cents):>18}",
            f"{tax_label(receipt):<44}{style.money(receipt.tax_cents):>18}",
            f"{style.total_label:<44}{style.money(receipt.total_cents):>18}",
            "",
            payment_line(receipt),
            f"Currency of this invoice: {receipt.currency}",
        ]
    )


def dotted_form(receipt: Receipt, style: Style) -> bytes:
    """Label, dots, value: as small offices print them."""
    rows = [
        ("Vendor", receipt.vendor.name),
        ("Receipt no.", receipt.number),
        ("Date of purchase", style.date(receipt.date)),
        ("Customer", receipt.buyer),
        *((item.description, style.money(item.amount_cents)) for item in receipt.items),
        *((label, style.money(cents)) for label, cents in sums_before_total(receipt)),
        (style.total_label, style.money(receipt.total_cents)),
        *((label, style.money(cents)) for label, cents in sums_after_total(receipt)),
        ("Paid by", receipt.paid_by),
        ("Currency", receipt.currency),
    ]
    return _encoded(["RECEIPT", "", *(f"{label + ' ':.<{_FORM_CHARACTERS}} {value}" for label, value in rows)])


LAYOUTS: Final = (till_roll, card_slip, email, invoice, dotted_form)


def _apart(left: str, right: str) -> str:
    return f"{left}{right:>{max(_ROLL_CHARACTERS - len(left), len(right) + 1)}}"


def _encoded(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
