"""Bytes to text: which encoding, and what is no text at all."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from cowork_tui.adapters.tools.readers.guessing import guess, is_two_byte

SNIFF_BYTES = 65_536
"""How much of a file's beginning decides what it is."""

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
"""UTF-32 first: its little-endian mark begins with UTF-16's."""

_SIGNATURES = (
    (b"\x89PNG\r\n", "PNG image"), (b"\xff\xd8\xff", "JPEG image"), (b"GIF8", "GIF image"), (b"BM", "BMP image"),
    (b"II*\x00", "TIFF image"), (b"MM\x00*", "TIFF image"), (b"RIFF", "media file"), (b"ID3", "MP3 audio"),
    (b"OggS", "Ogg media"), (b"fLaC", "FLAC audio"), (b"PK\x03\x04", "ZIP archive"), (b"\x1f\x8b", "gzip archive"),
    (b"BZh", "bzip2 archive"), (b"\xfd7zXZ", "xz archive"), (b"7z\xbc\xaf", "7z archive"), (b"Rar!", "RAR archive"),
    (b"\x7fELF", "program"), (b"MZ", "program"), (b"SQLite format 3", "SQLite database"),
    (b"\xd0\xcf\x11\xe0", "old or protected Office file"),
)  # fmt: skip
_NO_TEXT = bytes(byte for byte in range(0x20) if byte not in b"\t\n\v\f\r\x1b\b")
"""Control characters that text does without."""
_MAX_CONTROL_SHARE = 0.05
"""Random bytes hold 10 % control characters, text next to none."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file's text is written: the codec, the byte order mark in front, and a word about it for the reader."""

    codec: str
    bom: bytes = b""
    note: str = ""

    def decode(self, content: bytes) -> str:
        """The text without the mark; bytes that mean nothing become U+FFFD."""
        return content[len(self.bom) :].decode(self.codec, "replace")

    def encode(self, text: str) -> bytes:
        """The bytes, mark included. Raises UnicodeEncodeError for what the encoding can't write."""
        return self.bom + text.encode(self.codec)


def encoding_of(start: bytes, *, whole: bool) -> Encoding:
    """The encoding of a text by its beginning: a byte order mark, else UTF-8, else what its letters speak for."""
    for bom, codec in _BOMS:
        if start.startswith(bom):
            return Encoding(codec, bom, "" if codec == "utf-8" else f"read as {codec}")
    two_byte = is_two_byte(start) if b"\0" in start else None
    if two_byte is not None:
        return Encoding(two_byte, note=f"read as {two_byte}")
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(start, final=whole)
    except UnicodeDecodeError:
        codec = guess(start)
        return Encoding(codec, note=f"not UTF-8, read as {codec}")
    return Encoding("iso2022_jp", note="read as iso2022_jp") if b"\x1b$" in start else Encoding("utf-8")


def named_encoding(name: str, start: bytes) -> Encoding:
    """The encoding that somebody names, with the mark the text begins with. Raises LookupError for an unknown one."""
    try:
        found = codecs.lookup(name)
        if not getattr(found, "_is_text_encoding", True):
            raise LookupError(name)
        codecs.getincrementaldecoder(found.name)("replace").decode(start)
    except (ValueError, TypeError) as error:  # no name at all, or a codec that reads nothing
        raise LookupError(name) from error
    marked = next((bom for bom, codec in _BOMS if start.startswith(bom) and codec == found.name), b"")
    return Encoding(found.name, marked, f"read as {found.name}")


def binary_kind(start: bytes) -> str | None:
    """What a file is that holds no text, in words; None for text."""
    if any(start.startswith(bom) for bom, _ in _BOMS) or is_two_byte(start) is not None:
        return None
    controls = len(start) - len(start.translate(None, _NO_TEXT))
    if b"\0" not in start and controls <= len(start) * _MAX_CONTROL_SHARE and not start.startswith(b"%PDF-"):
        return None
    known = next((words for signature, words in _SIGNATURES if start.startswith(signature)), None)
    if known is not None:
        return known
    return f"{controls * 100 // len(start)} % of its first {len(start)} bytes are control characters"
