"""What a reader is asked for, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import BinaryIO, TypeAlias

from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.core.blocks import Image


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a document is wanted, and in which form. All of it, where nothing is set."""

    pages: str | None = None
    sheet: str | None = None
    range: str | None = None
    formulas: bool = False
    rows: str | None = None
    select: str | None = None
    part: str | None = None
    encoding: str | None = None
    raw: bool = False
    as_images: bool = False
    enough: int | None = None
    """Characters after which a long document need not be read on; None: all are wanted."""

    def refuse_others(self, name: str, kind: str, taken: tuple[str, ...]) -> None:
        """Raise `ToolFailure` for a choice that the format does not know."""
        for field in fields(self):
            if field.name not in (*taken, "enough") and getattr(self, field.name):
                offered = f"it takes {', '.join(taken)}" if taken else "it takes none"
                raise ToolFailure(f"{field.name} is not for {name}, which is {kind}: leave it out ({offered})")


WHOLE = Part()


@dataclass(frozen=True, slots=True)
class Extracted:
    """A document's text and what its first line says of it, e.g. `2 pages`."""

    kind: str
    text: str
    facts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Said after the size, e.g. in which encoding it was read."""
    images: tuple[Image, ...] = ()
    textless: bool = False
    """Whether the document holds no text of its own, so that its pages must be seen."""
    rest: str = ""
    """What follows the text and was not extracted, and how to get it; empty where nothing follows."""


Reader: TypeAlias = Callable[[BinaryIO, str, Part, Stop], Extracted]
"""An open file, its name, the part wanted and the signal to stop. Raises `ToolFailure`."""


def parse_span(text: str, what: str, count: int | None = None) -> tuple[int, int]:
    """First and last of `3-7`, `3` or `3-`, counted from 1. Raises `ToolFailure` where it names none of `count`."""
    first_text, dash, last_text = (piece.strip() for piece in text.replace("–", "-").replace(":", "-").partition("-"))
    endless = 10**9 if count is None else count
    try:
        first = int(first_text)
        last = int(last_text) if last_text else (endless if dash else first)
    except ValueError:
        raise ToolFailure(f'{what}="{text[:40]}" is no range: give it as 3 or 3-7') from None
    if not 1 <= first <= last:
        raise ToolFailure(f'{what}="{text[:40]}" is no range: count from 1, the smaller number first')
    if count is not None and first > count:
        raise ToolFailure(f'{what}="{text[:40]}" is past the end: there are {count} {what}')
    return first, min(last, endless)
