"""Texts are kept compressed; SQLite's own value type tells the two apart: TEXT is plain, BLOB is zlib."""

from __future__ import annotations

import zlib

from cowork_tui.adapters.store.dictionary import DICTIONARY

PACK_FROM_BYTES = 48
"""Shorter text gains nothing."""

SMALL_BYTES = 4096
"""Such text fits with the dictionary into a window of 8 KB."""


def pack(text: str) -> str | bytes:
    """What to store for a text. Text that is not valid Unicode (lone surrogates) is always compressed."""
    raw = text.encode("utf-8", "surrogatepass")
    readable = is_unicode(text)
    if readable and len(raw) < PACK_FROM_BYTES:
        return text
    compressor = _compressor(len(raw))
    packed = compressor.compress(raw) + compressor.flush()
    return text if readable and len(packed) >= len(raw) else packed


def _compressor(size_bytes: int) -> zlib._Compress:
    """One with a window that holds the dictionary and the text: making a large one costs more than using it."""
    if size_bytes < SMALL_BYTES:
        return zlib.compressobj(wbits=13, memLevel=5, zdict=DICTIONARY)
    return zlib.compressobj(zdict=DICTIONARY)


def unpack(stored: str | bytes) -> str:
    """The text that was stored. Raises zlib.error or ValueError for a damaged one."""
    if isinstance(stored, str):
        return stored
    decompressor = zlib.decompressobj(zdict=DICTIONARY)
    raw = decompressor.decompress(stored)
    if not decompressor.eof or decompressor.unused_data:
        raise ValueError("cut short or followed by something else")
    return raw.decode("utf-8", "surrogatepass")


def pack_hex(text: str) -> str | bytes:
    """Lower-case hex as the bytes it stands for; any other text as it is."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return text
    return raw if raw.hex() == text else text


def unpack_hex(stored: str | bytes) -> str:
    """The text that `pack_hex` was given."""
    return stored if isinstance(stored, str) else stored.hex()


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
