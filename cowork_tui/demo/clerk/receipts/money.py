"""Amounts of money in text, in the ways that countries write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from cowork_tui.demo.clerk.receipts.currency import CURRENCY, code_of

_GROUP = "[.'’\u00a0\u202f ]"
_NUMBER = (
    r"(?:"
    rf"\d{{1,3}}(?:{_GROUP}\d{{3}})+,\d{{2}}"  # 1.234,56  1 234,56  1'234,56
    r"|\d{1,3}(?:[,'’" + "\u00a0\u202f" + r" ]\d{3})+\.\d{2}"  # 1,234.56  1'234.56  1 234.56
    r"|\d{1,3}(?:,\d{2,3})+\.\d{2}"  # 1,23,456.00
    r"|\d+[.,]\d{2}"
    r"|\d+\.\d{4,}"  # a computed number in a sheet
    r"|\d{1,3}(?:[.,'’" + "\u00a0\u202f " + r"]\d{3})+"  # whole units with groups
    r"|\d+[.,]\d"
    r"|\d+"
    r")(?!\d)(?![.,]\d)"
)
_AMOUNT = re.compile(
    rf"(?P<before>{CURRENCY})?\s?(?P<open>\()?\s?(?P<sign>[-−–+](?=\s?[\d€$£¥A-Z]))?\s?(?P<between>{CURRENCY})?\s?"
    rf"(?<!\d)(?<!\d[.,'’/:])(?P<number>{_NUMBER})(?P<dash>[.,][-–—]{{1,2}})?"
    rf"\s?(?P<after>{CURRENCY})?(?P<close>\))?(?P<trail>\s?[-−](?![\w\d]|\s?\d))?"
)
# Never money: dates, times, percentages, long reference numbers, telephone numbers, quantities times something.
_DIGIT = re.compile(r"\d")
_NOT_MONEY = re.compile(
    r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?!\d|[.,]\d)"
    r"|(?<!\d)\d{4}[./]\d{1,2}[./]\d{1,2}(?!\d)"
    r"|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
    r"|\d+(?:[.,]\d+)?\s?%"
    r"|(?<![\d.,])\d{9,}(?![\d.,])"
    r"|\+\d[\d /()-]{6,}\d"
    r"|[A-Za-z]+-?\d+(?:-\w+)+"
    r"|#\s?\d+"
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b"
    r"|(?i:ending(?: in)?|card|karte|terminal|nummer|[*x•]{2,})\W{0,3}\d{4}(?!\d|[.,]\d)"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount: its value, the currency beside it (ISO code, `KR`, or empty) and where it stands in the text."""

    value: Decimal
    currency: str
    has_cents: bool
    start: int
    end: int

    @property
    def money_like(self) -> bool:
        """Written with cents or with a currency, so surely money."""
        return self.has_cents or bool(self.currency)


def amounts_in(text: str) -> list[Amount]:
    """Every number that could be an amount, in order."""
    if not _DIGIT.search(text):
        return []
    blanked = _NOT_MONEY.sub(lambda match: " " * len(match.group()), text)
    return [_amount(match) for match in _AMOUNT.finditer(blanked)]


def _amount(match: re.Match[str]) -> Amount:
    number = match["number"]
    value, has_cents = _value(number)
    negative = (
        match["sign"] in {"-", "−", "–"} or bool(match["trail"]) or bool(match["open"] and match["close"] and has_cents)
    )
    currency = ""
    for group in ("before", "between", "after"):
        if match[group]:
            currency = code_of(match[group])
            break
    return Amount(-value if negative else value, currency, has_cents or bool(match["dash"]), match.start(), match.end())


def _value(number: str) -> tuple[Decimal, bool]:
    if re.fullmatch(r"\d+\.\d{4,}", number):
        return Decimal(number).quantize(Decimal("0.01")), False
    decimals = re.search(r"[.,](\d{1,2})$", number)
    if decimals:
        whole = re.sub(r"\D", "", number[: decimals.start()])
        return Decimal(f"{whole or '0'}.{decimals.group(1)}"), len(decimals.group(1)) == 2
    return Decimal(re.sub(r"\D", "", number)), False


def parse_value(text: str) -> Amount | None:
    """The one amount that a cell or JSON string holds, or None; the last one when there are several."""
    found = amounts_in(text)
    sure = [amount for amount in found if amount.money_like]
    if sure:
        return sure[-1]
    return found[-1] if found else None


def is_amount_only(text: str) -> bool:
    """Whether nothing but one amount (and its currency) stands in the text."""
    found = amounts_in(text)
    if len(found) != 1:
        return False
    rest = text[: found[0].start] + text[found[0].end :]
    return not re.sub(rf"{CURRENCY}|[\s:=.*|-]", "", rest)


def plain(value: Decimal) -> str:
    """Two decimals and a point: `1234.50`."""
    return f"{value.quantize(Decimal('0.01')):f}"
