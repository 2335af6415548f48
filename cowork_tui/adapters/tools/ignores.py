"""Ignore files: `.gitignore` and `.ignore` at every level, deeper ones over higher ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from cowork_tui.adapters.tools.directory import Directory

IGNORE_FILES = (".gitignore", ".ignore")
"""Weakest first."""
_MAX_IGNORE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Ignores:
    """The rules that hold in one directory: each with the folder (`""` or ending in a slash) that its file is in."""

    levels: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def entering(self, directory: Directory, prefix: str) -> Ignores:
        """The rules inside a directory whose path from the top is `prefix`."""
        specs = (_read(directory, name) for name in IGNORE_FILES)
        added = tuple((prefix, spec) for spec in specs if spec is not None)
        return Ignores((*self.levels, *added)) if added else self

    def hide(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path from the top is ignored."""
        for prefix, spec in reversed(self.levels):
            verdict = spec.check_file(path[len(prefix) :] + ("/" if is_folder else "")).include
            if verdict is not None:
                return verdict
        return False


def compile_patterns(lines: Iterable[str]) -> GitIgnoreSpec:
    """Patterns as git reads them; those it could not read are left out, as git does."""
    lines = list(lines)
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _read(directory: Directory, name: str) -> GitIgnoreSpec | None:
    try:
        with directory.open_read(name) as stream:
            text = stream.read(_MAX_IGNORE_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    return compile_patterns(text.splitlines())
