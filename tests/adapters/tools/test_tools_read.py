"""Reading documents of every format, whole and in stretches, and saying why some can't be read."""

from __future__ import annotations

import datetime
import io
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import fpdf
import openpyxl
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.adapters.tools.documents import Documents
from cowork_tui.adapters.tools.failure import Stop, Stopped
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.readers.text import read_span

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\r\t"), max_size=300)


def _pdf(*pages: str) -> bytes:
    document = fpdf.FPDF()
    document.set_font("helvetica", size=12)
    for page in pages:
        document.add_page()
        if page:
            document.multi_cell(0, text=page)
    return bytes(document.output())


def _protected_pdf(user_password: str) -> bytes:
    writer, content = pypdf.PdfWriter(io.BytesIO(_pdf("secret page"))), io.BytesIO()
    writer.encrypt(user_password, "owner", algorithm="AES-128")
    writer.write(content)
    return content.getvalue()


def _xlsx(workbook: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _zip(entries: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return content.getvalue()


# Text


@pytest.mark.parametrize(
    ("name", "content", "first_line"),
    [
        ("a.txt", "hello\nworld\n", "a.txt | txt | 12 characters"),
        ("one.md", "x", "one.md | md | 1 character"),
        ("empty.txt", "", "empty.txt | txt | 0 characters"),
        ("sub/a.csv", "a,b\n1,2\n\n3,4\n", "sub/a.csv | csv | 3 rows | 13 characters"),
        ("q.csv", 'a\n"two\nlines"\n', "q.csv | csv | 2 rows | 14 characters"),
        ("a.tsv", "a\tb", "a.tsv | tsv | 1 row | 3 characters"),
        ("a.json", '{"a": 1}', "a.json | json | 8 characters"),
        ("page.XML", "<p>x</p>", "page.XML | xml | 8 characters"),
        ("README", "read me", "README | text | 7 characters"),
    ],
)
def test_text_is_given_as_it_is(desk, name: str, content: str, first_line: str) -> None:
    desk.put(name, content)
    assert desk.text("read_document", path=name) == f"{first_line}\n\n{content}"


@pytest.mark.parametrize(
    ("codec", "note"),
    [
        ("utf-8", ""), ("utf-8-sig", ""), ("utf-16", " | read as utf-16-le"), ("utf-32", " | read as utf-32-le"),
        ("cp1252", " | not UTF-8, read as cp1252"),
    ],
)  # fmt: skip
def test_encodings_are_recognised_and_said(desk, codec: str, note: str) -> None:
    desk.put("a.txt", "Café für 5 €\r\n".encode(codec))
    assert desk.text("read_document", path="a.txt") == f"a.txt | txt | 14 characters{note}\n\nCafé für 5 €\r\n"


def test_big_endian_utf_16_is_recognised(desk) -> None:
    desk.put("a.txt", b"\xfe\xff" + "Grüße".encode("utf-16-be"))
    assert desk.body("a.txt") == "Grüße"


@settings(max_examples=60, deadline=None)
@given(text=TEXTS.filter(lambda text: not text.startswith("\ufeff")), limit=st.integers(1, 60))
def test_reading_on_gives_the_exact_text(text: str, limit: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "a.txt").write_bytes(text.encode())
        documents, pieces, offset = Documents(Folder(Path(place))), list[str](), 0
        while True:
            body = documents.read("a.txt", offset, limit, Stop()).text.split("\n\n", 1)[1]
            piece, line_end, last = body.rpartition("\n")
            if not last.startswith("[left out: characters "):
                break
            assert line_end == "\n"
            assert last.endswith(f"read on with offset={offset + len(piece)}]")
            pieces.append(piece)
            offset += len(piece)
        assert "".join(pieces) + body == text


@settings(max_examples=25, deadline=None)
@given(
    text=TEXTS.filter(lambda text: text.strip("\ufeff")),
    times=st.integers(1, 8000),
    start=st.floats(0, 1),
    limit=st.integers(1, 100_000),
    codec=st.sampled_from(["utf-8", "utf-16"]),
)
def test_a_stretch_of_a_long_file_is_the_same_stretch_of_its_text(
    text: str, times: int, start: float, limit: int, codec: str
) -> None:
    long = "a" + text * times
    offset = int(len(long) * start)
    span = read_span(io.BytesIO(long.encode(codec)), offset, limit, Stop())
    assert span.text == long[offset : offset + limit]
    assert span.more is (offset + limit < len(long))


def test_500_megabytes_are_read_in_bounded_memory(desk) -> None:
    with (desk.folder / "huge.csv").open("wb") as huge:
        huge.write(b"date,total\n" * 10_000)
        huge.truncate(524_288_000)
    tracemalloc.start()
    try:
        start = desk.text("read_document", path="huge.csv", limit=22)
        later = desk.text("read_document", path="huge.csv", offset=60_000_000, limit=5)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    first_line = "huge.csv | csv | 524,288,000 bytes"
    assert start.startswith(f"{first_line}\n\ndate,total\ndate,total\n\n[left out: characters 22 to ")
    assert start.endswith("the end; read on with offset=22]")
    assert later.split("\n\n")[1].startswith("\0" * 5 + "\n[left out")
    assert peak_bytes < 20_000_000


def test_reading_a_long_file_stops_when_asked() -> None:
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        read_span(io.BytesIO(b"x"), 0, 1, stop)


def test_a_limit_is_held_to_100000_characters(desk) -> None:
    desk.put("a.txt", "x" * 150_000)
    text = desk.text("read_document", path="a.txt", limit=10**9)
    assert text.endswith("\n[left out: characters 100000 to 150000; read on with offset=100000]")


def test_an_offset_past_the_end_is_said(desk) -> None:
    desk.put("a.txt", "four")
    assert desk.refusal("read_document", path="a.txt", offset=5) == (
        "offset 5 is past the end of a.txt, which has 4 characters"
    )


# PDF


def test_a_pdf_of_one_page_is_its_text(desk) -> None:
    desk.put("a.pdf", _pdf("Invoice 7"))
    assert desk.text("read_document", path="a.pdf") == "a.pdf | pdf | 1 page | 9 characters\n\nInvoice 7"


def test_pages_of_a_pdf_are_marked(desk) -> None:
    desk.put("a.pdf", _pdf("first", "second"))
    text = desk.text("read_document", path="a.pdf")
    assert text.splitlines()[0].startswith("a.pdf | pdf | 2 pages | ")
    assert text.splitlines()[2:] == ["## page 1", "first", "## page 2", "second"]


def test_a_pdf_that_opens_without_a_password_is_read_although_it_is_encrypted(desk) -> None:
    desk.put("a.pdf", _protected_pdf(""))
    assert desk.body("a.pdf") == "secret page"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: _protected_pdf("letmein"), "protected by a password"),
        (lambda: b"", "is broken or no PDF"),
        (lambda: b"hello", "is broken or no PDF"),
        (lambda: _pdf("hello")[:300], "is broken or no PDF"),
        (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 2, "is broken or no PDF"),
        (lambda: b"%PDF-1.4\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF", "is broken or no PDF"),
    ],
    ids=["protected", "empty", "text", "cut", "junk", "no root"],
)
def test_a_pdf_that_can_not_be_read_says_why(desk, make: Callable[[], bytes], sentence: str) -> None:
    desk.put("a.pdf", make())
    assert sentence in desk.refusal("read_document", path="a.pdf")


