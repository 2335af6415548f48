"""File names as text: which are refused, and how odd ones are shown."""

from __future__ import annotations

import unicodedata

from cowork_tui.adapters.tools.failure import ToolFailure

MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 4096
"""The limits of the common file systems; longer ones are refused before the system is asked."""

_UNSEEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
"""Characters that turn the direction of text or end a line."""


def is_odd(character: str) -> bool:
    """Whether a character has no place in a file name: controls, bidi overrides, halves of surrogate pairs."""
    return character in _UNSEEN or unicodedata.category(character) in ("Cc", "Cs")


def shown(text: str) -> str:
    """The text with odd characters as escapes such as `\\x1b`, fit to print and to send."""
    if text.isprintable():
        return text
    return "".join(_escaped(character) if is_odd(character) else character for character in text)


def path_parts(path: str) -> tuple[str, ...]:
    """The components of a path as the model wrote it, or a `ToolFailure` for one that no file may have."""
    if not path.strip():
        raise ToolFailure("the path is empty: name a file in the folder, e.g. notes.md")
    if any(is_odd(character) for character in path):
        raise ToolFailure(f"the path {_short(shown(path))} contains control characters: use a plain name")
    if len(path.encode()) > MAX_PATH_BYTES:
        raise ToolFailure(f"the path {_short(path)} is longer than {MAX_PATH_BYTES} bytes: use a shorter one")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    for part in parts:
        if ".." in part.split("\\") or part == "..":
            raise ToolFailure(f"the path {_short(path)} contains '..': name the file from the folder's top")
        if len(part.encode()) > MAX_NAME_BYTES:
            raise ToolFailure(f"the name {_short(part)} is longer than {MAX_NAME_BYTES} bytes: use a shorter one")
    return parts


def is_git_name(name: str) -> bool:
    """Whether some file system takes the name for `.git`: letter case, unseen characters and short names included."""
    plain = "".join(character for character in name if unicodedata.category(character) != "Cf")
    return plain.casefold().rstrip(". ") in (".git", "git~1")


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:60]}…{text[-15:]}"
