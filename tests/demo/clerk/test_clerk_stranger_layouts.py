"""Receipts as strangers keep them: European and American invoices, orders, till slips, folios, and text drawn from PDF."""

# ruff: noqa: E501 - a document a line reads best

from __future__ import annotations

import pytest

from cowork_tui.demo.clerk.receipts.reader import NotReceipt, Receipt, read_receipt

# name, text, (date, vendor, total, currency)
RECEIPTS: list[tuple[str, str, tuple[str, str, str, str]]] = [
    ("till-vat-table.txt", "SUPERMARKT WEBER\nHauptplatz 3, 6020 Innsbruck\nUID ATU12345678\n\nBon 4411   Kassa 3   22.03.2026 17:45\n\nApfelsaft 1l        A   2,19\nZahnpasta           B   3,49\nBrot                A   3,10\n--------------------------------\nSumme             EUR   8,78\nMaestro           EUR   8,78\n\nMwSt    Netto   Steuer  Brutto\nA 10%    4,81     0,48    5,29\nB 20%    2,91     0,58    3,49\n\nArtikel gesamt: 3\nVielen Dank für Ihren Einkauf!\n",
     ("2026-03-22", "SUPERMARKT WEBER", "8.78", "EUR")),
    ("tip.txt", "Harbor Grill\n88 Pier Rd, Portland, ME 04101\nServer: Kim   Table 12\n04/02/2026 8:14 PM\n\n2 Chowder        18.00\n1 Lobster roll   27.50\n\nSubtotal         45.50\nTax               3.64\nTotal            49.14\nTip               9.00\nTotal with tip   58.14\n\nVISA ****1881    58.14\n",
     ("2026-04-02", "Harbor Grill", "58.14", "USD")),
    ("savings.txt", "FRESH MART\nStore 118\n05/11/2026 10:02 AM\nBANANAS          1.20\nCEREAL           4.99\n  COUPON        -1.00\nSUBTOTAL         5.19\nSALES TAX        0.31\nTOTAL            5.50\nCASH            10.00\nCHANGE           4.50\nTOTAL ITEMS: 2\nTOTAL SAVINGS    1.00\n",
     ("2026-05-11", "FRESH MART", "5.50", "USD")),
    ("split-payment.txt", "Kaufhaus am Tor\nQuittung 8812\nDatum: 14.04.2026\n\nMantel            189,00\nSchal              29,90\n\nGesamt EUR        218,90\nGutschein         -50,00\nMastercard        168,90\n",
     ("2026-04-14", "Kaufhaus am Tor", "218.90", "EUR")),
    ("folio.txt", "Grand Hotel Aurora\nGuest folio\nFolio no. 55120\nGuest: Ms E. Brandt\nArrival: 03 May 2026\nDeparture: 05 May 2026\nInvoice date: 05 May 2026\n\n03 May 2026  Room            160.00\n04 May 2026  Room            160.00\n04 May 2026  Restaurant       42.50\n\nTotal charges                362.50 EUR\nPayments received           -362.50 EUR\nBalance due                    0.00 EUR\n",
     ("2026-05-05", "Grand Hotel Aurora", "362.50", "EUR")),
    ("deposit.txt", "Alder & Ash Catering Ltd\nINVOICE 2026-118\nInvoice date: 1 June 2026\nDue date: 15 June 2026\n\nBill to:\nNorthern Lights Club\n\nBuffet for 40      GBP 1,600.00\nService            GBP   200.00\n\nTotal              GBP 1,800.00\nDeposit paid       GBP   500.00\nAmount due         GBP 1,300.00\n",
     ("2026-06-01", "Alder & Ash Catering Ltd", "1800.00", "GBP")),
    ("two-currencies.txt", "Duty Free Zürich\nReceipt 7711\n18.06.2026 06:40\n\nChocolate         CHF  12.50\nPerfume           CHF  79.00\n\nTotal             CHF  91.50\nTotal             EUR  96.32\nPaid in EUR (rate 1.0527)\n",
     ("2026-06-18", "Duty Free Zürich", "91.50", "CHF")),
    ("us-invoice.txt", "Cedar Creek Plumbing LLC\n410 Oak Ave, Boise, ID 83702\n\nINVOICE #3307\nInvoice Date: 07/09/2026\nTerms: Net 30\nDue Date: 08/08/2026\n\nBill To: Hannah Price\n\nLabor 3 hrs @ $95.00      $285.00\nParts                     $112.40\nSubtotal                  $397.40\nSales Tax (6%)              $6.74\nTotal                     $404.14\nBalance Due               $404.14\n",
     ("2026-07-09", "Cedar Creek Plumbing LLC", "404.14", "USD")),
    ("order-mail.txt", "From: Linden Books <orders@lindenbooks.example>\nTo: eva@example.com\nDate: Tue, 10 Mar 2026 09:12:44 +0000\nSubject: Order confirmation 99-1203\n\nHello Eva,\n\nOrder date: 9 March 2026\nEstimated delivery: 13 March 2026\n\n1 x Field Guide         €24.00\n2 x Notebook            €11.00\nItems subtotal:         €35.00\nPostage:                 €3.95\nOrder total:            €38.95\n",
     ("2026-03-09", "Linden Books", "38.95", "EUR")),
    ("french-till.txt", "BRASSERIE DU PORT\n12 quai des Brumes\n44000 NANTES\nTicket 221   05/04/2026 13:22\n\n2 Plat du jour      31,00\n1 Café               2,20\n\nTotal HT            30,18\nTVA 10 %             3,02\nTotal TTC           33,20 €\nCB                  33,20 €\nMerci de votre visite\n",
     ("2026-04-05", "BRASSERIE DU PORT", "33.20", "EUR")),
    ("swiss-invoice.docx", "Malerei Hofer AG\nBahnweg 2, 3600 Thun\nRechnung Nr. 4419\nRechnungsdatum | 12.05.2026\nLieferdatum | 08.05.2026\nZahlbar bis | 11.06.2026\nPos | Leistung | Menge | Ansatz | Betrag\n1 | Fassade streichen | 24 | 85.00 | 2'040.00\n2 | Farbe | 1 | 318.50 | 318.50\nZwischentotal | 2'358.50\nMWST 8.1% | 191.05\nRundung | 0.00\nTotal CHF | 2'549.55\n",
     ("2026-05-12", "Malerei Hofer AG", "2549.55", "CHF")),
    ("letter-invoice.docx", "Studio Marchetti\nVia Roma 8, 20121 Milano\nSpett.le Birch & Co\nFattura n. 31 del 04/06/2026\nProgetto grafico | 900,00\nImponibile | 900,00\nIVA 22% | 198,00\nTotale fattura | € 1.098,00\nScadenza 04/07/2026\n",
     ("2026-06-04", "Studio Marchetti", "1098.00", "EUR")),
    ("quarter.md", "# Invoice 2026-09\n\n**From:** Lumen Translations\n**To:** Birch & Co\n**Issued:** 30 April 2026\n**Due:** 30 May 2026\n\n| Text | Words | Rate | Amount |\n|---|---:|---:|---:|\n| Manual | 4,200 | 0.12 | 504.00 |\n| Website | 1,500 | 0.12 | 180.00 |\n| **Total** | | | **684.00 EUR** |\n",
     ("2026-04-30", "Lumen Translations", "684.00", "EUR")),
    ("parking.md", "## Parking receipt\n\n- Operator: CityPark Nord\n- Entry: 2026-02-19 08:55\n- Exit: 2026-02-19 17:20\n- Paid: 2026-02-19 17:18\n- Amount: 18,00 €\n- incl. 19 % VAT: 2,87 €\n",
     ("2026-02-19", "CityPark Nord", "18.00", "EUR")),
    ("order-cents.json", '{"order":{"id":"A-1","placed_at":"2026-03-04T10:00:00Z","shop":{"name":"Fjord Outdoor","country":"NO"},"line_items":[{"title":"Tent","quantity":1,"price_cents":189900},{"title":"Pegs","quantity":10,"price_cents":900}],"amounts":{"subtotal_cents":198900,"shipping_cents":9900,"total_cents":208800},"currency":"NOK","estimated_delivery":"2026-03-09"}}',
     ("2026-03-04", "Fjord Outdoor", "2088.00", "NOK")),
    ("order-strings.json", '{"orderNumber":"55-1","orderDate":"2026-05-06","deliveryDate":"2026-05-09","seller":{"displayName":"Kettle & Crumb","vatId":"GB1"},"buyer":{"name":"Ada"},"items":[{"name":"Teapot","unitPrice":{"value":"34.00","currency":"GBP"},"lineTotal":{"value":"34.00","currency":"GBP"}}],"pricing":{"subTotal":{"value":"34.00","currency":"GBP"},"deliveryCost":{"value":"4.50","currency":"GBP"},"discount":{"value":"-3.40","currency":"GBP"},"total":{"value":"35.10","currency":"GBP"}}}',
     ("2026-05-06", "Kettle & Crumb", "35.10", "GBP")),
    ("charge.json", '{"object":"charge","amount":4599,"amount_refunded":0,"currency":"usd","created":1772000000,"merchant_name":"Pixel Forge","receipt_number":"1234-5678","paid":true,"amount_unit":"cents"}',
     ("2026-02-25", "Pixel Forge", "45.99", "USD")),
    ("folio.json", '{"type":"invoice","number":"H-9","hotel":{"name":"Pension Rosa"},"invoiceDate":"2026-04-12","arrival":"2026-04-10","departure":"2026-04-12","totals":{"net":"163.64","vat":"16.36","gross":"180.00","paid":"180.00","balanceDue":"0.00"},"currency":"EUR"}',
     ("2026-04-12", "Pension Rosa", "180.00", "EUR")),
    ("only-items.json", '{"receipt_no":"K-3","date":"2026-06-14","store":"Corner Deli","currency":"EUR","items":[{"name":"Soup","qty":2,"price":5.5},{"name":"Bread","qty":1,"price":2.0}]}',
     ("2026-06-14", "Corner Deli", "13.00", "EUR")),
    ("items-sums.json", '{"rechnungsnummer":"17","rechnungsdatum":"2026-06-15","lieferant":"Glas Berger","positionen":[{"text":"Scheibe","menge":2,"einzelpreis":"60,00","gesamt":"120,00"},{"text":"Montage","menge":1,"einzelpreis":"80,00","gesamt":"80,00"}],"zwischensumme":"200,00","mwst":"38,00","rechnungsbetrag":"238,00","waehrung":"EUR"}',
     ("2026-06-15", "Glas Berger", "238.00", "EUR")),
    ("two-totals.json", '{"invoice":{"supplier":{"name":"Globe Parts"},"issue_date":"2026-01-20","total":{"amount":"310.00","currency":"USD"},"total_in_home_currency":{"amount":"286.11","currency":"EUR"}}}',
     ("2026-01-20", "Globe Parts", "310.00", "USD")),
    ("subscription.txt", "Payment receipt\n\nNimbus Mail Inc.\n\nInvoice number      NM-8841\nDate paid           Feb 3, 2026\nPayment method      Visa - 4242\n\nBusiness plan       Feb 3 - Mar 3, 2026\n                    Qty 4    $6.00    $24.00\nSubtotal                              $24.00\nTotal                                 $24.00\nAmount paid                           $24.00\n",
     ("2026-02-03", "Nimbus Mail Inc.", "24.00", "USD")),
    # Text as it comes out of PDF files.
    ("glued-columns.pdf", "Bright Harbour Ltd\n14 Dock Street, Leeds LS1 4AB\nINVOICE\nInvoice numberBH-2041\nInvoice date14 March 2026\nDue date28 March 2026\nDescriptionQtyPriceAmount\nMooring, weekly2140.00280.00\nElectricity131.2031.20\nSubtotal311.20\nVAT 20%62.24\nTotal£373.44\n",
     ("2026-03-14", "Bright Harbour Ltd", "373.44", "GBP")),
    ("label-lines.pdf", "RECEIPT\nMerchant\nQuayside Ferries\nDate\n21 April 2026\nBooking reference\nQF-7781\nFare\n34.00\nTaxes\n6.50\nTotal\nEUR 40.50\n",
     ("2026-04-21", "Quayside Ferries", "40.50", "EUR")),
    ("pages.pdf", "Tanaka Office Supply GmbH\nRechnung 2026-881\nDatum: 09.06.2026\nPos Artikel Menge Preis Betrag\n1 Ordner 20 2,90 58,00\nÜbertrag 58,00\nSeite 1 von 2\n## page 2\nTanaka Office Supply GmbH\nRechnung 2026-881\nÜbertrag 58,00\n2 Papier 10 4,50 45,00\nNettobetrag 103,00\nzzgl. 19% USt 19,57\nRechnungsbetrag 122,57 EUR\nSeite 2 von 2\n",
     ("2026-06-09", "Tanaka Office Supply GmbH", "122.57", "EUR")),
    ("labels-then-values.pdf", "Coral Dental Practice\nTAX INVOICE\nInvoice date: 2 July 2026\nSubtotal\nVAT\nTotal due\n150.00\n30.00\n180.00\nGBP\n",
     ("2026-07-02", "Coral Dental Practice", "180.00", "GBP")),
    ("footer-noise.pdf", "Invoice\nOrchard Garden Centre\nInvoice date: 11 May 2026\nApple tree 2 39.00 78.00\nCompost 4 6.50 26.00\nTotal incl. VAT EUR 104.00\nOrchard Garden Centre, 3 Mill Lane, Cork, reg. no. 551122, VAT IE1234567T\nPage 1 of 1\nPrinted on 30 May 2026 at 10:02\n",
     ("2026-05-11", "Orchard Garden Centre", "104.00", "EUR")),
    ("value-first.pdf", "Volt Mobility\nCharging receipt\n12 June 2026 18:04\n31.4 kWh\n0.49 EUR/kWh\nEnergy\n15.39\nStart fee\n1.00\nTotal\n16.39\nEUR\n",
     ("2026-06-12", "Volt Mobility", "16.39", "EUR")),
    ("two-columns.pdf", "Maple Legal LLP                                   INVOICE\n200 King St W                                     Invoice #  8812\nToronto ON                                        Date       June 3, 2026\n                                                  Due        July 3, 2026\nBill to\nHollow Hill Farm\nServices rendered                                 1,200.00\nHST 13%                                             156.00\nTotal CAD                                         1,356.00\n",
     ("2026-06-03", "Maple Legal LLP", "1356.00", "CAD")),
    ("boarding.pdf", "Aurora Air\nElectronic ticket receipt\nPassenger BRANDT/EVA\nDate of issue 02 FEB 2026\nFrom OSLO To BERGEN\nDeparture 14 FEB 2026 07:20\nFare NOK 890.00\nTaxes and fees NOK 214.00\nTotal NOK 1,104.00\nPage 1/1\n",
     ("2026-02-02", "Aurora Air", "1104.00", "NOK")),
    ("paid-stamp.pdf", "PAID\nWren & Sparrow Tailors\nReceipt\nNo. 3391\nDate\n17/08/2026\nAlterations\n£\n45.00\nTotal\n£\n45.00\nThank you\n",
     ("2026-08-17", "Wren & Sparrow Tailors", "45.00", "GBP")),
    ("header-table.pdf", "Invoice No.   Date         Customer no.   Page\n40551         03.09.2026   1188           1\nDruckhaus Kern GmbH\nRechnung\nBroschüren      1.000 Stück      890,00\nZwischensumme                    890,00\nMwSt 7 %                          62,30\nGesamtbetrag                     952,30 EUR\n",
     ("2026-09-03", "Druckhaus Kern GmbH", "952.30", "EUR")),
    # Exports, bookings and bills of utilities.
    ("heading-above.csv", "Ihre Rechnung;;;\nMöbelhaus Lang GmbH;;;\nDatum;07.02.2026;;\n;;;\nPos;Artikel;Menge;Gesamtpreis\n1;Stuhl;4;236,00\n2;Tisch;1;399,00\n;;Nettosumme;533,61\n;;USt 19%;101,39\n;;Bruttosumme;635,00\n;;Währung;EUR\n",
     ("2026-02-07","Möbelhaus Lang GmbH","635.00","EUR")),
    ("invoice-total.csv", "Invoice date,Vendor,Invoice total,Tax,Currency\n2026-02-02,Orbit Labs,120.00,20.00,USD\n",
     ("2026-02-02","Orbit Labs","120.00","USD")),
    ("signs.csv", "vendor,date,item,amount\nRita's Flowers,2026-02-14,Roses,€ 30.00\nRita's Flowers,2026-02-14,Delivery,€ 5.00\n,,TOTAL,€ 35.00\n",
     ("2026-02-14","Rita's Flowers","35.00","EUR")),
    ("taxi-fields.csv", "Key,Value\nMerchant,Hafen Taxi\nReceipt date,2026-03-01 22:10\nFare,18.40\nTip,2.00\nTotal charged,20.40\nCurrency,EUR\nPayment method,Visa\n",
     ("2026-03-01","Hafen Taxi","20.40","EUR")),
    ("sums-repeated.csv", "receipt_number,purchase_date,seller_name,seller_address,item_description,qty,unit_price,line_total,subtotal,tax,total,currency\nR9,2026-04-01,Nova Tools,1 Rd,Drill,1,80.00,80.00,100.00,20.00,120.00,GBP\nR9,2026-04-01,Nova Tools,1 Rd,Bits,2,10.00,20.00,100.00,20.00,120.00,GBP\n",
     ("2026-04-01","Nova Tools","120.00","GBP")),
    ("cafe.csv", "Datum;Geschäft;Artikel;Menge;Einzelpreis;Gesamt;Währung\n01.03.2026;Café Anna;Kaffee;2;3,50;7,00;EUR\n01.03.2026;Café Anna;Kuchen;1;4,20;4,20;EUR\n;;;;Summe;11,20;EUR\n",
     ("2026-03-01","Café Anna","11.20","EUR")),
    ("shipping-column.csv", "Order,Date,Shop,SKU,Product name,Units,Price,Discount,Shipping,Currency\n51,2026-05-02,Bike Box,B1,Tube,2,6.00,0.00,4.00,EUR\n51,2026-05-02,Bike Box,B2,Lock,1,30.00,5.00,4.00,EUR\n",
     ("2026-05-02","Bike Box","41.00","EUR")),
    ("byte-order-mark.csv", "\ufeffDate,Vendor,Total,Currency\r\n2026-05-05,Quick Cab,14.50,USD\r\n",
     ("2026-05-05","Quick Cab","14.50","USD")),
    ("comments.csv", "# exported 2026-12-31 by tillsoft 3.1\n# store: Blue Door Deli\ndate,item,qty,amount\n2026-06-01 12:01,Wrap,1,7.50\n2026-06-01 12:01,Juice,2,6.00\n2026-06-01 12:01,TOTAL,3,13.50\n# currency: GBP\n",
     ("2026-06-01","Blue Door Deli","13.50","GBP")),
    ("vat-included.csv", "Sold by,Issued,Reference,Amount incl. VAT,VAT included,Currency\nPaper Trail,2026-08-08,7711,\"1.024,50\",\"163,58\",EUR\n",
     ("2026-08-08","Paper Trail","1024.50","EUR")),
    ("one-line.csv", "date,vendor,description,amount,currency\n2026-03-03,Gas & Go,Fuel,60.00,EUR\n",
     ("2026-03-03","Gas & Go","60.00","EUR")),
    ("italian-line.csv", "Data;Venditore;Descrizione;Importo;Valuta\n03/03/2026;Bar Centrale;Pranzo;24,50;EUR\n",
     ("2026-03-03","Bar Centrale","24.50","EUR")),
    ("dutch-till.csv", "Bon;7\nWinkel;Kaas & Co\nDatum;3 april 2026\nProduct;Aantal;Prijs;Bedrag\nGouda;1;12,50;12,50\nTotaal;;;12,50\nValuta;EUR\n",
     ("2026-04-03","Kaas & Co","12.50","EUR")),
    ("fuel.xlsx", "## sheet Receipt (6 rows x 5 columns)\nDate,Vendor,Item,Qty,Amount\n2026-03-03 00:00:00,Gas & Go,Fuel,1,60\n2026-03-03 00:00:00,Gas & Go,Wash,1,12.5\n,,Total EUR,,72.5\n",
     ("2026-03-03","Gas & Go","72.50","EUR")),
    ("blank-lines.csv", "Receipt,\nVendor,Green Taxi\nDate,2026-09-09\n\nDescription,Amount\nRide,18.00\nToll,3.00\n\nTotal,21.00\nPaid,21.00\nCurrency,USD\n",
     ("2026-09-09","Green Taxi","21.00","USD")),
    ("payments.json", '{"store":"X Mart","date":"2026-04-04","lines":[{"d":"a","total":"2.00"}],"payments":[{"type":"cash","amount":"5.00"}],"change":"3.00","total":"2.00","currency":"EUR"}',
     ("2026-04-04","X Mart","2.00","EUR")),
    ("deposit.json", '{"invoiceNumber":"I-1","supplier":{"name":"Delta Ltd"},"invoiceDate":"2026-04-04","dueDate":"2026-05-04","total":800.0,"depositPaid":200.0,"amountDue":600.0,"currency":"GBP"}',
     ("2026-04-04","Delta Ltd","800.00","GBP")),
    ("booking.json", '{"booking":{"confirmation":"ZX1","property":{"hotel_name":"Villa Mare"},"booked_on":"2026-02-01","check_in":"2026-05-01","check_out":"2026-05-03","price":{"room":"240.00","city_tax":"6.00","total_price":"246.00","currency":"EUR"}}}',
     ("2026-02-01","Villa Mare","246.00","EUR")),
    ("spanish-hotel.txt", "HOTEL MIRADOR\nFactura 2026/331\nFecha: 04/05/2026\nEntrada: 01/05/2026  Salida: 04/05/2026\n3 noches x 90,00 €      270,00 €\nDesayuno                 36,00 €\nBase imponible          278,18 €\nIVA 10%                  27,82 €\nTotal                   306,00 €\nPagado con tarjeta      306,00 €\nPendiente                 0,00 €\n",
     ("2026-05-04","HOTEL MIRADOR","306.00","EUR")),
    ("order-summary.txt", "Order summary\nNordlys Lamps\nOrder placed: 5 March 2026\nShips by: 9 March 2026\nArrives: 12 March 2026\n\nLamp  NOK 499,00\nShipping  NOK 79,00\nVAT (included)  NOK 115,60\nTotal (2 items)  NOK 578,00\n",
     ("2026-03-05","Nordlys Lamps","578.00","NOK")),
    ("bottle-deposit.txt", "KIOSK 24\nBeleg\n12.04.2026 23:10\nWasser 2,00\nTüte 0,20\nZwischensumme 2,20\nPfand 0,25\nGesamtsumme 2,45 EUR\ndavon MwSt 0,39\nBar 5,00\nRückgeld 2,55\n",
     ("2026-04-12","KIOSK 24","2.45","EUR")),
    ("balance-owing.pdf", "Tax Invoice\nABN 51 824 753 556\nSouthern Cross Surf Pty Ltd\nDate 7 Jan 2026\nBoard hire 2 55.00 110.00\nTotal inc GST AUD $110.00\nGST included 10.00\nPaid 07/01/2026 110.00\nBalance owing 0.00\n",
     ("2026-01-07","Southern Cross Surf Pty Ltd","110.00","AUD")),
    ("utility.txt", "Rechnung\n\nRechnungsdatum: 01.04.2026\nLeistungszeitraum: 01.03.2026 - 31.03.2026\nFällig: 15.04.2026\n\nStadtwerke Neustadt GmbH\n\nStrom 412 kWh         131,84 EUR\nGrundpreis             12,00 EUR\nSumme netto           143,84 EUR\nMwSt 19 %              27,33 EUR\nSumme brutto          171,17 EUR\nAbschlag gezahlt     -150,00 EUR\nNachzahlung            21,17 EUR\n",
     ("2026-04-01","Stadtwerke Neustadt GmbH","171.17","EUR")),
    ("discount-and-vat.csv", "item,qty,rate,amount\nDesign,10,60.00,600.00\nHosting,1,20.00,20.00\n,,Sub Total,620.00\n,,Less discount 10%,-62.00\n,,Net,558.00\n,,VAT @ 20%,111.60\n,,Invoice Total,669.60\nInvoice date,2026-10-10\nSupplier,Pixel Yard\nCurrency,GBP\n",
     ("2026-10-10","Pixel Yard","669.60","GBP")),
]  # fmt: skip

