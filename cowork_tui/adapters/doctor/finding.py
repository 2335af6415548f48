"""What a check of the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How it stands with one thing."""

    OK = "ok"
    WARNING = "warning"
    """It works, with less than it could."""
    FAILED = "failed"
    """It does not work; tasks can't run, or not as asked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `fix` says what to do, and is empty only where all is well."""

    name: str
    level: Level
    text: str
    fix: str = ""


def ok(name: str, text: str) -> Finding:
    """All is well."""
    return Finding(name, Level.OK, text)


def warning(name: str, text: str, fix: str) -> Finding:
    """It could be better."""
    return Finding(name, Level.WARNING, text, fix)


def failed(name: str, text: str, fix: str) -> Finding:
    """It does not work."""
    return Finding(name, Level.FAILED, text, fix)
