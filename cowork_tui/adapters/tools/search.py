"""search_files: which lines or names hold something."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from cowork_tui.adapters.tools.decoding import SNIFF_BYTES, binary_kind
from cowork_tui.adapters.tools.documents import READERS, WHOLE_FILE_BYTES, Documents, kind_of
from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.listing import glob
from cowork_tui.adapters.tools.names import shown
from cowork_tui.adapters.tools.walk import Tally, walk
from cowork_tui.adapters.tools.wording import counted

if TYPE_CHECKING:
    import regex

Matcher: TypeAlias = Callable[[str], int | None]
"""A line to where in it the match begins; None: it does not match."""

MAX_RESULTS = 1000
MAX_COUNTED_MATCHES = 10_000
MAX_LINE_CHARACTERS = 2000
"""A pattern looks at no more of a line than this."""
MAX_PATTERN_CHARACTERS = 1000
PATTERN_SECONDS_PER_LINE = 1.0
"""How long a pattern may work on one line; some take for ever."""
PATTERN_SECONDS = 60.0
"""The same for one search."""

_SHOWN_CHARACTERS = 300
_NAMED_FILES = 5


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for."""

    text: str
    path: str = "."
    names: bool = False
    regex: bool = False
    max_results: int = 50
    pattern_seconds: float = PATTERN_SECONDS_PER_LINE


@dataclass(slots=True)
class _Results:
    """Matches as they come."""

    max_results: int
    lines: list[str] = field(default_factory=list[str])
    matches: int = 0
    files: int = 0
    too_large: list[str] = field(default_factory=list[str])
    unread: list[str] = field(default_factory=list[str])

    @property
    def full(self) -> bool:
        return self.matches >= MAX_COUNTED_MATCHES

    def add(self, line: str) -> None:
        self.matches += 1
        if len(self.lines) < self.max_results:
            self.lines.append(line)


def search_files(folder: Folder, documents: Documents, query: Query, stop: Stop) -> str:
    """The lines, or names, that hold the query. Plain queries ignore letter case. Raises `ToolFailure`."""
    if not query.text.strip():
        raise ToolFailure("query is empty: give a word or a pattern to look for")
    matcher = _regex_matcher(query) if query.regex else _plain_matcher(query)
    results, tally = _Results(min(query.max_results, MAX_RESULTS)), Tally()
    for path, opener in _candidates(folder, query.path, tally, stop):
        stop.check()
        before = results.matches
        if query.names:
            if matcher(path) is not None:
                results.add(shown(path))
        else:
            text = _text_of(path, opener, documents, results, stop)
            if text is not None and (query.regex or query.text.lower() in text.lower()):
                _match_lines(path, text, matcher, results)
        results.files += results.matches > before
        if results.full:
            break
    return _told(results, tally)


def _candidates(
    folder: Folder, path: str, tally: Tally, stop: Stop
) -> Iterator[tuple[str, Callable[[], BinaryIO]]]:
    """Each file to look at and how to open it: those below a folder, or the one that is named."""
    place = folder.place(path)
    info = folder.info(place)
    if info is not None and stat.S_ISDIR(info.st_mode):
        for found in walk(folder, place, tally, stop):
            yield found.path, lambda found=found: found.directory.open_read(found.name)
    else:
        folder.open_file(place).close()  # says why when it can't be
        yield place.name, lambda: folder.open_file(place)


def _text_of(
    path: str, opener: Callable[[], BinaryIO], documents: Documents, results: _Results, stop: Stop
) -> str | None:
    """A file's text; None for binaries, and for what is too large or unreadable, which the results then say."""
    try:
        with opener() as stream:
            if os.fstat(stream.fileno()).st_size > WHOLE_FILE_BYTES:
                results.too_large.append(path)
                return None
            if kind_of(path) not in READERS:
                start = stream.read(SNIFF_BYTES)
                stream.seek(0)
                if binary_kind(start) is not None:
                    return None
            return documents.extract(stream, path, stop).text
    except (OSError, ToolFailure):
        results.unread.append(path)
        return None


def _match_lines(path: str, text: str, matcher: Matcher, results: _Results) -> None:
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        at = matcher(line)
        if at is not None:
            results.add(f"{shown(path)}:{number}: {_around(line, at)}")
            if results.full:
                return


def _plain_matcher(query: Query) -> Matcher:
    if query.names and any(sign in query.text for sign in "*?["):
        spec = glob(query.text)
        return lambda path: 0 if spec.match_file(path) else None
    wanted = query.text.lower()

    def find(line: str) -> int | None:
        at = line.lower().find(wanted)
        return at if at >= 0 else None

    return find


def _regex_matcher(query: Query) -> Matcher:
    """The `regex` library gives up in time, which `re` can't, and lets other threads run meanwhile."""
    import regex

    if len(query.text) > MAX_PATTERN_CHARACTERS:
        raise ToolFailure(f"the regular expression has more than {MAX_PATTERN_CHARACTERS} characters: shorten it")
    try:
        pattern = regex.compile(query.text)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise ToolFailure(f"the regular expression is not valid ({reason}): correct it or set regex to false") from None
    return _TimedPattern(pattern, query.pattern_seconds).find


class _TimedPattern:
    """A pattern with the time it has left."""

    def __init__(self, pattern: regex.Pattern[str], seconds: float) -> None:
        self._pattern = pattern
        self._seconds_per_line = seconds
        self._seconds_left = PATTERN_SECONDS

    def find(self, line: str) -> int | None:
        began = time.perf_counter()
        try:
            timeout = max(0.01, min(self._seconds_left, self._seconds_per_line))
            match = self._pattern.search(line[:MAX_LINE_CHARACTERS], timeout=timeout, concurrent=True)
        except TimeoutError:
            raise ToolFailure("the regular expression takes too long: use a simpler one, or a plain query") from None
        self._seconds_left -= time.perf_counter() - began
        return None if match is None else match.start()


def _around(line: str, at: int) -> str:
    """The line, or the part around the match where it is long."""
    line_start = max(0, at - _SHOWN_CHARACTERS // 3) if len(line) > _SHOWN_CHARACTERS else 0
    part = line[line_start : line_start + _SHOWN_CHARACTERS].strip()
    return f"{'…' if line_start else ''}{part}{'…' if line_start + _SHOWN_CHARACTERS < len(line) else ''}"


def _told(results: _Results, tally: Tally) -> str:
    lines = [f"{counted(results.matches, 'match')} in {counted(results.files, 'file')}", *results.lines]
    left = results.matches - len(results.lines)
    if left:
        more = " or more" if results.full else ""
        lines.append(f"[left out: {counted(left, 'match')}{more}; narrow with query or path, or raise max_results]")
    if results.too_large:
        lines.append(_left_out(results.too_large, f"over {WHOLE_FILE_BYTES // 1_000_000} MB"))
    if results.unread:
        lines.append(_left_out(results.unread, "can't be read"))
    return "\n".join([*lines, *tally.notes()])


def _left_out(paths: list[str], why: str) -> str:
    named = ", ".join(shown(path) for path in paths[:_NAMED_FILES])
    more = f" and {len(paths) - _NAMED_FILES} more" if len(paths) > _NAMED_FILES else ""
    return f"[left out: {counted(len(paths), 'file')} ({why}): {named}{more}]"
