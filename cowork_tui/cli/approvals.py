"""Who says yes or no on the command line."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from datetime import datetime

from cowork_tui.cli.output import echo
from cowork_tui.core import figures
from cowork_tui.core.approvals import check_pattern
from cowork_tui.core.errors import BadInput
from cowork_tui.core.plain_text import exact
from cowork_tui.engine.ports import ApprovalAnswer, ApprovalRequest, Approver

NOBODY = "There is no terminal to ask on: allow changes with --yes or --mode auto-edit."
CLOSED = "The user closed the input without an answer."
LONG_PREVIEW_LINES = 15
"""From here on the question is asked again below the preview."""


class YesToAll:
    """`--yes`: everything is allowed."""

    async def ask(self, request: ApprovalRequest) -> ApprovalAnswer:
        """Yes, once."""
        del request
        return ApprovalAnswer(True)


class NobodyThere:
    """No terminal and no `--yes`: every change is denied."""

    async def ask(self, request: ApprovalRequest) -> ApprovalAnswer:
        """No, and why."""
        del request
        return ApprovalAnswer(False, reason=NOBODY)


class Terminal:
    """Asks on the terminal."""

    async def ask(self, request: ApprovalRequest) -> ApprovalAnswer:
        """Shows what would change and waits for a key and enter. What was typed before the question is no answer."""
        question = f"? {exact(request.summary)}"
        echo(f"\n{question}")
        if request.outside_content:
            echo("  Documents were read just before this: make sure that it is you who wants it.")
        waiting = waiting_line(request)
        if waiting:
            echo(f"  {waiting}")
        preview = [f"  {exact(line)}" for line in request.preview.split("\n")] if request.preview else []
        if preview:
            echo("\n".join(preview))
        if len(preview) >= LONG_PREVIEW_LINES:
            echo(question)
        _forget_typed()
        while True:
            echo("  y yes · t for this task · a always · n no, or say why not: ", newline=False)
            answer = await _read_line()
            if answer is None:
                echo()
                return ApprovalAnswer(False, reason=CLOSED)
            match answer.strip().lower():
                case "y" | "yes":
                    return ApprovalAnswer(True)
                case "t":
                    return ApprovalAnswer(True, scope="task")
                case "a" | "always":
                    return await self._always(request)
                case "n" | "no":
                    return ApprovalAnswer(False)
                case "":
                    continue
                case _:
                    return ApprovalAnswer(False, reason=f"The user says: {answer.strip()}")

    async def _always(self, request: ApprovalRequest) -> ApprovalAnswer:
        """Asks which paths it is for; enter takes what is suggested."""
        suggested = exact(request.pattern)
        while True:
            echo(f"  {request.tool} on which files of this folder? enter for {suggested} · a pattern: ", newline=False)
            answer = await _read_line()
            if answer is None:
                echo()
                return ApprovalAnswer(False, reason=CLOSED)
            try:
                pattern = check_pattern(answer) if answer.strip() else request.pattern
            except BadInput as error:
                echo(f"  {error}")
                continue
            echo("  Kept as a rule; `cowork-tui rules` lists and removes rules.")
            return ApprovalAnswer(True, scope="always", pattern=pattern)


def waiting_line(request: ApprovalRequest) -> str:
    """`waits for you · cache cold at 14:32, then +$0.11`; nothing where nothing is warm."""
    if request.cold_at is None:
        return ""
    when = datetime.fromtimestamp(request.cold_at).astimezone().strftime("%H:%M")
    extra = request.cold_extra_nanodollars
    return f"waits for you · cache cold at {when}" + (f", then +{figures.dollars(extra)}" if extra else "")


def _forget_typed() -> None:
    with contextlib.suppress(ImportError, OSError):
        import termios

        with contextlib.suppress(termios.error):
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


async def _read_line() -> str | None:
    """A line from the terminal, None at the end of input.

    It is read on a thread of its own, so that Ctrl-C still stops the task, and past Python's buffer, whose lock would
    keep the program from ending while the thread waits.
    """
    loop = asyncio.get_running_loop()
    line: asyncio.Future[bytes] = loop.create_future()

    def give(data: bytes) -> None:
        if not line.done():
            line.set_result(data)

    def read() -> None:
        try:
            data = os.read(sys.stdin.fileno(), 4096)
        except OSError:
            data = b""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(give, data)

    threading.Thread(target=read, name="approval", daemon=True).start()
    data = await line
    return data.decode(errors="replace") if data else None


def choose_approver(*, yes: bool, machine_readable: bool) -> Approver:
    """By the flags and by whether a person can see the question and answer it."""
    if yes:
        return YesToAll()
    return Terminal() if not machine_readable and sys.stdin.isatty() and sys.stdout.isatty() else NobodyThere()
