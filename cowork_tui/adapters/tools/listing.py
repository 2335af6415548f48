"""list_files: what is in the folder."""

from __future__ import annotations

import re

from pathspec import GitIgnoreSpec

from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.names import shown
from cowork_tui.adapters.tools.walk import Found, Tally, walk
from cowork_tui.adapters.tools.wording import counted

MAX_LINES = 500
"""Files in one result."""

_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_MAX_ALTERNATIVES = 64


def list_files(folder: Folder, path: str, pattern: str | None, offset: int, stop: Stop) -> str:
    """The files below `path` that fit a glob, with sizes, from number `offset` on."""
    place = folder.place(path)
    wanted = glob(pattern) if pattern is not None else None
    below = len("".join(f"{part}/" for part in place.parts))
    tally, number, lines = Tally(), 0, list[str]()
    for found in walk(folder, place, tally, stop):
        if wanted is not None and not wanted.match_file(found.path[below:]):
            continue
        if offset <= number < offset + MAX_LINES:
            lines.append(_line(found))
        number += 1
        if number % 1000 == 0:
            stop.check()
    if offset and offset >= number:
        raise ToolFailure(f"offset {offset} is past the end: there are {counted(number, 'file')} in {place.name}")
    ignored = f", {tally.ignored} ignored" if tally.ignored else ""
    left = number - offset - len(lines)
    if left:
        read_on = offset + len(lines)
        tail = f"[left out: {counted(left, 'file')}; read on with offset={read_on}, or narrow with path or pattern]"
        lines.append(tail)
    return "\n".join([f"{counted(number, 'file')} in {place.name}{ignored}", *lines, *tally.notes()])


def glob(pattern: str) -> GitIgnoreSpec:
    """A glob as a matcher of paths: without a slash it fits names at any depth; `**` and `{a,b}` are known."""
    plain = pattern.strip().removeprefix("./")
    if not plain:
        raise ToolFailure("pattern is empty: give a glob such as *.csv, or leave it out")
    try:
        return GitIgnoreSpec.from_lines([f"\\{one}" if one[0] in "!#" else one for one in _alternatives(plain) if one])
    except ValueError:
        raise ToolFailure(f"pattern {shown(pattern)[:80]} is no glob: use e.g. *.csv or receipts/**/*.pdf") from None


def _alternatives(pattern: str) -> list[str]:
    """`*.{csv,tsv}` as `*.csv` and `*.tsv`."""
    done, open_ones = list[str](), [pattern]
    while open_ones:
        one = open_ones.pop(0)
        braces = _BRACES.search(one)
        if braces is None:
            done.append(one)
        else:
            open_ones += [one[: braces.start()] + word + one[braces.end() :] for word in braces[1].split(",")]
        if len(done) + len(open_ones) > _MAX_ALTERNATIVES:
            raise ToolFailure(f"pattern has more than {_MAX_ALTERNATIVES} alternatives: use a simpler glob")
    return done


def _line(found: Found) -> str:
    info = found.directory.stat(found.name)
    return f"{shown(found.path)}\t{info.st_size if info is not None else 0}"
