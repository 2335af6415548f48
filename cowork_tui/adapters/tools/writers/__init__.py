"""What the tools make: tables as XLSX and CSV, documents as DOCX and HTML."""
