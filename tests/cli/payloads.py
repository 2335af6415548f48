"""Text that tries to drive a terminal."""

from __future__ import annotations

from itertools import product

_STARTS = (
    "\x1b]", "\x9d", "\x1b[", "\x9b", "\x1bP", "\x90", "\x1b_", "\x9f", "\x1b^", "\x9e", "\x1bX", "\x98", "\x1b(",
    "\x1b",
)  # fmt: skip
_BODIES = ("0;stolen title", "8;;http://evil.example", "52;c;c3Rvb", "2J", "31m", "?1049h", "6n", "c", "", "1;2;3;4H")
_ENDS = ("\x07", "\x1b\\", "\x9c", "", "\n", "\x18")
_BIDI = tuple(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)))
_CONTROLS = tuple(map(chr, (*range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, *range(0x80, 0xA0))))
_UNSEEN = ("\u2028", "\u2029", "\u00ad", "\ufeff", "\u2060", "\U000e0041", "\ud800", "\udc9b")

SEQUENCES = tuple("".join(parts) for parts in product(_STARTS, _BODIES, _ENDS))
"""Escape sequences: titles, links, clipboard, colours, cursor, screens; ended well, badly and not at all."""

SINGLE = (*_BIDI, *_CONTROLS, *_UNSEEN)
MARKUP = ("[red]x[/red]", "[link=http://evil.example]x[/link]", "<b>x</b>", "{0}{x!r}%s%n", "\\x1b[31m", "\\u202e")
PAYLOADS = (*SEQUENCES, *SINGLE, *MARKUP)


def is_safe(text: str) -> bool:
    """Whether a terminal only prints it: line ends are the only controls, and nothing is unseen or turns around."""
    return not any(character in text for character in _RAW)


_RAW = frozenset("".join(SINGLE)) | {"\r"}
