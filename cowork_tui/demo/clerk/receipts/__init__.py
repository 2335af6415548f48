"""Reads receipts: which documents are one, and their date, vendor, total and currency."""
