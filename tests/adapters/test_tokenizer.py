"""The shipped vocabulary counts any text, offline, and says so when it can't."""

from __future__ import annotations

import lzma
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.adapters.tokenizer import PIECE_CHARS, TOKENS_PER_CHAR, VOCABULARY_SHA256, Tokenizer

TOKENIZER = Tokenizer()
VOCABULARY = files("cowork_tui.adapters").joinpath("vocabulary")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("hello world", 2),
        ("tiktoken is great!", 6),
        ("antidisestablishmentarianism", 6),
        ("2 + 2 = 4", 7),
        ("お誕生日おめでとう", 9),
    ],
)
def test_counts_are_those_of_cl100k_base(text: str, tokens: int) -> None:
    assert TOKENIZER.count(text) == tokens


def test_special_tokens_are_plain_text() -> None:
    assert TOKENIZER.count("<|endoftext|>") > 3


def test_the_vocabulary_is_the_published_file_with_its_notice() -> None:
    data = lzma.decompress(VOCABULARY.joinpath("cl100k_base.tiktoken.xz").read_bytes())
    assert sha256(data).hexdigest() == VOCABULARY_SHA256
    assert VOCABULARY_SHA256.startswith("223921b7")
    assert VOCABULARY_SHA256.endswith("65b2a7")
    notice = VOCABULARY.joinpath("NOTICE").read_text("utf-8")
    assert "OpenAI" in notice
    assert "The above copyright notice and this permission notice shall be included" in notice


@pytest.mark.parametrize("unit", ["a", " ", "\n", "=", "漢", "\n ", "0", "\u0301", "x\ud800"])
def test_a_million_of_one_character_is_counted(unit: str) -> None:
    count = TOKENIZER.count(unit * (1_000_000 // len(unit)) + "x")
    assert 1_000_000 / 150 < count < 4_000_000


def test_lone_surrogates_are_counted() -> None:
    assert TOKENIZER.count("a\ud800b") == TOKENIZER.count("a\ufffdb")


def test_a_long_text_counts_the_same_as_its_lines() -> None:
    words = " ".join(f"word{n}" for n in range(3 * PIECE_CHARS // 8))
    assert len(words) > 2 * PIECE_CHARS
    short = [words[i : i + 1000] for i in range(0, len(words), 1000)]
    assert abs(TOKENIZER.count(words) - sum(map(TOKENIZER.count, short))) <= len(short) * 2
    halves = words[: PIECE_CHARS // 2], words[PIECE_CHARS // 2 : PIECE_CHARS - 10]
    assert abs(TOKENIZER.count(halves[0] + halves[1]) - TOKENIZER.count(halves[0]) - TOKENIZER.count(halves[1])) <= 2


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_counted(text: str) -> None:
    assert (TOKENIZER.count(text) > 0) == bool(text)


def test_threads_share_one_tokenizer() -> None:
    shared = Tokenizer()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(shared.count, ["hello world"] * 32)) == {2}


@pytest.mark.parametrize("content", [None, b"not xz", lzma.compress(b"IQ== 0\n")], ids=["missing", "broken", "other"])
def test_without_its_vocabulary_it_guesses_from_characters_and_says_so_once(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "vocabulary.xz"
    if content is not None:
        file.write_bytes(content)
    said: list[str] = []
    tokenizer = Tokenizer(file, said.append)
    assert tokenizer.count("x" * 1000) == round(1000 * TOKENS_PER_CHAR)
    assert tokenizer.count("x") == 1
    assert tokenizer.count("") == 0
    assert said == [tokenizer.missing]
    assert "reinstall cowork-tui" in said[0]


def test_nothing_is_missing_in_the_package() -> None:
    TOKENIZER.count("x")
    assert TOKENIZER.missing is None
