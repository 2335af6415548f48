"""Documents that can't be read: one sentence each, and never more memory than they are worth."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import docx
import msoffcrypto
import openpyxl
import PIL.Image
import pptx
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from cowork_tui.adapters.tools.documents import Documents
from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.readers.extracted import WHOLE, Part

OFFICE = ("docx", "xlsx", "pptx")


def _office(kind: str) -> bytes:
    content = io.BytesIO()
    {"docx": docx.Document, "xlsx": openpyxl.Workbook, "pptx": pptx.Presentation}[kind]().save(content)
    return content.getvalue()


def _protected(kind: str) -> bytes:
    content = io.BytesIO()
    OOXMLFile(io.BytesIO(_office(kind))).encrypt("secret", content)
    return content.getvalue()


def _bomb(kind: str, unpacked_bytes: int) -> bytes:
    """A real document with one part blown up."""
    content = io.BytesIO(_office(kind))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("bomb.xml", bytes(unpacked_bytes))
    return content.getvalue()


@pytest.mark.parametrize("kind", OFFICE)
def test_a_protected_document_is_named_as_one(desk, kind: str) -> None:
    content = _protected(kind)
    assert msoffcrypto.OfficeFile(io.BytesIO(content)).is_encrypted()
    desk.put(f"a.{kind}", content)
    assert desk.refusal("read_document", path=f"a.{kind}") == (
        f"a.{kind} is protected by a password: ask the user for an unprotected copy"
    )


@pytest.mark.parametrize("kind", ["docx", "pptx"])
def test_xml_that_would_be_held_whole_has_a_smaller_limit(desk, kind: str) -> None:
    desk.put(f"a.{kind}", _bomb(kind, 41_000_000))
    assert "bytes of XML, more than can be read" in desk.refusal("read_document", path=f"a.{kind}")


def test_entities_that_multiply_are_not_followed(desk) -> None:
    """Ten entities of ten each: a gigabyte out of a kilobyte."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol" * 10}">' for n in range(9))
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_office("docx"))) as old, zipfile.ZipFile(content, "w") as new:
        for entry in old.namelist():
            text = old.read(entry)
            if entry == "word/document.xml":
                text = (
                    f"<!DOCTYPE x [{entities}]><w:document xmlns:w="
                    '"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&e8;</w:t>'
                    "</w:r></w:p></w:body></w:document>"
                ).encode()
            new.writestr(entry, text)
    desk.put("a.docx", content.getvalue())
    outcome = desk.outcome("read_document", path="a.docx")
    assert len(outcome.text) < 1_000


@pytest.mark.parametrize("name", [*(f"a.{kind}" for kind in OFFICE), "a.pdf", "a.png", "a.jpg"])
def test_an_empty_file_of_a_format_is_broken(desk, name: str) -> None:
    desk.put(name, b"")
    sentence = desk.refusal("read_document", path=name)
    assert sentence.startswith(f"{name} is empty, so it is broken or no ")


@pytest.mark.parametrize("name", [*(f"a.{kind}" for kind in OFFICE), "a.pdf", "a.png", "a.eml"])
@pytest.mark.parametrize(
    "content", [b"PK\x03\x04junk", b"%PDF-1.7 junk", b"\x89PNG\r\n\x1a\njunk", b"\0" * 50, b"text"],
    ids=["zip", "pdf", "png", "zeros", "text"],
)  # fmt: skip
def test_a_file_that_is_not_what_its_name_says_is_broken(desk, name: str, content: bytes) -> None:
    desk.put(name, content)
    sentence = desk.refusal("read_document", path=name)
    assert sentence.startswith(f"{name} is broken or no ")
    assert sentence.endswith("ask the user for another copy")


@pytest.mark.parametrize("kind", OFFICE)
def test_every_cut_of_an_office_file_is_one_sentence(desk, kind: str) -> None:
    content = _office(kind)
    for length in range(1, len(content), max(1, len(content) // 25)):
        desk.put(f"a.{kind}", content[:length])
        assert "is broken or no" in desk.refusal("read_document", path=f"a.{kind}")


def test_the_lock_file_of_an_office_program_is_known(desk) -> None:
    desk.put("sub/~$a.docx", b"\x05anna" + b"\0" * 157)
    assert desk.refusal("read_document", path="sub/~$a.docx") == (
        "sub/~$a.docx only marks that a program has the document open: read the one without ~$"
    )


def test_a_picture_with_more_points_than_memory_should_hold_is_refused(desk) -> None:
    content = io.BytesIO()
    PIL.Image.new("1", (2, 2)).save(content, "PNG")
    png = bytearray(content.getvalue())
    png[16:24] = struct.pack(">II", 12_000, 11_000)
    png[29:33] = struct.pack(">I", zlib.crc32(png[12:29]))
    desk.put("a.png", bytes(png))
    assert desk.refusal("read_document", path="a.png") == (
        "a.png has 12000 x 11000 pixels, too many to read: ask for a smaller copy"
    )


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.png", "a.csv", "a.eml"])
def test_folders_pipes_and_links_to_nowhere_are_refused(desk, name: str) -> None:
    (desk.folder / name).mkdir()
    assert "is a folder, not a file" in desk.refusal("read_document", path=name)
    os.mkfifo(desk.folder / f"pipe-{name}")
    assert "not a file" in desk.refusal("read_document", path=f"pipe-{name}")
    (desk.folder / f"link-{name}").symlink_to("nowhere")
    assert desk.refusal("read_document", path=f"link-{name}")


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.csv"])
def test_a_file_changed_while_it_is_read_is_said(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    kind = file.suffix[1:]
    if kind == "csv":
        file.write_text("a,b\n" + "1,2\n" * 5000)
    elif kind == "docx":
        document = docx.Document()
        document.add_paragraph("hello")
        document.save(str(file))
    else:
        book = openpyxl.Workbook()
        book.worksheets[0].append(["hello"])
        book.save(file)

    class Meddler(Stop):
        """Someone else writes to the file while it is read."""

        def check(self) -> None:
            with file.open("ab") as other:
                other.write(b"\n")

    part = Part(rows="1-") if kind == "csv" else WHOLE
    with pytest.raises(ToolFailure, match=r"was changed while it was read: read it again|is broken"):
        Documents(Folder(tmp_path)).read(name, 0, 100, Meddler(), part)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("a.txt", {"pages": "1"}), ("a.docx", {"sheet": "x"}), ("a.csv", {"select": "a"}), ("a.json", {"rows": "1"}),
        ("a.html", {"part": "x"}), ("a.png", {"raw": True}), ("a.eml", {"pages": "1"}), ("a.txt", {"as_images": True}),
    ],
)  # fmt: skip
def test_a_choice_that_a_format_does_not_know_is_refused(desk, name: str, asked: dict[str, str | bool]) -> None:
    made: dict[str, Callable[[], bytes]] = {"a.docx": lambda: _office("docx"), "a.png": lambda: b"\x89PNG"}
    desk.put(name, made.get(name, lambda: b"Subject: x\n\nx")())
    assert f"{next(iter(asked))} is not for {name}" in desk.refusal("read_document", path=name, **asked)
