"""A corpus made by each format's own library, easy and odd, read to known facts."""

from __future__ import annotations

import base64
import datetime
import io
import zipfile
from email.message import EmailMessage

import docx
import openpyxl
import PIL.Image
import pptx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from pptx.util import Inches

from cowork_tui.engine.ports import ToolOutcome

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _saved(document: object) -> bytes:
    content = io.BytesIO()
    document.save(content)  # type: ignore[attr-defined]
    return content.getvalue()


def _with_value(workbook: bytes, formula: bytes, computed: bytes) -> bytes:
    """The workbook as an office program leaves it, with a formula's value stored beside it."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(changed, "w") as new:
        for entry in old.namelist():
            content = old.read(entry).replace(b"<v />", b"<v></v>").replace(b"<v/>", b"<v></v>")
            new.writestr(entry, content.replace(formula, computed))
    return changed.getvalue()


def _picture(size: tuple[int, int], kind: str = "PNG", mode: str = "RGB", **options: object) -> bytes:
    content = io.BytesIO()
    PIL.Image.new(mode, size, 0 if mode in ("P", "L") else "red").save(content, kind, **options)
    return content.getvalue()


def _shown(outcome: ToolOutcome) -> PIL.Image.Image:
    (image,) = outcome.images
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(image.data)))
    assert picture.size == (image.width_pixels, image.height_pixels)
    assert picture.get_format_mimetype() == image.media_type
    return picture


# DOCX


def test_headings_and_lists_of_a_docx_are_marked(desk) -> None:
    document = docx.Document()
    document.add_heading("Report", 0)
    document.add_heading("Costs", 2)
    document.add_paragraph("rent", style="List Bullet")
    document.add_paragraph("heating", style="List Bullet 2")
    document.add_paragraph("first", style="List Number")
    document.add_paragraph("שלום עולם")
    desk.put("a.docx", _saved(document))
    assert desk.body("a.docx").splitlines() == ["# Report", "## Costs", "- rent", "  - heating", "- first", "שלום עולם"]


def test_nested_tables_headers_and_footers_of_a_docx_are_read(desk) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Confidential"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    outer = document.add_table(2, 2)
    outer.cell(0, 0).merge(outer.cell(0, 1)).text = "over both"
    outer.cell(1, 0).text = "left"
    inner = outer.cell(1, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "in", "side"
    desk.put("a.docx", _saved(document))
    assert desk.body("a.docx").splitlines() == [
        "over both", "left | in | side", "[header] Confidential", "[footer] Page 1",
    ]  # fmt: skip


def test_footnotes_of_a_docx_stand_at_the_end(desk) -> None:
    document = docx.Document()
    run = document.add_paragraph("As agreed").add_run()
    reference = run._r.makeelement(f"{{{_W}}}footnoteReference", {f"{{{_W}}}id": "2"})
    run._r.append(reference)
    xml = (
        f'<w:footnotes xmlns:w="{_W}"><w:footnote w:type="separator" w:id="0"/>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>by letter</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, xml.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    desk.put("a.docx", _saved(document))
    assert desk.body("a.docx").splitlines() == ["As agreed[^2]", "[^2] by letter"]


# XLSX


@pytest.fixture
def book() -> bytes:
    """A table with dates, a formula and merged cells; a hidden sheet; a right-to-left one."""
    made = openpyxl.Workbook()
    plan = made.worksheets[0]
    plan.title = "Plan"
    plan.append(["what", "day", "amount"])
    for row in range(2, 40):
        plan.append([f"item {row}", datetime.date(2026, 1, row % 28 + 1), row * 1.5])
    plan["C40"] = "=SUM(C2:C39)"
    plan.merge_cells("A40:B40")
    plan["A40"] = "total"
    hidden = made.create_sheet("Notes")
    hidden.sheet_state = "hidden"
    hidden["B2"] = datetime.time(13, 30)
    rtl = made.create_sheet("עברית")
    rtl.sheet_view.rightToLeft = True
    rtl.append(["לחם", 12.5])
    return _saved(made)


def test_hidden_sheets_and_merged_cells_are_said(desk, book: bytes) -> None:
    desk.put("a.xlsx", book)
    text = desk.text("read_document", path="a.xlsx")
    assert text.splitlines()[0].startswith("a.xlsx | xlsx | 3 sheets | ")
    assert text.splitlines()[0].endswith(" | hidden: Notes | merged in Plan: A40:B40")
    assert "\ntotal,,=SUM(C2:C39)\n" in text
    assert "## sheet Notes (2 rows x 2 columns)\n\n,13:30:00\n" in text
    assert text.endswith("## sheet עברית (1 rows x 2 columns)\nלחם,12.5")


def test_a_range_of_a_sheet_is_read_alone(desk, book: bytes) -> None:
    desk.put("a.xlsx", book)
    for sheet, cells, lines in [
        ("plan", "A2:C3", ["item 2,2026-01-03,3", "item 3,2026-01-04,4.5"]),
        ("Plan", "$C$39:$C$39", ["58.5"]),
        ("Plan", "1:1", ["what,day,amount"]),
        ("Notes", "B:B", ["", "13:30:00"]),
    ]:
        text = desk.text("read_document", path="a.xlsx", sheet=sheet, range=cells)
        assert text.splitlines()[3:] == lines
    assert desk.text("read_document", path="a.xlsx", sheet="עברית").endswith("\nלחם,12.5")


def test_formulas_are_given_when_asked_for(desk) -> None:
    made = openpyxl.Workbook()
    made.worksheets[0].append([1, 2, "=A1+B1"])
    desk.put("a.xlsx", _with_value(_saved(made), b"<f>A1+B1</f><v></v>", b"<f>A1+B1</f><v>3</v>"))
    assert desk.body("a.xlsx").endswith("\n1,2,3")
    assert desk.text("read_document", path="a.xlsx", formulas=True).endswith("\n1,2,=A1+B1")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"sheet": "Plans"}, "a.xlsx has no sheet Plans: its sheets are Plan, Notes, עברית"),
        ({"range": "A1:"}, 'range="A1:" names no cells: give it as A1:D20, B:D or 3:9'),
        ({"range": "the top"}, "names no cells"),
        ({"pages": "1"}, "pages is not for a.xlsx, which is an XLSX: leave it out (it takes sheet, range, formulas)"),
    ],
)
def test_what_a_workbook_has_not_is_said(desk, book: bytes, asked: dict[str, str], sentence: str) -> None:
    desk.put("a.xlsx", book)
    assert sentence in desk.refusal("read_document", path="a.xlsx", **asked)


# PPTX


def test_slides_are_read_by_number_with_tables_and_notes(desk) -> None:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Plan for May"
    first.placeholders[1].text = "Hire\nTrain"
    first.placeholders[1].text_frame.paragraphs[1].level = 1
    first.notes_slide.notes_text_frame.text = "Ask Ana first"
    second = deck.slides.add_slide(deck.slide_layouts[6])
    table = second.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "who", "what"
    table.cell(1, 0).merge(table.cell(1, 1))
    table.cell(1, 0).text = "everyone"
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "grouped"
    second._element.set("show", "0")
    desk.put("a.pptx", _saved(deck))
    text = desk.text("read_document", path="a.pptx")
    assert text.splitlines()[0].startswith("a.pptx | pptx | 2 slides | ")
    assert text.splitlines()[2:] == [
        "## slide 1", "# Plan for May", "Hire", "  Train", "[notes] Ask Ana first", "## slide 2 (hidden)", "who | what",
        "everyone", "grouped",
    ]  # fmt: skip
    assert desk.text("read_document", path="a.pptx", pages="2").splitlines()[2] == "## slide 2 (hidden)"


# HTML


def test_a_page_is_read_as_it_is_seen(desk) -> None:
    desk.put(
        "a.html",
        """<!doctype html><html><head><title>Offer 7</title><style>p{color:red}</style>
        <script>document.write("<p>never</p>")</script></head>
        <body><h2>Terms &amp; <i>prices</i></h2><p>Pay within<br>14&nbsp;days, see
        <a href="https://x.test/terms">our terms</a>.</p><ul><li>one<li>two<ol><li>deep</ol></ul>
        <table><tr><th>what<th>price</tr><tr><td><p>pen</p></td><td>1.50</td></tr></table>
        <div style="display: none">hidden</div><div hidden><p>hidden</div><img src="x" alt="our logo">
        <pre>a\n  b</pre><noscript>hidden</noscript></body></html>""",
    )
    assert desk.body("a.html").splitlines() == [
        "# Offer 7", "## Terms & prices", "Pay within", "14\xa0days, see our terms (https://x.test/terms).", "- one",
        "- two", "  1. deep", "what | price", "pen | 1.50", "[image: our logo]", "a", "  b",
    ]  # fmt: skip
    source = desk.text("read_document", path="a.html", raw=True)
    assert "<script>" in source


@pytest.mark.parametrize(
    "page", ["<p>a", "a<div", "<b><i>x</b></i>", "</p></div>x", "<table><td>x", "<script>never", "<<>>", ""]
)
def test_broken_pages_are_read_as_far_as_they_go(desk, page: str) -> None:
    desk.put("a.html", page)
    assert "never" not in desk.body("a.html")


# JSON


def test_a_path_selects_from_json(desk) -> None:
    desk.put("a.json", '{"items": [{"name": "pen", "n": 1}, {"name": "ink", "n": 2}], "größe": 1.50}')
    assert desk.text("read_document", path="a.json", select="items[?n > `1`].name") == (
        'a.json | json | selected | 1 items | 10 characters\n\n[\n "ink"\n]'
    )
    assert "select gives nothing in a.json; its keys are items, größe" in desk.refusal(
        "read_document", path="a.json", select="rows"
    )
    assert "no valid JMESPath" in desk.refusal("read_document", path="a.json", select="items[")
    desk.put("b.json", '{"items": [')
    assert "is broken or no JSON" in desk.refusal("read_document", path="b.json", select="items")
    assert desk.body("b.json") == '{"items": ['


# E-mail


@pytest.fixture
def mail() -> EmailMessage:
    """With text, HTML and two attachments."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Änne <anne@x.test>", "me@x.test", "Rechnung für März"
    message["Date"] = "Mon, 02 Mar 2026 09:00:00 +0100"
    message.set_content("Anbei die Rechnung.\nGruß")
    message.add_alternative("<p>Anbei die <b>Rechnung</b>.</p>", subtype="html")
    message.add_attachment(b"what;price\npen;1,50\n", maintype="text", subtype="csv", filename="prices.csv")
    message.add_attachment(_picture((30, 20)), maintype="image", subtype="png", filename="logo.png")
    return message


