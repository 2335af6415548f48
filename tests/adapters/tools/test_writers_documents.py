"""Documents that office programs open, made of Markdown."""

from __future__ import annotations

import io
import shutil
import subprocess

import docx
import pytest

from cowork_tui.adapters.tools.writers.docx import docx_bytes
from cowork_tui.adapters.tools.writers.html_page import html_page

TEXT = """# Report

Hello **bold** *slanted* `code` [link](https://example.org/a?b=1&c=2) ~~gone~~

- one
  - two
    - three
      - four
- last

1. first
2. second

Between.

7. seventh

| item | price |
|------|------:|
| Tea  | 2.50  |
| Cake |

> said

```py
x = 1
```

<b>raw</b> [bad](javascript:alert(1))
"""


def test_a_document_holds_what_the_markdown_says(desk) -> None:
    assert desk.text("write_document", path="out/report.docx", markdown=TEXT).startswith("wrote out/report.docx: ")
    document = docx.Document(str(desk.folder / "out/report.docx"))
    styles = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs if paragraph.text]
    assert styles[0] == ("Heading 1", "Report")
    assert ("List Bullet 2", "two") in styles
    assert ("List Number", "second") in styles
    assert ("Quote", "said") in styles
    assert ("No Spacing", "x = 1") in styles
    assert ("Normal", "<b>raw</b> [bad](javascript:alert(1))") in styles
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["item", "price"], ["Tea", "2.50"], ["Cake", ""],
    ]  # fmt: skip
    hello = document.paragraphs[1]
    assert [run.text for run in hello.runs if run.bold] == ["bold"]
    assert [run.text for run in hello.runs if run.italic] == ["slanted"]
    assert hello.hyperlinks[0].address == "https://example.org/a?b=1&c=2"


def test_each_numbered_list_counts_for_itself() -> None:
    document = docx.Document(io.BytesIO(docx_bytes(TEXT, "t")))
    numbers = {
        paragraph.text: paragraph._p.pPr.numPr.numId.val
        for paragraph in document.paragraphs
        if paragraph.style.name == "List Number"
    }
    assert numbers["first"] == numbers["second"] != numbers["seventh"]


def test_the_same_text_gives_the_same_bytes() -> None:
    assert docx_bytes(TEXT, "t") == docx_bytes(TEXT, "t")


def test_a_page_stands_alone_and_runs_nothing(desk) -> None:
    desk.text("write_document", path="page.html", markdown=TEXT)
    page = (desk.folder / "page.html").read_text()
    assert "<title>Report</title>" in page
    assert "<strong>bold</strong>" in page
    assert '<td style="text-align:right">2.50</td>' in page
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert "<b>raw" not in page
    assert "<title>a &amp; b</title>" in html_page("text", "a & b")


def test_a_replaced_document_is_shown_by_its_text(desk) -> None:
    desk.text("write_document", path="a.docx", markdown="# One\n\nold line")
    intent = desk.intent("write_document", path="a.docx", markdown="# One\n\nnew line")
    assert intent.replaces
    assert "-old line" in intent.preview.splitlines()
    assert "+new line" in intent.preview.splitlines()
    desk.put("broken.docx", b"no zip")
    broken = desk.intent("write_document", path="broken.docx", markdown="x")
    assert "can't be compared (6 bytes, SHA-256" in broken.preview


@pytest.mark.parametrize(("path", "sentence"), [("a.pdf", "makes .docx and .html"), ("a", "makes .docx and .html")])
def test_other_formats_are_refused(desk, path: str, sentence: str) -> None:
    assert sentence in desk.refusal("write_document", path=path, markdown="x")
    assert "use write_document" in desk.refusal("write_file", path="a.docx", content="x")


@pytest.mark.parametrize("text", ["", "\x00\x1b[31m\ud800", "|a|\n|-|\n", "#" * 50, "- " * 200, "[x]: y\n", "![i](u)"])
def test_odd_texts_make_documents_all_the_same(desk, text: str) -> None:
    docx.Document(io.BytesIO(docx_bytes(text, "t")))
    html_page(text, "t").encode()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_libreoffice_opens_it(desk, tmp_path, kind: str) -> None:
    if kind == "docx":
        desk.text("write_document", path="a.docx", markdown=TEXT)
    else:
        sheets = [{"name": "S", "columns": [{"name": "item"}], "rows": [["Report"]]}]
        desk.text("write_table", path="a.xlsx", sheets=sheets)
    target = {"docx": "txt", "xlsx": "csv"}[kind]
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", target]
    subprocess.run([*command, "--outdir", str(tmp_path), str(desk.folder / f"a.{kind}")], check=True, timeout=120)
    assert "Report" in (tmp_path / f"a.{target}").read_text()
