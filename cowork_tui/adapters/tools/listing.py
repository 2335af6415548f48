"""list_files: what is in the folder."""

from __future__ import annotations

import re
from collections.abc import Callable

from pathspec import GitIgnoreSpec

from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.ignores import joined_pattern
from cowork_tui.adapters.tools.names import shown
from cowork_tui.adapters.tools.walk import Batch, Tally, walk
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
    for batch in walk(folder, place, tally, stop):
        inside, names = batch.prefix[below:], batch.names
        if wanted is not None:
            names = [name for name in names if wanted(inside + name)]
        first, last = max(0, offset - number), max(0, offset + MAX_LINES - number)
        lines += [_line(batch, name) for name in names[first:last]]
        number += len(names)
    if offset and offset >= number:
        raise ToolFailure(f"offset {offset} is past the end: there are {counted(number, 'file')} in {place.name}")
    ignored = f", {tally.ignored} ignored" if tally.ignored else ""
    left = number - offset - len(lines)
    if left:
        read_on = offset + len(lines)
        tail = f"[left out: {counted(left, 'file')}; read on with offset={read_on}, or narrow with path or pattern]"
        lines.append(tail)
    return "\n".join([f"{counted(number, 'file')} in {place.name}{ignored}", *lines, *tally.notes()])


def glob(pattern: str) -> Callable[[str], bool]:
    """A glob as a test of paths: without a slash it fits names at any depth; `**` and `{a,b}` are known."""
    plain = pattern.strip().removeprefix("./")
    if not plain:
        raise ToolFailure("pattern is empty: give a glob such as *.csv, or leave it out")
    try:
        spec = GitIgnoreSpec.from_lines([f"\\{one}" if one[0] in "!#" else one for one in _alternatives(plain) if one])
    except ValueError:
        raise ToolFailure(f"pattern {shown(pattern)[:80]} is no glob: use e.g. *.csv or receipts/**/*.pdf") from None
    fits = joined_pattern(spec)
    return lambda path: fits is not None and fits.search(path) is not None


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


def _line(batch: Batch, name: str) -> str:
    info = batch.directory.stat(name)
    return f"{shown(batch.prefix + name)}\t{info.st_size if info is not None else 0}"
