"""What the app runs on: Python, the terminal, its colours, and the means to fence programs in."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from cowork_tui.adapters.doctor.finding import Finding, failed, ok, warning
from cowork_tui.adapters.secrets import without_secrets

OLDEST_PYTHON = (3, 11)
LEAST_COLUMNS, LEAST_LINES = 80, 24
SANDBOX_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Screen:
    """The terminal that output goes to; `columns` and `lines` are None where there is none."""

    columns: int | None
    lines: int | None


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Whether Python is new enough."""
    text = f"{'.'.join(map(str, version))} on {platform.system()} {platform.machine()}"
    if version[:2] < OLDEST_PYTHON:
        return failed("python", text, "Install Python 3.11 or newer, then reinstall cowork-tui with it.")
    return ok("python", text)


def speaks_utf8(environment: Mapping[str, str]) -> bool:
    """Whether the terminal takes UTF-8, by the locale that the environment names."""
    if os.name == "nt":
        return True
    locale = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    return locale.lower().replace("-", "").partition("@")[0].endswith("utf8")


def check_terminal(screen: Screen, environment: Mapping[str, str]) -> Finding:
    """Size, kind and encoding of the terminal."""
    kind = environment.get("TERM", "")
    encoding = "UTF-8" if speaks_utf8(environment) else "not UTF-8"
    if screen.columns is None or screen.lines is None:
        return ok("terminal", f"none here: output goes to a file or another program, {encoding}")
    text = f"{screen.columns} x {screen.lines}, TERM={kind or '(not set)'}, {encoding}"
    if kind in ("", "dumb") and os.name == "posix":
        return warning("terminal", text, "Use a terminal that moves its cursor, or: export TERM=xterm-256color")
    if encoding != "UTF-8":
        return warning("terminal", text, "Choose a UTF-8 locale: export LC_ALL=C.UTF-8")
    if screen.columns < LEAST_COLUMNS or screen.lines < LEAST_LINES:
        return warning("terminal", text, f"Make the window at least {LEAST_COLUMNS} x {LEAST_LINES}.")
    return ok("terminal", text)


def check_colours(environment: Mapping[str, str]) -> Finding:
    """How many colours the terminal says it shows."""
    if environment.get("NO_COLOR"):
        return ok("colours", "off, since NO_COLOR is set")
    kind = environment.get("TERM", "")
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit") or kind.endswith("-direct"):
        return ok("colours", "truecolor")
    if "256" in kind:
        return ok("colours", "256")
    if kind in ("", "dumb"):
        return ok("colours", "none")
    fix = "If your terminal shows more: export COLORTERM=truecolor (or TERM=xterm-256color)"
    return warning("colours", "16, by what TERM says", fix)


def check_sandbox(system: str = sys.platform, path: str | None = None) -> Finding:
    """Whether shell commands could be fenced in; `path` is where programs are looked for, else `$PATH`."""
    program, fix = _SANDBOXES.get(system, ("", ""))
    if not program:
        return warning("sandbox", f"none for {system}, so shell commands stay off", "Nothing else needs it.")
    found = shutil.which(program, path=path)
    if found is None:
        return warning("sandbox", f"{program} is not installed, so shell commands stay off", fix)
    reason = _refusal(found) if program == "bwrap" else ""
    if reason:
        return warning(
            "sandbox",
            f"{found} can't make a sandbox ({reason}), so shell commands stay off",
            "Allow unprivileged user namespaces: see the manual of bubblewrap or of your distribution.",
        )
    return ok("sandbox", found)


_SANDBOXES = {
    "linux": ("bwrap", "Install bubblewrap: sudo apt install bubblewrap (or dnf, pacman, zypper)"),
    "darwin": ("sandbox-exec", "It comes with macOS: add /usr/bin to PATH"),
}


def _refusal(program: str) -> str:
    """Why the smallest sandbox can't be made; empty where it can."""
    command = [program, "--unshare-all", "--ro-bind", "/", "/", "--", "true"]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SANDBOX_SECONDS, env=without_secrets(os.environ), check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    if done.returncode == 0:
        return ""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else f"exit code {done.returncode}"
