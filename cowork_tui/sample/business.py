"""The small business behind the sample: who it buys from and every receipt it has, drawn from a seed.

Money is whole cents. Nothing here knows a file format.
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass, replace
from random import Random

from cowork_tui.sample.catalogue import (
    BUYERS,
    FIRST_NAMES,
    FOREIGN_PLACES,
    FOREIGN_TRADES,
    HOME_PLACES,
    HOME_TRADES,
    STREETS,
    SURNAMES,
    Place,
    Trade,
)

_BASIS_POINTS_IN_ONE = 10_000
_FOREIGN_SHARE_OF_EXTRA_RECEIPTS = 0.15
_BANKNOTES_CENTS = (1_000, 2_000, 5_000, 10_000)
_PRICE_STEP_CENTS = 10


@dataclass(frozen=True, slots=True)
class Vendor:
    """A shop or supplier."""

    name: str
    trade: Trade
    place: Place
    street: str
    tax_id: str
    tax_included: bool

    @property
    def address(self) -> str:
        """Street, town and country on one line."""
        return f"{self.street}, {self.place.town}, {self.place.country}"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a receipt."""

    description: str
    quantity: int
    unit_cents: int

    @property
    def amount_cents(self) -> int:
        """Quantity times unit price."""
        return self.quantity * self.unit_cents


@dataclass(frozen=True, slots=True)
class Receipt:
    """One paid receipt or invoice.

    With `vendor.tax_included` the items add up to the total and the tax is contained in it; otherwise the items add
    up to the net amount and the tax comes on top.
    """

    number: str
    date: datetime.date
    vendor: Vendor
    buyer: str
    items: tuple[Item, ...]
    paid_by: str
    cash_given_cents: int | None

    @property
    def items_cents(self) -> int:
        """The sum of the item lines."""
        return sum(item.amount_cents for item in self.items)

    @property
    def tax_cents(self) -> int:
        """The tax, rounded half up to a cent."""
        rate = self.vendor.place.tax_basis_points
        if self.vendor.tax_included:
            return _divide_half_up(self.items_cents * rate, _BASIS_POINTS_IN_ONE + rate)
        return _divide_half_up(self.items_cents * rate, _BASIS_POINTS_IN_ONE)

    @property
    def total_cents(self) -> int:
        """What was paid."""
        return self.items_cents if self.vendor.tax_included else self.items_cents + self.tax_cents

    @property
    def net_cents(self) -> int:
        """The total without tax."""
        return self.total_cents - self.tax_cents

    @property
    def currency(self) -> str:
        """The ISO 4217 code of every amount on the receipt."""
        return self.vendor.place.currency


@dataclass(frozen=True, slots=True)
class Business:
    """The buyer, its people, the months it kept papers for, and its receipts in date order."""

    name: str
    owner: str
    staff: tuple[str, ...]
    address: str
    months: tuple[datetime.date, ...]
    vendors: tuple[Vendor, ...]
    receipts: tuple[Receipt, ...]


def make_business(seed: int) -> Business:
    """Draws a business whose receipts cover three or four months.

    Most are in euros, one at least is in each of USD, GBP and CHF.
    """
    random = Random(f"business {seed}")
    months = _months(random)
    home_place = random.choice(HOME_PLACES)
    vendors = _vendors(random, home_place)
    buyer = random.choice(BUYERS)
    receipts = _receipts(random, vendors, months, buyer)
    people = random.sample(FIRST_NAMES, 5)
    return Business(
        name=buyer,
        owner=f"{people[0]} {random.choice(SURNAMES)}",
        staff=tuple(people[1:]),
        address=f"{random.randint(1, 90)} {random.choice(STREETS)}, {home_place.town}",
        months=months,
        vendors=vendors,
        receipts=receipts,
    )


def _divide_half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _months(random: Random) -> tuple[datetime.date, ...]:
    year, count = random.choice((2025, 2026)), random.choice((3, 4))
    first = random.randint(1, 12 - count + 1)
    return tuple(datetime.date(year, first + offset, 1) for offset in range(count))


def _vendors(random: Random, home_place: Place) -> tuple[Vendor, ...]:
    """Eight to ten vendors at home (one a trade) and one in each foreign place."""
    names = random.sample(SURNAMES, len(SURNAMES))
    home_trades = random.sample(HOME_TRADES, random.randint(8, len(HOME_TRADES)))
    home = [_vendor(random, trade, home_place, names.pop()) for trade in home_trades]
    foreign_trades = random.sample(FOREIGN_TRADES, len(FOREIGN_TRADES))
    foreign = [
        _vendor(random, trade, place, names.pop()) for trade, place in zip(foreign_trades, FOREIGN_PLACES, strict=True)
    ]
    return (*home, *foreign)


def _vendor(random: Random, trade: Trade, place: Place, surname: str) -> Vendor:
    return Vendor(
        name=random.choice(trade.names).format(surname),
        trade=trade,
        place=place,
        street=f"{random.randint(1, 140)} {random.choice(STREETS)}",
        tax_id=f"{place.tax_id_prefix}{random.randint(10_000_000, 99_999_999)}",
        tax_included=trade.counter and place.currency != "USD",
    )


def _receipts(
    random: Random, vendors: tuple[Vendor, ...], months: tuple[datetime.date, ...], buyer: str
) -> tuple[Receipt, ...]:
    """One from every foreign vendor and two from some, the rest from home; every month gets its share."""
    foreign = [vendor for vendor in vendors if vendor.place.currency != "EUR"]
    home = [vendor for vendor in vendors if vendor.place.currency == "EUR"]
    count = random.randint(18, 22)
    chosen = [*foreign, *home]
    while len(chosen) < count:
        chosen.append(random.choice(foreign if random.random() < _FOREIGN_SHARE_OF_EXTRA_RECEIPTS else home))
    random.shuffle(chosen)
    days = sorted(_day(random, months[index % len(months)]) for index in range(count))
    serial = random.randint(1_000, 8_000)
    drawn: list[Receipt] = []
    for day, vendor in zip(days, chosen, strict=True):
        serial += random.randint(3, 60)
        drawn.append(_receipt(random, vendor, day, serial, buyer))
    return tuple(drawn)


def _day(random: Random, month: datetime.date) -> datetime.date:
    return month.replace(day=random.randint(1, calendar.monthrange(month.year, month.month)[1]))


def _receipt(random: Random, vendor: Vendor, day: datetime.date, serial: int, buyer: str) -> Receipt:
    goods = random.sample(vendor.trade.goods, random.randint(2, min(5, len(vendor.trade.goods))))
    items = tuple(
        Item(description, random.randint(1, most), random.randrange(lowest, highest + 1, _PRICE_STEP_CENTS))
        for description, lowest, highest, most in goods
    )
    receipt = Receipt(
        number=f"{random.choice(('R', 'INV', 'B'))}-{day.year}-{serial}",
        date=day,
        vendor=vendor,
        buyer=buyer,
        items=items,
        paid_by=random.choice(("card", "cash")) if vendor.trade.counter else random.choice(("bank transfer", "card")),
        cash_given_cents=None,
    )
    return _with_cash(random, receipt) if receipt.paid_by == "cash" else receipt


def _with_cash(random: Random, receipt: Receipt) -> Receipt:
    """The same receipt with the notes that were handed over: always more than the total, so that there is change."""
    note = random.choice(_BANKNOTES_CENTS)
    given = (receipt.total_cents // note + 1) * note
    return replace(receipt, cash_given_cents=given)
