"""How commands print: to standard output, safely, and without a traceback when the reader goes away."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from cowork_tui.core.errors import CoworkError
from cowork_tui.core.plain_text import plain

DEMO_NOTE = "demo: a script, not AI"


def fail(error: CoworkError) -> NoReturn:
    """End with the error's one sentence on standard error and its exit code."""
    click.echo(plain(str(error)), err=True)
    raise SystemExit(error.exit_code) from error


def echo(text: str = "", *, newline: bool = True) -> None:
    """Print text that may hold anything."""
    click.echo(plain(text), nl=newline)
    sys.stdout.flush()
