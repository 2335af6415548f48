"""Names of months, and the words beside a date that say what it is the date of."""

from __future__ import annotations

import re

# January to December, each with its names and abbreviations in several languages, folded.
MONTH_NAMES = (
    "january jan januar janner jaenner janvier janv gennaio gen enero ene januari janeiro stycznia sty",
    "february feb febr februar feber fevrier fevr fev febbraio febrero februari fevereiro lutego lut",
    "march mar marz maerz mrz mars marzo maart mrt marco marca",
    "april apr avril avr aprile abril abr kwietnia kwi",
    "may mai maggio mag mayo mei maio maj maja",
    "june jun juni juin giugno giu junio junho czerwca cze",
    "july jul juli juillet juil luglio lug julio julho lipca lip",
    "august aug aout agosto ago augustus augusti sierpnia sie",
    "september sep sept septembre settembre set septiembre setembro wrzesnia wrz",
    "october oct oktober okt octobre ottobre ott octubre oktober outubro out pazdziernika paz",
    "november nov novembre noviembre novembro listopada lis",
    "december dec dezember dez decembre dicembre dic diciembre desember dezembro grudnia gru",
)
# What stands before a date decides what it is the date of. Higher is better.
DATE_LABEL_RANKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (-1, re.compile(
        r"\bdue\b|pay(?:able|ment)? (?:by|before|until)|falli|zahlbar|bis\b|echeance"
            r"|a payer avant|scaden|vencim|vence|forfall"
        r"|valid|expir|gultig|until|deliver|liefer|leistung|livraison|consegna|entrega|period"
            r"|zeitraum|periode|stay|check.?in"
        r"|check.?out|arriv|depart|travel|abfahrt|reise|abreise|anreise|partenza|salida|print"
            r"|return|ruckgabe|birth|geburt"
        r"|since|seit|next|service date|bis\b|from\b|shipp|versand|warrant|garant|ausgestellt bis|uitvaren|verval"
    )),
    (4, re.compile(
        r"(?:invoice|receipt|bill|issue|issuing|tax point|document) date|date of (?:issue|invoice"
            r"|receipt|sale|purchase)|issued"
        r"|rechnungs-?\s?datum|belegdatum|ausgestellt|ausstellung|quittungsdatum|date (?:de "
            r"|d')?(?:la )?(?:facture|facturation|emission|emise)"
        r"|facture du|data (?:della )?(?:fattura|emissione|documento|ricevuta)"
            r"|fecha (?:de )?(?:la )?(?:factura|emision|expedicion)"
        r"|factuurdatum|fakturadat|data wystawienia|発行日|請求日|領収日"
    )),
    (3, re.compile(r"\bdate\b|\bdatum\b|\bdat\b|\bdata\b|\bfecha\b|\bdato\b|\bdia\b|^le$|\bdated\b|日付|date$")),
    (2, re.compile(
        r"purchase|order|transaction|sale|sold|paid|payment|booked|booking|bezahlt|gekauft"
            r"|bestell|kauf|buchung|commande|achat|paye"
        r"|ordine|acquisto|pedido|compra|pago|charged|created|time|購入"
    )),
)  # fmt: skip
