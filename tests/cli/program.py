"""`cowork-tui` as its users meet it: real processes, on pipes or on a terminal."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

GUARD = Path(__file__).parents[1] / "guard"
KEYRINGS = Path(__file__).parents[1] / "keyrings"
NO_KEYRING = "keyring.backends.fail.Keyring"
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Program:
    """`cowork-tui` with its own home, and what it is told by the environment."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT", "TMPDIR") if name in os.environ}
        own = {"HOME": str(self.home.parent), "COWORK_TUI_HOME": str(self.home), "PYTHONPATH": str(GUARD)}
        own["PYTHON_KEYRING_BACKEND"] = NO_KEYRING
        return kept | own | self.variables | more

    def with_variables(self, **variables: str) -> Program:
        return Program(self.home, self.variables | variables)

    def with_keyring(self, kind: str = "FolderKeyring") -> Program:
        """With one of the keyrings for tests."""
        return self.with_variables(
            PYTHONPATH=os.pathsep.join((str(GUARD), str(KEYRINGS))),
            PYTHON_KEYRING_BACKEND=f"file_keyring.{kind}",
            TEST_KEYRING_FILE=str(self.home.parent / "keyring.json"),
        )

    def start(self, *arguments: str | Path | bytes, **more: object) -> subprocess.Popen[str]:
        """Begin; both streams are read as text, and input is closed unless given."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [sys.executable, "-m", "cowork_tui", *arguments],
            env=self.environment(),
            encoding="utf-8",
            errors="surrogateescape",
            **(streams | more),  # type: ignore[arg-type]
        )

    def run(self, *arguments: str | Path | bytes) -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def refused(self, *arguments: str | Path | bytes, code: int = 2) -> str:
        """Run what can't work: nothing on standard output, one sentence on standard error, that exit code."""
        done = self.run(*arguments)
        assert (done.returncode, done.stdout) == (code, ""), done
        sentence = done.stderr.removesuffix("\n")
        assert "\n" not in sentence, sentence
        assert_sentence(sentence)
        return sentence


def assert_sentence(text: str) -> None:
    """It begins with a capital letter, or with a path as it is, and ends with a stop."""
    assert text[:1].isupper() or text.startswith("/"), text
    assert text.endswith((".", "?")), text
    assert "Traceback" not in text


@dataclass
class Screen:
    """A program on a terminal of its own, 80 columns wide, driven as by a person."""

    pid: int
    master: int
    seen: str = ""

    def read_until(self, text: str) -> str:
        """What came since the last call, up to and with `text`."""
        before = len(self.seen)
        until = time.monotonic() + PATIENCE_SECONDS
        while text not in self.seen[before:]:
            assert time.monotonic() < until, f"waited for {text!r} and saw {self.seen[before:]!r}"
            assert self._more(), f"waited for {text!r} and saw {self.seen[before:]!r}"
        return self.seen[before:]

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._more():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _more(self) -> bool:
        try:
            data = os.read(self.master, 65536)
        except OSError:  # the other side has closed
            return False
        self.seen += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


@contextlib.contextmanager
def on_terminal(program: Program, *arguments: str | Path) -> Iterator[Screen]:
    """The program on a pseudo-terminal."""
    import pty

    pid, master = pty.fork()
    if pid == 0:
        command = [sys.executable, "-m", "cowork_tui", *map(str, arguments)]
        os.execve(command[0], command, program.environment(COLUMNS="80", LINES="24", TERM="xterm"))
    screen = Screen(pid, master)
    try:
        yield screen
    finally:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0] == 0:
                os.kill(pid, 9)
                os.waitpid(pid, 0)
        os.close(master)
