"""One reader a document format: bytes in, text (and pictures) out."""
