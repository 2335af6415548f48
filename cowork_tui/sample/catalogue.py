"""What a small business buys and from whom: trades, goods with price ranges, places and tax rules.

All names are invented. Tax rates are the standard rates of the places named (basis points: 2000 = 20 %).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

Goods: TypeAlias = tuple[str, int, int, int]
"""Description, lowest and highest unit price in cents, largest quantity."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a vendor sits: its currency and how it shows tax."""

    town: str
    country: str
    currency: str
    tax_name: str
    tax_basis_points: int
    tax_id_prefix: str


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business. `counter` trades hand out till receipts, the others send invoices."""

    names: tuple[str, ...]
    counter: bool
    goods: tuple[Goods, ...]


HOME_PLACES: Final = (
    Place("Dublin", "Ireland", "EUR", "VAT", 2300, "IE"),
    Place("Vienna", "Austria", "EUR", "VAT", 2000, "ATU"),
    Place("Utrecht", "Netherlands", "EUR", "VAT", 2100, "NL"),
    Place("Leipzig", "Germany", "EUR", "VAT", 1900, "DE"),
    Place("Lyon", "France", "EUR", "VAT", 2000, "FR"),
)
FOREIGN_PLACES: Final = (
    Place("Austin", "USA", "USD", "Sales tax", 825, "EIN "),
    Place("Bristol", "United Kingdom", "GBP", "VAT", 2000, "GB"),
    Place("Zurich", "Switzerland", "CHF", "VAT", 810, "CHE-"),
)

SURNAMES: Final = (
    "Marlow", "Brandt", "Okafor", "Delaney", "Moreau", "Visser", "Hartwig", "Lindqvist", "Castellan", "Ferrand",
    "Pemberton", "Novak", "Achterberg", "Quinlan", "Rosenthal", "Tanaka", "Whitlock", "Zimmer", "Ibarra", "Köhler",
)  # fmt: skip
FIRST_NAMES: Final = ("Mara", "Jonas", "Aoife", "Pieter", "Selin", "Tomas", "Nadia", "Ruth", "Emil", "Priya")
STREETS: Final = (
    "Mill Lane", "Station Road", "Quay Street", "Garden Row", "Canal Walk", "Market Square", "Tower Hill", "Elm Court",
)  # fmt: skip
BUYERS: Final = (
    "Blue Heron Studio", "Linden Yard Bicycles", "Small Hours Bookshop", "Copper Kettle Catering",
    "Northlight Framing", "Willow & Wick Candles", "Second Spring Furniture",
)  # fmt: skip

HOME_TRADES: Final = (
    Trade(
        ("{0} Stationers", "{0} Office Supply", "Paper House {0}"),
        True,
        (
            ("Copy paper A4, 500 sheets", 429, 699, 6),
            ("Ring binder, blue", 249, 399, 5),
            ("Gel pens, pack of 10", 690, 1190, 3),
            ("Envelopes C5, box of 100", 890, 1390, 2),
            ("Desk calendar", 790, 1490, 2),
            ("Label roll 62 mm", 1190, 1890, 3),
        ),
    ),
    Trade(
        ("{0} Hardware", "{0} & Sons Tools", "The {0} Tool Shed"),
        True,
        (
            ("Wood screws 4x40, box", 399, 799, 4),
            ("Masking tape 50 m", 299, 549, 5),
            ("Sanding sheets, mixed", 449, 899, 3),
            ("Cordless drill bit set", 1990, 3490, 1),
            ("LED bulb E27", 349, 799, 6),
        ),
    ),
    Trade(
        ("Café {0}", "{0} Bakery", "Bistro {0}"),
        True,
        (
            ("Coffee", 280, 390, 4),
            ("Lunch menu", 1150, 1690, 4),
            ("Sandwich platter", 2890, 4590, 2),
            ("Mineral water", 250, 350, 4),
            ("Cake slice", 340, 480, 4),
        ),
    ),
    Trade(
        ("{0} Taxi", "City Cab {0}"),
        True,
        (
            ("Fare, zone A to airport", 2890, 4890, 1),
            ("Luggage supplement", 200, 400, 2),
            ("Waiting time", 150, 900, 1),
        ),
    ),
    Trade(
        ("{0} Fuel Station", "{0} Garage"),
        True,
        (("Diesel 40 l", 6120, 7380, 1), ("Screen wash 2 l", 490, 890, 2), ("Car wash, basic", 990, 1490, 1)),
    ),
    Trade(
        ("{0} Telecom", "{0} Broadband"),
        False,
        (
            ("Fibre 250, monthly fee", 3990, 5990, 1),
            ("Mobile line, monthly fee", 1290, 2490, 3),
            ("Static IP address", 490, 690, 1),
            ("Router rental", 390, 590, 1),
        ),
    ),
    Trade(
        ("{0} Print Works", "{0} & Daughters Printing"),
        False,
        (
            ("Flyers A6, 1000 pieces", 5900, 9900, 2),
            ("Poster A2", 1490, 2490, 8),
            ("Business cards, 250 pieces", 3490, 5490, 2),
            ("Proof and set-up", 2000, 4500, 1),
        ),
    ),
    Trade(
        ("{0} Cleaning Services", "Brightside {0} Cleaning"),
        False,
        (
            ("Office cleaning, per visit", 4500, 6500, 4),
            ("Window cleaning", 6900, 10900, 1),
            ("Cleaning materials", 890, 1990, 1),
        ),
    ),
    Trade(
        ("{0} Timber", "{0} Wholesale", "{0} Packaging"),
        False,
        (
            ("Shipping cartons, 50 pieces", 4890, 7990, 6),
            ("Pallet hire", 1200, 1900, 8),
            ("Packing tape, 36 rolls", 3290, 4990, 3),
            ("Kraft paper roll", 2490, 3990, 5),
            ("Delivery", 1500, 3900, 1),
        ),
    ),
    Trade(
        ("{0} Accounting", "{0} Bookkeeping"),
        False,
        (
            ("Bookkeeping, monthly", 14900, 24900, 1),
            ("Payroll, per employee", 1490, 2490, 5),
            ("Advice, per hour", 8500, 12500, 3),
        ),
    ),
)
FOREIGN_TRADES: Final = (
    Trade(
        ("{0} Cloud Hosting", "{0} Software"),
        False,
        (
            ("Team plan, per seat", 900, 1900, 6),
            ("Object storage, 1 TB", 1500, 2500, 2),
            ("Domain renewal", 1200, 2100, 2),
            ("E-mail delivery add-on", 1000, 1500, 1),
        ),
    ),
    Trade(
        ("{0} Trade Books", "{0} Fine Materials"),
        False,
        (
            ("Sample book, cloth", 2400, 4900, 3),
            ("Cotton canvas, per metre", 1150, 1890, 9),
            ("Brass fittings, set", 1690, 3290, 4),
            ("Carriage", 950, 1950, 1),
        ),
    ),
    Trade(
        ("Hotel {0}", "{0} Conference Rooms"),
        True,
        (
            ("Room, per night", 9900, 16900, 2),
            ("Breakfast", 1400, 2200, 2),
            ("Meeting room, half day", 12000, 19500, 1),
        ),
    ),
)
