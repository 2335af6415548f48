"""Ignore files: `.gitignore` and `.ignore` at every level, deeper ones over higher ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from cowork_tui.adapters.tools.directory import Directory

IGNORE_FILES = (".gitignore", ".ignore")
"""Weakest first."""
_MAX_IGNORE_BYTES = 1_000_000
_PLAIN_LINE = re.compile(r"!?(\*?)([\w.+@~-]+)/?", re.ASCII)
"""A name, or `*` and an ending: most lines are so, and need no regular expression."""
_GROUP_NAME = re.compile(r"\(\?P<\w+>")


@dataclass(frozen=True, slots=True)
class Rules:
    """One ignore file. Most names are met by no line of it, which is found out without asking each of its patterns."""

    spec: GitIgnoreSpec
    names: frozenset[str]
    endings: tuple[str, ...]
    others: re.Pattern[str] | None
    """All patterns that are neither names nor endings."""

    def may_mean(self, name: str) -> bool:
        """Whether a line that is a name or an ending fits; if not, and `others` does not, nothing here does."""
        return name in self.names or name.endswith(self.endings)

    def verdict(self, path: str, name: str, *, inside: bool) -> bool | None:
        """Whether a path is ignored; None: nothing is said of it. `inside`: a folder above it may be meant."""
        if not inside and not self.may_mean(name) and (self.others is None or self.others.search(path) is None):
            return None
        return self.spec.check_file(path).include


@dataclass(frozen=True, slots=True)
class Ignores:
    """The rules that hold in one directory: each with the folder (`""` or ending in a slash) that its file is in."""

    levels: tuple[tuple[str, Rules], ...] = ()

    def entering(self, directory: Directory, prefix: str) -> Ignores:
        """The rules inside a directory whose path from the top is `prefix`."""
        read = (_read(directory, name) for name in IGNORE_FILES)
        added = tuple((prefix, rules) for rules in read if rules is not None)
        return Ignores((*self.levels, *added)) if added else self

    def kept(self, prefix: str, names: list[str], *, folders: bool = False) -> list[str]:
        """The names in the folder `prefix` that are not ignored."""
        end = "/" if folders else ""
        levels = [(prefix[len(top) :], rules) for top, rules in reversed(self.levels)]
        asked = [(below, rules, any(map(rules.may_mean, below.split("/")[:-1]))) for below, rules in levels]
        kept = list[str]()
        for name in names:
            for below, rules, inside in asked:
                verdict = rules.verdict(f"{below}{name}{end}", name, inside=inside)
                if verdict is not None:
                    break
            else:
                verdict = False
            if not verdict:
                kept.append(name)
        return kept


def compile_rules(lines: Sequence[str]) -> Rules:
    """An ignore file's lines."""
    names, endings, others = set[str](), set[str](), list[str]()
    for line in lines:
        plain = _PLAIN_LINE.fullmatch(line)
        if plain is None:
            others.append(line)
        elif plain[1]:
            endings.add(plain[2])
        else:
            names.add(plain[2])
    rest = joined_pattern(compile_patterns(others))
    return Rules(compile_patterns(lines), frozenset(names), tuple(endings), rest)


def joined_pattern(spec: GitIgnoreSpec) -> re.Pattern[str] | None:
    """One expression that is found in a path when any pattern fits it, a negated one included; None without any."""
    patterns = [_GROUP_NAME.sub("(?:", one.regex.pattern) for one in spec.patterns if one.regex is not None]
    return re.compile("|".join(patterns)) if patterns else None


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


def _read(directory: Directory, name: str) -> Rules | None:
    try:
        with directory.open_read(name) as stream:
            text = stream.read(_MAX_IGNORE_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    return compile_rules(text.splitlines())
