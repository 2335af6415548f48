"""The words of JSON keys that name the fields of a receipt, for keys folded by `json_totals.words_of`."""

from __future__ import annotations

import re

OTHER_PARTY_KEY = (
    r"customer|buyer|client|recipient|bill_?(?:ed)?_?to|ship|guest|passenger|kunde|empfanger|deliver"
    r"|user|card|cashier|billing"
)
TOTAL_RANKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (100, re.compile(r"grand|total_(?:incl|gross|due|payable|amount)|gross_total|total_to_pay|gesamt|endbetrag"
        r"|brutto|gross|invoice_(?:total|amount)|order_(?:total|amount)|rechnungs_?(?:betrag|summe)|zahlbetrag|total_price|total_(?:charge|cost)|total_ttc|ttc")),
    (95, re.compile(r"amount_due|due_amount|amount_payable|payable|to_pay|zu_zahlen")),
    (90, re.compile(r"total|totale|importe|summe")),
    (60, re.compile(r"amount_paid|paid_amount|charged|amount|betrag|montant|importo|sum$|price$|value$|paid$")),
)  # fmt: skip
NOT_TOTAL_KEY = re.compile(
    r"sub_?total|zwischensumme|sous_?total|subtotaal|net(?:to)?(?:_|$|\.)|excl|tax|vat|mwst|ust|tva|iva|discount|unit|per_|qty"
    r"|quantity|count|items?_total|total_(?:items|quantity|qty|count|lines)|change|cash|tender"
    r"|given|tip|shipping"
    r"|exchange|rate|converted|home_currency|original|points|deposit|rounding|balance_before|refunded|balance$|year|number|_id$|_no$"
)
CURRENCY_KEY = re.compile(r"currency|curr$|ccy|waehrung|wahrung|devise|valuta|moneda|divisa")
DATE_RANKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (-1, re.compile(r"due|deliver|period|valid|expir|from$|until|departure|arrival|check|ship|print|birth|start"
        r"|end|travel|next|fallig|paid_by|since")),
    (4, re.compile(r"issue|invoice_?date|receipt_?date|rechnungsdatum|belegdatum|dated|emission")),
    (3, re.compile(r"(?:^|[._])(?:date|datum|fecha|data|day)(?:$|[._])|purchase_?date|order_?date|transaction_?date")),
    (2, re.compile(r"date|datum|purchased|ordered|sold|paid|created|booked|timestamp|time$|_at$|when|on$")),
)  # fmt: skip
VENDOR_KEY = re.compile(
    r"vendor|seller|supplier|merchant|issuer|issued_by|payee|store|shop|company|provider|sender"
    r"|retailer|business|airline|carrier|hotel|restaurant|operator|lieferant|verkaufer|haendler"
    r"|handler|(?<![a-z])firma|aussteller|fournisseur|vendeur|fornitore|proveedor|emisor|organi[sz]ation"
    r"|(?:^|[._])from(?:$|[._])|brand|(?:^|[._])by(?:$|[._])"
)
KIND_KEY = re.compile(
    r"(?:document_?|doc_?|record_?)?(?:type|kind|document|title|category|class|art|typ)|document_kind|subject"
)
NUMBER_KEY = re.compile(r"(\w*?)_(?:number|no|id|nr)")
LIST_KEY = re.compile(r"inventory|stock|transactions|prices|price_list|receipts|invoices|budget|entries")
RECORD_VENDOR_KEY = re.compile(
    r"vendor|seller|supplier|merchant|issuer|payee|lieferant|fournisseur|fornitore|proveedor"
)
NOT_VENDOR_KEY = re.compile(
    r"address|street|city|zip|postal|country|phone|(?:^|_)tel|mail|url|web|vat|tax|iban|bic|_?id$|number"
    r"|_?no$|location|branch|type|category|reg|method|status|currency|date|amount|total|logo"
    r"|state$"
)
