"""How commands print: to standard output, safely, and without a traceback when the reader goes away."""

from __future__ import annotations

import sys

import click

from cowork_tui.core.errors import CoworkError
from cowork_tui.core.plain_text import plain

DEMO_NOTE = "demo: a script, not AI"


class SentenceError(click.ClickException):
    """An error shown as its one sentence."""

    def __init__(self, error: CoworkError) -> None:
        super().__init__(plain(str(error)))
        self.exit_code = error.exit_code

    def show(self, file: object = None) -> None:
        """Write the sentence to standard error."""
        del file
        click.echo(self.message, err=True)


def echo(text: str = "", *, newline: bool = True) -> None:
    """Print text that may hold anything."""
    click.echo(plain(text), nl=newline)
    sys.stdout.flush()
