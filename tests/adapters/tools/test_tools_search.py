"""Searching: lines of files and documents, names, and patterns that would never end."""

from __future__ import annotations

import docx
import pytest
import regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cowork_tui.adapters.tools.documents import Documents
from cowork_tui.adapters.tools.failure import Stop, Stopped, ToolFailure
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.matching import _cases
from cowork_tui.adapters.tools.search import Query, search_files


def test_lines_are_found_whatever_their_letter_case(desk) -> None:
    desk.put("a.txt", "one\nTotal: 12\r\ntwo\ntotal 13")
    desk.put("sub/b.md", "# TOTAL\n")
    desk.put("c.txt", "nothing")
    assert desk.text("search_files", query="total").splitlines() == [
        "3 matches in 2 files", "a.txt:2: Total: 12", "a.txt:4: total 13", "sub/b.md:1: # TOTAL",
    ]  # fmt: skip


def test_nothing_found_is_said(desk) -> None:
    desk.put("a.txt", "x")
    assert desk.text("search_files", query="y") == "0 matches in 0 files"


def test_a_regular_expression_is_taken_as_one_only_when_asked(desk) -> None:
    desk.put("a.txt", "A-12\nA.12\n\n")
    assert desk.text("search_files", query=r"A.\d+", regex=True).splitlines()[1:] == ["a.txt:1: A-12", "a.txt:2: A.12"]
    assert desk.text("search_files", query="A.12").splitlines()[1:] == ["a.txt:2: A.12"]
    assert desk.text("search_files", query="^$", regex=True).splitlines()[1:] == ["a.txt:3: "]


@pytest.mark.parametrize("pattern", ["(", "[a", "*x", "(?P<n", r"\p{Nope}", "a{5,2}", "x" * 1001])
def test_a_broken_regular_expression_is_refused_in_a_sentence(desk, pattern: str) -> None:
    assert desk.refusal("search_files", query=pattern, regex=True).startswith("the regular expression")


@pytest.mark.parametrize("pattern", [r"(a|aa)+$", r"(a|a)*$", r"(?:a|aa|aaa)+[bc]"])
def test_a_pattern_that_would_never_end_is_given_up(desk, pattern: str) -> None:
    desk.put("a.txt", ("a" * 100 + "!\n") * 3)
    folder = Folder(desk.folder)
    with pytest.raises(ToolFailure, match="takes too long"):
        search_files(folder, Documents(folder), Query(pattern, regex=True, pattern_seconds=0.05), Stop())


def test_more_matches_than_asked_are_counted_and_told(desk) -> None:
    desk.put("a.txt", "hit\n" * 70)
    lines = desk.text("search_files", query="hit", max_results=10).splitlines()
    assert lines[0] == "70 matches in 1 file"
    assert len(lines) == 12
    assert lines[-1] == "[left out: 60 matches; narrow with query or path, or raise max_results]"


def test_counting_ends_somewhere_and_says_so(desk) -> None:
    desk.put("a.txt", "hit\n" * 20_000)
    lines = desk.text("search_files", query="hit").splitlines()
    assert lines[0] == "10000 matches in 1 file"
    assert "9950 matches or more" in lines[-1]


def test_names_are_searched_as_text_as_glob_and_as_pattern(desk) -> None:
    for path in ("Invoice-1.pdf", "sub/invoice-2.txt", "note.txt"):
        desk.put(path, "")
    both = ["2 matches in 2 files", "Invoice-1.pdf", "sub/invoice-2.txt"]
    assert desk.text("search_files", query="invoice", where="names").splitlines() == both
    assert desk.text("search_files", query="*.txt", where="names").splitlines()[1:] == ["note.txt", "sub/invoice-2.txt"]
    assert desk.text("search_files", query=r"\d\.pdf$", where="names", regex=True).splitlines()[1:] == ["Invoice-1.pdf"]


def test_one_file_can_be_searched_alone(desk) -> None:
    desk.put("a.txt", "hit")
    desk.put("b.txt", "hit")
    assert desk.text("search_files", query="hit", path="b.txt").splitlines() == ["1 match in 1 file", "b.txt:1: hit"]
    assert "does not exist" in desk.refusal("search_files", query="hit", path="c.txt")


