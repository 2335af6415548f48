"""What the words beside an amount say it is: the total, a part of it, a tax, a payment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cowork_tui.demo.clerk.receipts.text import fold

_RANKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (100, re.compile(
        r"grand total|gran total|total general|total ttc|montant ttc|ttc\b|totale? complessivo"
            r"|gesamtsumme|endsumme|endbetrag|gesamtbetrag|rechnungsbetrag"
        r"|rechnungssumme|rechnungstotal|gesamtpreis|bruttobetrag|total brutto|gesamt brutto"
            r"|summe brutto|brutto ?(?:summe|gesamt)|total gross|gross total|gross amount|brutto gesamt"
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
    r"|trinkgeld|pourboire|shipping|versand|(?<![a-z])porto\b|freight"
    r"|livraison|spedizione|envio|deposit|anzahlung|acompte|acconto|anticipo|pfand"
)
_WITH_PARTS = re.compile(
    r"(?:total|totale|totaal|gesamt\w*|summe|betrag)\b.*(?:incl|inkl|after|with\b|nach\b|apres"
    r"|mit\b|avec|con\b|dopo|plus|\+)"
)
_PARTIAL = re.compile(
    r"(?<![a-z])(?:vat|tax|taxes|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|iva|btw|moms|mva|gst"
    r"|hst|pst|dph|netto(?:summe|betrag|gesamt)|afa|steuer|taxe|taxes|imposta|impuesto|net|netto|nett|ht|excl|exkl|exc|ohne"
    r"|before|hors|imponibile|imposable|base|消費税)(?![a-z])"
    r"|mwst|steuer\b|税額"
)
_TAX = re.compile(
    r"(?<![a-z])(?:vat|tax|taxes|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|iva|btw|moms|mva|gst|hst|pst|dph|steuer"
    r"|taxe|imposta|impuesto|消費税)(?![a-z])|mwst|税額"
)
_INCLUSIVE = re.compile(
    r"incl|inkl|\binc\b|including|ttc|inclusa|incluso|brutto|gross|included|dont\b|mit mwst"
    r"|net a payer|netto a pagare|taxes comprises|税込|\+ ?(?:tax|vat)|w/ ?tax|with (?:tax|vat)"
    r"|after tax"
)
_SUBTOTAL = re.compile(
    r"sub.?total|sub.?sum|zwischensumme|zwischentotal|sous.?total|subtotale|delsumma|subtotaal|(?:items?|goods|line"
    r"|articles?) total"
)
_DISCOUNT = re.compile(r"discount|rabatt|remise|sconto|descuento|korting|coupon|voucher|gutschein|promo(?:tion)?")
_PAYMENT = re.compile(
    r"visa|mastercard|maestro|amex|american express|girocard|(?:credit|debit|ec|gift).?card|card payment|paid by"
    r"|paypal|twint|apple pay|google pay|cash|tender(?:ed)?|change|ruckgeld|wechselgeld|gegeben|bar|especes"
    r"|carte bancaire|contanti|efectivo|tarjeta|cambio|rendu|resto|(?<!bottle )deposit|pre-?paid|prepayment|anzahlung"
    r"|acompte|acconto|anticipo|payments?|already paid|amount received|paid|bezahlt|gezahlt"
    r"|(?<![a-z])pagato|paye(?![a-z])"
)
# Words that say nothing of their own beside a label: "Total for this order", "VAT 21 % (included)".
_FILLING = re.compile(
    r"\b(?:the|this|of|for|to|on|in|de|du|la|le|di|da|der|die|das|zum|zur|und|and|order|invoice|receipt|bill|sales"
    r"|rate|rated?|standard|reduced|incl\w*|inkl\w*|excl\w*|exkl\w*|tax|vat|mwst|ust|tva|iva|btw|gst|total|amount"
    r"|sum|eur|usd|gbp|chf|cad|fee|charges?|cost|due|paid|net|gross|brutto|netto)\b"
)

# The rank of a label in the midst of a sentence.
IN_A_SENTENCE = 40


@dataclass(frozen=True, slots=True)
class SummaryLabel:
    """What a row below the items is for: `total`, `subtotal`, `tax`, `discount`, `payment` or another `part`.

    `rank` is `label_rank`; `pure` is set when the cell says nothing else, as "Tax consulting" does.
    """

    kind: str
    rank: int
    pure: bool


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


def summary_label(cell: str) -> SummaryLabel | None:
    """What a cell says of its row when it is the label of a sum, a tax, a discount or a payment; else None."""
    folded = fold(cell).strip(" :.*")
    if not folded or len(folded) > 60:
        return None
    rank = label_rank(folded)
    if rank >= 60:
        pattern = next((pattern for _, pattern in _RANKS if pattern.search(folded)), _SUBTOTAL)
        return SummaryLabel("total", rank, _says_only(pattern, folded))
    for kind, pattern in (
        ("subtotal", _SUBTOTAL),
        ("discount", _DISCOUNT),
        ("payment", _PAYMENT),
        ("part", _PART_LABEL),
        ("tax", _TAX),
        ("subtotal", _PARTIAL),
        ("other", _NEVER),
    ):
        if pattern.search(folded):
            return SummaryLabel(kind, 0, _says_only(pattern, folded))
    return None


def is_payment_label(label: str) -> bool:
    """Whether the words label money that was handed over, such as a deposit, rather than owed."""
    folded = fold(label)
    return len(folded) <= 60 and bool(_PAYMENT.search(folded))


def _says_only(pattern: re.Pattern[str], folded: str) -> bool:
    left = _FILLING.sub(" ", pattern.sub(" ", folded))
    return not re.search(r"[^\W\d_]{2,}", left)