def test_an_e_mail_is_its_headers_text_and_the_names_of_its_attachments(desk, mail: EmailMessage) -> None:
    desk.put("a.eml", mail.as_bytes())
    picture_bytes = len(_picture((30, 20)))
    assert desk.body("a.eml").splitlines() == [
        "From: Änne <anne@x.test>", "To: me@x.test", "Date: Mon, 02 Mar 2026 09:00:00 +0100",
        "Subject: Rechnung für März", "Attachment: prices.csv (20 bytes)",
        f"Attachment: logo.png ({picture_bytes} bytes)", "", "Anbei die Rechnung.", "Gruß",
    ]  # fmt: skip
    assert "2 attachments" in desk.text("read_document", path="a.eml").splitlines()[0]


def test_an_attachment_is_read_by_its_name(desk, mail: EmailMessage) -> None:
    desk.put("a.eml", mail.as_bytes())
    assert desk.text("read_document", path="a.eml", part="prices.csv").endswith("\n\nwhat;price\npen;1,50\n")
    assert desk.text("read_document", path="a.eml", part="prices.csv", rows="2").endswith("what;price\npen;1,50\n")
    assert _shown(desk.outcome("read_document", path="a.eml", part="logo.png")).size == (30, 20)
    assert desk.refusal("read_document", path="a.eml", part="x") == "a.eml has no attachment x: prices.csv, logo.png"


