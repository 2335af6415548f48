"""Receipts exported as CSV by tills, shops and bookkeeping programs, and CSV files that only look like them."""

# ruff: noqa: E501 - a document a line reads best

from __future__ import annotations

import pytest

from cowork_tui.demo.clerk.receipts.reader import NotReceipt, Receipt, read_receipt

# what is peculiar, text, (date, vendor, total, currency)
RECEIPTS: list[tuple[str, str, tuple[str, str, str, str]]] = [
    ("total row under repeated fields", "invoice_id;issued;supplier;position;pcs;net_price;net_sum;ccy\nA-77;05.05.2026;Holzwerk Brugg;Eichenbrett;4;12,50;50,00;CHF\nA-77;05.05.2026;Holzwerk Brugg;Leim;1;8,00;8,00;CHF\nA-77;05.05.2026;Holzwerk Brugg;Zwischensumme;;;58,00;CHF\nA-77;05.05.2026;Holzwerk Brugg;MwSt 8,1%;;;4,70;CHF\nA-77;05.05.2026;Holzwerk Brugg;Gesamtbetrag;;;62,70;CHF\n",
     ("2026-05-05", "Holzwerk Brugg", "62.70", "CHF")),
    ("order total on every line", "Order ID,Order Date,Store,Product,Qty,Item Price,Order Total,Currency\n1001,2026-04-03,Fern & Pine,Lamp,1,40.00,76.50,USD\n1001,2026-04-03,Fern & Pine,Bulb,3,10.00,76.50,USD\n",
     ("2026-04-03", "Fern & Pine", "76.50", "USD")),
    ("no total at all: line totals", "date,merchant,article,quantity,unit price,line total,currency\n2026-02-11,Stone Bakery,Rye loaf,2,4.20,8.40,GBP\n2026-02-11,Stone Bakery,Scone,6,1.10,6.60,GBP\n",
     ("2026-02-11", "Stone Bakery", "15.00", "GBP")),
    ("no total, only quantity and unit price", "Date,Shop,Item,Quantity,Price each,Currency\n03/14/2026,Ada Hardware,Hammer,1,19.99,USD\n03/14/2026,Ada Hardware,Nails,3,2.50,USD\n",
     ("2026-03-14", "Ada Hardware", "27.49", "USD")),
    ("gross beside net and tax, no total", "Belegnr;Belegdatum;Lieferant;Bezeichnung;Menge;Netto;USt;Brutto;Währung\n5512;12.01.2026;Farben Kohl;Wandfarbe;2;60,00;11,40;71,40;EUR\n5512;12.01.2026;Farben Kohl;Pinsel;5;10,00;1,90;11,90;EUR\n",
     ("2026-01-12", "Farben Kohl", "83.30", "EUR")),
    ("net and tax only, no total", "invoice_no,invoice_date,vendor,description,net,vat,currency\n9,2026-06-30,Cobalt Cloud,Hosting,100.00,20.00,GBP\n9,2026-06-30,Cobalt Cloud,Backup,50.00,10.00,GBP\n",
     ("2026-06-30", "Cobalt Cloud", "180.00", "GBP")),
    ("equal items are no repeated total", "receipt no,date,store,item,qty,price,total,currency\n7,2026-02-02,Tea Room,Green tea,1,4.50,4.50,EUR\n7,2026-02-02,Tea Room,Black tea,1,4.50,4.50,EUR\n",
     ("2026-02-02", "Tea Room", "9.00", "EUR")),
    ("total on the first line only", "Name,Paid at,Total,Currency,Lineitem quantity,Lineitem name,Lineitem price,Vendor\n#1044,2026-03-08 11:02:14 +0100,58.90,EUR,1,Mug,18.90,Clay Studio\n#1044,,,,2,Bowl,20.00,Clay Studio\n",
     ("2026-03-08", "Clay Studio", "58.90", "EUR")),
    ("one record, many columns", "Transaction ID,Date,Merchant,Category,Payment method,Net,Tax rate,Tax,Gross,Currency,Notes\nTX-55,2026-05-21,Metro Parking,Travel,Visa,10.00,19%,1.90,11.90,EUR,airport\n",
     ("2026-05-21", "Metro Parking", "11.90", "EUR")),
    ("one record in German with semicolons", "Rechnungsnummer;Rechnungsdatum;Fällig am;Rechnungssteller Firma;Rechnungsbetrag;Währung\n2026/118;28.02.2026;14.03.2026;Spedition Lauf GmbH;1.284,90;EUR\n",
     ("2026-02-28", "Spedition Lauf GmbH", "1284.90", "EUR")),
    ("one record with delivery before invoice date", "Order date,Delivery date,Invoice date,Supplier,Invoice no,Amount due,Currency\n2026-01-02,2026-01-09,2026-01-12,Wool Works,88,64.00,EUR\n",
     ("2026-01-12", "Wool Works", "64.00", "EUR")),
    ("tab separated", "Date\tVendor\tItem\tAmount\tCurrency\n2026-03-03\tCity Copy\tPrints\t3.20\tEUR\n2026-03-03\tCity Copy\tBinding\t5.00\tEUR\n\t\tTotal\t8.20\tEUR\n",
     ("2026-03-03", "City Copy", "8.20", "EUR")),
    ("French list of fields", "champ;valeur\nFournisseur;Atelier Morel\nDate de facture;7 avril 2026\nDate d'échéance;7 mai 2026\nTotal HT;200,00\nTVA 20 %;40,00\nTotal TTC;240,00\nDevise;EUR\n",
     ("2026-04-07", "Atelier Morel", "240.00", "EUR")),
    ("Italian with preamble", "Ricevuta n. 15\nNegozio;Libreria Sole\nData;19/02/2026\n\nArticolo;Quantità;Prezzo;Importo\nAtlante;1;32,00;32,00\nPenna;2;1,50;3,00\nTotale EUR;;;35,00\n",
     ("2026-02-19", "Libreria Sole", "35.00", "EUR")),
    ("Spanish one record", "fecha,proveedor,número de factura,base imponible,iva,importe total,moneda\n2026-03-30,Ferretería Luz,F-9,\"100,00\",\"21,00\",\"121,00\",EUR\n",
     ("2026-03-30", "Ferretería Luz", "121.00", "EUR")),
    ("Dutch items", "Factuurnummer;Factuurdatum;Leverancier;Omschrijving;Aantal;Stukprijs;Bedrag;Valuta\n31;04-03-2026;Fietsen Bos;Band;2;24,95;49,90;EUR\n31;04-03-2026;Fietsen Bos;Arbeid;1;30,00;30,00;EUR\n31;04-03-2026;Fietsen Bos;Totaal te betalen;;;79,90;EUR\n",
     ("2026-03-04", "Fietsen Bos", "79.90", "EUR")),
    ("payment rows below the total", "Fuller's Deli\n2026-04-11 12:40\nitem,qty,price\nSoup,2,6.00\nBread,1,1.50\nTotal,,13.50\nCash,,20.00\nChange,,-6.50\nCurrency,GBP,\n",
     ("2026-04-11", "Fuller's Deli", "13.50", "GBP")),
    ("tax and discount rows without a total", "date,seller,description,amount,currency\n2026-07-01,Print Barn,Flyers,80.00,EUR\n2026-07-01,Print Barn,Discount,-8.00,EUR\n2026-07-01,Print Barn,VAT 19%,13.68,EUR\n",
     ("2026-07-01", "Print Barn", "85.68", "EUR")),
    ("subtotal row is not counted twice", "invoice,date,vendor,what,amount,currency\n12,2026-05-05,Glow Electric,Repair,90.00,CHF\n12,2026-05-05,Glow Electric,Parts,35.00,CHF\n12,2026-05-05,Glow Electric,Subtotal,125.00,CHF\n12,2026-05-05,Glow Electric,Tax,10.13,CHF\n",
     ("2026-05-05", "Glow Electric", "135.13", "CHF")),
    ("hotel folio over several nights", "Folio no,Date,Hotel company,Description,Amount,Currency\n9001,2026-03-10,Seaview Inn,Room,120.00,EUR\n9001,2026-03-11,Seaview Inn,Room,120.00,EUR\n9001,2026-03-12,Seaview Inn,Total charges,240.00,EUR\n9001,2026-03-12,Seaview Inn,Card payment,-240.00,EUR\n9001,2026-03-12,Seaview Inn,Balance due,0.00,EUR\n",
     ("2026-03-10", "Seaview Inn", "240.00", "EUR")),
    ("currency in the header", "Date,Vendor,Item,Qty,Unit price (CHF),Amount (CHF)\n2026-01-09,Alpen Sport,Gloves,1,49.00,49.00\n2026-01-09,Alpen Sport,Socks,2,15.50,31.00\nTotal,,,,,80.00\n",
     ("2026-01-09", "Alpen Sport", "80.00", "CHF")),
    ("thousands and quoted names", 'Invoice Number,Date,Vendor,Description,Quantity,Unit Price,Amount\nINV-3,"March 4, 2026","Rail, Road & Co.","Freight, heavy",2,"$1,250.00","$2,500.00"\nINV-3,"March 4, 2026","Rail, Road & Co.",Grand Total,,,"$2,500.00"\n',
     ("2026-03-04", "Rail, Road & Co.", "2500.00", "USD")),
    ("separator hint of spreadsheets", "sep=;\nQuittung;K-12\nGeschäft;Blumen Rosa\nDatum;14.02.2026\nTotal;36,00\nWährung;CHF\n",
     ("2026-02-14", "Blumen Rosa", "36.00", "CHF")),
    ("sums of two VAT rates and a VAT table below", "Kassenbon;Markt am Ring\nDatum;21.03.2026\nArtikel;Anzahl;Preis;Betrag\nMilch;2;1,20;2,40\nSeife;1;2,60;2,60\nSumme EUR;;;5,00\nSteuersatz;Netto;MwSt;Brutto\n7%;2,24;0,16;2,40\n19%;2,18;0,42;2,60\n",
     ("2026-03-21", "Markt am Ring", "5.00", "EUR")),
    ("one record with a foreign amount beside it", "date,vendor,amount,currency,exchange rate,amount in CHF\n2026-06-06,Tokyo Stationery,\"4,800\",JPY,0.0059,28.32\n",
     ("2026-06-06", "Tokyo Stationery", "4800.00", "JPY")),
    ("item words that sound like sums", "receipt id,date,vendor,item,qty,unit,amount,currency\n3,2026-05-17,Office Depot East,Cash box,1,25.00,25.00,USD\n3,2026-05-17,Office Depot East,Tax guide 2026,2,10.00,20.00,USD\n3,2026-05-17,Office Depot East,Total station tripod,1,99.00,99.00,USD\n",
     ("2026-05-17", "Office Depot East", "144.00", "USD")),
    ("pipes, tip row", "Date|Restaurant|Item|Qty|Price|Amount|Currency\n2026-08-02|Casa Verde|Menu|2|18.00|36.00|EUR\n2026-08-02|Casa Verde|Tip|||4.00|EUR\n2026-08-02|Casa Verde|Total incl. tip|||40.00|EUR\n",
     ("2026-08-02", "Casa Verde", "40.00", "EUR")),
    ("part paid beforehand", "item,amount\nInvoice 77,\nVendor,Tent Rental Ltd\nDate,2026-09-01\nTent,800.00\nTotal,800.00\nDeposit paid,-200.00\nAmount due,600.00\nCurrency,GBP\n",
     ("2026-09-01", "Tent Rental Ltd", "800.00", "GBP")),
]  # fmt: skip

