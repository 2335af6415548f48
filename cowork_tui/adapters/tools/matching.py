"""What search_files looks for: plain text or a regular expression, first in whole files, then in their lines."""

from __future__ import annotations

import itertools
import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from cowork_tui.adapters.tools.failure import Stop, ToolFailure

if TYPE_CHECKING:
    import regex

MAX_LINE_CHARACTERS = 2000
"""A pattern looks at no more of a line than this."""
MAX_PATTERN_CHARACTERS = 1000
PATTERN_SECONDS_PER_LINE = 1.0
"""How long a pattern may work on one line; some take for ever."""
PATTERN_SECONDS = 60.0
"""The same for one search."""
_WINDOW_CHARACTERS = 1 << 18
"""What is looked at between two looks at whether to stop."""

_ASCII_RUN = re.compile(r"[\x00-\x7f]+")
_LOWERED_TO_ASCII = {"k": b"\xe2\x84\xaa", "i": b"\xc4\xb0"}
"""The only characters beyond ASCII (the Kelvin sign and the dotted I) that letter case turns into ASCII ones."""
_OTHER_CASES = {"å": "\u212b", "ω": "\u2126", "θ": "ϴ", "ß": "ẞ", "ς": "Σ"}
"""Characters that lower to one that is not their pair: signs for units, and letters without a capital of old."""
_MOST_SPELLINGS = 16
_ESCAPES = re.compile(r"\\([dDwWsSbBt.^$*+?(){}\[\]|/\\\-])")
_TOKENS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?:|\{[\d,]*\}|.", re.DOTALL)
"""The parts of a pattern: escapes, sets, the beginnings of groups, repeats, characters."""
_STANDS_FOR_ITSELF = re.compile(r"\\[!-/:-@\[-`{-~]|(?![\\()|.^$*+?{}\[\]])[\x00-\x7f]")
_NOT_BY_WHOLE_FILE = re.compile(r"\\|\(\?(?!:)|\(\*|[*+?}]\+|\{(?![\d,])")
"""Look-around, possessive repeats, anchors of the whole text and the like, which a line's end may decide."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that matches: its number from 1, its text, and where in it the match begins."""

    number: int
    line: str
    at: int


class Matcher(Protocol):
    """What is looked for."""

    def may_be_in(self, content: bytes) -> bool:
        """Whether text in UTF-8 or another encoding that writes ASCII as ASCII can hold it; True where it is open."""
        ...

    def may_be_in_text(self, text: str, utf8: bytes) -> bool:
        """Whether a text, given also as its UTF-8, can hold it; True where it is open."""
        ...

    def name(self, path: str) -> bool:
        """Whether a path matches."""
        ...

    def lines(self, text: str, stop: Stop) -> Iterator[Hit]:
        """The lines of a text that match."""
        ...


class PlainMatcher:
    """Text, letter case ignored."""

    def __init__(self, text: str) -> None:
        self._wanted = text.lower()
        run = max(_ASCII_RUN.findall(self._wanted), key=len, default="").encode()
        self._ascii_run = run
        self._is_ascii = self._wanted.isascii()
        self._also = [mark for letter, mark in _LOWERED_TO_ASCII.items() if letter in self._wanted]
        self._spellings = _spellings(self._wanted)

    def may_be_in(self, content: bytes) -> bool:
        """By the longest part of the query that is ASCII."""
        if self._ascii_run in content.lower():
            return self._is_ascii or not content.isascii()
        return any(mark in content for mark in self._also)

    def may_be_in_text(self, text: str, utf8: bytes) -> bool:
        """What the bytes told is enough for ASCII."""
        if self._is_ascii:
            return True
        if self._spellings is None:
            return self._wanted in text.lower()
        lowered = utf8.lower()
        return any(spelling in lowered for spelling in self._spellings) or any(mark in utf8 for mark in self._also)

    def name(self, path: str) -> bool:
        """Whether the path holds the text."""
        return self._wanted in path.lower()

    def lines(self, text: str, stop: Stop) -> Iterator[Hit]:
        """Found in the whole text first: most lines are never looked at."""
        lowered = text.lower()
        if len(lowered) != len(text):
            yield from self._lines_one_by_one(text, stop)
            return
        at, number, counted_to = lowered.find(self._wanted), 1, 0
        while at >= 0:
            stop.check()
            start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            end = len(text) if end < 0 else end
            if at + len(self._wanted) <= end:
                number += text.count("\n", counted_to, start)
                counted_to = start
                yield Hit(number, text[start:end], at - start)
            at = lowered.find(self._wanted, end + 1)

    def _lines_one_by_one(self, text: str, stop: Stop) -> Iterator[Hit]:
        for number, line in _numbered(text, stop):
            at = line.lower().find(self._wanted)
            if at >= 0:
                yield Hit(number, line, min(at, len(line)))


