"""Who says yes or no on the command line."""

from __future__ import annotations

import asyncio
import sys
import threading

from cowork_tui.cli.output import echo
from cowork_tui.engine.ports import ApprovalAnswer, ApprovalRequest, Approver


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
        return ApprovalAnswer(
            False, reason="Nobody is at the terminal to allow it."
        )


class Terminal:
    """Asks on the terminal."""

    async def ask(self, request: ApprovalRequest) -> ApprovalAnswer:
        """Shows what would change and waits for a key and enter."""
        echo(f"\n? {request.summary}")
        if request.outside_content:
            echo("  Content from outside came in just before this.")
        if request.preview:
            echo("\n".join(f"  {line}" for line in request.preview.splitlines()))
        while True:
            echo("  y yes · t yes, for the rest of this task · n no, or say why not: ", newline=False)
            answer = (await _read_line()).strip()
            match answer.lower():
                case "y" | "yes":
                    return ApprovalAnswer(True)
                case "t":
                    return ApprovalAnswer(True, scope="task")
                case "n" | "no":
                    return ApprovalAnswer(False)
                case "":
                    continue
                case _:
                    return ApprovalAnswer(False, reason=answer)


async def _read_line() -> str:
    """A line of input, read on a thread of its own so that Ctrl-C still stops the task. End of input means no."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def give(text: str) -> None:
        if not line.done():
            line.set_result(text)

    def read() -> None:
        text = sys.stdin.readline() or "no\n"
        loop.call_soon_threadsafe(give, text)

    threading.Thread(target=read, name="approval", daemon=True).start()
    return await line


def choose_approver(*, yes: bool, machine_readable: bool) -> Approver:
    """By the flags and by whether a person can see the question and answer it."""
    if yes:
        return YesToAll()
    return Terminal() if not machine_readable and sys.stdin.isatty() and sys.stdout.isatty() else NobodyThere()
