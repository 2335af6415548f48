"""What kind of document a text is, from its title and what it talks about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cowork_tui.demo.clerk.receipts.money import amounts_in
from cowork_tui.demo.clerk.receipts.text import Row, fold

PAYABLE = frozenset({"receipt", "invoice", "ticket", "order confirmation"})

# Title words by kind, most telling first; the first that matches at the earliest place on a line names the line.
_TITLES: tuple[tuple[str, str], ...] = (
    ("reminder", r"(?:payment|invoice|friendly|final) reminder|\breminder\b|overdue (?:notice|invoice)"
        r"|zahlungserinnerung|mahnung|dunning"
                 r"|rappel de paiement|relance|sollecito|recordatorio de pago|betalningspaminnelse"),
    ("credit note", r"credit note|credit memo|gutschrift|note de credit|facture d'avoir|\bavoir\b|nota di credito"
        r"|nota de credito|nota de abono|creditnota"),
    ("quote", r"pro.?forma|\bquot(?:e|ation)\b|\boffer\b|\bestimate\b|\bproposal\b|\bangebot\b"
        r"|kostenvoranschlag|\bofferte\b|\bdevis\b|preventivo|presupuesto|cotizacion|\bofferta\b"),
    ("statement", r"(?:bank|account|card) statement|statement of account|payment advice|remittance advice"
        r"|\bstatement\b|kontoauszug|releve (?:de compte|bancaire)|estratto conto|extracto"
        r"|rekeningafschrift|account activity"),
    ("delivery note", r"delivery (?:note|slip)|packing (?:slip|list)|lieferschein|bon de livraison"
        r"|bolla di consegna|documento di trasporto|albaran|pakbon|despatch note|dispatch note"
        r"|goods received"),
    ("price list", r"price ?list|rate card|preisliste|tarifs?\b|liste de prix|listino|lista de precios"
        r"|prijslijst|price sheet|\bprices\b|\bcatalogue?\b"),
    ("menu", r"\bmenu\b(?!\s*\d{1,2}\b)|speisekarte|carte du jour|mittagskarte|tageskarte|\bmenukaart\b"),
    ("minutes", r"(?:meeting|board) (?:minutes|notes)|\bminutes\b|protokoll|besprechung|sitzung|compte.rendu"
        r"|proces.verbal|verbale|\bacta\b|\bagenda\b|tagesordnung|notulen"),
    ("contract", r"\bcontract\b|\bagreement\b|\blease\b|vertrag\b|\bcontrat\b|contratto|contrato|\bbail\b"
        r"|terms (?:and|&) conditions|terms of (?:service|use)|\bagb\b|\bpolicy\b|police d'assurance"
        r"|insurance policy|versicherungs(?:police|schein)"),
    ("inventory", r"\binventory\b|stock ?(?:list|take|count)|stocktake|inventar\b|inventarliste|bestandsliste"
        r"|lagerbestand|inventaire|inventario|asset (?:list|register)"),
    ("budget", r"\bbudget\b|forecast|finanzplan|haushaltsplan|previsionnel|presupuesto anual|cash.?flow"),
    ("payslip", r"pay ?slip|pay ?stub|payroll|lohnabrechnung|gehaltsabrechnung|lohnausweis"
        r"|bulletin de (?:paie|salaire)|busta paga|nomina\b"),
    ("report", r"expense (?:report|claim)|\breport\b|\bbericht\b|\brapport\b|\brelazione\b|\binforme\b"
        r"|\bsummary\b|overview|analysis|auswertung|ubersicht|\bledger\b|kassenbuch|\bjournal\b"
        r"|expenses (?:for|q\d|20\d\d)|list of (?:receipts|invoices|expenses)|transactions"),
    ("purchase order", r"purchase order|bestellschein|bon de commande|ordine d'acquisto|orden de compra"
        r"|request for quot"),
    ("timesheet", r"time ?sheet|stundenzettel|timetable|fahrplan|\bschedule\b|dienstplan|\bcalendar\b"),
    ("order confirmation", r"order confirmation|booking confirmation|reservation confirmation|auftragsbestatigung"
        r"|bestellbestatigung|buchungsbestatigung"
                           r"|confirmation de (?:commande|reservation)|conferma d(?:'"
                               r"|i )(?:ordine|prenotazione)|confirmacion de (?:pedido|reserva)"
                           r"|your (?:order|booking)\b|ihre (?:bestellung|buchung)|votre commande"
                               r"|order summary|order details|\border \S{1,20} (?:is )?confirmed"
                               r"|orderbevestiging"),
    ("ticket", r"e-?ticket|\bboarding pass\b|online-?ticket|fahrkarte|fahrschein|billet\b|biglietto"
        r"|billete\b|\bticket\b|parkschein|kassenzettel"),
    ("invoice", r"\b(?:tax |vat |sales )?invoice\b|\brechnung\b|\w+rechnung\b|\bfaktura\b|\bfacture\b"
        r"|\bfattura\b|\bfactura\b|\bfatura\b|factuur|faktura|請求書|\bbill\b|statement of fees"
        r"|honorarnote"),
    ("receipt", r"\w*receipt\b|quittung|kassenbon|kassenbeleg|zahlungsbeleg|zahlungsbestatigung|\bbeleg\b"
        r"|\bbon\b|\brecu\b|ticket de caisse|note de frais"
                r"|ricevuta|scontrino|\brecibo\b|tique\b|factura simplificada|kvitto|kvittering"
                    r"|kassabon|paragon\b|領収書|レシート|payment confirmation|proof of (?:payment|purchase)"
                    r"|sales slip|till slip|refund"),
    ("notes", r"\bnotes?\b|to.?do|notizen?\b|\bideas?\b|\bideen\b|einkaufsliste|shopping list|checklist"
        r"|packliste|\bmemo\b|\bdraft\b|journal de bord|appunti|read ?me|\bdiary\b|\bguide\b"
        r"|\bmanual\b|anleitung|\bhandbook\b|\bfaq\b|recipe\b|rezept\b"),
    ("letter", r"^dear\b|^sehr geehrte|^liebe[rs]?\b|^lieber\b|^madame|^monsieur|^cher |^chere |^gentile"
        r"|^estimad|^hi\b|^hello\b|^hallo\b|newsletter|\bletter\b"),
)  # fmt: skip
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _TITLES)
# A title word that only refers to another document: "Quote no: 17", "as per contract 4", "Your order 881".
_REFERENCE_BEFORE = re.compile(
    r"(?:\bref\w*|\bper|\bour|\byour|\bihr\w*|\bunser\w*|\bto|\bzu|\bgemass|\blaut|\bselon"
    r"|\bbased on|\bsee|\bre|\bfor)[.:]?\s*$"
)
_REFERENCE_AFTER = re.compile(
    r"^\s*(?:no\b|nr\b|n[o°º]|num|#|id\b|ref|dat[eum]|:|-?\d|code|to\b|period|total|amount|terms|address|from)"
)
_HARD_DENIALS = re.compile(
    r"(?:this is )?not (?:an? )?(?:tax )?(?:invoice|receipt|bill)|keine rechnung"
    r"|ceci n'est pas une facture|non (?:e|costituisce) (?:una )?fattura"
    r"|no es (?:una )?factura|quote is valid|offer (?:is )?valid|angebot (?:ist )?gultig"
    r"|valid (?:for|until) .{0,20}(?:acceptance|days)|gultig bis"
)
TITLE_ROWS = 8


@dataclass(frozen=True, slots=True)
class Title:
    """The kind that a title names and how surely: 1.0 when the line says nothing else."""

    kind: str
    share: float


def title_of(line: str, reference_allowed: bool = True) -> Title | None:
    """The kind of document that one line announces."""
    folded = fold(line).replace("_", " ").strip(" :.-–—*=|#[]()!")
    if not folded or len(folded) > 110:
        return None
    best: tuple[int, int, int, str] | None = None
    for order, (kind, pattern) in enumerate(_COMPILED):
        for match in pattern.finditer(folded):
            if reference_allowed and kind not in PAYABLE and _is_reference(folded, match):
                continue
            key = (match.start(), match.start() - match.end(), order, kind)
            if best is None or key < best:
                best = key
            break
    if best is None:
        return None
    letters = len(re.sub(r"[\W\d_]", "", folded)) or 1
    return Title(best[3], min(1.0, -best[1] / letters))


def _is_reference(line: str, match: re.Match[str]) -> bool:
    before, after = line[: match.start()], line[match.end() :]
    return bool(_REFERENCE_BEFORE.search(before)) or bool(before and _REFERENCE_AFTER.match(after))


def titles(rows: tuple[Row, ...], count: int = TITLE_ROWS) -> list[Title]:
    """What the first lines and every early heading announce."""
    found: list[Title] = []
    for index, row in enumerate(rows[:60]):
        if index >= count and not (row.heading and index < 30):
            continue
        candidates = row.cells[:4] if index < 3 else row.cells[:1] if len(row.cells) < 3 else ()
        priced = any(amount.has_cents for cell in row.cells for amount in amounts_in(cell))
        for position, cell in enumerate(candidates):
            title = title_of(cell)
            if (
                title is None
                or (title.kind not in PAYABLE and priced)
                or (title.kind in {"notes", "letter"} and index >= 4)
            ):
                continue
            is_label = position + 1 < len(row.cells) and title.share < 0.99 and title.kind not in PAYABLE
            weight = 0.5 if is_label else 1.0 if index < 4 else 0.8
            found.append(Title(title.kind, title.share * weight))
    return found


def denies_being_payable(document: str) -> bool:
    """Whether the text itself says that it is an offer or no invoice."""
    return bool(_HARD_DENIALS.search(fold(document[:20000])))


def kind_of(rows: tuple[Row, ...], path: str) -> Title:
    """The kind that the title names, else what the file's name says, else `other`."""
    found = titles(rows)
    strong = [title for title in found if title.share >= 0.5]
    if strong:
        return strong[0]
    if found:
        return max(found, key=lambda title: title.share)
    stem = re.sub(r"[_\W\d]+", " ", path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    named = title_of(stem, reference_allowed=False)
    return Title(named.kind, 0.4) if named else Title("other", 0.0)
