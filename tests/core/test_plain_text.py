"""Untrusted text never drives the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cowork_tui.core.plain_text import exact, one_line, one_path, plain
from tests.cli.payloads import MARKUP, PAYLOADS, SEQUENCES, SINGLE, is_safe


def test_no_payload_gets_through_alone_or_in_company() -> None:
    assert len(PAYLOADS) > 300
    for payload in PAYLOADS:
        for text in (payload, f"before{payload}after", payload * 2, payload[:-1] + payload):
            for made in (plain(text), plain(text, keep_lines=False), one_line(text, 40), one_path(f"a/{text}/b", 20)):
                assert is_safe(made), (text, made)


def test_what_stands_around_a_sequence_stays() -> None:
    for payload in SEQUENCES:
        made = plain(f"before {payload} after")
        assert made.startswith("before "), payload
        assert made.endswith("fter"), (payload, made)  # a space and a letter may belong to the sequence
        assert plain(f"{payload}\nnext line").endswith("next line"), payload


def test_what_must_be_judged_is_shown_whole() -> None:
    for payload in PAYLOADS:
        made = exact(f"a{payload}b")
        assert is_safe(made), payload
        assert all(character in made for character in payload if character.isalnum()), payload
    assert exact("+\x1b]0;hidden\x07\ttail\n") == "+\\x1b]0;hidden\\x07    tail\n"


def test_single_characters_are_shown_not_swallowed() -> None:
    for character in SINGLE:
        if character not in "\x1b\x9b":  # these begin sequences
            assert f"{ord(character):x}b" in plain(f"a{character}b"), hex(ord(character))


def test_markup_is_text_like_any_other() -> None:
    for text in MARKUP:
        assert plain(text) == text


@pytest.mark.parametrize("text", ["", "plain", "Café 日本 👩‍💻 עברית", "one\ntwo", "~ · ✓ ▸ …"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert plain(text) == text


def test_line_ends_and_tabs() -> None:
    assert plain("a\r\nb\tc\rd") == "a\nb    c\\x0dd"
    assert plain("a\nb", keep_lines=False) == "a b"
    assert one_line("  a\n\n b\t c ", 20) == "a b c"


@given(st.text(st.characters(codec=None)))
def test_nothing_unsafe_is_ever_left(text: str) -> None:
    left = [c for c in plain(text) if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert set(left) <= set("\u200c\u200d")
    assert plain(plain(text)) == plain(text)


def test_the_time_grows_with_the_length_not_with_its_square() -> None:
    """Each of these took minutes if every start of a sequence looked through all that follows."""
    for start in ("\x90", "\x9d", "\x1b]", "\x1bP", "\x9b", "\x9f", "\x1b"):
        assert is_safe(plain(start * 200_000 + "\x1b["))
        assert is_safe(plain((start + "x") * 100_000 + "\x1bq"))


@given(st.text(), st.integers(min_value=3, max_value=60))
def test_lines_and_paths_keep_to_their_width(text: str, width: int) -> None:
    assert len(one_line(text, width)) <= width
    assert len(one_path(text, width)) <= width
    assert "\n" not in one_line(text, width) + one_path(text, width)


def test_a_long_path_is_cut_where_its_file_name_stays() -> None:
    path = "invoices/2025-08/2025-08-07-visser-daughters-printing.csv"
    assert one_path(path, 60) == path
    assert one_path(path, 48) == "invoic…/2025-08-07-visser-daughters-printing.csv"
    assert one_path("a" * 30 + ".csv", 16) == "aaaaa…aaaaaa.csv"
    assert one_path("deep/" * 9 + "a" * 30 + ".csv", 16) == "aaaaa…aaaaaa.csv"