# DOCX


def test_a_docx_is_read_in_the_order_of_the_page(desk) -> None:
    document = docx.Document()
    document.add_heading("Offer")
    document.add_paragraph("Before the table")
    table = document.add_table(2, 3)
    for row, texts in zip(table.rows, (("Item", "Count", "Price"), ("Pens", "3", "4.50")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    merged = table.add_row().cells
    merged[0].merge(merged[1]).text = "Sum"
    merged[2].add_table(1, 2).rows[0].cells[0].text = "inner"
    document.add_paragraph("After it")
    document.save(str(desk.folder / "a.docx"))
    assert desk.body("a.docx").splitlines() == [
        "# Offer", "Before the table", "Item | Count | Price", "Pens | 3 | 4.50", "Sum | inner |", "After it",
    ]  # fmt: skip


# XLSX


def test_sheets_of_an_xlsx_are_csv_under_their_names(desk) -> None:
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    first.title = "Till, May"
    first.append(["date", "what", "amount"])
    first.append([datetime.date(2026, 5, 1), 'say "hi", twice', 19.99])
    first.append([datetime.datetime(2026, 5, 2, 13, 30), None, 0.1 + 0.2])
    first.append([])
    first.append([True, 12.0, 7])
    first["F9"] = ""
    second = book.create_sheet("Empty")
    second["C2"] = "x"
    desk.put("a.xlsx", _xlsx(book))
    text = desk.text("read_document", path="a.xlsx")
    assert text.splitlines()[0].startswith("a.xlsx | xlsx | 2 sheets | ")
    assert text.splitlines()[2:] == [
        "## sheet Till, May (5 rows x 3 columns)", "date,what,amount", '2026-05-01,"say ""hi"", twice",19.99',
        "2026-05-02 13:30:00,,0.3", "", "TRUE,12,7", "## sheet Empty (2 rows x 3 columns)", "", ",,x",
    ]  # fmt: skip


def test_a_formula_without_a_stored_value_is_shown_itself(desk) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append([1, 2, "=SUM(A1:B1)"])
    desk.put("a.xlsx", _xlsx(book))
    assert desk.body("a.xlsx").splitlines()[1] == "1,2,=SUM(A1:B1)"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(desk) -> None:
    bomb = _zip({"[Content_Types].xml": b"", "xl/worksheets/sheet1.xml": bytes(200_000_001)})
    for name in ("a.xlsx", "a.docx", "a.pptx"):
        desk.put(name, bomb)
        assert "would unpack to 200,000,001 bytes" in desk.refusal("read_document", path=name)


def test_a_zip_bomb_that_lies_about_its_size_is_not_unpacked_either(desk) -> None:
    bomb = bytearray(_zip({"xl/workbook.xml": b" " * 5_000_000}))
    entry = bomb.rindex(b"PK\x01\x02")
    bomb[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    desk.put("a.xlsx", bytes(bomb))
    tracemalloc.start()
    try:
        assert "is broken or no XLSX file" in desk.refusal("read_document", path="a.xlsx")
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx"])
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: b"", "is broken or no"),
        (lambda: b"just text", "is broken or no"),
        (lambda: _zip({"a.txt": b"x"}), "is broken or no"),
        (lambda: _zip({"a.txt": b"x" * 500})[:60], "is broken or no"),
        (lambda: _zip({"[Content_Types].xml": b"<broken", "xl/workbook.xml": b"<"}), "is broken or no"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password-protected or of the old Office format"),
    ],
    ids=["empty", "text", "other zip", "cut", "broken xml", "protected"],
)
def test_an_office_file_that_can_not_be_read_says_why(
    desk, name: str, make: Callable[[], bytes], sentence: str
) -> None:
    desk.put(name, make())
    assert sentence in desk.refusal("read_document", path=name)


def test_a_kept_text_is_not_given_for_a_changed_document(desk) -> None:
    for text in ("first", "second version"):
        desk.put("a.pdf", _pdf(text))
        assert desk.body("a.pdf") == text


# What is no document


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(20), "PNG image"),
        ("a.txt", b"\x7fELF" + bytes(20), "program"),
        ("a.csv", b"PK\x03\x04" + bytes(20), "ZIP archive"),
        ("junk", bytes(range(256)) * 20, "control characters"),
        ("junk.txt", bytes(range(1, 256)) * 20, "control characters"),
        ("nul.txt", b"text\0text", "control characters"),
    ],
    ids=["png", "program", "zip", "junk", "junk without nul", "nul"],
)
def test_binaries_are_refused_with_what_they_are(desk, name: str, content: bytes, kind: str) -> None:
    desk.put(name, content)
    sentence = desk.refusal("read_document", path=name)
    assert sentence.startswith(f"{name} is binary (")
    assert kind in sentence


def test_missing_files_and_folders_are_refused_with_what_to_do(desk) -> None:
    desk.put("sub/a.txt", "a")
    assert desk.refusal("read_document", path="b.txt") == (
        "b.txt does not exist: list the folder to see what there is"
    )
    assert "is a folder, not a file" in desk.refusal("read_document", path="sub")
    assert "not a folder" in desk.refusal("read_document", path="sub/a.txt/b")
