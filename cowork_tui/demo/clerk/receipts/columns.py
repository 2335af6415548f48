"""What the columns of a table hold, told from the words of the header row."""

from __future__ import annotations

import re

from cowork_tui.demo.clerk.receipts.text import fold

_DOCUMENT = (
    r"invoice|receipt|(?<!purchase )order|ticket|bill|booking|transaction|sale|folio|rechnungs?|belegs?|bon|quittungs?"
    r"|bestell|auftrags?|buchungs?|facture|commande|recu|fattura|ricevuta|scontrino|documento|ordine|factura|recibo|pedido"
    r"|factuur|bestelling|faktura|kvitto"
)
_NUMBER_WORD = r"no|nr|num|number|nummer|n[o°º]|numero|id|ref|reference|code|#"
# The first role whose words match names the column; the order settles words such as "price" in "total price".
_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("balance", re.compile(r"balance|saldo|solde|\bdebit\b|\bcredit\b|\bsoll\b|\bhaben\b|withdrawal|money (?:in|out)")),
    ("bank", re.compile(r"\biban\b|\bbic\b|counterparty|verwendungszweck|auftraggeber|buchungstext|account|konto"
        r"|kontonummer|payment purpose|libelle de l'operation")),
    ("stock", re.compile(r"\bstock\b|on hand|reorder|bestand|lager|warehouse|\bshelf\b|min(?:imum)? level|giacenza"
        r"|magazzino|existencias|\bactual\b|\bplan(?:ned)?\b|budget|variance|forecast|asset")),
    ("staff", re.compile(r"employee|\bstaff\b|mitarbeiter|salary|gehalt|\bsalaire|dipendente|empleado|claimant")),
    ("validity", re.compile(r"\bvalid|gultig|valable|valido|effective from|expir")),
    ("rate", re.compile(r"%|(?:tax|vat|gst|exchange|fx|iva|tva|btw) ?rate|steuersatz|(?:mwst|ust)\W?satz|taux|aliquota"
        r"|tipo (?:de )?iva|percent|prozent|\bkurs\b")),
    ("number", re.compile(rf"^(?:{_DOCUMENT})\W*(?:{_NUMBER_WORD})?$|\b(?:{_DOCUMENT})\W*(?:{_NUMBER_WORD})(?![a-z])"
        rf"|(?:{_NUMBER_WORD})\W*(?:de |du |di |da |della |del )?(?:la )?(?:{_DOCUMENT})(?![a-z])")),
    ("due", re.compile(r"\bdue (?:date|on|by)\b|date due|\bdue$(?<!amount due)(?<!total due)|fallig|valuta datum"
        r"|value date|deliver|liefer(?:ung|datum|termin|tag)|geliefert|echeance|scaden|vencim|shipped|vervaldatum")),
    ("date", re.compile(r"\b\w*date\b|\w*datum\b|\bdata\b|fecha|\bissued\b|\bdato\b|\bday\b|\btag\b|\bjour\b|dated"
        r"|(?:purchased|paid|ordered|sold|created|placed|booked) (?:on|at)|\btime(?:stamp)?\b|zeitpunkt|\bgiorno\b")),
    ("method", re.compile(r"method|paid (?:with|by|via)|payment type|zahlungsart|zahlungsweise"
        r"|mode de (?:paiement|reglement)|metodo|modalita|forma de pago|betaalwijze|tender type")),
    ("vendor", re.compile(r"vendor|seller|supplier|merchant|store|shop|company|payee|issuer|lieferant|handler"
        r"|verkaufer|fournisseur|vendeur|fornitore|venditore|proveedor|vendedor|firma|geschaft|retailer|commercant"
        r"|esercente|emisor|leverancier|verkoper|winkel|negozio|tienda|magasin|sold by|issued by|anbieter|\bfrom\b"
        r"|restaurant|provider")),
    ("buyer", re.compile(r"customer|\bclient|buyer|bill(?:ed)? to|sold to|ship to|\bkunde|besteller|empfanger"
        r"|\bcliente|acheteur|\bklant|guest|passenger|recipient|comprador|acquirente")),
    ("currency", re.compile(r"currency|wahrung|waehrung|devise|valuta|moneda|divisa|\bccy\b|\bcur\b|\bcurr\b"
        r"|monnaie")),
    ("line", re.compile(r"line.?(?:total|amount|sum|price|value|cost)|item (?:total|sub.?total|amount)|zeilen(?:summe"
        r"|betrag|total)|positions?(?:summe|betrag|wert|preis|total)|ext(?:ended|\.)? ?(?:price|amount|cost)"
        r"|(?:total|montant) (?:de )?ligne|(?:totale|importo) riga|(?:total|importe) (?:de )?linea|regeltotaal"
        r"|row total|radsumma")),
    ("document total", re.compile(r"grand.?total|(?:order|invoice|receipt|bill|cart|basket|ticket|sale|booking)"
        r" (?:grand )?total|total (?:order|invoice|receipt|charged|due|paid|payable|to pay)|amount due|payable"
        r"|rechnungs(?:betrag|summe)|endbetrag|endsumme|gesamtsumme|bestellsumme|zahlbetrag|net a payer"
        r"|total (?:de la )?(?:facture|commande|factura|pedido)|totale (?:fattura|documento|ordine)|total a pagar"
        r"|factuurtotaal|da pagare|totaal te betalen")),
    ("net", re.compile(r"\bnet\b|\bnetto|nettobetrag|\bht\b|excl|exkl|before tax|imponibile|base imponible"
        r"|sub.?total|zwischensumme|sous.?total|subtotale|subtotaal")),
    ("gross", re.compile(r"brutto|gross|\bttc\b|\bincl|\binkl|\binc\b|with tax|after tax|ivato|iva incl")),
    ("tax", re.compile(r"\b(?:vat|tax|taxes|mwst|ust|tva|iva|gst|hst|pst|btw|moms|mva)\b|steuer")),
    ("discount", re.compile(r"discount|rabatt|remise|sconto|descuento|korting")),
    ("shipping", re.compile(r"shipping|postage|versand|(?<![a-z])porto\b|freight|livraison|spedizione|envio|verzend")),
    ("quantity", re.compile(r"qty|quantity|menge|anzahl|\banz\b|quantite|\bqte\b|cantidad|quantita|\bunits?$|aantal"
        r"|\bpcs\b|pieces|stuck|\bstk\b|hours|stunden|\bnights\b|\bantal\b|\bcant\b|\bcount\b|nombre")),
    ("price", re.compile(r"unit.?(?:price|cost)|price.?(?:each|per)|each|einzelpreis|e.?preis|\bep\b|stuckpreis"
        r"|prix unit|\bpu\b|p\.u\.|prezzo unit|precio unit|per unit|stukprijs|\brate\b|a.?pris")),
    ("total", re.compile(r"total|gesamt|summe|\bsum\b|somme|importe|totaal|totale|montant total|\bsumma\b")),
    ("amount", re.compile(r"amount|betrag|montant|importo|bedrag|belopp|belob|\bcost\b|\bcharged?\b|\bpaid\b|value"
        r"|\bwert\b|\bprice\b|\bpreis\b|\bprix\b|prezzo|precio|prijs|\bfare\b|\bfee\b|\bspent\b|\bpris\b")),
    ("item", re.compile(r"item|description|article|artikel|bezeichnung|beschreibung|product|produkt|designation"
        r"|descrizione|descripcion|service|leistung|position|\bname\b|text|details|\bsku\b|libelle|articolo|producto"
        r"|omschrijving|prestation|concepto|prodotto|benamning|\bwhat\b|\bpos\b|category")),
)  # fmt: skip
MONEY_ROLES = frozenset({"document total", "line", "gross", "total", "amount", "net", "tax", "price", "balance"})
# Columns whose numbers are no money, or money of a part only.
NOT_THE_SUM = frozenset({
    "quantity", "rate", "date", "due", "number", "tax", "net", "discount", "shipping", "price", "validity",
})  # fmt: skip
# Columns that only ledgers of accounts, stocks, plans, price lists and payrolls have.
_FOREIGN_ROLES = frozenset({"balance", "bank", "stock", "staff", "validity"})
_OTHER_DOCUMENT = re.compile(
    r"\b(?:quote|quotation|offer|angebots?|estimate|devis|preventivo|presupuesto|offerte|credit ?note|gutschrifts?"
    r"|avoir|contract|vertrags?|policy|p\.?o|purchase order)\W*(?:no|nr|num|number|nummer|n[o°º]|id|ref)(?![a-z])"
)
_MAX_HEADER_CELL_CHARACTERS = 40


def header_words(cell: str) -> str:
    """A header cell for matching: folded, `unit_price` and `unitPrice` as two words."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cell)
    return re.sub(r"[\s_]+", " ", fold(spaced)).strip()


def role_of(cell: str) -> str:
    """What the column under this header cell holds; empty when its words say nothing."""
    if not cell or len(cell) > _MAX_HEADER_CELL_CHARACTERS:
        return ""
    words = header_words(cell)
    return next((role for role, pattern in _ROLES if pattern.search(words)), "")


def is_foreign(header: tuple[str, ...], roles: dict[str, int]) -> bool:
    """Whether the columns are those of an account, a stock list, a plan, a payroll, an offer or a price list."""
    if _FOREIGN_ROLES & set(roles):
        return True
    return "number" not in roles and any(_OTHER_DOCUMENT.search(header_words(cell)) for cell in header)
