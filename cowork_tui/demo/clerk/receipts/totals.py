"""Finds the total of a receipt: by its label, on the same line, in the next cell or on a line nearby."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from cowork_tui.demo.clerk.receipts.currency import currencies_in
from cowork_tui.demo.clerk.receipts.labels import is_money_label, is_payment_label, label_rank
from cowork_tui.demo.clerk.receipts.money import Amount, amounts_in, is_amount_only
from cowork_tui.demo.clerk.receipts.text import Row, fold

_ASIDE = re.compile(
    r"\(|incl\.?|inkl\.?|including|davon|darin|enthalt|dont |of which|di cui|de los cuales"
    r"|hiervon|thereof|waarvan|varav|herav|≈|~|approx|\bca\.|=|/"
)
_UNIT_AFTER = re.compile(
    r"^\s*(?:x\b|items?|artikel|articles?|pcs|stk|stuck|positions?|nights?|hours?|h\b|km|kg|g\b"
    r"|l\b|pages?|pos\b|art\b)",
    re.IGNORECASE,
)
_ITEM_WORDS = re.compile(
    r"(?<![a-z])(?:item|items|description|qty|quantity|menge|anz|anzahl|article|artikel"
    r"|bezeichnung|beschreibung|designation|quantite|qte|descrizione|quantita|descripcion"
    r"|cantidad|unit|price|preis|einzelpreis|product|produkt|service|leistung|pos|prix|prezzo"
    r"|precio|omschrijving|aantal)(?![a-z])"
)


# The least rank of a label such as "Total", which names the whole sum rather than what is left to pay.
WHOLE_SUM_RANK = 80


@dataclass(frozen=True, slots=True)
class Total:
    """A candidate: the amount, its currency as printed beside it, and how telling its label is (0–100)."""

    value: Decimal
    currency: str
    rank: int
    row: int


def totals_in(rows: tuple[Row, ...]) -> list[Total]:
    """Every labelled amount that may be the total, in reading order."""
    found: list[Total] = []
    for index, row in enumerate(rows):
        for cell_index, cell in enumerate(row.cells):
            candidate = _at(rows, index, cell_index, cell)
            if candidate is not None:
                found.append(candidate)
    return found


def best_total(rows: tuple[Row, ...]) -> Total | None:
    """The most telling candidate; of equals the last, but the first when their currencies differ."""
    candidates = totals_in(rows)
    if any(candidate.value for candidate in candidates):
        candidates = [candidate for candidate in candidates if candidate.value]
    if not candidates:
        return None
    top = max(candidate.rank for candidate in candidates)
    equals = [candidate for candidate in candidates if candidate.rank == top]
    marks = {candidate.currency for candidate in equals if candidate.currency}
    chosen = _before_payments(equals[0] if len(marks) > 1 else equals[-1], candidates, rows)
    return chosen if chosen.currency else replace(chosen, currency=_same_value_currency(candidates, chosen.value))


def _before_payments(chosen: Total, candidates: list[Total], rows: tuple[Row, ...]) -> Total:
    """The whole sum when the chosen one is what a deposit or an earlier payment left of it."""
    wholes = [one for one in candidates if one.rank >= WHOLE_SUM_RANK and one.value > chosen.value > 0]
    if not wholes:
        return chosen
    paid = {
        abs(amount.value)
        for row in rows
        if is_payment_label(row.text)
        for cell in row.cells
        for amount in amounts_in(cell)
        if amount.money_like
    }
    return next((one for one in wholes if one.value - chosen.value in paid), chosen)


def _same_value_currency(candidates: list[Total], value: Decimal) -> str:
    return next((one.currency for one in candidates if one.value == value and one.currency), "")


def _at(rows: tuple[Row, ...], index: int, cell_index: int, cell: str) -> Total | None:
    amounts = amounts_in(cell)
    sure = [amount for amount in amounts if amount.money_like and not _UNIT_AFTER.match(cell[amount.end :])]
    label = cell[: sure[0].start] if sure else _without_bare_numbers(cell, amounts)
    if not re.search(r"[^\W\d_]", label):
        return None
    rank = label_rank(label)
    if not rank:
        return None
    beside = _in_following_cells(rows[index].cells, cell_index)
    inside = _pick(cell[len(label) if sure else 0 :], bare=not sure and (beside is None or not beside.money_like))
    inside = inside or beside
    if inside is None:
        inside = _on_nearby_line(rows, index, cell_index)
    if inside is None:
        return None
    marks = currencies_in(label)
    currency = inside.currency or (marks[-1] if marks else "")
    # A bare whole number may be a count: it gives way to anything with cents or a currency.
    return Total(inside.value, currency, rank if inside.has_cents or currency else rank // 2, index)


def _without_bare_numbers(cell: str, amounts: list[Amount]) -> str:
    bare = [amount for amount in amounts if not _UNIT_AFTER.match(cell[amount.end :])]
    return cell[: bare[-1].start] if bare and cell[bare[-1].end :].strip(" .:") == "" else cell


def _pick(text: str, bare: bool) -> Amount | None:
    """The total among the amounts behind a label: what stands in an aside is left out."""
    amounts = [amount for amount in amounts_in(text) if not _UNIT_AFTER.match(text[amount.end :])]
    sure = [amount for amount in amounts if amount.money_like]
    if not sure:
        plain = [amount for amount in amounts if text[amount.end :].strip(" .:") == ""]
        return plain[-1] if plain and bare else None
    first = sure[0]
    chosen = first
    for amount in sure[1:]:
        between = fold(text[chosen.end : amount.start])
        other = amount.currency and first.currency and amount.currency != first.currency
        if _ASIDE.search(between) or other or re.search(r"[^\W\d_]{3,}", between):
            break
        chosen = amount
    return chosen


def _in_following_cells(cells: tuple[str, ...], cell_index: int) -> Amount | None:
    parts: list[str] = []
    for cell in cells[cell_index + 1 :]:
        letters = re.sub(r"[\W\d_]", "", cell)
        if len(letters) > 3 and not amounts_in(cell):
            break
        if parts and len(letters) > 3 and is_money_label(cell):
            break
        parts.append(cell)
    return _pick(" ".join(parts), bare=True) if parts else None


def _on_nearby_line(rows: tuple[Row, ...], index: int, cell_index: int) -> Amount | None:
    cells = rows[index].cells
    if len(cells) > 1:
        return _in_column_below(rows, index, cell_index)
    below = index + 1
    if below >= len(rows):
        return None
    first = index
    while first > 0 and len(rows[first - 1].cells) == 1 and _is_bare_label(rows[first - 1].cells[0]):
        first -= 1
    last = index
    while last + 1 < len(rows) and len(rows[last + 1].cells) == 1 and _is_bare_label(rows[last + 1].cells[0]):
        last += 1
    values: list[Amount] = []
    position, mark = last + 1, ""
    while position < len(rows) and len(values) <= last - first:
        text = rows[position].text
        if not amounts_in(text) and currencies_in(text) and len(text) <= 5:
            mark = currencies_in(text)[0]
        elif is_amount_only(text):
            amount = amounts_in(text)[0]
            values.append(replace(amount, currency=amount.currency or mark))
        else:
            break
        position += 1
    if not values:
        return _amount_before(rows, first) if first == last else None
    labels = last - first + 1
    return (
        values[min(index - first, len(values) - 1)]
        if len(values) >= labels
        else values[-(last - index + 1)]
        if last - index < len(values)
        else None
    )


def _amount_before(rows: tuple[Row, ...], index: int) -> Amount | None:
    if index == 0 or not is_amount_only(rows[index - 1].text):
        return None
    if index > 1 and len(rows[index - 2].cells) == 1 and _is_bare_label(rows[index - 2].cells[0]):
        return None
    return amounts_in(rows[index - 1].text)[0]


def _is_bare_label(cell: str) -> bool:
    return is_money_label(cell) and not any(amount.money_like for amount in amounts_in(cell))


def _in_column_below(rows: tuple[Row, ...], index: int, cell_index: int) -> Amount | None:
    cells = rows[index].cells
    if any(_ITEM_WORDS.search(fold(cell)) for cell in cells) or index + 1 >= len(rows):
        return None
    below = rows[index + 1].cells
    if len(below) != len(cells):
        return None
    found = amounts_in(below[cell_index])
    return found[-1] if found else None
