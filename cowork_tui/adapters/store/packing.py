"""Long text is kept compressed; SQLite's own value type tells the two apart: TEXT is plain, BLOB is zlib."""

from __future__ import annotations

import zlib

PACK_FROM_BYTES = 160
"""Shorter text gains nothing."""


def pack(text: str) -> str | bytes:
    """What to store for a text. Text that is not valid Unicode (lone surrogates) is always compressed."""
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) >= PACK_FROM_BYTES:
        packed = zlib.compress(raw)
        if len(packed) < len(raw):
            return packed
    return text if is_unicode(text) else zlib.compress(raw)


def unpack(stored: str | bytes) -> str:
    """The text that was stored. Raises zlib.error for a damaged one."""
    return stored if isinstance(stored, str) else zlib.decompress(stored).decode("utf-8", "surrogatepass")


def is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def plain(text: str) -> str:
    """A text fit for a TEXT column: what is not Unicode (as in odd file names) becomes an escape."""
    return text if is_unicode(text) else text.encode("utf-8", "backslashreplace").decode()
