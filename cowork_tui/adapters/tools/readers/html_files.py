"""HTML: what a reader of the page sees, as plain text; scripts, styles and what is hidden are left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import BinaryIO

from cowork_tui.adapters.tools.failure import Stop
from cowork_tui.adapters.tools.readers.extracted import Extracted, Part
from cowork_tui.adapters.tools.readers.text import read_text

_DROPPED = frozenset(("script", "style", "template", "noscript", "svg", "head", "iframe", "object"))
_BLOCKS = frozenset((
    "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "ul", "ol", "dl", "dt", "dd", "table",
    "thead", "tbody", "tfoot", "caption", "blockquote", "pre", "figure", "figcaption", "form", "fieldset", "address",
    "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "hr", "br", "option", "summary", "details", "title",
))  # fmt: skip
_VOID = frozenset((
    "br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "source", "track", "embed",
))  # fmt: skip
_PIECE_CHARACTERS = 65_536


def read_html(stream: BinaryIO, name: str, part: Part, stop: Stop) -> Extracted:
    """Text with `#` before headings, `-` before list items and links as `text (address)`; `raw` gives the source."""
    part.refuse_others(name, "HTML", ("raw", "encoding"))
    source = read_text(stream.read(), "html", part)
    if part.raw:
        return source
    text = html_text(source.text, stop)
    shown = ("the text of the page; raw=true gives the source",) if text != source.text else ()
    return Extracted("html", text, (), (*shown, *source.notes))


def html_text(source: str, stop: Stop) -> str:
    """The text of a page."""
    page = _Page()
    for start in range(0, len(source), _PIECE_CHARACTERS):
        stop.check()
        page.feed(source[start : start + _PIECE_CHARACTERS])
    page.close()
    return page.text()


class _Page(HTMLParser):
    """Collects lines. Unclosed tags are taken as browsers take them, as far as text goes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = list[str]()
        self._line = ""
        self._mark = ""
        self._hidden = list[str]()
        self._lists = list[int | None]()
        self._links = list[tuple[str, int]]()
        self._cells = 0
        self._tables = 0
        self._pre = 0

    def text(self) -> str:
        """All lines; never two empty ones in a row."""
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if self._hidden:
            if tag == self._hidden[-1] or tag not in _VOID:
                self._hidden.append(tag)
            return
        style = (values.get("style") or "").replace(" ", "").lower()
        if tag == "title":
            self._break("# ")
        elif tag == "body":
            self._break()
        elif tag in _DROPPED - {"head"} or "hidden" in values or "display:none" in style:
            if tag not in _VOID:
                self._hidden.append(tag)
        else:
            self._open(tag, values)

    def _open(self, tag: str, values: dict[str, str | None]) -> None:
        if tag in ("td", "th"):
            self._line += " | " if self._cells else ""
            self._cells += 1
        elif tag in _BLOCKS and not (self._cells and tag not in ("tr", "table")):
            self._break(self._block_mark(tag))
        elif tag in _BLOCKS and self._line and not self._line.endswith((" ", "|")):
            self._line += " "
        elif tag == "a" and values.get("href"):
            self._links.append((str(values["href"]), len(self._line)))
        elif tag == "img" and values.get("alt"):
            self.handle_data(f"[image: {values['alt']}]")
        if tag == "pre":
            self._pre += 1

    def _block_mark(self, tag: str) -> str:
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        if tag == "table":
            self._tables += 1
            self._cells = 0
        if tag == "tr":
            self._cells = 0
        if tag[0] == "h" and tag[1:].isdigit():
            return "#" * int(tag[1:]) + " "
        return self._item_mark() if tag == "li" else "> " if tag == "blockquote" else ""

    def _item_mark(self) -> str:
        depth = max(len(self._lists) - 1, 0)
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "  " * depth + "- "
        self._lists[-1] = number + 1
        return f"{'  ' * depth}{number + 1}. "

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                while self._hidden and self._hidden.pop() != tag:
                    pass
            return
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        if tag == "a" and self._links:
            self._end_link(*self._links.pop())
        elif tag in ("tr", "table"):
            self._cells = 0
            self._break()
        elif tag in _BLOCKS and not self._cells:
            self._break()
        if tag == "pre":
            self._pre = max(0, self._pre - 1)

    def _end_link(self, address: str, began: int) -> None:
        shown = self._line[began:].strip()
        if not address.startswith(("#", "javascript:", "data:")) and address != shown:
            self._line += f" ({address})" if shown else address

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._pre:
            first, *others = data.split("\n")
            self._line += first
            for line in others:
                self._lines.append(self._line)
                self._line = line
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        self._line += words.lstrip(" ") if not self._line or self._line.endswith(" ") else words

    def _break(self, mark: str = "") -> None:
        line = self._line.rstrip()
        if line:
            self._lines.append(f"{self._mark}{line}")
            self._mark = ""
        self._line = ""
        self._mark = mark or self._mark
