"""PDF by pages: text, pages without any, and pages as pictures."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import fpdf
import PIL.Image
import PIL.ImageDraw
import pytest

from cowork_tui.adapters.tools.documents import Documents
from cowork_tui.adapters.tools.failure import Stop, Stopped
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.readers.pdf import MAX_PAGE_IMAGES, WHOLE_PAGES


def _pdf(*pages: str | PIL.Image.Image) -> bytes:
    """Text on a page, or a picture over all of it."""
    document = fpdf.FPDF()
    document.set_font("helvetica", size=12)
    for page in pages:
        document.add_page()
        if isinstance(page, str):
            document.text(20, 20, page)
        else:
            document.image(page, 0, 0, document.w)
    return bytes(document.output())


def _scan() -> PIL.Image.Image:
    page = PIL.Image.new("L", (600, 800), 255)
    PIL.ImageDraw.Draw(page).rectangle((100, 100, 500, 300), fill=0)
    return page


def _body(text: str) -> list[str]:
    return text.split("\n\n", 1)[1].splitlines()


def test_pages_are_read_alone(desk) -> None:
    desk.put("a.pdf", _pdf(*(f"text {number}" for number in range(1, 10))))
    text = desk.text("read_document", path="a.pdf", pages="3-4")
    assert text.startswith("a.pdf | pdf | 9 pages | pages 3 to 4 | ")
    assert _body(text) == ["## page 3", "text 3", "## page 4", "text 4"]
    last = _body(desk.text("read_document", path="a.pdf", pages="8-"))
    assert last == ["## page 8", "text 8", "## page 9", "text 9"]
    assert _body(desk.text("read_document", path="a.pdf", pages="9")) == ["## page 9", "text 9"]


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        ("10", 'pages="10" is past the end: there are 9 pages'), ("0", "count from 1"), ("4-2", "the smaller number"),
        ("all", "is no range: give it as 3 or 3-7"), ("-3", "is no range"),
    ],
)  # fmt: skip
def test_pages_that_are_not_there_are_refused(desk, pages: str, sentence: str) -> None:
    desk.put("a.pdf", _pdf(*("x" * 9)))
    assert sentence in desk.refusal("read_document", path="a.pdf", pages=pages)


def test_a_page_without_text_is_said_with_how_to_see_it(desk) -> None:
    desk.put("a.pdf", _pdf("typed", _scan(), "typed again"))
    text = desk.text("read_document", path="a.pdf")
    assert text.splitlines()[0].endswith(" | no text on page 2 (scans?)")
    assert _body(text) == [
        "## page 1", "typed", "## page 2",
        '[page 2 has no text (a scan?): see it with pages="2" and as_images=true]', "## page 3", "typed again",
    ]  # fmt: skip


def test_a_scanned_page_is_seen_as_a_picture(desk) -> None:
    desk.put("a.pdf", _pdf("typed", _scan()))
    outcome = desk.outcome("read_document", path="a.pdf", pages="2", as_images=True)
    assert outcome.text == (
        "a.pdf | pdf | 2 pages | page 2 as images | ~1,551 tokens\n\npage 2 | image | 924 x 1307 | ~1,551 tokens"
    ).replace("924 x 1307", f"{outcome.images[0].width_pixels} x {outcome.images[0].height_pixels}")
    (image,) = outcome.images
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(image.data))).convert("L")
    assert picture.size == (image.width_pixels, image.height_pixels)
    scale = picture.width / 600
    black, white = picture.getpixel((int(300 * scale), int(200 * scale))), picture.getpixel((10, 10))
    assert (black, white) == (0, 255)


def test_pictures_of_pages_come_in_lots_that_say_what_is_left(desk) -> None:
    small = fpdf.FPDF(format=(40, 30))
    for _ in range(MAX_PAGE_IMAGES + 3):
        small.add_page()
    desk.put("a.pdf", bytes(small.output()))
    first = desk.outcome("read_document", path="a.pdf", as_images=True)
    assert len(first.images) == MAX_PAGE_IMAGES
    assert first.text.endswith('[left out: pages 11 to 13; read on with pages="11-13"]')
    rest = desk.outcome("read_document", path="a.pdf", as_images=True, pages="11-13")
    assert len(rest.images) == 3
    assert "left out" not in rest.text


def test_of_a_long_document_only_what_is_asked_for_is_read(desk) -> None:
    line = "a line that says a little about page"
    desk.put("a.pdf", _pdf(*(" ".join([line] * 40) for _ in range(WHOLE_PAGES + 20))))
    text = desk.text("read_document", path="a.pdf", limit=500)
    assert text.splitlines()[0] == f"a.pdf | pdf | {WHOLE_PAGES + 20} pages"
    left = text.splitlines()[-2:]
    assert left[0].startswith("[left out: characters 500 to ")
    assert left[1].startswith("[left out: pages ")
    assert left[1].endswith(f'-{WHOLE_PAGES + 20}"]')
    last = desk.text("read_document", path="a.pdf", offset=80_000, limit=100_000)
    assert "left out" not in last
    assert f"## page {WHOLE_PAGES + 20}" in last


def test_reading_stops_between_two_pages(tmp_path: Path) -> None:
    class StopAfter(Stop):
        """Asks to stop at the nth look."""

        looks = 0

        def check(self) -> None:
            self.looks += 1
            if self.looks == 5:
                self.request()
            super().check()

    stop = StopAfter()
    (tmp_path / "a.pdf").write_bytes(_pdf(*("page" for _ in range(30))))
    with pytest.raises(Stopped):
        Documents(Folder(tmp_path)).read("a.pdf", 0, 10, stop)
    assert stop.looks == 5
    counted = StopAfter()
    counted.looks = 5
    Documents(Folder(tmp_path)).read("a.pdf", 0, 10, counted)
    assert counted.looks - 5 >= 30
