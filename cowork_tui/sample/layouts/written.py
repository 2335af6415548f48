"""How dates, amounts and total lines are written: the style that one receipt's layout uses throughout."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from random import Random
from typing import Final, Literal, TypeAlias

DateForm: TypeAlias = Literal["iso", "dotted", "slashed", "day first", "month first"]
MoneyForm: TypeAlias = Literal["code before", "code after", "symbol", "bare"]

_SYMBOLS: Final = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF "}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_TOTAL_LABELS: Final = ("Total", "Grand total", "Amount due", "Amount paid", "TOTAL", "Total to pay", "Total amount")
_LAST_MONTH_NUMBER: Final = 12


@dataclass(frozen=True, slots=True)
class Style:
    """One receipt's way of writing. `currency` is its ISO 4217 code; amounts come in cents."""

    currency: str
    date_form: DateForm
    money_form: MoneyForm
    label: str

    @property
    def total_label(self) -> str:
        """The words before the total; they carry the currency where the amounts don't."""
        return f"{self.label} {self.currency}" if self.money_form == "bare" else self.label

    def money(self, cents: int) -> str:
        """An amount with its currency (none in the bare form), thousands separated by commas."""
        amount = plain_amount(cents, thousands=",")
        match self.money_form:
            case "code before":
                return f"{self.currency} {amount}"
            case "code after":
                return f"{amount} {self.currency}"
            case "symbol":
                return f"{_SYMBOLS[self.currency]}{amount}"
            case "bare":
                return amount

    def date(self, day: datetime.date) -> str:
        """The day in this style. Slashes are day first and used only where no other reading is possible."""
        match self.date_form:
            case "slashed" if day.day > _LAST_MONTH_NUMBER:
                return f"{day.day:02}/{day.month:02}/{day.year}"
            case "dotted" | "slashed":
                return f"{day.day:02}.{day.month:02}.{day.year}"
            case "day first":
                return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
            case "month first":
                return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"
            case "iso":
                return day.isoformat()


def plain_amount(cents: int, thousands: Literal["", ","] = "") -> str:
    """Cents as a decimal with two places, such as `1234.50`."""
    return f"{cents // 100:{thousands}}.{cents % 100:02}"


def percent(basis_points: int) -> str:
    """A rate such as `20%` or `8.25%`."""
    return f"{basis_points / 100:g}%"


def draw_style(random: Random, currency: str) -> Style:
    """A style for one receipt. Dollar papers write dates as they do in the USA, month name first, or as ISO."""
    date_forms: tuple[DateForm, ...] = (
        ("month first", "iso") if currency == "USD" else ("iso", "dotted", "slashed", "day first", "month first")
    )
    money_forms: tuple[MoneyForm, ...] = ("code before", "code after", "symbol", "bare")
    return Style(currency, random.choice(date_forms), random.choice(money_forms), random.choice(_TOTAL_LABELS))
