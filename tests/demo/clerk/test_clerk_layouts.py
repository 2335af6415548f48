"""More layouts, and documents that only look like receipts."""

# ruff: noqa: E501 - a document a line reads best

from __future__ import annotations

import pytest

from cowork_tui.demo.clerk.receipts.reader import NotReceipt, Receipt, read_receipt

# name, text, (date, vendor, total, currency)
RECEIPTS: list[tuple[str, str, tuple[str, str, str, str]]] = [
    (
        "a.txt",
        "Date: 2026-03-01\nTotal: 45,60 EUR\nPaid by card\nThank you for your purchase!\n",
        ("2026-03-01", "", "45.60", "EUR"),
    ),
    (
        "b.txt",
        "Konditorei Wagner\n\n2 Stück Torte        7,80\n2 Kaffee             6,40\n-------------------------\nZu zahlen           14,20 €\n\n05.02.2026 15:20  Tisch 4\n",
        ("2026-02-05", "Konditorei Wagner", "14.20", "EUR"),
    ),
    (
        "c.md",
        "## Quittung\n\nErhalten von: Birch & Co\nBetrag: CHF 350.00\nfür: Reparatur Kopierer\n\nOrt, Datum: Basel, 12. Februar 2026\n\nUnterschrift: Kopiertechnik Frei\n",
        ("2026-02-12", "Kopiertechnik Frei", "350.00", "CHF"),
    ),
    (
        "d.txt",
        "LIBRAIRIE DES ALPES\nTicket n° 5512\nle 03/02/2026 à 11h24\n\nLivre            24,90\nCarte             3,50\n\nTOTAL A PAYER    28,40 EUR\nCarte bancaire   28,40\n",
        ("2026-02-03", "LIBRAIRIE DES ALPES", "28.40", "EUR"),
    ),
    (
        "e.txt",
        "Office World\nSales receipt #20931\nJan 14, 2026\n\nStapler      $12.99\nStaples       $3.49\nSubtotal     $16.48\nTax (8.25%)   $1.36\nTOTAL        $17.84\nAMEX x1002   $17.84\n",
        ("2026-01-14", "Office World", "17.84", "USD"),
    ),
    (
        "f.csv",
        'Receipt,Garage Weber\nDate,18.02.2026\nItem,Price\nOil change,"129,00"\nFilter,"24,50"\nTotal,"153,50"\nCurrency,EUR\n',
        ("2026-02-18", "Garage Weber", "153.50", "EUR"),
    ),
    (
        "g.json",
        '{"receipt":{"store":{"name":"Pet Palace","city":"Graz"},"purchased":"2026-01-19T14:03:00","items":[{"n":"food","p":20.5}],"sum":{"subtotal":20.5,"tax":4.1,"total":24.6},"currency":"EUR"}}',
        ("2026-01-19", "Pet Palace", "24.60", "EUR"),
    ),
    (
        "h.json",
        '{"id":"INV-9","issuer":"Quill & Co","customer":{"name":"Us"},"issue_date":"2026-02-27","due_date":"2026-03-27","lines":[{"text":"x","amount":"100.00"}],"total":{"amount":"120.00","currency":"GBP"}}',
        ("2026-02-27", "Quill & Co", "120.00", "GBP"),
    ),
    (
        "i.txt",
        "Hotel Seeblick\nRechnung 512\nGast: A. Keller\nAnreise 10.02.2026  Abreise 12.02.2026\nDatum 12.02.2026\n2 Nächte à 140.00      280.00\nKurtaxe                  8.00\nTotal CHF              288.00\nTotal EUR (Kurs 0.95)  303.16\n",
        ("2026-02-12", "Hotel Seeblick", "288.00", "CHF"),
    ),
    (
        "j.txt",
        "Paid 31.01.2026\nStreamBox\nMonthly plan\nUSD 15.49 (approx. EUR 14.20)\nReceipt no. 551\nTotal USD 15.49\n",
        ("2026-01-31", "StreamBox", "15.49", "USD"),
    ),
    (
        "k.txt",
        "Invoice #204\nFrom: Juniper Design\nTo: Birch & Co\nDate: 02/15/2026\nLogo work   $800.00\nBalance due: $800.00\n",
        ("2026-02-15", "Juniper Design", "800.00", "USD"),
    ),
    (
        "l.txt",
        "RICEVUTA\nHotel Bellavista\nData 21 gen 2026\nCamera 2 notti\nTotale: € 1.180,00\n",
        ("2026-01-21", "Hotel Bellavista", "1180.00", "EUR"),
    ),
    (
        "m.xlsx",
        '## sheet Rechnung (9 rows x 3 columns)\nDruckerei Blitz,,\nRechnungsdatum:,04.03.2026,\n,,\nArtikel,Menge,Betrag\nVisitenkarten,500,"89,00"\nVersand,1,"4,90"\n,Netto,"93,90"\n,MwSt,"17,84"\n,Gesamtbetrag EUR,"111,74"\n',
        ("2026-03-04", "Druckerei Blitz", "111.74", "EUR"),
    ),
    (
        "n.xlsx",
        "## sheet Receipt (6 rows x 2 columns)\nVendor,Skyline Catering\nDate,2026-02-18\nNet,150\nTax,30\nTotal,180\nCurrency,EUR\n",
        ("2026-02-18", "Skyline Catering", "180.00", "EUR"),
    ),
    (
        "o.txt",
        "TAXI BERLIN\nQuittung\nDatum: 3.3.26\nFahrpreis: 24,30 €\ninkl. 7% MwSt.\nGesamt: 24,30 €\n",
        ("2026-03-03", "TAXI BERLIN", "24.30", "EUR"),
    ),
    (
        "p.docx",
        "INVOICE\nBrightside Cleaning Ltd\nInvoice no. BC-77\nDate: 28 February 2026\nDescription | Hours | Rate | Amount\nOffice cleaning | 12 | 25.00 | 300.00\nWindows | 2 | 40.00 | 80.00\nSubtotal | 380.00\nVAT | 76.00\nTotal | GBP 456.00\nThank you for your business.\n",
        ("2026-02-28", "Brightside Cleaning Ltd", "456.00", "GBP"),
    ),
    (
        "q.txt",
        "E-Ticket / Receipt\nPassenger: Keller/Ada Ms\nAirline: Nordic Wings\nIssued: 05MAR26\nFlight NW 221 ZRH-OSL 20MAR26\nFare CHF 210.00\nTaxes CHF 64.30\nTotal CHF 274.30\n",
        ("2026-03-05", "Nordic Wings", "274.30", "CHF"),
    ),
    (
        "r.txt",
        "Order 9912 confirmed\n\nThanks for shopping at Green Leaf Books.\nPlaced on 7 March 2026.\n\n2x Novel  EUR 22.00\nDelivery  EUR 3.90\nOrder total  EUR 25.90\n",
        ("2026-03-07", "Green Leaf Books", "25.90", "EUR"),
    ),
    (
        "s.txt",
        "Bäckerei Korn\nBon 1288\n2026-02-02 07:12\nBrötchen 4 x 0,45 1,80\nSUMME EUR 1,80\nGEGEBEN EUR 5,00\nRÜCKGELD EUR 3,20\n",
        ("2026-02-02", "Bäckerei Korn", "1.80", "EUR"),
    ),
    (
        "t.txt",
        "STARK GmbH, Industriestr. 4, 4600 Olten\n\nBirch & Co\nSeestrasse 1\n8002 Zürich\n\nOlten, 3. Februar 2026\n\nRechnung 2026-41\n\nMaterial  1'250.00\nArbeit  2'000.00\nTotal exkl. MwSt  3'250.00\nMwSt 8.1%  263.25\nTotal inkl. MwSt  CHF 3'513.25\n\nZahlbar innert 30 Tagen\n",
        ("2026-02-03", "STARK GmbH", "3513.25", "CHF"),
    ),
    (
        "u.md",
        "| Field | Value |\n|---|---|\n| Seller | Cyan Prints |\n| Invoice date | 2026-01-11 |\n| Net amount | 50.00 |\n| VAT amount | 10.00 |\n| Amount payable | 60.00 |\n| Currency | GBP |\n",
        ("2026-01-11", "Cyan Prints", "60.00", "GBP"),
    ),
    (
        "v.txt",
        "Ristorante Il Faro\nTavolo 4\n2 Pizza 22,00\n1 Acqua 3,00\nTot. 25,00 €\n14-03-2026\nGrazie\n",
        ("2026-03-14", "Ristorante Il Faro", "25.00", "EUR"),
    ),
    (
        "w.txt",
        "receipt\nbought: 3 boxes of paper\nwhen: 2026-02-20\nwhere: Copy Corner\nhow much: 27.50 EUR\n",
        ("2026-02-20", "Copy Corner", "27.50", "EUR"),
    ),
    (
        "x.txt",
        "Restaurant Krone   Tisch 12   04.02.2026\nMenü 1      2   39.00\nWein        1    8.50\nTotal in CHF          47.50\nTotal in EUR          50.10\nMWST-Nr CHE-123.456.789\n",
        ("2026-02-04", "Restaurant Krone", "47.50", "CHF"),
    ),
    (
        "y.txt",
        "Acme Ltd\nTax Invoice\nDate of Issue: 04/02/2026\n\nTotal (EUR)\n1 200,00\n\nThis is not a receipt.\n",
        ("2026-02-04", "Acme Ltd", "1200.00", "EUR"),
    ),
    (
        "z.csv",
        "Rechnung;4711\nFirma;Elektro Kunz AG\nDatum;09.02.2026\nTotal CHF;1'480.35\n",
        ("2026-02-09", "Elektro Kunz AG", "1480.35", "CHF"),
    ),
    (
        "inv_2026-03.json",
        '{"invoice":{"no":"7","seller":"Acme","date":"04.03.2026","net":"1.000,00","vat":"190,00","gross":"1.190,00","currency":"EUR"}}',
        ("2026-03-04", "Acme", "1190.00", "EUR"),
    ),
    (
        "aa.txt",
        "Postamt 1010 Wien\nBeleg 12 vom 07.01.2026\nPaket EU  18,20\nBriefmarken 9,00\nBetrag EUR 27,20\nKarte 27,20\n",
        ("2026-01-07", "Postamt 1010 Wien", "27.20", "EUR"),
    ),
    (
        "a.json",
        '{"total_incl_vat": 119.0, "total_excl_vat": 100.0, "vat": 19.0, "supplier": "Acme", "invoice_date": "2026-01-02", "currency": "EUR"}',
        ("2026-01-02", "Acme", "119.00", "EUR"),
    ),
    (
        "b.json",
        '{"document":"receipt","merchant":"Kiosk Süd","purchased_on":"2026-03-03","lines":[{"what":"gum","price":"1,20"}],"total":"1,20 €"}',
        ("2026-03-03", "Kiosk Süd", "1.20", "EUR"),
    ),
    (
        "c.json",
        '{"kind":"invoice","seller":{"company":"Wood & Work","country":"AT"},"dates":{"issued":"12.02.2026","due":"26.02.2026"},"totals":{"net":100,"tax":20,"gross":120},"currency_code":"EUR"}',
        ("2026-02-12", "Wood & Work", "120.00", "EUR"),
    ),
    (
        "d.txt",
        "Budget Car Rental\nRental receipt\nPick-up: 2026-02-01\nReturn: 2026-02-03\nDate: 2026-02-03\nTotal charges USD 143.20\nVisa 1881\n",
        ("2026-02-03", "Budget Car Rental", "143.20", "USD"),
    ),
    (
        "e.txt",
        "Ticketcorner AG\nIhre Bestellung 8812\nBestelldatum 04.02.2026\nKonzert 2x CHF 60.00\nGebühr CHF 4.00\nTotal CHF 124.00\n",
        ("2026-02-04", "Ticketcorner AG", "124.00", "CHF"),
    ),
    (
        "f.txt",
        "*** RECEIPT ***\n*** The Copper Kettle ***\n12 Market St\n\n2026-02-14 13:05\nTea          3.20\nScone        2.80\nTOTAL  GBP   6.00\n",
        ("2026-02-14", "The Copper Kettle", "6.00", "GBP"),
    ),
    (
        "g.md",
        "# Receipt from Nordlicht Strom AG\n\n- Date: 2026-02-28\n- Amount: 88,40 EUR\n- VAT included: 14,11 EUR\n- Paid by: direct debit\n",
        ("2026-02-28", "Nordlicht Strom AG", "88.40", "EUR"),
    ),
    (
        "h.md",
        "**Papier-Haus Lenz**\n\nRechnung 2026/77 vom 17. Februar 2026\n\nSumme: 1.045,00 €  \nMwSt 19 %: 198,55 €  \n**Gesamt: 1.243,55 €**\n",
        ("2026-02-17", "Papier-Haus Lenz", "1243.55", "EUR"),
    ),
    (
        "i.csv",
        "description,quantity,unit_price,line_total\nToner,2,45.00,90.00\nPaper,5,4.00,20.00\n,,Subtotal,110.00\n,,VAT,22.00\n,,Total,132.00\n\nvendor,Inkwell\ndate,2026-03-01\ncurrency,EUR\n",
        ("2026-03-01", "Inkwell", "132.00", "EUR"),
    ),
    (
        "j.csv",
        "receipt_id,date,vendor,net,tax,total,currency\n88,2026-03-04,Inkwell,10.00,2.00,12.00,EUR\n",
        ("2026-03-04", "Inkwell", "12.00", "EUR"),
    ),
    (
        "k.xlsx",
        "## sheet Sheet1 (8 rows x 4 columns)\nINVOICE,,,\nFrom,Inkwell Ltd,,\nTo,Birch & Co,,\nDate,2026-03-04 00:00:00,,\nItem,Qty,Price,Total\nToner,2,45,90\nVAT,,,18\nTotal,,,108\n,,,GBP\n",
        ("2026-03-04", "Inkwell Ltd", "108.00", "GBP"),
    ),
    (
        "l.xlsx",
        "## sheet Invoice (6 rows x 2 columns)\nSupplier,Glaserei Thoma\nInvoice date,2026-01-30\nNet (EUR),100\nVAT (EUR),19\nTotal (EUR),119\n## sheet Notes (1 rows x 1 columns)\nthanks\n",
        ("2026-01-30", "Glaserei Thoma", "119.00", "EUR"),
    ),
    (
        "m.docx",
        "Hotel Alpenblick\nInvoice\nGuest: Ada Keller\nInvoice date: 14/02/2026\nArrival: 12/02/2026\nDeparture: 14/02/2026\nRoom 2 nights | 240.00\nBreakfast | 30.00\nTotal amount | 270.00\nCurrency | EUR\nPaid by credit card\n",
        ("2026-02-14", "Hotel Alpenblick", "270.00", "EUR"),
    ),
    (
        "n.txt",
        "SBB CFF FFS\nOnline-Ticket\nBillett 1/1 Zürich HB - Bern\nGültig: 20.02.2026\nKaufdatum: 18.02.2026\nPreis: CHF 51.00\ninkl. 8.1% MwSt\n",
        ("2026-02-18", "SBB CFF FFS", "51.00", "CHF"),
    ),
    (
        "o.txt",
        "Invoice\n\nSold by: Marble & Moss\nInvoice number: 3321\nIssued: 11 March 2026\nPayment due: 25 March 2026\n\nSubtotal        EUR   90.00\nShipping        EUR    8.00\nVAT (20%)       EUR   19.60\n---------------------------\nAmount payable  EUR  117.60\n",
        ("2026-03-11", "Marble & Moss", "117.60", "EUR"),
    ),
    (
        "p.txt",
        "ACME STORE #221\n1 MAIN ST  DALLAS TX 75201\n01/05/26 09:14 AM\nMILK 3.49\nEGGS 4.29\nSUBTOTAL 7.78\nTAX 0.64\nTOTAL 8.42\nCASH 10.00\nCHANGE 1.58\n",
        ("2026-01-05", "ACME STORE #221", "8.42", "USD"),
    ),
    (
        "q.txt",
        "Quittung / Receipt\n\nFirma: Reinigung Rein & Fein\nDatum / Date: 06.02.2026\nBetrag / Amount: 120,00 EUR\nZweck / Purpose: Fensterreinigung\n",
        ("2026-02-06", "Reinigung Rein & Fein", "120.00", "EUR"),
    ),
    (
        "r.txt",
        "Order confirmation\nThank you, Ada!\nShop: Yarn Barn\nOrder no. 7781 of 02 Mar 2026\nEstimated delivery: 07 Mar 2026\nItems: 3\nItems total: 54.00\nShipping: 4.50\nYou pay: EUR 58.50\n",
        ("2026-03-02", "Yarn Barn", "58.50", "EUR"),
    ),
    (
        "s.txt",
        "Parkhaus City\nParkschein\nEinfahrt 03.02.2026 10:02\nAusfahrt 03.02.2026 12:40\nGebühr 7,50 EUR\nBezahlt Karte\n",
        ("2026-02-03", "Parkhaus City", "7.50", "EUR"),
    ),
    (
        "t.txt",
        "Rechnungsnummer 2026-5\nTischlerei Holz\nDatum 1.2.2026\nEndsumme: EUR 2 450,00\n",
        ("2026-02-01", "Tischlerei Holz", "2450.00", "EUR"),
    ),
    (
        "u.txt",
        "Facture\nÉmetteur : Atelier Dubois\nDate d'émission : 3 février 2026\nÉchéance : 3 mars 2026\nMontant HT : 500,00\nTVA 20 % : 100,00\nNet à payer : 600,00 €\n",
        ("2026-02-03", "Atelier Dubois", "600.00", "EUR"),
    ),
    (
        "v.txt",
        "Fattura n. 9\nFornitore: Studio Verdi\nData fattura: 10/02/2026\nScadenza: 10/03/2026\nImponibile € 300,00\nIVA € 66,00\nTotale da pagare € 366,00\n",
        ("2026-02-10", "Studio Verdi", "366.00", "EUR"),
    ),
    (
        "w.txt",
        "Factura\nProveedor: Talleres Gómez\nFecha: 12-02-2026\nSubtotal: 80,00 €\nIVA: 16,80 €\nTotal a pagar: 96,80 €\n",
        ("2026-02-12", "Talleres Gómez", "96.80", "EUR"),
    ),
    (
        "x.txt",
        "RECHNUNG\n\nvon: Kabel Schmitt\nan: Birch & Co\nam: 13.02.2026\nüber: 75,00 EUR\n",
        ("2026-02-13", "Kabel Schmitt", "75.00", "EUR"),
    ),
    (
        "y.txt",
        "Vendor   Quickfix Locksmith\nDate     2026/02/16\nLabour   60.00\nParts    25.00\nTotal    85.00\nCurrency USD\n",
        ("2026-02-16", "Quickfix Locksmith", "85.00", "USD"),
    ),
    (
        "A.txt",
        "Cash receipt\nReceived from Birch & Co\nthe sum of EUR 65.00\nfor window cleaning\non 18 February 2026\nClearview Windows\n",
        ("2026-02-18", "Clearview Windows", "65.00", "EUR"),
    ),
    (
        "B.txt",
        "Restaurant Löwen, Bern\n\nDatum: 20.02.2026   Tisch: 7\n\n2x Tagesmenu          à 24.50      49.00\n1x Mineral                          4.50\n\nTotal                  CHF         53.50\nTrinkgeld              CHF          5.00\nTotal mit Trinkgeld    CHF         58.50\n",
        ("2026-02-20", "Restaurant Löwen, Bern", "58.50", "CHF"),
    ),
]

