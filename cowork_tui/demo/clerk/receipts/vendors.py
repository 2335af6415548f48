"""Who issued a receipt: by label, else by the heading, else by the file's name."""

from __future__ import annotations

import re

from cowork_tui.demo.clerk.receipts.dates import date_in_name, dates_in
from cowork_tui.demo.clerk.receipts.kinds import PAYABLE, title_of
from cowork_tui.demo.clerk.receipts.money import amounts_in
from cowork_tui.demo.clerk.receipts.text import Row, fold
from cowork_tui.demo.clerk.receipts.totals import is_money_label, label_rank

_LABELS: tuple[re.Pattern[str], ...] = (
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
_BUYER = re.compile(
    r"^(?:bill(?:ed)? to|erhalten von|received from|recu de|ricevuto da|recibi de|paid by"
    r"|bezahlt von|invoice to|invoiced to|sold to|ship(?:ped)? to|deliver to|customer|client"
    r"|buyer|guest|passenger|attention|attn|to$|an$|fur$|kunde|rechnung an|rechnungsempfanger"
    r"|empfanger|lieferadresse"
    r"|rechnungsadresse|kaufer|besteller|gast|client|facture a|facturee? a|adresse a|destinataire"
    r"|acheteur|cliente|destinatario|intestatario|spett|acquirente|facturar a|comprador|klant"
    r"|aan$|name$|passagier|reisender|宛|billing address|delivery address|shipping address)"
)
_SUFFIX = re.compile(
    r"\b(?:GmbH|AG|KG|OHG|UG|e\.?K\.?|Ltd\.?|Limited|LLP|LLC|Inc\.?|Corp\.?|Co\.|PLC|plc|SARL"
    r"|Sàrl|S\.?A\.?S?\.?|S\.?r\.?l\.?|S\.?n\.?c\.?|S\.?a\.?s\.?|S\.?p\.?A\.?|S\.?L\.?U?\.?"
    r"|B\.?V\.?|N\.?V\.?|AB|Oy|ApS|A/S|AS|Pty|Kft|Sp\. z o\.o\.|s\.r\.o\.)(?!\w)"
)
_ADDRESS = re.compile(
    r"\d.*(?:str\.|strasse|straße|street|\bst\b|road|\brd\b|avenue|\bave\b|lane|gasse|weg\b|platz"
    r"|\brue\b|boulevard|\bblvd\b|drive)|(?:strasse|straße|str\.|gasse|weg|platz|allee|via|viale"
    r"|piazza|rue|calle|avenue|street|road|lane|quai|plaza|avenida)\b.*\d"
    r"|^(?:[A-Z]{1,2}-)?\d{4,6} \w|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b|\b[A-Z]{2} \d{5}\b"
    r"|^(?:P\.?O\.?|Postfach|floor|suite|unit) ",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"@|https?:|www\.|\+\d{2}|\b(?:e-?mail|iban|bic|swift|siret|siren|p\.iva|c\.f\.|hrb|abn|che-)\b"
    r"|\b(?:tel|phone|fax|mobile|vat|ust|mwst|tva|iva|uid|steuernummer|tax id|nif|cif|ein|reg"
    r"|id)\b\W*(?:no|nr|reg|id|number)?\W*[\d(+]",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"^(?:thank|welcome|willkommen|bienvenu|(?:danke|merci|grazie|gracias|vielen dank|copy|kopie"
    r"|original|duplicate|customer copy|merchant copy"
    r"|page|seite|date|datum|time|no|nr|number|order|paid|bezahlt|table|tisch|cashier|kasse"
    r"|server|terminal|trans|transaction|store|till"
    r"|items?|artikel|description|qty|quantity|served by|operator|your|ihre?|votre|we|wir|nous"
    r"|you|dear|hello|hi|sehr|please|bitte|details"
    r"|summary|key|field|value|document|total|amount|currency|all amounts|subject|betreff|objet"
    r"|oggetto|asunto|cc|sent|gesendet|payment"
    r"|reference|ref|id|status|type|sold|for|fur|pour|this|diese|the following|vat|tax|tel"
    r"|opening)(?![a-z])|(?:name|to|sheet ?\d*)$)"
)
_OF_VENDOR = re.compile(
    r"(?:shopping (?:at|with)|purchase (?:at|from)|order (?:from|at|with)|(?:receipt|invoice|bill"
        r"|ticket|booking) from|rechnung (?:von|der firma|der)|beleg von|quittung von|einkauf (?:bei"
        r"|im)|bestellung bei|facture de|achat chez|commande chez"
    r"|acquisto (?:da|presso)|compra en|visit(?:ing)? (?:to|us at)|dining (?:at|with)"
        r"|staying (?:at|with)|travelling with|flying with|choosing|besuch (?:bei|im)|payment to"
        r"|paid to|zahlung an|paiement a)\s+",
)  # fmt: skip
_CUT = re.compile(r"\s+[·•|–—/]\s+|\s+-\s+|;|\s{2,}|\t|\(|\s*,\s+(?=[^,]*\d)|<")
_DOCUMENT_WORD = re.compile(
    r"(?i)\b(?:tax |vat |sales |cash |pro ?forma )?(?:invoice|receipt|bill|e-?ticket|ticket"
    r"|order confirmation|booking confirmation|rechnung|quittung|kassenbon|beleg|facture|reçu"
    r"|recu|billet|fattura|ricevuta|scontrino|factura|recibo|factuur|bon|faktura|kvitto"
    r"|kvittering"
    r"|confirmation|order|payment|scan|scanned|copy|kopie|document|doc|img|image|file|page|final"
    r"|new|paid|bezahlt|date|no|nr|number|from|von|de|statement|quote|notes?|for|of|the|expense"
    r"|expenses|beleg|dokument|pdf|txt|csv|json|inbox|misc)\b"
)
_TRAVEL = re.compile(
    r"depart|arriv|abfahrt|ankunft|\bseat\b|\bsitz|platz|wagen|coach|flight|flug|train\b|zug\b|→"
    r"|gate|partenza|salida|\bgare\b|passenger|platform|gleis|boarding"
)
# File names that say what was bought or how the file was made, not who sold it.
_COMMON_WORDS = re.compile(
    r"(?:(?:taxi|parking|hotel|lunch|dinner|breakfast|meal|train|flight|bus|tram|fuel|petrol|gas"
    r"|coffee|books?|office|supplies|groceries|food|restaurant|cafe|shop|store|market|travel|trip"
    r"|rent|phone|internet|software|hardware"
    r"|vendor|seller|missing|unknown|untitled|two|currenc(?:y|ies)|comma|decimals?|total|next"
    r"|line|foreign|labels?|only|in|name|with|without|and|a|an|sample|test|example|layout|data"
    r"|export|list|record|entry|sheet|book|workbook|table|note|text|my|attachment|parkplatz|essen"
    r"|bahn|hotelrechnung|einkauf|tanken)\s*)+"
)
MAX_NAME_CHARACTERS = 70


def vendor_of(rows: tuple[Row, ...], document: str, path: str) -> str:
    """The issuer's name as printed; empty when nothing names one."""
    return (
        _labelled(rows, document) or _heading(rows) or _mentioned(document) or _suffixed(rows) or vendor_in_name(path)
    )


def _labelled(rows: tuple[Row, ...], document: str) -> str:
    folded_document = fold(document[:8000])
    for level, pattern in enumerate(_LABELS):
        if level == 2 and _TRAVEL.search(folded_document):
            continue
        for index, row in enumerate(rows):
            for position, cell in enumerate(row.cells):
                if not pattern.fullmatch(fold(cell).strip(" :.*")):
                    if level == 0 and index and position == 0 and (name := _behind_label(pattern, cell)):
                        return name
                    continue
                name = clean_name(_value_beside(rows, index, position))
                if name and plausible(name, strict=False):
                    return name
    return ""


def _behind_label(pattern: re.Pattern[str], cell: str) -> str:
    """The name in "Merchant Harbour Taxi", as tables in PDF files come out."""
    match = pattern.match(fold(cell))
    rest = cell[match.end() :] if match else ""
    if not rest.startswith(" ") or not rest.strip()[:1].isupper():
        return ""
    name = clean_name(rest)
    return name if plausible(name) else ""


def _value_beside(rows: tuple[Row, ...], index: int, position: int) -> str:
    cells = rows[index].cells
    after = next((cell for cell in cells[position + 1 :] if cell), "")
    if after and not _is_label_cell(after):
        return after
    if index + 1 < len(rows):
        below = rows[index + 1].cells
        if len(below) == len(cells) and len(cells) > 1:
            return below[position]
        if len(cells) == 1:
            return below[0]
    return ""


def _is_label_cell(cell: str) -> bool:
    folded = fold(cell).strip(" :")
    return (
        any(pattern.fullmatch(folded) for pattern in _LABELS)
        or bool(_BUYER.match(folded))
        or folded in {"date", "datum", "total", "amount", "currency", "item", "description"}
    )


def clean_name(text: str) -> str:
    """The name without address, document words, quotes and addresses of electronic mail."""
    text = text.strip().strip("\"'“”„«»*_#= ")
    mail = re.match(r"^(?P<name>[^<@]*?)\s*<?(?P<local>[\w.+-]+)@(?P<domain>[\w-]+)\.[\w.]+>?", text)
    if mail:
        return mail["name"].strip("\"' ") or mail["domain"].replace("-", " ").title()
    text = _CUT.split(text, maxsplit=1)[0] if not re.match(r"^\W*\(", text) else text
    return " ".join(text.split()).strip(" ,:;-–—*=|")[:MAX_NAME_CHARACTERS]


def plausible(name: str, strict: bool = True) -> bool:
    """Whether the words can be a name at all; `strict` for lines that no label introduces."""
    letters = re.sub(r"[\W\d_]", "", name)
    if len(letters) < 2 or _CONTACT.search(name) or dates_in(name):
        return False
    if not strict:
        return True
    folded = fold(name)
    if (
        _ADDRESS.search(name)
        or _ADDRESS.search(folded)
        or _GENERIC.match(folded)
        or len(name.split()) > 8
        or (re.search(r"[.!?]$", name) and len(name.split()) > 4)
    ):
        return False
    if re.search(r"\d{4,}", name) or any(amount.has_cents or amount.currency for amount in amounts_in(name)):
        return False
    title = title_of(name)
    one_word = len(name.split()) == 1
    return (title is None or title.share < 0.6) and not label_rank(name) and not (one_word and is_money_label(name))


def _heading(rows: tuple[Row, ...]) -> str:
    """The first of the early lines that can be a name; lines behind "Bill to" are the buyer's."""
    skip = 0
    for index, row in enumerate(rows[:12]):
        label = fold(row.cells[0]).strip(" :")
        if buyer := _BUYER.match(label):
            skip = 4 if len(row.cells) == 1 and buyer.end() == len(label) else 0
            continue
        if skip and not row.after_blank:
            skip -= 1
            continue
        skip = 0
        name = _name_in_heading(row, index)
        if name:
            return name
    return ""


def _name_in_heading(row: Row, index: int) -> str:
    match = _OF_VENDOR.search(fold(row.text))
    if match:
        name = clean_name(row.text[match.end() :].rstrip("!."))
        return name if plausible(name) else ""
    first = row.cells[0]
    if any(amount.has_cents for amount in amounts_in(row.text)):
        return ""
    if len(row.cells) > 1 and not plausible(clean_name(first)):
        return _name_beside_title(row)
    if len(row.cells) > 1 and not _SUFFIX.search(first) and (index > 1 or _looks_like_label(first)):
        return ""
    if index == 0 and re.fullmatch(r"(?:[^\W\d_]{2,} )+\d{4}(?: [^\W\d_]{2,})*", first) and title_of(first) is None:
        return first  # a branch named by its postal code
    for part in re.split(r"\s+[·•|–—-]\s+|\s*[:|]\s+", first):
        name = clean_name(part)
        if not plausible(name):
            continue
        title = title_of(name)
        if title is not None and title.kind in PAYABLE:
            name = _without_document_words(name)
        if name:
            return name
    return ""


def _name_beside_title(row: Row) -> str:
    """The name in "INVOICE      Acme Ltd"."""
    title = title_of(row.cells[0])
    if title is None or title.kind not in PAYABLE or len(row.cells) > 3:
        return ""
    name = clean_name("".join(row.cells[1:2]))
    return name if plausible(name) and not amounts_in(name) else ""


def _without_document_words(line: str) -> str:
    """The name in a line such as "Acme Ltd Invoice"; empty when what is left is no name."""
    name = " ".join(_DOCUMENT_WORD.sub(" ", line).split()).strip(" ,:-–#")
    if not plausible(name) or re.search(r"\d", name):
        return ""
    leads = _DOCUMENT_WORD.match(line) is not None
    named = _SUFFIX.search(name) or sum(1 for word in name.split() if word[:1].isupper()) >= 2
    return name if not leads or named else ""


def _looks_like_label(cell: str) -> bool:
    folded = fold(cell)
    return (
        bool(
            re.search(
                r"\b(?:no|nr|number|nummer|date|datum|id|ref|order|terms|phone|time|card|terminal"
                r"|method|currency|period|project|status|subject)\b",
                folded,
            )
        )
        or len(cell) <= 3
    )


def _mentioned(document: str) -> str:
    for line in document[:20000].split("\n"):
        match = _OF_VENDOR.search(fold(line))
        if match:
            name = clean_name(re.split(r"[.!,]\s|[.!]$| on | am | le ", line[match.end() :])[0])
            if plausible(name) and name[:1].isupper():
                return name
    return ""


def _suffixed(rows: tuple[Row, ...]) -> str:
    skip = 0
    for row in rows:
        if _BUYER.match(fold(row.cells[0]).strip(" :")):
            skip = 3
            continue
        if skip:
            skip -= 1
            continue
        for cell in row.cells:
            name = clean_name(cell)
            if _SUFFIX.search(name) and plausible(name):
                return name
    return ""


def vendor_in_name(path: str) -> str:
    """The words of a file's name that are neither date, number nor kind of document, where they look like a name."""
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    spaced = re.sub(r"[_\-.+~()\[\]]+", " ", stem)
    spaced = re.sub(r"\b\w*\d\w*\b", " ", spaced)
    spaced = re.sub(
        r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march"
        r"|april|june|july|august|september|october|november|december)\b",
        " ",
        spaced,
    )
    name = " ".join(_DOCUMENT_WORD.sub(" ", spaced).split())
    if len(re.sub(r"[\W\d_]", "", name)) < 3 or _COMMON_WORDS.fullmatch(fold(name)):
        return ""
    if name == name.lower():
        return name.title() if date_in_name(path) else ""
    return name