def test_documents_are_searched_by_their_text(desk) -> None:
    document = docx.Document()
    document.add_paragraph("first")
    document.add_paragraph("the hidden word")
    document.save(str(desk.folder / "a.docx"))
    assert desk.text("search_files", query="hidden").splitlines()[1:] == ["a.docx:2: the hidden word"]


def test_binaries_ignored_and_unreadable_files_do_not_disturb(desk) -> None:
    desk.put("image.png", b"\x89PNG\r\n\x1a\n\0\0 hit")
    desk.put(".ignore", "skipped.txt")
    desk.put("skipped.txt", "hit")
    desk.put("broken.pdf", "hit")
    desk.put("a.txt", "hit")
    with (desk.folder / "large.txt").open("wb") as large:
        large.truncate(20_000_001)
    lines = desk.text("search_files", query="hit").splitlines()
    assert lines[:2] == ["1 match in 1 file", "a.txt:1: hit"]
    assert lines[2:] == [
        "[left out: 1 file (over 20 MB): large.txt]", "[left out: 1 file (can't be read): broken.pdf]",
    ]  # fmt: skip


def test_a_long_line_is_shown_around_the_match(desk) -> None:
    desk.put("a.txt", "x" * 5000 + " needle " + "y" * 5000)
    line = desk.text("search_files", query="needle").splitlines()[1]
    assert "needle" in line
    assert len(line) < 350


def test_an_empty_query_is_refused(desk) -> None:
    assert desk.refusal("search_files", query="  ").startswith("query is empty")


def test_a_search_stops_when_asked(desk) -> None:
    desk.put("a.txt", "hit")
    folder, stop = Folder(desk.folder), Stop()
    stop.request()
    with pytest.raises(Stopped):
        search_files(folder, Documents(folder), Query("hit"), stop)


LETTERS = st.sampled_from("aAkKiI sSßẞöÖσςΣİı\u212a\n\r12-.")
PATTERNS = st.sampled_from([
    "a", "A-1", r"^a", r"k$", r"[aA]+-\d", r"\bk\b", r"a.*1", r"(a|k)1", r"a|1", r"s{2}", r"\s+$", r"(?i)AK", r"a++k",
    r"(?<!a)k", r"^$", r"\Aa", r"ß.?", r"1\.2", r"[[:alpha:]]k", "ak?i", "ö+", "(?:a1)?k",
])  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(LETTERS, max_size=60), st.text(LETTERS, min_size=1, max_size=3), st.sampled_from(["utf-8", "utf-16"]))
def test_looking_at_whole_files_first_finds_what_looking_at_each_line_does(desk, text, query, codec) -> None:
    desk.put("a.txt", text.encode(codec))
    if query.strip():
        lines = text.removesuffix("\n").split("\n") if text else []
        expected = [str(number) for number, line in enumerate(lines, 1) if query.lower() in line.lower()]
        found = desk.text("search_files", query=query).splitlines()[1:]
        assert [line.split(":")[1] for line in found if line.startswith("a.txt:")] == expected


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(LETTERS, max_size=60), PATTERNS)
def test_a_pattern_finds_the_same_lines_whether_or_not_the_file_is_looked_at_first(desk, text, pattern) -> None:
    desk.put("a.txt", text)
    lines = text.removesuffix("\n").split("\n") if text else []
    expected = [str(number) for number, line in enumerate(lines, 1) if regex.search(pattern, line)]
    found = desk.text("search_files", query=pattern, regex=True).splitlines()[1:]
    assert [line.split(":")[1] for line in found if line.startswith("a.txt:")] == expected


def test_no_other_character_becomes_a_searched_one_by_letter_case() -> None:
    """What the search of bytes leans on, for all of Unicode."""
    for code in range(0x110000):
        lowered = chr(code).lower()
        if lowered != chr(code):
            assert len(lowered) == 1 or chr(code) == "İ"
            if code > 0x7F and any(char.isascii() for char in lowered):
                assert chr(code) in "\u212aİ"
            if len(lowered) == 1 and not lowered.isascii():
                assert chr(code) in _cases(lowered)
