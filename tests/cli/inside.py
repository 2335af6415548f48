"""`cowork-tui` inside the test's own process: the same entry and exit codes, without the time that a start takes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner

from cowork_tui.cli import main
from tests.cli.program import Program


@dataclass(frozen=True)
class Inside(Program):
    """A program whose runs happen here."""

    def with_variables(self, **variables: str) -> Inside:
        return Inside(self.home, self.variables | variables)

    def run(self, *arguments: str | Path | bytes, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run to the end, with `typed` on standard input."""
        told = [str(argument) for argument in arguments]
        with (
            CliRunner().isolation(input=typed, env=self.environment()) as (out, err, _),
            patch.object(sys, "argv", ["cowork-tui", *told]),
        ):
            try:
                main()
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
            sys.stdout.flush()
            sys.stderr.flush()
            said, complained = out.getvalue(), err.getvalue()
        return subprocess.CompletedProcess(told, code, said.decode("utf-8"), complained.decode("utf-8"))
