"""Markdown to tokens: the common rules, tables and struck text; HTML in it stays text."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.token import Token


def parser() -> MarkdownIt:
    """Links that run scripts are refused by the library and stay text."""
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def parse(text: str) -> list[Token]:
    """The tokens of a text."""
    return parser().parse(text)
