"""The yardstick tokenizer: tiktoken's `cl100k_base`, its vocabulary read from the package.

tiktoken's own loader downloads vocabularies; this one has no network path.
"""

from __future__ import annotations

import lzma
from base64 import b64decode
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding

VOCABULARY_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"

TOKENS_PER_CHAR = 0.28
"""Yardstick tokens of a character in recorded agent sessions: what remains without a vocabulary."""

PIECE_CHARS = 50_000
"""The longest text encoded at once: the pattern's matcher fails on runs of several 100,000 blanks."""

_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)


class Tokenizer:
    """Counts tokens; loads the vocabulary with the first count. Safe to share between threads."""

    def __init__(
        self, vocabulary: Traversable | None = None, on_missing: Callable[[str], None] | None = None
    ) -> None:
        """`on_missing` is told once, in one sentence, when counts can only be guessed from characters."""
        self._vocabulary = vocabulary
        self._on_missing = on_missing
        self._lock = Lock()
        self._loaded = False
        self._encoding: Encoding | None = None
        self.missing: str | None = None
        """Why counts are only guessed from characters; None when they are not, or before the first count."""

    def count(self, text: str) -> int:
        """Yardstick tokens of any text: special tokens have no meaning here, lone surrogates count as U+FFFD."""
        if not text:
            return 0
        encoding = self._load()
        if encoding is None:
            return max(1, round(len(text) * TOKENS_PER_CHAR))
        return sum(len(encoding.encode_ordinary(piece)) for piece in _pieces(text))

    def _load(self) -> Encoding | None:
        if self._loaded:
            return self._encoding
        with self._lock:
            if not self._loaded:
                try:
                    self._encoding = _encoding(self._vocabulary)
                except (OSError, ValueError, lzma.LZMAError, ImportError) as error:
                    self.missing = (
                        f"The tokenizer's vocabulary can't be used ({error}), so token estimates are rougher; "
                        "reinstall cowork-tui to mend it."
                    )
                self._loaded = True
                if self.missing is not None and self._on_missing is not None:
                    self._on_missing(self.missing)
        return self._encoding


def _encoding(vocabulary: Traversable | None) -> Encoding:
    from tiktoken import Encoding

    path = vocabulary or files("cowork_tui.adapters").joinpath("vocabulary", "cl100k_base.tiktoken.xz")
    data = lzma.decompress(path.read_bytes())
    if sha256(data).hexdigest() != VOCABULARY_SHA256:
        raise ValueError("it is not the file that was shipped")
    ranks = {b64decode(token): int(rank) for token, rank in (line.split() for line in data.splitlines())}
    return Encoding("cl100k_base", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens={})


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that are safe to encode, cut before a word where there is one."""
    start = 0
    while len(text) - start > PIECE_CHARS:
        end = start + PIECE_CHARS
        cut = text.rfind(" ", start + PIECE_CHARS // 2, end)
        end = cut if cut > start else end
        yield text[start:end]
        start = end
    yield text[start:] if start else text
