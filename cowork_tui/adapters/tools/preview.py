"""What a change would look like, for whoever approves it."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Sequence

from cowork_tui.adapters.tools.wording import counted

MAX_PREVIEW_LINES = 200
_CONTEXT_LINES = 3
_MAX_LINE_CHARACTERS = 1000
_MAX_COMPARED_LINES = 5000
"""More changed lines than this are not compared one by one: that takes time with their square."""


def diff(name: str, before: str | None, after: str) -> str:
    """A unified diff of at most `MAX_PREVIEW_LINES` lines and a left-out line; `before` None: the file is new."""
    old, new = (before or "").splitlines(), after.splitlines()
    same_start = _common(old, new)
    same_end = _common(old[same_start:][::-1], new[same_start:][::-1])
    first = max(0, same_start - _CONTEXT_LINES)
    last = max(0, same_end - _CONTEXT_LINES)
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    header = [f"--- {'/dev/null' if before is None else name}", f"+++ {name}"]
    if max(len(old), len(new)) > _MAX_COMPARED_LINES:
        hunk = f"@@ -{first + 1},{len(old)} +{first + 1},{len(new)} @@"
        left = len(old) + len(new) - MAX_PREVIEW_LINES
        shown = [*(f"-{line}" for line in old), *(f"+{line}" for line in new)][:MAX_PREVIEW_LINES]
        return "\n".join([*header, hunk, *map(_shortened, shown), f"[left out: {counted(left, 'line')}]"])
    lines = list(difflib.unified_diff(old, new, lineterm="", n=_CONTEXT_LINES))[2:]
    lines = [_moved(line, first) if line.startswith("@@") else line for line in lines]
    if not lines:
        return "no line changes"
    return "\n".join([*header, first_lines(lines)])


def first_lines(lines: Sequence[str]) -> str:
    """At most `MAX_PREVIEW_LINES` of them and a left-out line."""
    left = len(lines) - MAX_PREVIEW_LINES
    tail = [f"[left out: {counted(left, 'line')}]"] if left > 0 else []
    return "\n".join([*map(_shortened, lines[:MAX_PREVIEW_LINES]), *tail])


def content_id(content: bytes) -> str:
    """What is said of bytes that are no text: `1,204 bytes, SHA-256 5f3a8c11…`."""
    return f"{len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()[:16]}…"


def _common(one: list[str], other: list[str]) -> int:
    """How many lines two lists begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (left, right) in pairs if left != right), min(len(one), len(other)))


def _shortened(line: str) -> str:
    return line if len(line) <= _MAX_LINE_CHARACTERS else f"{line[:_MAX_LINE_CHARACTERS]}…"


def _moved(hunk: str, lines: int) -> str:
    """A hunk's heading `@@ -1,3 +1,4 @@` with its line numbers moved down."""
    _, old, new, *_ = hunk.split(" ")
    return f"@@ {_moved_range(old, lines)} {_moved_range(new, lines)} @@"


def _moved_range(text: str, lines: int) -> str:
    start, _, length = text[1:].partition(",")
    return f"{text[0]}{int(start) + lines}{',' + length if length else ''}"
