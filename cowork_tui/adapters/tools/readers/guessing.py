"""Which encoding a text without a byte order mark is written in, where it is not UTF-8: a guess by its letters."""

from __future__ import annotations

import codecs
import re
from typing import Final

MAX_GUESSED_BYTES = 65_536
_FOREIGN_RUN = re.compile(rb"[\x80-\xff]{3,}")
_FOREIGN = re.compile(rb"[\x80-\xff]")
_ISO_2022_JP = (b"\x1b$B", b"\x1b$@", b"\x1b(J")

_WESTERN: Final = (
    "äöüß", "éèêëàâçîïôùûœ", "áéíóúñü", "áâãàçéêíóôõú", "àèéìòù", "æøåé", "äöåé", "áéíóúýþæöð", "éëïöüó",
)  # fmt: skip
_CENTRAL: Final = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíľĺňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž")
_LANGUAGES: Final = (
    ("cp1252", _WESTERN), ("cp1250", _CENTRAL), ("cp1254", ("çğıöşüâî",)),
    ("cp1257", ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")), ("iso8859_2", _CENTRAL), ("iso8859_15", _WESTERN),
    ("iso8859_16", ("ăâîșț",)), ("iso8859_13", ("ąčęėįšųūž", "āčēģīķļņšūž")), ("cp850", _WESTERN),
    ("mac_roman", _WESTERN), ("cp852", _CENTRAL), ("mac_latin2", _CENTRAL),
)  # fmt: skip
"""Encodings of Latin script, the likeliest first, with the letters beyond a to z of the languages they are used for."""
_SIGNS = frozenset("€£§°–—‘’‚“”„…•«»©®™·¡¿ºª²³½¼µ×\xa0")
_TRUSTED_SHARE = 0.75
_FEW_BYTES = 4
"""Too few to speak for anything but the commonest encoding."""


def guess(sample: bytes) -> str:
    """The codec: by a language whose letters fit where the script is Latin, else by the patterns of the bytes."""
    if any(mark in sample for mark in _ISO_2022_JP) and not _FOREIGN.search(sample):
        return "iso2022_jp"
    foreign = _FOREIGN.findall(sample[:MAX_GUESSED_BYTES])
    in_runs = sum(map(len, _FOREIGN_RUN.findall(sample[:MAX_GUESSED_BYTES])))
    if len(foreign) < _FEW_BYTES:
        return "cp1252"
    if in_runs * 4 < len(foreign):
        codec, share = _latin(sample)
        if share >= _TRUSTED_SHARE:
            return codec
    return _by_patterns(sample) or "cp1252"


def is_two_byte(start: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Western text is 0."""
    if len(start) < 4 or len(start) % 2:
        start = start[: len(start) // 2 * 2]
    half = len(start) // 2
    if half < 2:
        return None
    first, second = start[::2].count(0), start[1::2].count(0)
    if second > half * 0.4 and first < half * 0.02:
        return "utf-16-le"
    return "utf-16-be" if first > half * 0.4 and second < half * 0.02 else None


def _latin(sample: bytes) -> tuple[str, float]:
    """The codec whose languages fit best, and the share of characters beyond ASCII that fit."""
    best, best_share = "cp1252", -1.0
    for codec, languages in _LANGUAGES:
        try:
            text = codecs.getincrementaldecoder(codec)("strict").decode(sample[:MAX_GUESSED_BYTES])
        except UnicodeDecodeError:
            continue
        odd = [found for found in zip(" " + text, text, text[1:] + " ", strict=False) if found[1] > "\x7f"]
        for letters in languages:
            share = sum(_fits(*found, letters) for found in odd) / max(1, len(odd))
            if share > best_share + 1e-9:
                best, best_share = codec, share
    return best, best_share


def _fits(before: str, char: str, after: str, letters: str) -> float:
    """How well a character stands where it does: letters in words, signs beside them."""
    alone = not before.isalpha() and not after.isalpha()
    if char in letters:
        return 0.3 if alone else 1.0
    if char.lower() in letters or char == "İ":
        return -1.0 if before.islower() or alone else 0.9
    if char in _SIGNS:
        return 0.8 if not before.isalpha() or char in "’–—…”“»°\xa0" else -0.5
    return -1.0


def _by_patterns(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    found = from_bytes(sample[:MAX_GUESSED_BYTES], enable_fallback=False).best()
    if found is None:
        return None
    codec = codecs.lookup(found.encoding).name
    return {"euc_jis_2004": "euc_jp", "shift_jis_2004": "cp932", "cp1125": "cp866"}.get(codec, codec)