OTHERS: list[tuple[str, str]] = [
    ("bb.txt", "Notes about trip\nTrain 40.00\nHotel 120.00\nTotal 160.00 EUR\n"),
    ("cc.txt", "Hi team,\nplease find the invoice attached. Total was EUR 400.00.\nBest, Bo\n"),
    ("dd.csv", "sku,name,stock,unit price,value\nA1,Pen,10,1.00,10.00\nA2,Pad,5,2.00,10.00\nTotal,,15,,20.00\n"),
    (
        "ee.md",
        "# Travel policy\n\nReceipts are required for amounts over EUR 25.00.\n\nMeals: total up to EUR 60.00 a day.\n",
    ),
    (
        "ff.txt",
        "Insurance policy 8812\nInsurer: Alba Insurance\nPremium per year: CHF 480.00\nTotal: CHF 480.00\nValid from 01.01.2026\n",
    ),
    ("gg.txt", "Lieferschein 88\nHolz Meier GmbH\nDatum 04.02.2026\n10 Bretter\nGesamt 10 Stück\n"),
    (
        "hh.csv",
        "month,category,amount,currency\n2026-01,Rent,1200.00,EUR\n2026-02,Rent,1200.00,EUR\nTotal,,2400.00,EUR\n",
    ),
    ("ii.txt", "Kostenvoranschlag\nMaler Sommer\n04.02.2026\nGesamt 1.200,00 EUR\n"),
    (
        "jj.txt",
        "Bank of Lakes\nPayment advice\nDate 2026-02-03\nTo: Acme Ltd\nAmount EUR 120.00\nReference Invoice 88\n",
    ),
    (
        "kk.json",
        '{"supplier":"Paper Co","valid_from":"2026-01-01","prices":[{"item":"A4","price":4.2}],"currency":"EUR"}',
    ),
    ("ll.txt", "Gift list\nAda - book 20.00 EUR\nBo - game 30.00 EUR\nTotal 50.00 EUR\n"),
    ("mm.csv", "name,hours,rate,total\nAda,10,50,500\nBo,8,50,400\nTotal,18,,900\n"),
    ("nn.txt", "Warranty card\nModel X\nPurchased 2026-01-02\nPrice paid 99.00 EUR\n"),
    ("C.csv", "subscription,vendor,price,currency\nMail,Acme,5.00,EUR\nDisk,Bolt,7.00,EUR\n"),
    (
        "D.md",
        "# Angebot\n\nMaler Sommer\n\n| Pos | Preis |\n|---|---|\n| Wand | 200,00 |\n\nGesamt: 200,00 EUR\n\nGültig bis 01.04.2026\n",
    ),
    (
        "E.txt",
        "Meeting minutes\nDate: 2026-02-03\nTopic: budget\nTotal spend so far: EUR 4,200.00\nAction: Ada pays the invoice of Inkwell (EUR 120.00)\n",
    ),
    (
        "F.txt",
        "From: ada@x.example\nTo: bo@x.example\nSubject: lunch\nDate: Mon, 2 Mar 2026\n\nHi Bo,\nlunch was 24.00 EUR in total, I kept the receipt.\n",
    ),
    (
        "G.txt",
        "LEASE AGREEMENT\nLandlord: Immo Ltd\nTenant: Birch & Co\nDate: 2026-01-01\nMonthly rent: EUR 1,500.00\nDeposit: EUR 4,500.00\nTotal due at signing: EUR 6,000.00\n",
    ),
    ("H.txt", "Price list spring 2026\nInkwell Ltd\nToner EUR 45.00\nPaper EUR 4.00\nAll prices plus VAT\n"),
    (
        "I.txt",
        "Bank statement\nAccount: 123\nDate        Text              Amount\n02.01.2026  Inkwell          -120.00\n03.01.2026  Birch             500.00\nTotal                          380.00\n",
    ),
    (
        "J.json",
        '{"statement":{"account":"1","period":"2026-01","transactions":[{"date":"2026-01-02","vendor":"A","amount":-1}],"closing_balance":10.0,"currency":"EUR"}}',
    ),
    (
        "K.json",
        '{"inventory":[{"item":"a","qty":1,"value":3.0}],"total_value":3.0,"currency":"EUR","date":"2026-01-01"}',
    ),
    (
        "L.docx",
        "Quotation\nInkwell Ltd\nDate: 4 March 2026\nItem | Price\nToner | 45.00\nTotal | GBP 45.00\nThis quotation is valid for 30 days.\n",
    ),
    ("M.txt", "Employee handbook\nExpenses: keep each invoice and receipt.\nTotal daily allowance: EUR 60.00\n"),
    ("N.txt", "CREDIT NOTE 5\nInkwell Ltd\nDate: 2026-03-03\nOriginal invoice: 77\nTotal credit: GBP 20.00\n"),
    ("O.txt", "Shipping list\nDate 2026-03-01\nBox 1  12.50 kg\nBox 2  8.20 kg\nTotal  20.70 kg\n"),
    ("P.txt", "Gas meter readings\n01.01.2026 1234.50\n01.02.2026 1300.20\nTotal used 65.70\n"),
    ("Q.txt", "Invoice template\n\nVendor: ________\nDate: ________\nTotal: ________\n"),
]


@pytest.mark.parametrize(("name", "text", "fields"), RECEIPTS, ids=[text[:30] for _, text, _ in RECEIPTS])
def test_receipt_is_read(name: str, text: str, fields: tuple[str, str, str, str]) -> None:
    found = read_receipt(name, name.rsplit(".", 1)[-1], text)
    assert isinstance(found, Receipt), found
    assert found.cells() == (name, *fields)


@pytest.mark.parametrize(("name", "text"), OTHERS, ids=[text[:30] for _, text in OTHERS])
def test_other_document_is_left_out(name: str, text: str) -> None:
    assert isinstance(read_receipt(name, name.rsplit(".", 1)[-1], text), NotReceipt)
