"""The errors a user may meet, each one sentence: what is wrong, where, what to do next.

CoworkError
├── BadInput           an argument, config value, goal or folder that can't be used     exit code 2
├── NotFound           a task, model or file that doesn't exist                         exit code 2
└── StoreError         the history can't be read or written                             exit code 5
"""

from __future__ import annotations


class CoworkError(Exception):
    """Base of all; `str(error)` is the sentence to show."""

    exit_code = 1


class BadInput(CoworkError):
    """The user's input can't be used as it is."""

    exit_code = 2


class NotFound(CoworkError):
    """What the user named does not exist."""

    exit_code = 2


class StoreError(CoworkError):
    """The history can't be used."""

    exit_code = 5
