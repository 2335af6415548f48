"""Markdown as a DOCX file."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from markdown_it.token import Token

from cowork_tui.adapters.tools.writers.archive import without_times
from cowork_tui.adapters.tools.writers.markdown import parse

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DEEPEST_LIST = 3
"""The template has styles for three levels; deeper items are indented by hand."""
_MONOSPACE = "Courier New"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_NUMBERED_STYLE = "List Number"


def docx_bytes(markdown: str, title: str) -> bytes:
    """Headings, text, lists, tables, quotes, code and links. The same text gives the same bytes."""
    import docx

    document = docx.Document()
    document.core_properties.author = "cowork-tui"
    document.core_properties.title = title
    _Writer(document).blocks(parse(_NOT_IN_XML.sub("\ufffd", markdown)))
    target = io.BytesIO()
    document.save(target)
    return without_times(target.getvalue())


@dataclass(frozen=True, slots=True)
class _List:
    ordered: bool
    numbering: int | None = None
    """Which run of numbers the items belong to; each list counts for itself."""


@dataclass(frozen=True, slots=True)
class _Look:
    bold: bool = False
    italic: bool = False
    struck: bool = False
    link: str = ""


@dataclass(slots=True)
class _Writer:
    document: Document
    lists: list[_List] = field(default_factory=list[_List])
    quotes: int = 0
    item_begins: bool = False

    def blocks(self, tokens: Sequence[Token]) -> None:
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.type == "table_open":
                end = next(n for n in range(at, len(tokens)) if tokens[n].type == "table_close")
                self._table(tokens[at:end])
                at = end
            elif token.type == "heading_open":
                _inline(self.document.add_heading("", int(token.tag[1:])), tokens[at + 1])
                at += 1
            elif token.type == "inline":
                _inline(self._paragraph(), token)
            else:
                self._block(token)
            at += 1

    def _block(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self.lists.append(_List(False))
            case "ordered_list_open":
                start = token.attrGet("start")
                self.lists.append(_List(True, self._numbering(1 if start is None else int(start))))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.item_begins = True
            case "blockquote_open":
                self.quotes += 1
            case "blockquote_close":
                self.quotes -= 1
            case "fence" | "code_block":
                self._code(token.content)
            case "hr":
                _rule_below(self.document.add_paragraph())
            case _:
                pass

    def _paragraph(self) -> Paragraph:
        from docx.shared import Cm

        if not self.lists:
            return self.document.add_paragraph(style="Quote" if self.quotes else None)
        level, current = len(self.lists), self.lists[-1]
        shown = min(level, _DEEPEST_LIST)
        name = _NUMBERED_STYLE if current.ordered else "List Bullet"
        if not self.item_begins:
            name = "List Continue"
        paragraph = self.document.add_paragraph(style=name if shown == 1 else f"{name} {shown}")
        if level > _DEEPEST_LIST:
            paragraph.paragraph_format.left_indent = Cm(0.63 * level)
        if self.item_begins and current.numbering is not None:
            _count_in(paragraph, current.numbering)
        self.item_begins = False
        return paragraph

    def _numbering(self, start: int) -> int:
        """A new run of numbers in the style of the level."""
        level = min(len(self.lists) + 1, _DEEPEST_LIST)
        style = self.document.styles[_NUMBERED_STYLE if level == 1 else f"{_NUMBERED_STYLE} {level}"]
        of_style = style.element.pPr.numPr.numId.val
        numbering = self.document.part.numbering_part.element
        abstract = numbering.num_having_numId(of_style).abstractNumId.val
        number = numbering.add_num(abstract)
        number.add_lvlOverride(ilvl=0).add_startOverride(start)
        return number.numId

    def _code(self, text: str) -> None:
        paragraph = self.document.add_paragraph(style="No Spacing")
        for number, line in enumerate(text.removesuffix("\n").split("\n")):
            run = paragraph.add_run()
            if number:
                run.add_break()
            run.add_text(line)
            run.font.name = _MONOSPACE
        self.document.add_paragraph()

    def _table(self, tokens: Sequence[Token]) -> None:
        rows = list(_rows(tokens))
        table = self.document.add_table(len(rows), max(map(len, rows)), "Table Grid")
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, (token, is_heading) in zip(row.cells, cells, strict=False):
                paragraph = cell.paragraphs[0]
                _inline(paragraph, token, _Look(bold=is_heading))
                _align(paragraph, str(token.meta.get("style", "")))
        self.document.add_paragraph()


def _rows(tokens: Sequence[Token]) -> Iterator[list[tuple[Token, bool]]]:
    """The inline tokens of a table's cells, row by row, and whether they are headings."""
    row = list[tuple[Token, bool]]()
    for before, token in itertools.pairwise(tokens):
        if token.type == "inline":
            token.meta["style"] = before.attrGet("style") or ""
            row.append((token, before.type == "th_open"))
        elif token.type == "tr_close":
            yield row
            row = []


def _inline(paragraph: Paragraph, token: Token, look: _Look | None = None) -> None:
    looks = [look or _Look()]
    for child in token.children or []:
        match child.type:
            case "strong_open":
                looks.append(replace(looks[-1], bold=True))
            case "em_open":
                looks.append(replace(looks[-1], italic=True))
            case "s_open":
                looks.append(replace(looks[-1], struck=True))
            case "link_open":
                looks.append(replace(looks[-1], link=str(child.attrGet("href") or "")))
            case "strong_close" | "em_close" | "s_close" | "link_close":
                looks.pop()
            case "softbreak":
                _run(paragraph, " ", looks[-1])
            case "hardbreak":
                paragraph.add_run().add_break()
            case "image":
                _run(paragraph, f"[{child.content}]", looks[-1])
            case _:
                run = _run(paragraph, child.content, looks[-1])
                if child.type == "code_inline":
                    run.font.name = _MONOSPACE


def _run(paragraph: Paragraph, text: str, look: _Look) -> Run:
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.strike = look.bold or None, look.italic or None, look.struck or None
    if look.link:
        _link(paragraph, run, look.link)
    return run


def _link(paragraph: Paragraph, run: Run, target: str) -> None:
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement
    from docx.shared import RGBColor

    run.font.underline, run.font.color.rgb = True, RGBColor(0x05, 0x63, 0xC1)
    link: BaseOxmlElement = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(target, _LINK, is_external=True))
    paragraph._p.append(link)
    link.append(run._r)


def _count_in(paragraph: Paragraph, numbering: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = numbering


def _align(paragraph: Paragraph, style: str) -> None:
    """As a table's column says, e.g. `text-align:right`."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    known = {"right": WD_ALIGN_PARAGRAPH.RIGHT, "center": WD_ALIGN_PARAGRAPH.CENTER}
    side = style.rpartition(":")[2]
    if side in known:
        paragraph.alignment = known[side]


def _rule_below(paragraph: Paragraph) -> None:
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "auto")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)
