"""How commands print: safely, to the width of the terminal, and without a traceback when the reader goes away."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from cowork_tui.core.errors import CoworkError
from cowork_tui.core.plain_text import plain

DEMO_NOTE = "demo: a script, not AI"
BAD_INPUT = 2
MIN_WIDTH = 40


def fail(error: CoworkError) -> NoReturn:
    """End with the error's sentence on standard error and its exit code."""
    print_error(str(error))
    raise SystemExit(error.exit_code) from error


def refuse(sentence: str) -> NoReturn:
    """End with a sentence about bad input on standard error, exit code 2."""
    print_error(sentence)
    raise SystemExit(BAD_INPUT)


def print_error(text: str) -> None:
    """A sentence on standard error, with a capital letter first and a full stop last."""
    text = plain(text).rstrip()
    end = "" if text.endswith((".", "?", "!")) else "."
    with contextlib.suppress(BrokenPipeError):
        click.echo(text[:1].upper() + text[1:] + end, err=True)


def echo(text: str = "", *, newline: bool = True) -> None:
    """Print text that may hold anything. Raises BrokenPipeError when nobody reads any more."""
    click.echo(plain(text), nl=newline)
    sys.stdout.flush()


def drop_output() -> None:
    """Send what is still printed nowhere, after the reader went away."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def line_width() -> int | None:
    """The columns of the terminal; None where output goes elsewhere and lines need no end."""
    return max(shutil.get_terminal_size().columns, MIN_WIDTH) if sys.stdout.isatty() else None


def joined(parts: Sequence[str], width: int | None, *, indent: str = "  ") -> str:
    """`parts` with ` · ` between, broken between parts where a line would pass `width`; later lines are indented."""
    lines = [parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]} · {part}"
        if width is None or len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(indent + part)
    return "\n".join(lines)
