"""Finds the total of a receipt: by its label, on the same line, in the next cell or on a line nearby."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from cowork_tui.demo.clerk.receipts.currency import currencies_in
from cowork_tui.demo.clerk.receipts.money import Amount, amounts_in, is_amount_only
from cowork_tui.demo.clerk.receipts.text import Row, fold

_RANKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (100, re.compile(
        r"grand total|gran total|total general|total ttc|montant ttc|ttc\b|totale? complessivo"
            r"|gesamtsumme|endsumme|endbetrag|gesamtbetrag|rechnungsbetrag"
        r"|rechnungssumme|rechnungstotal|gesamtpreis|bruttobetrag|total brutto|gesamt brutto"
            r"|summe brutto|total gross|gross total|gross amount|brutto gesamt"
        r"|invoice total|order total|total (?:of )?(?:the )?(?:invoice|order)|total factura"
            r"|totale fattura|totale documento|importe total|importo totale|total\w*\s*\(?(?:incl"
            r"|inkl|inc\b|iva incl)"
        r"|(?:gesamt|summe|betrag)\w*\s*\(?(?:incl|inkl)|totaal incl|総合計|合計|税込"
    )),
    (96, re.compile(
        r"(?:total|amount|sum) (?:now )?(?:due|payable)|total to pay|amount to pay|to pay\b"
            r"|zu zahlen\w*|zahlbetrag|zahlungsbetrag|zu bezahlen|net a payer|netto a pagare|a payer"
            r"|da pagare|totale? da pagare"
        r"|total a pagar|a pagar|you pay\b|te betalen|att betala|a betale|at betale|do zaplaty"
            r"|please pay(?! (?:within|by|before|in ))|total eligible|due total|total charge[sd]?"
            r"|total price|total fare|total cost|請求金額|請求額|領収金額"
    )),
    (80, re.compile(r"(?<![a-z])(?:total|totale|totaal|totalt|tot|gesamt|gesamttotal|summe|suma|soma|somme|razem"
        r"|i alt|ialt|yhteensa|celkem|osszesen|toplam|total amount|итого|total eur)(?![a-z])"
        r"|(?<![a-z])total(?=eur|usd|gbp|chf|\d)|小計税込")),
    (70, re.compile(r"balance due|amount due|balance\b|offener betrag|solde")),
    (60, re.compile(r"amount paid|total paid|you paid|paid amount|payment amount|amount charged|charged|bezahlt"
        r"|gezahlt|montant paye|importo pagato|importe pagado|payment of|how much|^uber$"
        r"|refund(?:ed)?\b")),
    (50, re.compile(r"(?<![a-z])(?:amount|betrag|montant|importe|importo|bedrag|belopp|belob|sum|price|preis|prix"
        r"|prezzo|precio|fare|fee|charge|金額)(?![a-z])")),
)  # fmt: skip
_NEVER = re.compile(
    r"sub.?total|sub.?sum|zwischensumme|zwischentotal|sous.?total|subtotale|delsumma|subtotaal|小計"
    r"|(?<![a-z])(?:items?|artikel|articles?|articulos?|articoli|qty|quantity|menge|pieces|pcs"
    r"|stk|stuck|hours|stunden|nights|weight|distance|km|pages|points|punkte|rows"
    r"|lines)(?![a-z])\W*$"
    r"|(?:items?|goods|line|articles?) total|you saved?|saving|ersparnis|gespart"
    r"|change|cash|tender|given|gegeben|ruckgeld|wechselgeld|zuruck|rendu|especes|contant|cambio"
    r"|efectivo|resto\b|vuelto|bar\b"
    r"|exchange|umrechn|kurs\b|rate\b|equival|equiv|approx|entspricht|converted|conversion"
    r"|gegenwert|contre-?valeur|controvalore|contravalor|≈|informational|information"
    r"|unit price|unit cost|einzelpreis|prix unitaire|price per|per unit|previous|opening|closing"
    r"|vorjahr|limit|loyalty|budget|annual|year to date|ytd"
)
# Parts of the sum, unless the label says that the total stands after or with them.
_PART_LABEL = re.compile(
    r"discount|rabatt|remise|sconto|descuento|rounding|rundung|(?<![a-z])tip(?![a-z])|gratuity"
    r"|trinkgeld|pourboire|shipping|versand|porto\b|freight"
    r"|livraison|spedizione|envio|deposit|anzahlung|acompte|acconto|anticipo|pfand"
)
_WITH_PARTS = re.compile(
    r"(?:total|totale|totaal|gesamt\w*|summe|betrag)\b.*(?:incl|inkl|after|with\b|nach\b|apres"
    r"|mit\b|avec|con\b|dopo|plus|\+)"
)
_PARTIAL = re.compile(
    r"(?<![a-z])(?:vat|tax|taxes|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|iva|btw|moms|mva|gst"
    r"|hst|pst|dph|afa|steuer|taxe|taxes|imposta|impuesto|net|netto|nett|ht|excl|exkl|exc|ohne"
    r"|before|hors|imponibile|imposable|base|消費税)(?![a-z])"
    r"|mwst|steuer\b|税額"
)
_INCLUSIVE = re.compile(
    r"incl|inkl|\binc\b|including|ttc|inclusa|incluso|brutto|gross|included|dont\b|mit mwst"
    r"|net a payer|netto a pagare|taxes comprises|税込|\+ ?(?:tax|vat)|w/ ?tax|with (?:tax|vat)"
    r"|after tax"
)
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


# The rank of a label in the midst of a sentence.
IN_A_SENTENCE = 40


@dataclass(frozen=True, slots=True)
class Total:
    """A candidate: the amount, its currency as printed beside it, and how telling its label is (0–100)."""

    value: Decimal
    currency: str
    rank: int
    row: int


def label_rank(label: str) -> int:
    """How surely the label names the total: 0 when it does not."""
    folded = fold(label).strip()
    if not folded or _NEVER.search(folded):
        return 0
    if _PART_LABEL.search(folded) and not _WITH_PARTS.search(folded):
        return 0
    if _PARTIAL.search(folded) and not _INCLUSIVE.search(folded):
        return 0
    rank, start = next(((rank, match.start()) for rank, pattern in _RANKS if (match := pattern.search(folded))), (0, 0))
    words = len(re.findall(r"[^\W\d_]{2,}", folded))
    return min(rank, IN_A_SENTENCE) if words > 7 or start > 24 else rank


def is_money_label(label: str) -> bool:
    """Whether the words label an amount of any sort, such as a subtotal or a tax."""
    folded = fold(label)
    return len(folded) <= 60 and bool(
        label_rank(label) or _NEVER.search(folded) or _PART_LABEL.search(folded) or _PARTIAL.search(folded)
    )


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
    chosen = equals[0] if len(marks) > 1 else equals[-1]
    return chosen if chosen.currency else replace(chosen, currency=_same_value_currency(candidates, chosen.value))


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
