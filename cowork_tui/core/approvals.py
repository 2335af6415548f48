"""Who decides on a change: the mode, the user's standing rules, what the user said in this task, or the user now."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cowork_tui.core.errors import BadInput
from cowork_tui.core.file_changes import LoggedChange, merged
from cowork_tui.core.task_values import Mode

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

ANY_TOOL = "*"
MAX_PATTERN_CHARS = 1000
_ODD = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Characters that no pattern needs: controls, halves of surrogate pairs, line ends."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The user's standing word on the calls of a tool (`*`: of every one) on paths that a pattern matches.

    Patterns are those of ignore files, relative to the folder. `folder` None: in every folder. `id` 0: not stored yet.
    """

    id: int
    tool: str
    pattern: str
    folder: str | None
    allowed: bool
    created_at: float

    def covers(self, tool: str, folder: str) -> bool:
        """Whether it speaks of that tool in that folder."""
        return self.tool in (ANY_TOOL, tool) and self.folder in (None, folder)

    def matches(self, path: str) -> bool:
        """Whether its pattern matches a path."""
        return _spec(self.pattern).match_file(path)


@dataclass(frozen=True, slots=True)
class ChangeAsked:
    """A change that a call would make. `replaces`: what stands at the last path would be overwritten or trashed."""

    tool: str
    folder: str
    paths: tuple[str, ...]
    replaces: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What the user allowed until the task ends: tools, and tools that may replace what is there."""

    tools: frozenset[str] = frozenset()
    replacing_tools: frozenset[str] = frozenset()

    def plus(self, tool: str, *, replaces: bool) -> Given:
        """With one more answer; who may replace may also do less."""
        more = self.replacing_tools | {tool} if replaces else self.replacing_tools
        return Given(self.tools | {tool}, more)


class Verdict(StrEnum):
    """What becomes of a change."""

    ALLOW = "allow"
    DENY = "deny"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict; `reason` goes to the model with a denial."""

    verdict: Verdict
    reason: str = ""


ALLOWED = Decision(Verdict.ALLOW)
ASKED = Decision(Verdict.ASK)


def decide(
    asked: ChangeAsked, mode: Mode, rules: Iterable[Rule], given: Given, log: Sequence[LoggedChange]
) -> Decision:
    """Read-only denies, whatever else was said; then a rule that denies; then whatever allows; else the user is asked.

    A rule that allows must match every path. What this task made itself may be replaced like anything new.
    """
    if mode is Mode.READ_ONLY:
        return Decision(Verdict.DENY, "This task is read-only.")
    speaking = [rule for rule in rules if rule.covers(asked.tool, asked.folder)]
    for rule in speaking:
        if not rule.allowed and any(rule.matches(path) for path in asked.paths):
            return Decision(Verdict.DENY, f"The user has a rule against it: {described(rule)}.")
    allowing = [rule for rule in speaking if rule.allowed]
    if asked.paths and all(any(rule.matches(path) for rule in allowing) for path in asked.paths):
        return ALLOWED
    replaces = asked.replaces and not _made_here(asked.paths[-1:], log)
    if asked.tool in (given.replacing_tools if replaces else given.tools):
        return ALLOWED
    return ALLOWED if mode is Mode.AUTO_EDIT and not replaces else ASKED


def described(rule: Rule) -> str:
    """`deny write_file *.csv in every folder`."""
    where = "in every folder" if rule.folder is None else f"in {rule.folder}"
    return f"{'allow' if rule.allowed else 'deny'} {rule.tool} {rule.pattern} {where}"


def check_pattern(text: str) -> str:
    """A pattern as it can be stored. Raises BadInput for one that matches nothing, or that would turn a rule around."""
    pattern = text.strip(" ")
    odd = any(unicodedata.category(character) in _ODD for character in pattern)
    if not pattern or odd or pattern.startswith(("#", "!")) or len(pattern) > MAX_PATTERN_CHARS:
        raise BadInput(f"The pattern {text[:60]!r} fits no path: give one such as *.csv, notes.md or reports/.")
    try:
        spec = _spec(pattern)
    except ValueError:
        spec = None
    if spec is None or not any(found.include for found in spec.patterns):
        raise BadInput(f"The pattern {pattern[:60]!r} can't be read: give one such as *.csv, notes.md or reports/.")
    return pattern


def suggested_pattern(paths: Sequence[str], *, replaces: bool) -> str:
    """What an answer meant for always would cover: files of this kind, or this very one where it is replaced."""
    path = paths[-1] if paths else ""
    suffix = re.search(r"(?<=[^/.])(\.\w+)$", path)
    same = suffix is not None and all(other.endswith(suffix[1]) for other in paths)
    if suffix is not None and same and not replaces:
        return f"*{suffix[1]}"
    return "/" + re.sub(r"\s", "?", re.sub(r"([\\*?\[\]!#])", r"\\\1", path))


def _spec(pattern: str) -> GitIgnoreSpec:
    """Imported when first needed: a list of tasks is shown without it."""
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines([pattern])


def _made_here(paths: Sequence[str], log: Sequence[LoggedChange]) -> bool:
    """Whether all of these are files that the task made and did not move from elsewhere."""
    made = {
        change.path
        for change in merged(entry.change for entry in log)
        if not change.is_folder and not change.existed and change.exists and change.moved_from is None
    }
    return bool(paths) and made.issuperset(paths)
