"""What happens when the program itself is at fault: one sentence, and a report without secrets."""

from __future__ import annotations

import contextlib
import os
import traceback
from pathlib import Path

from cowork_tui.adapters.config_files import find_home
from cowork_tui.adapters.secrets import hide_keys
from cowork_tui.cli.output import print_error
from cowork_tui.core.errors import CoworkError
from cowork_tui.core.plain_text import plain

DEBUG_VARIABLE = "COWORK_TUI_DEBUG"
REPORT_NAME = "crash.txt"


def report_crash(error: BaseException) -> None:
    """Say what happened in a sentence and keep the traceback in the home folder, or print it when debugging.

    Values of variables are in neither, and whatever looks like a key is taken out.
    """
    report = plain(hide_keys("".join(traceback.format_exception(error))))
    if os.environ.get(DEBUG_VARIABLE):
        print_error(report)
    place = _kept(report)
    where = f"the report is {place}" if place else f"set {DEBUG_VARIABLE}=1 to see where"
    kind = type(error).__name__
    print_error(f"cowork-tui failed by a fault of its own ({kind}); what was stored is kept, and {where}")


def _kept(report: str) -> Path | None:
    with contextlib.suppress(OSError, CoworkError):
        file = find_home().path / REPORT_NAME
        file.write_text(report, encoding="utf-8", errors="backslashreplace")
        file.chmod(0o600)
        return file
    return None