def test_an_e_mail_of_html_alone_is_read_as_text(desk) -> None:
    message = EmailMessage()
    message["Subject"] = "Hi"
    message.set_content("<h1>Big</h1><p>news</p>", subtype="html")
    desk.put("a.eml", message.as_bytes())
    assert desk.body("a.eml").splitlines() == ["Subject: Hi", "", "# Big", "news"]


def test_an_e_mail_in_an_e_mail_is_an_attachment(desk, mail: EmailMessage) -> None:
    outer = EmailMessage()
    outer["Subject"] = "Fwd"
    outer.set_content("see below")
    outer.add_attachment(mail)
    desk.put("a.eml", outer.as_bytes())
    assert "Subject: Rechnung für März" in desk.text("read_document", path="a.eml", part="attachment-1.eml")


# Images


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.png", _picture((1024, 768)), "a.png | image | 1024 x 768 | ~1,036 tokens"),
        ("a.jpg", _picture((1000, 1000), "JPEG"), "a.jpg | image | 1000 x 1000 | ~1,296 tokens"),
        ("a.gif", _picture((60, 10), "GIF", "P"), "a.gif | image | 60 x 10 | ~3 tokens"),
        ("a.webp", _picture((10, 60), "WEBP"), "a.webp | image | 10 x 60 | ~3 tokens"),
        ("a.bmp", _picture((28, 28), "BMP"), "a.bmp | image | 28 x 28 | ~1 tokens"),
        ("wide.png", _picture((3840, 2160)), "wide.png | image | 3840 x 2160 | shown as 1456 x 819 | ~1,560 tokens"),
        ("thin.png", _picture((9000, 3)), "thin.png | image | 9000 x 3 | shown as 1568 x 1 | ~56 tokens"),
        ("clear.png", _picture((5, 5), mode="RGBA"), "clear.png | image | 5 x 5 | ~1 tokens"),
    ],
    ids=["png", "jpeg", "gif", "webp", "bmp", "wide", "thin", "clear"],
)  # fmt: skip
def test_a_picture_is_given_as_one_with_its_size_and_tokens(desk, name: str, content: bytes, line: str) -> None:
    desk.put(name, content)
    outcome = desk.outcome("read_document", path=name)
    assert (outcome.text, outcome.is_error) == (line, False)
    _shown(outcome)


def test_a_photograph_is_turned_upright_and_loses_what_the_camera_noted(desk) -> None:
    noted = PIL.Image.Exif()
    noted[0x0112] = 6
    noted[0x010F] = "a camera"
    desk.put("a.jpg", _picture((400, 200), "JPEG", exif=noted.tobytes()))
    outcome = desk.outcome("read_document", path="a.jpg")
    assert outcome.text == "a.jpg | image | 200 x 400 | ~120 tokens"
    assert not _shown(outcome).getexif()


def test_of_a_moving_picture_the_first_frame_is_given(desk) -> None:
    frames = [PIL.Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    content = io.BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])
    desk.put("a.gif", content.getvalue())
    assert "the first of 2 frames" in desk.outcome("read_document", path="a.gif").text
