"""Currencies: codes, signs, names, and what a document's country suggests."""

from __future__ import annotations

import re
from collections import Counter

CODES = [
    "EUR", "USD", "GBP", "CHF", "JPY", "CNY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK",
    "HUF", "RON", "BGN", "TRY", "RUB", "UAH", "ILS", "INR", "KRW", "THB", "SGD", "HKD", "MXN", "BRL", "ARS",
    "CLP", "COP", "PEN", "ZAR", "AED", "SAR", "EGP", "MAD", "TND", "IDR", "MYR", "PHP", "VND", "TWD", "PKR",
    "LKR", "KES", "NGN", "RSD", "GEL",
]  # fmt: skip
_SIGNS: tuple[tuple[str, str], ...] = (
    (r"US ?\$", "USD"),
    (r"(?:CA?|CAD) ?\$", "CAD"),
    (r"(?:AU?|AUD) ?\$", "AUD"),
    (r"NZ ?\$", "NZD"),
    (r"HK ?\$", "HKD"),
    (r"S\$", "SGD"),
    (r"R\$", "BRL"),
    (r"MX ?\$", "MXN"),
    (r"NT ?\$", "TWD"),
    (r"(?:CN|RMB) ?[¥￥]", "CNY"),
    (r"€", "EUR"),
    (r"£", "GBP"),
    (r"\$|＄", "USD"),
    (r"[¥￥]", "JPY"),
    (r"円", "JPY"),
    (r"元|RMB", "CNY"),
    (r"₹", "INR"),
    (r"₩", "KRW"),
    (r"₺", "TRY"),
    (r"₽", "RUB"),
    (r"₴", "UAH"),
    (r"₪", "ILS"),
    (r"฿", "THB"),
    (r"₫", "VND"),
    (r"₱", "PHP"),
    (r"(?<![^\W\d_])z[łl](?![^\W\d_])", "PLN"),
    (r"(?<![^\W\d_])Kč(?![^\W\d_])", "CZK"),
    (r"(?<![^\W\d_])Ft(?![^\W\d_])", "HUF"),
    (r"(?<![^\W\d_])(?:lei|Lei|LEI)(?![^\W\d_])", "RON"),
    (r"(?<![^\W\d_])(?:SFr|sFr|Fr|Frs|Franken)\.?(?![^\W\d_])", "CHF"),
    (r"(?<![^\W\d_])(?:Rs|INR)\.?(?![^\W\d_])", "INR"),
    (r"(?<![^\W\d_])(?:[Ee]uros?|EUROS?|eur|Eur)(?![^\W\d_])", "EUR"),
    (r"(?<![^\W\d_])(?:kr|Kr|KR|kronor|kroner)\.?(?![^\W\d_])", "KR"),
)
_CODE = r"(?<![A-Z])(?:" + "|".join(CODES) + r")(?![A-Z])"
CURRENCY = "(?:" + "|".join([pattern for pattern, _ in _SIGNS[:10]] + [_CODE] + [p for p, _ in _SIGNS[10:]]) + ")"

_CURRENCY = re.compile(CURRENCY)
_COMPILED_SIGNS = tuple((re.compile(pattern), code) for pattern, code in _SIGNS)
_KRONA_HINTS: tuple[tuple[str, str], ...] = (
    (r"\bNOK\b|\bMVA\b|\bmva\b|Norge|Oslo|Bergen|Trondheim|\bå betale\b", "NOK"),
    (r"\bDKK\b|Danmark|København|\bApS\b|\bat betale\b|\bI alt\b|\bCVR\b", "DKK"),
    (r"\bISK\b|Reykjav", "ISK"),
)
_COUNTRY_HINTS: tuple[tuple[str, str], ...] = (
    (r"\bCHE-?\d{3}|\bCH-\d{4}\b|\bSchweiz\b|\bSuisse\b|\bSvizzera\b|\bSwitzerland\b", "CHF"),
    (r"\bGB ?\d{3} ?\d{4} ?\d{2}\b|\bUnited Kingdom\b|\bCompanies House\b", "GBP"),
    (
        r"\b(?:DE|AT|ATU|FR|IT|ES|NL|BE|IE|PT|FI) ?[0-9A-Z]{0,2} ?\d{3} ?\d{3} ?\d{2,3}\b|\bMwSt|\bUSt|\bTVA\b|\bIVA\b",
        "EUR",
    ),
    (r"(?i:sales tax)|\b[A-Z]{2} \d{5}\b", "USD"),
)
_DOLLAR_FAMILY = ("CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD")


def code_of(mark: str) -> str:
    """The ISO code of a code or sign as printed; `KR` stays for the document to decide; empty when it is none."""
    mark = mark.strip()
    if mark in CODES:
        return mark
    for pattern, code in _COMPILED_SIGNS:
        if pattern.fullmatch(mark):
            return code
    return mark.upper() if mark.upper() in CODES else ""


def currencies_in(text: str) -> list[str]:
    """Every currency mark in the text as a code, in order."""
    return [code for match in _CURRENCY.finditer(text) if (code := code_of(match.group()))]


def settle(code: str, document: str) -> str:
    """Decides `KR`, `USD` from a bare $ and the yen sign by the rest of the document."""
    if code == "KR":
        for pattern, national in _KRONA_HINTS:
            if re.search(pattern, document):
                return national
        return "SEK"
    if code == "USD" and "USD" not in document and "US$" not in document:
        for other in _DOLLAR_FAMILY:
            if re.search(rf"\b{other}\b", document):
                return other
    if code == "JPY" and re.search(r"\bCNY\b|RMB|人民币", document):
        return "CNY"
    return code


def document_currency(document: str) -> str:
    """The currency of amounts that carry none: stated, else the one used most, else the country's; may be empty."""
    stated = re.search(
        r"(?i:currency|w(?:ä|ae)hrung|devise|monnaie|valuta|moneda|divisa|amounts? (?:are )?in|prices? in"
        r"|betr(?:ä|ae)ge in|montants? en|importi in|importes en)\W{0,12}(" + CURRENCY + ")",
        document,
    )
    if stated and (code := code_of(stated.group(1))):
        return settle(code, document)
    found = currencies_in(document)
    if found:
        counts = Counter(found)
        return settle(max(found, key=lambda code: (counts[code], -found.index(code))), document)
    for pattern, code in _COUNTRY_HINTS:
        if re.search(pattern, document):
            return code
    return ""
