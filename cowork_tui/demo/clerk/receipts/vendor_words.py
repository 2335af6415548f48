"""The words around names: labels of sellers and buyers, legal forms, addresses, and words that are no name."""

from __future__ import annotations

import re

VENDOR_LABELS: tuple[re.Pattern[str], ...] = (
    re.compile(
        r"(?:vendor|seller|supplier|merchant|payee|issuer|issued by|invoice from|invoiced by"
            r"|billed by|bill from|sold by|verkaufer|lieferant|handler|rechnungssteller"
        r"|aussteller|rechnungsaussteller|leistungserbringer|vendeur|fournisseur|emetteur"
            r"|emis par|commercant|prestataire|venditore|fornitore|emittente|emesso da|esercente"
        r"|vendedor|proveedor|emisor|emitida por|comercio|leverancier|verkoper|leverandor|saljare"
            r"|sprzedawca|sold to you by|beneficiary|zahlungsempfanger|販売者|発行者|店舗|店名)"
        r"(?: name)?(?: \(.*\))?"
    ),
    re.compile(
        r"(?:company|firm|shop|store|business|provider|service provider|carrier|airline|operator"
            r"|hotel|restaurant|branch|retailer|dealer|firma|absender|filiale|geschaft|laden|markt"
        r"|betrieb|anbieter|societe|entreprise|magasin|enseigne|expediteur|negozio|ditta|azienda"
            r"|mittente|empresa|tienda|remitente|winkel|bedrijf|organi[sz]er|veranstalter|pay to"
            r"|paid to|payable to|会社名|where|signature|unterschrift|received by|signed by)"
        r"(?: name)?"
    ),
    re.compile(r"(?:from|von|de|da|fra|van|par)"),
)  # fmt: skip
BUYER_LABEL = re.compile(
    r"^(?:bill(?:ed)? to|erhalten von|received from|recu de|ricevuto da|recibi de|paid by"
    r"|bezahlt von|invoice to|invoiced to|sold to|ship(?:ped)? to|deliver to|customer|client"
    r"|buyer|guest|passenger|attention|attn|to$|an$|fur$|kunde|rechnung an|rechnungsempfanger"
    r"|empfanger|lieferadresse"
    r"|rechnungsadresse|kaufer|besteller|gast|client|facture a|facturee? a|adresse a|destinataire"
    r"|acheteur|cliente|destinatario|intestatario|spett|acquirente|facturar a|comprador|klant"
    r"|aan$|name$|passagier|reisender|宛|billing address|delivery address|shipping address)"
)
LEGAL_FORM = re.compile(
    r"\b(?:GmbH|AG|KG|OHG|UG|e\.?K\.?|Ltd\.?|Limited|LLP|LLC|Inc\.?|Corp\.?|Co\.|PLC|plc|SARL"
    r"|Sàrl|S\.?A\.?S?\.?|S\.?r\.?l\.?|S\.?n\.?c\.?|S\.?a\.?s\.?|S\.?p\.?A\.?|S\.?L\.?U?\.?"
    r"|B\.?V\.?|N\.?V\.?|AB|Oy|ApS|A/S|AS|Pty|Kft|Sp\. z o\.o\.|s\.r\.o\.)(?!\w)"
)
ADDRESS = re.compile(
    r"\d.*(?:str\.|strasse|straße|street|\bst\b|road|\brd\b|avenue|\bave\b|lane|gasse|weg\b|platz"
    r"|\brue\b|boulevard|\bblvd\b|drive)|(?:strasse|straße|str\.|gasse|weg|platz|allee|via|viale"
    r"|piazza|rue|calle|avenue|street|road|lane|quai|plaza|avenida)\b.*\d"
    r"|^(?:[A-Z]{1,2}-)?\d{4,6} \w|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b|\b[A-Z]{2} \d{5}\b"
    r"|^(?:P\.?O\.?|Postfach|floor|suite|unit) ",
    re.IGNORECASE,
)
CONTACT = re.compile(
    r"@|https?:|www\.|\+\d{2}|\b(?:e-?mail|iban|bic|swift|siret|siren|p\.iva|c\.f\.|hrb|abn|che-)\b"
    r"|\b(?:tel|phone|fax|mobile|vat|ust|mwst|tva|iva|uid|steuernummer|tax id|nif|cif|ein|reg"
    r"|id)\b\W*(?:no|nr|reg|id|number)?\W*[\d(+]",
    re.IGNORECASE,
)
NO_NAME = re.compile(
    r"^(?:thank|welcome|willkommen|bienvenu|(?:danke|merci|grazie|gracias|vielen dank|copy|kopie"
    r"|original|duplicate|customer copy|merchant copy"
    r"|page|seite|date|datum|time|no|nr|number|order|paid|bezahlt|table|tisch|cashier|kasse"
    r"|server|terminal|trans|transaction|store|till"
    r"|items?|artikel|description|qty|quantity|served by|operator|your|ihre?|votre|we|wir|nous"
    r"|you|dear|hello|hi|sehr|please|bitte|details"
    r"|summary|key|field|value|document|total|amount|currency|all amounts|subject|betreff|objet"
    r"|oggetto|asunto|cc|sent|gesendet|payment"
    r"|reference|ref|id|status|type|sold|for|fur|pour|this|diese|the following|vat|tax|tel"
    r"|opening)(?![a-z])|(?:name|to|from|von|sheet ?\d*)$)"
)
BEFORE_VENDOR = re.compile(
    r"(?:shopping (?:at|with)|purchase (?:at|from)|order (?:from|at|with)|(?:receipt|invoice|bill"
        r"|ticket|booking) from|rechnung (?:von|der firma|der)|beleg von|quittung von|einkauf (?:bei"
        r"|im)|bestellung bei|facture de|achat chez|commande chez"
    r"|acquisto (?:da|presso)|compra en|visit(?:ing)? (?:to|us at)|dining (?:at|with)"
        r"|staying (?:at|with)|travelling with|flying with|choosing|besuch (?:bei|im)|payment to"
        r"|paid to|zahlung an|paiement a)\s+",
)  # fmt: skip
NAME_END = re.compile(r"\s+[·•|–—/]\s+|\s+-\s+|;|\s{2,}|\t|\(|\s*,\s+(?=[^,]*\d)|<")
DOCUMENT_WORD = re.compile(
    r"(?i)\b(?:tax |vat |sales |cash |pro ?forma )?(?:invoice|receipt|bill|e-?ticket|ticket"
    r"|order confirmation|booking confirmation|rechnung|quittung|kassenbon|beleg|facture|reçu"
    r"|recu|billet|fattura|ricevuta|scontrino|factura|recibo|factuur|bon|faktura|kvitto"
    r"|kvittering"
    r"|confirmation|order|payment|scan|scanned|copy|kopie|document|doc|img|image|file|page|final"
    r"|new|paid|bezahlt|date|no|nr|number|from|von|de|statement|quote|notes?|for|of|the|expense"
    r"|expenses|beleg|dokument|pdf|txt|csv|json|inbox|misc)\b"
)
TRAVEL = re.compile(
    r"depart|arriv|abfahrt|ankunft|\bseat\b|\bsitz|platz|wagen|coach|flight|flug|train\b|zug\b|→"
    r"|gate|partenza|salida|\bgare\b|passenger|platform|gleis|boarding"
)
# File names that say what was bought or how the file was made, not who sold it.
COMMON_WORDS = re.compile(
    r"(?:(?:taxi|parking|hotel|lunch|dinner|breakfast|meal|train|flight|bus|tram|fuel|petrol|gas"
    r"|coffee|books?|office|supplies|groceries|food|restaurant|cafe|shop|store|market|travel|trip"
    r"|rent|phone|internet|software|hardware"
    r"|vendor|seller|missing|unknown|untitled|two|currenc(?:y|ies)|comma|decimals?|total|next"
    r"|line|foreign|labels?|only|in|name|with|without|and|a|an|sample|test|example|layout|data"
    r"|export|list|record|entry|sheet|book|workbook|table|note|text|my|attachment|parkplatz|essen"
    r"|bahn|hotelrechnung|einkauf|tanken)\s*)+"
)
