"""The sums under the items, as label and cents, shared by every layout."""

from __future__ import annotations

from cowork_tui.sample.business import Receipt
from cowork_tui.sample.layouts.written import percent


def sums_before_total(receipt: Receipt) -> tuple[tuple[str, int], ...]:
    """What stands between the items and the total: net amount and tax where tax comes on top, else nothing."""
    if receipt.vendor.tax_included:
        return ()
    return (("Subtotal", receipt.items_cents), (tax_label(receipt), receipt.tax_cents))


def sums_after_total(receipt: Receipt) -> tuple[tuple[str, int], ...]:
    """What follows the total: the tax contained in it where prices include tax, then cash given and change."""
    lines: list[tuple[str, int]] = []
    if receipt.vendor.tax_included:
        lines.append((f"incl. {tax_label(receipt)}", receipt.tax_cents))
    if receipt.cash_given_cents is not None:
        lines.append(("Cash given", receipt.cash_given_cents))
        lines.append(("Change", receipt.cash_given_cents - receipt.total_cents))
    return tuple(lines)


def tax_label(receipt: Receipt) -> str:
    """Such as `VAT 20%`."""
    return f"{receipt.vendor.place.tax_name} {percent(receipt.vendor.place.tax_basis_points)}"


def payment_line(receipt: Receipt) -> str:
    """How it was paid, as a sentence."""
    return f"Paid by {receipt.paid_by}, with thanks."