# what it is, text
OTHERS: list[tuple[str, str]] = [
    ("bank statement in German", "Buchungstag;Valutadatum;Auftraggeber/Empfänger;Verwendungszweck;IBAN;Betrag;Währung\n02.01.2026;02.01.2026;Stadtwerke;Rechnung 11;DE12;-88,00;EUR\n"),
    ("card statement", "Transaction Date,Posting Date,Merchant,Amount,Currency\n2026-01-03,2026-01-04,Cafe Uno,4.50,EUR\n2026-01-05,2026-01-06,Books & Co,19.00,EUR\n"),
    ("ledger with one entry", "date,account,description,debit,credit,balance\n2026-01-02,4400,Paper,12.00,,988.00\n"),
    ("sales of several customers", "invoice_no,date,customer,total,currency\n1,2026-01-02,Ada,10.00,EUR\n2,2026-01-02,Bo,20.00,EUR\nTotal,,,30.00,EUR\n"),
    ("price list of one supplier", "supplier,article,price,currency,valid from\nPaper Co,A4,4.20,EUR,2026-01-01\nPaper Co,A3,8.10,EUR,2026-01-01\n"),
    ("inventory with a supplier", "SKU,Product,Supplier,In stock,Unit cost,Total value,Last counted date\nA1,Mug,Clay Studio,10,4.00,40.00,2026-01-31\nA2,Bowl,Clay Studio,5,6.00,30.00,2026-01-31\n"),
    ("contacts", "name,company,email,phone,customer since date\nAda,Acme,ada@a.example,123,2020-01-02\nBo,Bolt,bo@b.example,456,2021-01-02\n"),
    ("time sheet", "date,employee,project,hours,rate,amount\n2026-01-02,Ada,X,8,50.00,400.00\n2026-01-02,Ada,Y,1,50.00,50.00\nTotal,,,9,,450.00\n"),
    ("budget", "category,planned amount,actual amount,variance\nOffice,1000.00,900.00,100.00\nTotal,1000.00,900.00,100.00\n"),
    ("quote", "quote_no,date,vendor,description,amount,currency\nQ-1,2026-02-02,Desk Makers,Desk,400.00,EUR\nQ-1,2026-02-02,Desk Makers,Total,400.00,EUR\n"),
    ("expenses of a trip", "date,what,where,amount,currency\n2026-02-02,Taxi,Rome,12.00,EUR\n2026-02-03,Lunch,Rome,18.00,EUR\nTotal,,,30.00,EUR\n"),
    ("measurements", "date,sensor,value,total\n2026-02-02,a,1.25,10.50\n2026-02-02,b,1.50,11.50\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "fields"), RECEIPTS, ids=[name for name, _, _ in RECEIPTS])
def test_csv_receipt_is_read(name: str, text: str, fields: tuple[str, str, str, str]) -> None:
    found = read_receipt("export.csv", "csv", text)
    assert isinstance(found, Receipt), found
    assert found.cells() == ("export.csv", *fields)


@pytest.mark.parametrize(("name", "text"), OTHERS, ids=[name for name, _ in OTHERS])
def test_other_csv_is_left_out(name: str, text: str) -> None:
    assert isinstance(read_receipt("export.csv", "csv", text), NotReceipt)
