"""`cowork-tui` as a process of its own that costs no start: forks of one process that has loaded everything."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.clerk import answer
from cowork_tui.demo.running import running
from cowork_tui.wiring.demo import demo_settings
from tests.scenarios.conftest import TOKENIZER

CHILD = Path(__file__).with_name("crash_child.py")


@dataclass
class Program:
    """Forks of one loaded program."""

    process: subprocess.Popen[str]
    variables: dict[str, str]
    out: Path

    def run(
        self, home: Path, *argv: str, kill_when: Callable[[], bool] | None = None, largest_file_bytes: int = 0,
        unprivileged: bool = False,
    ) -> int:  # fmt: skip
        """The exit code; -9 where it was killed first. What it prints is in `out`.

        `largest_file_bytes` makes writes beyond fail, as on a full disk; `unprivileged` makes permissions count, which
        root is above.
        """
        env = {**self.variables, "COWORK_TUI_HOME": str(home)}
        order = {"argv": argv, "env": env, "out": str(self.out), "limit": largest_file_bytes, "drop": unprivileged}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        pid = int(self._line())
        if kill_when is not None:
            with contextlib.suppress(ProcessLookupError):
                while not kill_when():
                    os.kill(pid, 0)
                    time.sleep(0.001)
                os.kill(pid, signal.SIGKILL)
        return int(self._line())

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@contextlib.contextmanager
def loaded(place: Path, on_billed: Callable[[JsonObject], None]) -> Iterator[Program]:
    """The program, with a demo server in this process."""
    settings = demo_settings(TOKENIZER.count, time.time, 7, answer)
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    with running(replace(settings, on_billed=on_billed)) as base_url:
        variables = {"ANTHROPIC_BASE_URL": base_url, "ANTHROPIC_API_KEY": "key", "HOME": str(place)}
        command = [sys.executable, str(CHILD)]
        with subprocess.Popen(
            command, text=True, env=kept | variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            yield Program(process, variables, place / "out.txt")
            assert process.stdin is not None
            process.stdin.close()


def make_folder(root: Path) -> Path:
    root.mkdir(parents=True)
    for number, (day, vendor, total) in enumerate(
        [("2026-01-04", "Rossi", "12.50"), ("2026-01-20", "Café Lindqvist", "8.00"), ("2026-02-03", "Visser", "99.99")]
    ):
        text = f"{vendor}\nReceipt no. {number}\nDate: {day}\nItem  {total}\nTotal EUR {total}\n"
        (root / f"receipt-{number}.txt").write_text(text, encoding="utf-8")
    (root / "notes.md").write_text("# Notes\nCall the landlord.\n", encoding="utf-8")
    return root


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