class PatternMatcher:
    """A regular expression, matched line by line. Raises `ToolFailure` for one that is none or takes too long.

    The `regex` library gives up in time, which `re` can't, and lets other threads run meanwhile.
    """

    def __init__(self, text: str, seconds_per_line: float = PATTERN_SECONDS_PER_LINE) -> None:
        import regex

        if len(text) > MAX_PATTERN_CHARACTERS:
            raise ToolFailure(f"the regular expression has more than {MAX_PATTERN_CHARACTERS} characters: shorten it")
        try:
            self._pattern = regex.compile(text)
            self._anywhere = regex.compile(text, regex.MULTILINE) if _whole_file_tells(text) else None
        except (regex.error, RecursionError, OverflowError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise ToolFailure(
                f"the regular expression is not valid ({reason}): correct it or set regex to false"
            ) from None
        self._literal = literal_part(text).encode() if self._anywhere is not None else b""
        self._seconds_per_line = seconds_per_line
        self._seconds_left = PATTERN_SECONDS

    def may_be_in(self, content: bytes) -> bool:
        """By the part that every match holds letter for letter."""
        return self._literal in content

    def may_be_in_text(self, text: str, utf8: bytes) -> bool:  # noqa: ARG002  (of the protocol)
        """Short texts are looked at whole; long ones are left to `lines`, which stops when asked to."""
        return len(text) > _WINDOW_CHARACTERS or self._may_be_between(text, 0, len(text))

    def name(self, path: str) -> bool:
        """Whether it matches somewhere in the path."""
        return self._find(path) is not None

    def lines(self, text: str, stop: Stop) -> Iterator[Hit]:
        """By stretches of lines; those where the pattern matches nowhere are not looked at line by line."""
        lines_before = 0
        for start, end in _windows(text):
            stop.check()
            if self._may_be_between(text, start, end):
                for number, line in _numbered(text[start:end], stop):
                    at = self._find(line)
                    if at is not None:
                        yield Hit(lines_before + number, line, at)
            lines_before += text.count("\n", start, end) if end < len(text) else 0

    def _may_be_between(self, text: str, start: int, end: int) -> bool:
        if self._anywhere is None:
            return True
        try:
            return self._search(self._anywhere, text, start, end) is not None
        except TimeoutError:
            self._anywhere = None
            return True

    def _find(self, line: str) -> int | None:
        try:
            match = self._search(self._pattern, line, 0, MAX_LINE_CHARACTERS)
        except TimeoutError:
            raise ToolFailure("the regular expression takes too long: use a simpler one, or a plain query") from None
        return None if match is None else match.start()

    def _search(self, pattern: regex.Pattern[str], text: str, start: int, end: int) -> regex.Match[str] | None:
        began = time.perf_counter()
        try:
            timeout = max(0.01, min(self._seconds_left, self._seconds_per_line))
            return pattern.search(text, start, end, timeout=timeout, concurrent=True)
        finally:
            self._seconds_left -= time.perf_counter() - began


def _spellings(wanted: str) -> list[bytes] | None:
    """UTF-8 in which the text can stand, its ASCII letters lowered; None when there are too many ways."""
    ways = [{char} if char.isascii() else _cases(char) for char in wanted]
    if math.prod(map(len, ways)) > _MOST_SPELLINGS:
        return None
    return ["".join(chars).encode("utf-8", "surrogatepass") for chars in itertools.product(*ways)]


def _cases(char: str) -> set[str]:
    """The characters that letter case turns into this one."""
    cases = {char, char.upper(), char.title(), *_OTHER_CASES.get(char, "")}
    return {case for case in cases if len(case) == 1}


class NameMatcher(PlainMatcher):
    """A glob for names."""

    def __init__(self, fits: Callable[[str], bool]) -> None:
        super().__init__("")
        self._fits = fits

    def name(self, path: str) -> bool:
        """Whether the glob fits the path."""
        return self._fits(path)


def literal_part(pattern: str) -> str:
    """The longest text that every match of a pattern holds, by the parts that stand for themselves.

    The pattern must be one that `_whole_file_tells`. Groups, sets and alternatives are passed over.
    """
    depth, runs, run = 0, list[str](), ""
    for token in _TOKENS.findall("" if "[:" in pattern else pattern):
        depth += (token[0] == "(") - (token == ")")
        if token == "|" and depth == 0:
            return ""
        if depth == 0 and _STANDS_FOR_ITSELF.fullmatch(token):
            run += token[-1]
            continue
        runs.append(run[:-1] if token[0] in "*?{" else run)
        run = ""
    return max([*runs, run], key=len)


def _whole_file_tells(pattern: str) -> bool:
    """Whether a pattern that matches a line also matches somewhere in the lines around it."""
    return _NOT_BY_WHOLE_FILE.search(_ESCAPES.sub("x", pattern)) is None


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of whole lines."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _WINDOW_CHARACTERS) + 1 or len(text)
        yield start, end
        start = end


def _numbered(text: str, stop: Stop) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        if number % 1000 == 0:
            stop.check()
        yield number, line
