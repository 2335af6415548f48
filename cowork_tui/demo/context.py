"""What surrounds a request body: headers that change how it is read."""

from __future__ import annotations

from dataclasses import dataclass

OLD_VERSION = "2023-06-01"
NEW_VERSION = "2026-10-21"


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The key that pays, the API version, the beta names sent, and whether the call only counts tokens.

    `resumes` says that the last message is what a paused turn said.
    """

    key: str
    version: str = NEW_VERSION
    betas: frozenset[str] = frozenset()
    counting: bool = False
    resumes: bool = False
