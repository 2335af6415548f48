"""What a reader gives back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extracted:
    """A document's text and what its first line says of it, e.g. `2 pages`."""

    kind: str
    text: str
    facts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Said after the size, e.g. in which encoding it was read."""
