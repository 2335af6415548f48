"""The demo server as a child process, for tasks that run without a key."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from types import TracebackType

from cowork_tui.adapters.secrets import without_secrets
from cowork_tui.core.errors import CoworkError

START_SECONDS = 30.0
READY_PREFIX = "listening on "


class DemoProcess:
    """Starts the demo server on a free port; it ends when this block does, or when this process dies.

    Each start has a key of its own: the server's caches begin empty, so earlier ones must not be counted on.
    """

    def __init__(self) -> None:
        self.api_key = f"demo-{secrets.token_hex(8)}"
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> str:
        """The server's base URL."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cowork_tui",
            "demo-server",
            "--port",
            "0",
            "--until-input-closes",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=without_secrets(os.environ),
            start_new_session=True,  # Ctrl-C is for the task, which still needs the server to stop cleanly
        )
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), START_SECONDS)
        except TimeoutError:
            line = b""
        text = line.decode(errors="replace").strip()
        if READY_PREFIX not in text:
            await self.__aexit__(None, None, None)
            raise CoworkError("The demo server did not start; try `cowork-tui demo-server` to see why.")
        return text.partition(READY_PREFIX)[2]

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 2.0)
        except TimeoutError:
            process.kill()
            await process.wait()
