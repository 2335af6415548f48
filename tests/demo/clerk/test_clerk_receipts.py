"""Receipts in many layouts, one by one: date, vendor, total and currency; and documents that are none."""

# ruff: noqa: E501 - a document a line reads best

from __future__ import annotations

import pytest

from cowork_tui.demo.clerk.receipts.reader import NotReceipt, Receipt, read_receipt

# name, text, (date, vendor, total, currency)
RECEIPTS: list[tuple[str, str, tuple[str, str, str, str]]] = [
    ("till.txt", "CAFE ROMA\nBahnhofstr. 4\n8001 Zürich\n12.03.2026 10:14\n2 x Espresso 4.50 9.00\nTotal CHF 9.00\nBar 10.00\nRückgeld 1.00\n",
     ("2026-03-12", "CAFE ROMA", "9.00", "CHF")),
    ("inv.txt", "Invoice\nVendor: Acme Ltd\nInvoice date: 2026-01-04\nDue date: 2026-02-03\nSubtotal: 100.00\nVAT 20%: 20.00\nTotal: £120.00\n",
     ("2026-01-04", "Acme Ltd", "120.00", "GBP")),
    ("de.txt", "Müller Bürobedarf GmbH\nHauptstraße 5, 80331 München\n\nRechnung Nr. 2026-014\nRechnungsdatum: 4. Januar 2026\nLieferdatum: 2. Januar 2026\n\nNetto 1.037,48 €\nMwSt 19 % 197,12 €\nGesamtbetrag 1.234,60 €\nZahlbar bis 18.01.2026\n",
     ("2026-01-04", "Müller Bürobedarf GmbH", "1234.60", "EUR")),
    ("fr.md", "# Boulangerie Petit Jour\n\n**Facture** n° 33\n\nDate : 1er mars 2026\n\n- Pain : 3,20 €\n- Croissants : 5,40 €\n\nTotal HT : 8,15 €\nTVA : 0,45 €\n**Total TTC : 8,60 €**\n",
     ("2026-03-01", "Boulangerie Petit Jour", "8.60", "EUR")),
    ("it.txt", "Ferramenta Rossi S.n.c.\nRicevuta fiscale n. 12\nData: 7 febbraio 2026\nImponibile 45,00\nIVA 22% 9,90\nTotale euro 54,90\n",
     ("2026-02-07", "Ferramenta Rossi S.n.c.", "54.90", "EUR")),
    ("es.txt", "FACTURA SIMPLIFICADA\nPapelería Sol S.L.\nFecha: 15 de enero de 2026\nBase imponible 20,00 €\nIVA 21% 4,20 €\nImporte total 24,20 €\nEfectivo 30,00 €\nCambio 5,80 €\n",
     ("2026-01-15", "Papelería Sol S.L.", "24.20", "EUR")),
    ("us.txt", "Blue Bottle Diner\n410 Main St, Springfield, IL 62701\n(217) 555-0188\n03/04/2026 6:12 PM\nBurger 12.00\nFries 4.50\nSubtotal 16.50\nSales Tax 1.40\nTip 3.00\nTotal $20.90\nVISA ending 4411\n",
     ("2026-03-04", "Blue Bottle Diner", "20.90", "USD")),
    ("uk.txt", "The Stationers\nReceipt no 881\nDate 03/04/2026\nPens 4.00\nTotal £4.00\nCard payment\n",
     ("2026-04-03", "The Stationers", "4.00", "GBP")),
    ("swiss.txt", "Beleg\nVerkäufer: Velo Keller AG\nDatum: 04.02.26\nKettenöl 1 Stk. 18.90\nService 1'215.60\nTotal CHF 1'234.50\n",
     ("2026-02-04", "Velo Keller AG", "1234.50", "CHF")),
    ("jp.txt", "株式会社みどり書店\n請求書\n2026年1月4日\n合計 ¥12,300\n", ("2026-01-04", "株式会社みどり書店", "12300.00", "JPY")),
    ("se.txt", "Kaffebaren AB\nKvitto 2026-02-11 08:30\nBryggkaffe 35,00\nMoms 12% 3,75\nTotalt 35,00 kr\nKort\n",
     ("2026-02-11", "Kaffebaren AB", "35.00", "SEK")),
    ("no.txt", "Fjell Sport AS\nKvittering\nDato: 11.02.2026\nSokker 249,00\nMVA 25% 49,80\nTotalt NOK 249,00\n",
     ("2026-02-11", "Fjell Sport AS", "249.00", "NOK")),
    ("nl.txt", "Bakkerij de Molen B.V.\nFactuur 20260012\nFactuurdatum: 12 maart 2026\nSubtotaal € 40,00\nBTW 9% € 3,60\nTotaal te betalen € 43,60\n",
     ("2026-03-12", "Bakkerij de Molen B.V.", "43.60", "EUR")),
    ("pl.txt", "FAKTURA VAT\nSprzedawca: Drukarnia Nowak Sp. z o.o.\nData wystawienia: 2026-01-20\nNetto 100,00\nVAT 23,00\nRazem 123,00 zł\n",
     ("2026-01-20", "Drukarnia Nowak Sp. z o.o.", "123.00", "PLN")),
    ("next.txt", "Harbour Hotel\nINVOICE\nInvoice date\n14 Jan 2026\nRoom\n180.00\nSubtotal\n180.00\nCity tax\n5.00\nTotal due\n185.00 EUR\n",
     ("2026-01-14", "Harbour Hotel", "185.00", "EUR")),
    ("block.pdf", "Northwind Traders Inc.\nINVOICE\nInvoice No: 1002\nDate: January 4, 2026\nSubtotal\nTax\nTotal\n$100.00\n$8.00\n$108.00\n",
     ("2026-01-04", "Northwind Traders Inc.", "108.00", "USD")),
    ("glued.pdf", "Lakeside Print Ltd\nInvoice 77\nDate2026-02-09\nFlyers500 x 0.20100.00\nSubtotal100.00\nVAT20.00\nTotalGBP120.00\n",
     ("2026-02-09", "Lakeside Print Ltd", "120.00", "GBP")),
    ("cols.pdf", "INVOICE                                   Lakeside Print Ltd\nInvoice no       77          Date    09.02.2026\nTotal       Net 100.00     VAT 20.00     EUR 120.00\nAmount due                         EUR 120.00\n",
     ("2026-02-09", "Lakeside Print Ltd", "120.00", "EUR")),
    ("table.docx", "Gartenbau Huber\nRechnung\nDatum | 03.03.2026\nPosition | Menge | Preis | Betrag\nErde | 10 | 8,00 | 80,00\nArbeit | 4 | 65,00 | 260,00\nZwischensumme | | | 340,00\nMwSt 20% | | | 68,00\nGesamt | | | 408,00 EUR\n",
     ("2026-03-03", "Gartenbau Huber", "408.00", "EUR")),
    ("kv.docx", "Receipt\nVendor | Print & Copy Shop\nDate | 5 March 2026\nTotal | 17.40\nCurrency | EUR\n",
     ("2026-03-05", "Print & Copy Shop", "17.40", "EUR")),
    ("bill.xlsx", "## sheet Invoice (7 rows x 4 columns)\nVendor,Skyline Catering Ltd,,\nInvoice date,2026-02-18,,\n,,,\nItem,Qty,Unit price,Amount\nLunch,12,14.5,174\nDelivery,1,10,10\n,,Total,184\n,,Currency,GBP\n",
     ("2026-02-18", "Skyline Catering Ltd", "184.00", "GBP")),
    ("one.xlsx", "## sheet Sheet1 (2 rows x 5 columns)\nReceipt no,Date,Vendor,Total,Currency\nR-8,2026-03-21 00:00:00,Stadtwerke Nord,88.2,EUR\n",
     ("2026-03-21", "Stadtwerke Nord", "88.20", "EUR")),
    ("one.csv", "date,vendor,total,currency\n2026-03-02,Copy House,12.80,EUR\n", ("2026-03-02", "Copy House", "12.80", "EUR")),
    ("semi.csv", "Datum;Händler;Artikel;Betrag;Währung\n02.03.2026;Copy House;Kopien;1.212,80;EUR\n", ("2026-03-02", "Copy House", "1212.80", "EUR")),
    ("kv.csv", "field,value\nvendor,Hosting Pro\ninvoice_date,2026-01-31\ndue_date,2026-02-14\nsubtotal,40.00\ntax,8.00\ntotal,48.00\ncurrency,USD\n",
     ("2026-01-31", "Hosting Pro", "48.00", "USD")),
    ("items.csv", "Vendor,Garden World\nDate,2026-04-01\nCurrency,EUR\n\nitem,qty,price,amount\nsoil,2,5.00,10.00\npots,3,4.00,12.00\nTotal,,,22.00\n",
     ("2026-04-01", "Garden World", "22.00", "EUR")),
    ("same.csv", "date,vendor,item,amount,currency\n2026-04-02,Book Nook,Novel,12.00,EUR\n2026-04-02,Book Nook,Map,8.50,EUR\n", ("2026-04-02", "Book Nook", "20.50", "EUR")),
    ("flat.json", '{"vendor": "Taxi Blitz", "date": "2026-01-09", "total": 23.4, "currency": "EUR", "paid_with": "card"}', ("2026-01-09", "Taxi Blitz", "23.40", "EUR")),
    ("nested.json", '{"seller": {"name": "Acme Tools", "address": "1 Road"}, "buyer": {"name": "Us Ltd"}, "issued": "2026-02-03", "due": "2026-03-03", "lines": [{"name": "saw", "total": 20.0}], "totals": {"net": 20.0, "vat": 4.0, "grand": 24.0}, "currency": "GBP"}',
     ("2026-02-03", "Acme Tools", "24.00", "GBP")),
    ("due.json", '{"invoice_number": "A-1", "from": "Cloud Co", "to": "Us", "amount_due": "1.240,50 EUR", "invoice_date": "04.02.2026"}', ("2026-02-04", "Cloud Co", "1240.50", "EUR")),
    ("cents.json", '{"merchant": {"name": "Kiosk"}, "amount": {"total_cents": 450, "currency": "CHF"}, "created_at": "2026-03-01T08:00:00Z", "type": "receipt"}', ("2026-03-01", "Kiosk", "4.50", "CHF")),
    ("order.txt", "Thank you for your order!\n\nOrder confirmation #55812\nOrder date: 21 February 2026\nSold by: Bookish GmbH\n\n1 x Atlas   39,90 EUR\nShipping     4,90 EUR\nOrder total: 44,80 EUR\n",
     ("2026-02-21", "Bookish GmbH", "44.80", "EUR")),
    ("ticket.txt", "E-TICKET\nRail & Co\nBooked on 11 Jan 2026\nFrom: Basel SBB\nTo: Milano Centrale\nDeparture: 20 Jan 2026 08:12\nSeat 14 Coach 6\nFare: EUR 59.00\nTotal price: EUR 59.00\n",
     ("2026-01-11", "Rail & Co", "59.00", "EUR")),
    ("conv.txt", "Sushi Kan\nReceipt\n2026-02-08\nTotal JPY 4,800\nApprox. EUR 29.80\nCharged in EUR 29.95\n", ("2026-02-08", "Sushi Kan", "4800.00", "JPY")),
    ("conv2.txt", "RECEIPT\nAlpine Shop\nDate: 2026-02-10\nTotal EUR: 50.00\nExchange rate 0.94\nTotal CHF equivalent: 47.00\nPaid by card\n", ("2026-02-10", "Alpine Shop", "50.00", "EUR")),
    ("2026-01-17_paper-mill_receipt.txt", "RECEIPT\n\nItems 3\nTotal 15.30 EUR\nPaid in cash\n", ("2026-01-17", "Paper Mill", "15.30", "EUR")),
    ("scan_20260118.txt", "Metzgerei Wolf\nWurst 8,40\nSumme 8,40 EUR\nBar 10,00\nZurück 1,60\n", ("2026-01-18", "Metzgerei Wolf", "8.40", "EUR")),
    ("refund.txt", "Shoe Barn\nREFUND RECEIPT\n2026-03-14\nBoots -89.00\nTotal refund -89.00 USD\n", ("2026-03-14", "Shoe Barn", "-89.00", "USD")),
    ("trail.txt", "Elektro Blum\nGutschein\nQuittung 14.03.2026\nRückgabe Lampe\nTotal CHF 25.00-\n", ("2026-03-14", "Elektro Blum", "-25.00", "CHF")),
    ("paid.txt", "Acme Ltd\nINVOICE\n2026-03-01\nTotal 200.00 EUR\nPaid 200.00 EUR\nBalance due 0.00 EUR\n", ("2026-03-01", "Acme Ltd", "200.00", "EUR")),
    ("incl.txt", "Acme Ltd\nTax invoice\nDate: 2026-03-01\nTotal excl. VAT 100.00\nVAT 8.1% 8.10\nTotal incl. VAT 108.10 CHF\n", ("2026-03-01", "Acme Ltd", "108.10", "CHF")),
    ("incl2.txt", "Kino Rex\nTicket\nDatum 06.03.2026\nEintritt 2 x 19.00\nTotal inkl. 8.1% MwSt CHF 38.00\ndavon MwSt 2.85\n", ("2026-03-06", "Kino Rex", "38.00", "CHF")),
    ("items2.txt", "MEGA MARKT\nKassenbon 12.02.2026\nMilch 1,29\nBrot 2,49\nSumme (2 Artikel) 3,78 EUR\nGirocard 3,78 EUR\n", ("2026-02-12", "MEGA MARKT", "3.78", "EUR")),
    ("dots.txt", "Deli Corner\nReceipt\nDate.......... 2026-01-30\nSandwich ..... 6.50\nTOTAL ........ 6.50 USD\n", ("2026-01-30", "Deli Corner", "6.50", "USD")),
    ("spaced.txt", "B O O K S H O P\nReceipt 2026-01-30\nBook 10.00\nT O T A L   10.00 EUR\n", ("2026-01-30", "BOOKSHOP", "10.00", "EUR")),
    ("issued.txt", "INVOICE\n\nIssued by\nBright Ideas Studio\n\nBilled to\nUs Ltd\n\nDate of issue\n2 Feb 2026\n\nAmount due\nUSD 1,500.00\n", ("2026-02-02", "Bright Ideas Studio", "1500.00", "USD")),
    ("buyer.txt", "INVOICE\nBill to:\nUs Ltd\nSome Road 1\n\nSeller: Them LLC\nDate: Feb 3, 2026\nGrand total: $99.00\n", ("2026-02-03", "Them LLC", "99.00", "USD")),
    ("head.txt", "Invoice from Paper & Ink Ltd\nDate: 3rd of February 2026\nTotal: GBP 45.00\nIBAN GB00 0000\n", ("2026-02-03", "Paper & Ink Ltd", "45.00", "GBP")),
    ("dash.md", "# Invoice – Studio Nord\n\n| | |\n|---|---|\n| Date | 2026-02-05 |\n| Net | 300.00 |\n| VAT | 57.00 |\n| Total | **357.00 EUR** |\n", ("2026-02-05", "Studio Nord", "357.00", "EUR")),
    ("mdtable.md", "# Receipt\n\n**Vendor:** Green Grocer\n**Date:** 2026-03-08\n\n| Item | Qty | Price |\n|---|---|---|\n| Apples | 2 | 3.00 |\n| Pears | 1 | 2.50 |\n\n**Total:** 5.50 EUR\n", ("2026-03-08", "Green Grocer", "5.50", "EUR")),
    ("shop.txt", "Store: City Pharmacy\nTransaction date: 2026-03-09\nAspirin 5.99\nAmount: 5.99 EUR\nPaid by card\n", ("2026-03-09", "City Pharmacy", "5.99", "EUR")),
    ("fuel.txt", "Tankstelle Süd\nBeleg-Nr. 4711\n09-03-2026 18:22\nSuper E10  38,20 l  x 1,799\nBetrag  68,72 EUR\nMwSt 19% 10,97\n", ("2026-03-09", "Tankstelle Süd", "68.72", "EUR")),
    ("cad.txt", "Maple Cafe\nToronto ON\nReceipt\n2026-03-10\nCoffee 4.00\nHST 0.52\nTotal 4.52 CAD\n", ("2026-03-10", "Maple Cafe", "4.52", "CAD")),
    ("dollarcad.txt", "Maple Cafe\nAll amounts in CAD\nReceipt 2026-03-10\nTotal $4.52\nPaid cash\n", ("2026-03-10", "Maple Cafe", "4.52", "CAD")),
    ("swissdash.txt", "Taxi Alpin\nQuittung\n11.03.2026\nFahrt\nTotal CHF 45.–\n", ("2026-03-11", "Taxi Alpin", "45.00", "CHF")),
    ("integer.txt", "Parkhaus Mitte\nQuittung\nDatum: 11.03.2026\nBezahlt mit Karte\nTotal: 12 EUR\n", ("2026-03-11", "Parkhaus Mitte", "12.00", "EUR")),
    ("thin.txt", "Société Générale d'Outillage\nFACTURE\nDate : 12/03/2026\nTotal TTC 12\u202f345,60 €\n", ("2026-03-12", "Société Générale d'Outillage", "12345.60", "EUR")),
    ("month.txt", "Reinigung Blitz\nRechnung\n12. März 2026\nSumme netto 50,00 EUR\nUSt 9,50 EUR\nRechnungsbetrag 59,50 EUR\n", ("2026-03-12", "Reinigung Blitz", "59.50", "EUR")),
    ("cashonly.txt", "IMBISS ECK\n1 Döner 7,50\n1 Ayran 2,50\nGESAMT 10,00\nBAR 20,00\nRÜCKGELD 10,00\n13.03.2026 12:41\nMwSt 7%\nEUR\n", ("2026-03-13", "IMBISS ECK", "10.00", "EUR")),
    ("tel.txt", "Tele Plus\nYour bill\nBill date: 1 April 2026\nBilling period: 1 March 2026 - 31 March 2026\nPrevious balance 20.00\nNew charges 25.00\nTotal amount due: EUR 25.00\n", ("2026-04-01", "Tele Plus", "25.00", "EUR")),
    ("mail.txt", "Subject: Your receipt from Pixel Apps\nFrom: Pixel Apps <no-reply@pixel.example>\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\nHi Eva,\n\nWe received your payment of $12.00.\n\nPlan Pro  $12.00\nTotal  $12.00\n", ("2026-03-02", "Pixel Apps", "12.00", "USD")),
    ("disc.txt", "Fashion Hub\nReceipt 2026-03-03\nJacket 100.00\nDiscount -20.00\nYou saved 20.00\nTotal after discount 80.00 EUR\n", ("2026-03-03", "Fashion Hub", "80.00", "EUR")),
    ("quoteref.txt", "Acme Ltd\nINVOICE\nOur quote: Q-17\nDelivery note no 88\nContract ref 12\nDate: 2026-03-04\nTotal EUR 70.00\n", ("2026-03-04", "Acme Ltd", "70.00", "EUR")),
    ("inr.txt", "Spice Route Pvt Ltd\nTax Invoice\nDate: 05-03-2026\nTotal ₹ 1,23,456.00\nGST included\n", ("2026-03-05", "Spice Route Pvt Ltd", "123456.00", "INR")),
    ("czk.txt", "Kavárna Most s.r.o.\nÚčtenka\nReceipt\nDatum: 5.3.2026\nCelkem\nTotal 145,00 Kč\nHotově\n", ("2026-03-05", "Kavárna Most s.r.o.", "145.00", "CZK")),
]  # fmt: skip

