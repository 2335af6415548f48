"""Receipts as JSON: a flat export, a nested invoice, and an order with the currency beside every amount."""

from __future__ import annotations

import json
from typing import Final

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.sample.business import Receipt
from cowork_tui.sample.layouts.lines import tax_label
from cowork_tui.sample.layouts.written import Style, plain_amount


def flat(receipt: Receipt, _style: Style) -> bytes:
    """Facts side by side; amounts are numbers."""
    return json_bytes(
        {
            "receipt_number": receipt.number,
            "vendor": receipt.vendor.name,
            "vendor_address": receipt.vendor.address,
            "date": receipt.date.isoformat(),
            "currency": receipt.currency,
            "items": [
                {"description": item.description, "quantity": item.quantity, "unit_price": item.unit_cents / 100}
                for item in receipt.items
            ],
            "subtotal": receipt.net_cents / 100,
            "tax": receipt.tax_cents / 100,
            "total": receipt.total_cents / 100,
            "payment_method": receipt.paid_by,
        }
    )


def nested(receipt: Receipt, _style: Style) -> bytes:
    """Seller, buyer, lines and totals as objects; amounts are decimal strings."""
    vendor = receipt.vendor
    return json_bytes(
        {
            "document": {"type": "invoice", "number": receipt.number, "issue_date": receipt.date.isoformat()},
            "seller": {"name": vendor.name, "address": vendor.address, "tax_id": vendor.tax_id},
            "buyer": {"name": receipt.buyer},
            "currency": receipt.currency,
            "lines": [
                {
                    "text": item.description,
                    "qty": item.quantity,
                    "price": plain_amount(item.unit_cents),
                    "amount": plain_amount(item.amount_cents),
                }
                for item in receipt.items
            ],
            "totals": {
                "net": plain_amount(receipt.net_cents),
                "tax": {"label": tax_label(receipt), "amount": plain_amount(receipt.tax_cents)},
                "grand_total": plain_amount(receipt.total_cents),
            },
            "status": "paid",
        }
    )


def order(receipt: Receipt, style: Style) -> bytes:
    """A web shop's order confirmation that doubles as the receipt; every amount carries its currency."""

    def money(cents: int) -> JsonObject:
        return {"value": plain_amount(cents), "currency": receipt.currency}

    return json_bytes(
        {
            "kind": "receipt",
            "id": receipt.number,
            "merchant": {"name": receipt.vendor.name, "town": receipt.vendor.place.town},
            "purchased_on": style.date(receipt.date),
            "basket": [
                {"name": item.description, "count": item.quantity, "amount": money(item.amount_cents)}
                for item in receipt.items
            ],
            "tax": money(receipt.tax_cents),
            "amount_paid": money(receipt.total_cents),
        }
    )


LAYOUTS: Final = (flat, nested, order)


def json_bytes(value: JsonValue) -> bytes:
    """Indented UTF-8 JSON with a line end."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