# name, text
OTHERS: list[tuple[str, str]] = [
    ("bank.pdf", "Lakes Bank\nAccount statement January 2026\nPage 1 of 3\n02.01.2026 Card payment Fresh Mart -5.50\n03.01.2026 Salary 2,000.00\nTotal withdrawals 5.50\nClosing balance EUR 1,994.50\n"),
    ("catalogue.pdf", "Spring catalogue\nTent EUR 189.00\nPegs EUR 9.00\nOrder by phone\n"),
    ("offer.docx", "Offer 221\nMalerei Hofer AG\nDate: 12.05.2026\nPainting | 2'040.00\nTotal CHF | 2'040.00\nThis offer is valid until 12.06.2026\n"),
    ("trip.md", "# Trip plan\n\n- 3 May: train (about 80 EUR)\n- 4 May: hotel (160 EUR)\n\nTotal about 240 EUR\n"),
    ("products.json", '{"currency":"EUR","products":[{"name":"Tent","price":189.0},{"name":"Pegs","price":9.0}],"total":2}'),
    ("policy.md", "# Refund policy\n\nKeep your receipt. Refunds over 50.00 EUR need a manager.\n"),
    ("spending.csv", "Date,Payee,Category,Amount\n2026-01-01,Rent Co,Rent,900.00\n2026-01-03,Grocer,Food,45.10\nTotal,,,945.10\n"),
    ("unit-prices.csv", "item,unit price,currency\nApple,1.20,EUR\n"),
    ("suppliers.csv", "vendor,email,phone,currency,credit limit amount\nAcme,a@b.example,123,EUR,5000.00\n"),
    ("konto.csv", "Datum;Text;Soll;Haben;Saldo\n01.01.2026;Miete;900,00;;100,00\n02.01.2026;Lohn;;2000,00;2100,00\n"),
    ("hours.csv", "project,date,person,hours\nX,2026-01-02,Ada,8.00\n"),
    ("months.csv", "month,vendor,total,currency\n2026-01,Acme,10.00,EUR\n2026-02,Acme,12.00,EUR\n"),
    ("quotes-of-a-share.csv", "date,close,volume,currency,value\n2026-01-02,10.50,1000,EUR,10500.00\n2026-01-03,10.70,900,EUR,9630.00\n"),
    ("po.csv", "po_number,date,supplier,item,qty,unit_price,total,currency\nPO-1,2026-01-02,Acme,Bolt,10,1.00,10.00,EUR\n"),
    ("assets.csv", "asset,purchase date,vendor,cost,currency\nLaptop,2026-01-02,Acme,1200.00,EUR\nDesk,2025-04-02,Acme,300.00,EUR\n"),
    ("basket.json", '{"items":[{"name":"a","price":1.0,"qty":2}],"updated":"2026-01-01","currency":"EUR"}'),
    ("recipe.json", '{"recipe":"Bread","date":"2026-01-01","items":[{"name":"flour","amount":500}],"brand":"Mill"}'),
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