# name, text
OTHERS: list[tuple[str, str]] = [
    ("quote.txt", "Quotation\nAcme Ltd\nDate: 2026-03-01\nDesk 400.00\nTotal: 400.00 EUR\nValid until 2026-04-01\n"),
    ("angebot.txt", "Müller GmbH\nAngebot Nr. 14\nDatum 01.03.2026\nSumme 200,00 EUR\nMwSt 38,00\nGesamt 238,00 EUR\n"),
    ("proforma.txt", "PRO FORMA INVOICE\nAcme Ltd\nDate: 2026-03-01\nTotal: 400.00 EUR\n"),
    ("statement.txt", "First Bank\nAccount statement\nPeriod 01.01.2026 - 31.01.2026\n02.01.2026 Acme Ltd -120.00\n05.01.2026 Salary 2,000.00\nTotal debits 120.00\nClosing balance 1,880.00 EUR\n"),
    ("statement.csv", "date,description,amount,balance\n2026-01-02,Acme,-120.00,880.00\n2026-01-05,Salary,2000.00,2880.00\n"),
    ("ledger.csv", "date,vendor,total,currency\n2026-01-02,Acme,120.00,EUR\n2026-01-05,Bolt,20.00,EUR\nTotal,,140.00,EUR\n"),
    ("prices.csv", "item,price\nApple,1.20\nPear,1.50\n"),
    ("prices.txt", "Price list 2026\nHaircut 30.00 EUR\nColour 60.00 EUR\n"),
    ("stock.xlsx", "## sheet Stock (4 rows x 4 columns)\nInventory 2026,,,\nItem,Qty,Unit cost,Value\nPaper,10,4.00,40.00\nTotal,,,40.00\n"),
    ("minutes.md", "# Meeting minutes 2026-02-03\n\nPresent: Ada, Bo\n\n- Budget approved: total 12,000 EUR\n- Invoice from Acme to be checked\n"),
    ("todo.txt", "To do\n- pay invoice of Acme (120.00 EUR)\n- send receipt to Bo\nTotal 2 things\n"),
    ("contract.txt", "SERVICE AGREEMENT\nbetween Acme Ltd and Us Ltd\ndated 2026-01-01\nThe total fee is EUR 12,000.00 per year. Invoices are payable within 30 days.\n"),
    ("lease.docx", "Mietvertrag\nVermieter: Immo AG\nBeginn: 01.01.2026\nMiete | 1.200,00 EUR\nNebenkosten | 200,00 EUR\nGesamt | 1.400,00 EUR\n"),
    ("delivery.txt", "Delivery note no. 88\nAcme Ltd\nDate 2026-02-03\n10 x Paper\nTotal items 10\n"),
    ("credit.txt", "CREDIT NOTE\nAcme Ltd\n2026-02-03\nFor invoice 12\nTotal 40.00 EUR\n"),
    ("reminder.txt", "Payment reminder\nAcme Ltd\n2026-03-03\nInvoice 12 is overdue.\nAmount due 120.00 EUR\n"),
    ("menu.txt", "Lunch menu\nSoup 6.00\nPasta 12.00\nTotal joy!\n"),
    ("letter.txt", "Dear Ada,\n\nthank you for your visit. We would be glad to welcome you again in spring.\n\nKind regards\nBo\n"),
    ("readme.md", "# How to file expenses\n\nPut every receipt in this folder. The total per month must not exceed 500 EUR.\n"),
    ("budget.xlsx", "## sheet Budget (4 rows x 3 columns)\nBudget 2026,,\nCategory,Planned,Actual\nOffice,1000,900\nTotal,1000,900\n"),
    ("report.txt", "Quarterly report\nSales rose to EUR 120,000 in total.\nTotal costs: 80,000 EUR\n"),
    ("expense.csv", "date,merchant,amount\n01.02.2026,Taxi,12.00\n02.02.2026,Hotel,120.00\n"),
    ("po.txt", "PURCHASE ORDER 771\nUs Ltd orders from Acme Ltd\n2026-02-02\nTotal 300.00 EUR\n"),
    ("payslip.txt", "Lohnabrechnung Januar 2026\nFirma Acme AG\nBrutto 5'000.00\nNetto 4'300.00\nTotal CHF 4'300.00\n"),
    ("quote.json", '{"type": "quote", "vendor": "Acme", "date": "2026-01-01", "total": 12.0, "currency": "EUR"}'),
    ("list.json", '[{"vendor": "A", "date": "2026-01-01", "total": 1}, {"vendor": "B", "date": "2026-01-02", "total": 2}]'),
    ("config.json", '{"name": "app", "version": "1.0", "limits": {"total": 5}}'),
    ("contacts.csv", "name,email,phone\nAda,ada@example.com,123\nBo,bo@example.com,456\n"),
    ("empty.txt", "  \n"),
    ("junk.txt", "\x00\x01\x02 ÿÿ \ufffd 12.00 \ufffd"),
]  # fmt: skip


def kind(name: str) -> str:
    """The format as `read_document` names it."""
    return name.rsplit(".", 1)[-1]


@pytest.mark.parametrize(("name", "text", "fields"), RECEIPTS, ids=[name for name, _, _ in RECEIPTS])
def test_receipt_is_read(name: str, text: str, fields: tuple[str, str, str, str]) -> None:
    found = read_receipt(name, kind(name), text)
    assert isinstance(found, Receipt), found
    assert found.cells() == (name, *fields)


@pytest.mark.parametrize(("name", "text"), OTHERS, ids=[name for name, _ in OTHERS])
def test_other_document_is_left_out(name: str, text: str) -> None:
    assert isinstance(read_receipt(name, kind(name), text), NotReceipt)


def test_there_are_enough_layouts() -> None:
    assert len(RECEIPTS) >= 60
    assert len({text for _, text, _ in RECEIPTS}) == len(RECEIPTS)
