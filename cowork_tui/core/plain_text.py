"""Untrusted text made safe to print: what models, tools and file names contain never drives the terminal."""

from __future__ import annotations

import re
import unicodedata

_ESCAPE_SEQUENCES = re.compile(
    "(?:(?:\x1b\\]|\x9d)[^\n\x07\x1b\x9c\x9d]*+(?:\x07|\x1b\\\\|\x9c))"  # system commands: titles, links, clipboard
    "|(?:(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\n\x1b\x90\x98\x9c\x9e\x9f]*+(?:\x1b\\\\|\x9c))"  # device control etc.
    "|(?:(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?)"  # control sequences: colours, cursor
    "|(?:\x1b[ -/]*[0-~]?)"  # everything else that begins with escape
)
"""A body ends with its line, and one without an end stays as text: no sequence can hide what follows it. It also ends
where another may begin and is taken or left whole, so that the time grows with the length of the text."""
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, formatting (bidirectional overrides, invisible characters), surrogates, odd line ends."""
_JOINERS = frozenset("\u200c\u200d")
"""Formatting characters that scripts and emoji need."""


def plain(text: str, *, keep_lines: bool = True) -> str:
    """`text` without escape sequences, with every other unsafe character shown as `\\u202e`-like text.

    Tabs become four spaces; line ends are kept, or become spaces where one line is wanted.
    """
    text = _ESCAPE_SEQUENCES.sub("", text.replace("\r\n", "\n"))
    if text.isascii() and text.isprintable():
        return text
    return "".join(_safe(character, keep_lines) for character in text)


def exact(text: str) -> str:
    """`text` with every unsafe character shown and nothing left out, for what somebody must judge by what it holds."""
    return "".join(_safe(character, True) for character in text.replace("\t", "    "))


def _safe(character: str, keep_lines: bool) -> str:
    if character == "\n":
        return "\n" if keep_lines else " "
    if character == "\t":
        return "    "
    if unicodedata.category(character) not in _UNSAFE_CATEGORIES or character in _JOINERS:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str, width: int) -> str:
    """The text on one safe line of at most `width` characters."""
    line = " ".join(plain(text, keep_lines=False).split())
    return line if len(line) <= width else line[: width - 1] + "…"


def one_path(path: str, width: int) -> str:
    """A path on one safe line of at most `width` characters, cut where its file name stays readable."""
    line = plain(path, keep_lines=False)
    if len(line) <= width:
        return line
    folder, separator, name = line.rpartition("/")
    kept = width - len(separator) - len(name) - 1
    if separator and kept >= 0:
        return f"{folder[:kept]}…/{name}"
    tail = (width - 1) * 2 // 3
    return f"{name[: width - 1 - tail]}…{name[len(name) - tail :]}"
