"""search_files: which lines or names hold something."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias

from cowork_tui.adapters.tools.decoding import SNIFF_BYTES, binary_kind
from cowork_tui.adapters.tools.directory import Directory
from cowork_tui.adapters.tools.documents import READERS, WHOLE_FILE_BYTES, Documents
from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.listing import glob
from cowork_tui.adapters.tools.matching import (
    PATTERN_SECONDS_PER_LINE,
    Matcher,
    NameMatcher,
    PatternMatcher,
    PlainMatcher,
)
from cowork_tui.adapters.tools.names import shown
from cowork_tui.adapters.tools.walk import Tally, walk
from cowork_tui.adapters.tools.wording import counted

_Opener: TypeAlias = Callable[[], BinaryIO]

MAX_RESULTS = 1000
MAX_COUNTED_MATCHES = 10_000

_SHOWN_CHARACTERS = 300
_NAMED_FILES = 5
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BYTE_ORDER_MARK = "\ufeff"
_DOCUMENTS = tuple(f".{kind}" for kind in READERS)


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
    results, tally = _Results(min(query.max_results, MAX_RESULTS)), Tally()
    search = _Search(folder, documents, _matcher(query), results, stop)
    place = folder.place(query.path)
    info = folder.info(place)
    if info is None or not stat.S_ISDIR(info.st_mode):
        folder.open_file(place).close()  # says why when it can't be
        search.file(place.name, lambda: folder.open_file(place), names=query.names)
        return _told(results, tally)
    for batch in walk(folder, place, tally, stop):
        for name in batch.names:
            stop.check()
            if query.names:
                search.name(batch.prefix + name)
            else:
                search.listed(batch.directory, batch.prefix + name, name)
            if results.full:
                return _told(results, tally)
    return _told(results, tally)


def _matcher(query: Query) -> Matcher:
    if query.regex:
        return PatternMatcher(query.text, query.pattern_seconds)
    if query.names and any(sign in query.text for sign in "*?["):
        return NameMatcher(glob(query.text))
    return PlainMatcher(query.text)


@dataclass(frozen=True, slots=True)
class _Search:
    """Looks at one file after the other."""

    folder: Folder
    documents: Documents
    matcher: Matcher
    results: _Results
    stop: Stop

    def file(self, path: str, opener: _Opener, *, names: bool) -> None:
        """The one file that was asked for."""
        if names:
            self.name(path)
        else:
            self._extracted(path, opener)

    def name(self, path: str) -> None:
        """Whether a file's path matches."""
        if self.matcher.name(path):
            self.results.files += 1
            self.results.add(shown(path))

    def listed(self, directory: Directory, path: str, name: str) -> None:
        """A file met on the walk. What can't hold the query is passed over without being decoded."""
        if name.lower().endswith(_DOCUMENTS):
            self._extracted(path, lambda: directory.open_read(name))
            return
        try:
            content = directory.read(name, WHOLE_FILE_BYTES)
        except OSError:
            self.results.unread.append(path)
            return
        if content is None:
            self.results.too_large.append(path)
        elif b"\0" in content or b"\x1b" in content or content.startswith(_UTF16_MARKS):
            # binary, or text whose bytes don't show its ASCII letters
            self._extracted(path, lambda: directory.open_read(name))
        elif self.matcher.may_be_in(content):
            text = _utf8(content)
            if text is None:
                self._extracted(path, lambda: directory.open_read(name))
            elif self.matcher.may_be_in_text(text, content) and binary_kind(content[:SNIFF_BYTES]) is None:
                self._match(path, text)

    def _extracted(self, path: str, opener: _Opener) -> None:
        """By the document's reader."""
        try:
            with opener() as stream:
                if os.fstat(stream.fileno()).st_size > WHOLE_FILE_BYTES:
                    self.results.too_large.append(path)
                    return
                if not path.lower().endswith(_DOCUMENTS):
                    start = stream.read(SNIFF_BYTES)
                    stream.seek(0)
                    if binary_kind(start) is not None:
                        return
                text = self.documents.text_of(stream, path, self.stop)
        except (OSError, ToolFailure):
            self.results.unread.append(path)
            return
        self._match(path, text)

    def _match(self, path: str, text: str) -> None:
        before = self.results.matches
        for hit in self.matcher.lines(text, self.stop):
            self.results.add(f"{shown(path)}:{hit.number}: {_around(hit.line, hit.at)}")
            if self.results.full:
                break
        self.results.files += self.results.matches > before


def _utf8(content: bytes) -> str | None:
    """Plain text; None where a reader must find out what it is."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if text.startswith(_BYTE_ORDER_MARK) else text


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
