"""Small words that results share."""

from __future__ import annotations


def counted(number: int, what: str) -> str:
    """`1 file`, `2 files`, `3 matches`."""
    if number == 1:
        return f"1 {what}"
    return f"{number} {what}{'es' if what.endswith('ch') else 's'}"


def line_count(text: str) -> int:
    """Lines as an editor counts them; a last one without a line end counts too."""
    return text.count("\n") + (bool(text) and not text.endswith("\n"))


def amount_of_text(text: str, size_bytes: int) -> str:
    """`25 lines, 1,204 bytes`."""
    return f"{counted(line_count(text), 'line')}, {size_bytes:,} bytes"
