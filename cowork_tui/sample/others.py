"""The papers that are not receipts: notes, lists, statements, contracts and the like.

Some mention vendors, dates and sums, as real ones do; none of them says that something was paid to a vendor the way a
receipt does.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from random import Random
from typing import Final, TypeAlias

from cowork_tui.sample.business import Business, Receipt
from cowork_tui.sample.filing import slug
from cowork_tui.sample.layouts.csv_files import csv_bytes
from cowork_tui.sample.layouts.docx_files import add_paragraphs, add_table
from cowork_tui.sample.layouts.json_files import json_bytes
from cowork_tui.sample.layouts.office_files import docx_bytes, new_docx
from cowork_tui.sample.layouts.pdf import new_pdf, pdf_bytes, write_lines, write_table
from cowork_tui.sample.layouts.written import plain_amount
from cowork_tui.sample.layouts.xlsx import Cell, workbook_bytes

Document: TypeAlias = tuple[str, bytes]
"""Path relative to the folder, and content."""

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_SERVICES: Final = (
    "Repair, per hour",
    "Standard order",
    "Rush order",
    "Consultation",
    "Gift wrapping",
    "Delivery in town",
)
_STOCK: Final = (
    "Shelf boards",
    "Gift boxes",
    "Ribbon, 50 m",
    "Glass jars",
    "Brown bags",
    "Labels, round",
    "String, 100 m",
)
_TOPICS: Final = (
    "Opening hours over the holidays", "New shelf in the back room", "Who orders paper", "Broken card terminal",
    "Open day with the neighbours", "Training for the new till", "Bike rack in front of the shop",
)  # fmt: skip
_CHORES: Final = (
    "call the landlord about the radiator", "water the plants", "renew the fire extinguisher check",
    "ask for quotes for the new sign", "sort the drawer with the cables", "reply to the school about the visit",
)  # fmt: skip


def make_others(business: Business, seed: int) -> dict[str, bytes]:
    """Ten papers that every sample has and up to three more, by path."""
    random = Random(f"others {seed}")
    makers = [*_ALWAYS, *random.sample(_SOMETIMES, random.randint(0, len(_SOMETIMES)))]
    return dict(maker(business, random) for maker in makers)


def _read_me(business: Business, _random: Random) -> Document:
    lines = [
        f"# Papers of {business.name}",
        "",
        "- `receipts/`: what we paid at a counter",
        "- `invoices/`: what suppliers sent us, by month",
        "- `office/`: everything else",
        "",
        f"Questions: ask {business.owner}.",
    ]
    return "README.md", _lines(lines)


def _to_do(business: Business, random: Random) -> Document:
    people = [random.choice(business.staff) for _ in range(4)]
    chores = random.sample(_CHORES, 4)
    lines = ["To do this week", "", *(f"[ ] {chore} ({person})" for chore, person in zip(chores, people, strict=True))]
    return random.choice(("notes.txt", "to do.txt", "office/todo.txt")), _lines(lines)


def _price_list(business: Business, random: Random) -> Document:
    rows = [(name, plain_amount(random.randint(8, 190) * 50), "EUR") for name in random.sample(_SERVICES, 5)]
    year = business.months[0].year
    return f"office/price-list-{year}.csv", csv_bytes([("service", "price", "currency"), *rows])


def _bank_statement(business: Business, random: Random) -> Document:
    month = random.choice(business.months)
    balance = random.randint(400_000, 1_400_000)
    rows = [(f"{month:%d.%m.%Y}", "Opening balance", "", plain_amount(balance))]
    for receipt in business.receipts:
        if _is_on_statement(receipt, month):
            balance -= receipt.total_cents
            amount = f"-{plain_amount(receipt.total_cents)}"
            rows.append((f"{receipt.date:%d.%m.%Y}", f"Payment {receipt.vendor.name}", amount, plain_amount(balance)))
    header = ("Booking date", "Text", "Amount EUR", "Balance EUR")
    return f"office/bank-statement-{month:%Y-%m}.csv", csv_bytes([header, *rows], delimiter=";")


def _is_on_statement(receipt: Receipt, month: datetime.date) -> bool:
    in_month = receipt.date.replace(day=1) == month
    return in_month and receipt.currency == "EUR" and receipt.paid_by != "cash"


def _lease(business: Business, random: Random) -> Document:
    document = new_docx()
    document.add_heading("Lease of business premises", level=0)
    rent_cents = random.randint(16, 38) * 5_000
    add_paragraphs(
        document,
        [
            f"Between {business.address.rsplit(', ')[-1]} Property Holdings (landlord) and {business.name} (tenant).",
            f"1. The landlord lets the shop at {business.address} to the tenant for five years.",
            f"2. The monthly rent is {plain_amount(rent_cents, thousands=',')} EUR, payable in advance.",
            "3. The tenant keeps the premises in good repair.",
            "4. Notice is six months to the end of a quarter.",
            f"Signed: {business.owner}",
        ],
    )
    return random.choice(("office/lease.docx", "office/lease contract.docx")), docx_bytes(document)


def _quote(business: Business, random: Random) -> Document:
    vendor = random.choice([vendor for vendor in business.vendors if not vendor.trade.counter])
    day = _day_in(random, business)
    rows = [
        (description, str(random.randint(1, most)), plain_amount(random.randint(lowest, highest)))
        for description, lowest, highest, most in vendor.trade.goods[:3]
    ]
    pdf = new_pdf("QUOTATION")
    write_lines(pdf, [f"{vendor.name} offers to {business.name}:", f"Quotation of {day.isoformat()}", ""])
    write_table(pdf, [("Description", "Qty", "Unit price"), *rows])
    write_lines(
        pdf,
        [
            f"Prices in {vendor.place.currency} without tax.",
            f"This offer is valid until {(day + datetime.timedelta(days=30)).isoformat()}.",
            "It is not an invoice. We look forward to your order.",
        ],
    )
    return f"office/quote-{slug(vendor.name)}.pdf", pdf_bytes(pdf)


def _inventory(business: Business, random: Random) -> Document:
    rows: list[Sequence[Cell]] = [("Article", "On stock", "Reorder at", "Shelf")]
    rows += [
        (article, random.randint(2, 180), random.randint(2, 20), f"{random.choice('ABCD')}{random.randint(1, 9)}")
        for article in random.sample(_STOCK, 6)
    ]
    counted = [("Counted by", random.choice(business.staff)), ("Counted on", _day_in(random, business).isoformat())]
    return "office/inventory.xlsx", workbook_bytes([("Stock", rows), ("Count", counted)])


def _minutes(business: Business, random: Random) -> Document:
    day = _day_in(random, business)
    lines = [
        f"# Team meeting, {day.isoformat()}",
        "",
        f"Present: {business.owner}, {', '.join(business.staff[:3])}",
        "",
        *(
            f"{index}. {topic}: {random.choice(business.staff)}"
            for index, topic in enumerate(random.sample(_TOPICS, 4), 1)
        ),
        "",
        "Reminder: hand in your receipts by the end of the month.",
    ]
    return f"office/minutes-{day.isoformat()}.md", _lines(lines)


def _roster(business: Business, random: Random) -> Document:
    rows: list[Sequence[Cell]] = [("Name", *_WEEKDAYS)]
    rows += [(name, *(random.choice(("early", "late", "off")) for _ in _WEEKDAYS)) for name in business.staff]
    return "office/staff roster.xlsx", workbook_bytes([("Week 1", rows)])


def _letter(business: Business, random: Random) -> Document:
    day = _day_in(random, business)
    document = new_docx()
    add_paragraphs(
        document,
        [
            business.name,
            business.address,
            f"{day.day}.{day.month}.{day.year}",
            f"Dear {random.choice(business.vendors).name},",
            "the delivery of last week was short of one carton. Please send the missing one with the next delivery.",
            "Kind regards",
            business.owner,
        ],
    )
    return "office/letter to supplier.docx", docx_bytes(document)


def _contacts(business: Business, random: Random) -> Document:
    contacts = [
        {
            "name": vendor.name,
            "address": vendor.address,
            "phone": f"+00 {random.randint(100, 999)} {random.randint(10_000, 99_999)}",
        }
        for vendor in business.vendors
    ]
    return "office/contacts.json", json_bytes({"owner": business.owner, "contacts": contacts})


def _delivery_note(business: Business, random: Random) -> Document:
    vendor = random.choice([vendor for vendor in business.vendors if not vendor.trade.counter])
    goods = [f"{random.randint(1, most)} x {description}" for description, _, _, most in vendor.trade.goods[:3]]
    day = _day_in(random, business)
    lines = [
        "DELIVERY NOTE",
        f"From {vendor.name} to {business.name}",
        f"Delivered on {day.isoformat()}",
        "",
        *goods,
        "",
        "Goods received in good order. The invoice follows separately.",
    ]
    return f"office/delivery-note-{slug(vendor.name)}.txt", _lines(lines)


def _hours(business: Business, random: Random) -> Document:
    document = new_docx()
    document.add_heading("Opening hours", level=1)
    add_table(document, [(day, f"{random.randint(7, 10)}:00 to {random.randint(16, 19)}:00") for day in _WEEKDAYS])
    add_paragraphs(document, [f"{business.name}, {business.address}"])
    return "office/opening hours.docx", docx_bytes(document)


_ALWAYS: Final[tuple[Callable[[Business, Random], Document], ...]] = (
    _read_me, _to_do, _price_list, _bank_statement, _lease, _quote, _inventory, _minutes, _roster, _contacts,
)  # fmt: skip
_SOMETIMES: Final[tuple[Callable[[Business, Random], Document], ...]] = (_letter, _delivery_note, _hours)


def _day_in(random: Random, business: Business) -> datetime.date:
    return random.choice(business.months).replace(day=random.randint(1, 28))


def _lines(lines: Sequence[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
