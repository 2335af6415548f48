"""One reader a document format: bytes in, text out."""
