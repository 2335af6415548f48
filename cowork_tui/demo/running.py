"""A demo server in the background of the same process, for tests and tools."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cowork_tui.demo.server import DemoServer, listening
from cowork_tui.demo.settings import DemoSettings

_PATIENCE_SECONDS = 10.0


@contextmanager
def running(settings: DemoSettings, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve on a thread with its own event loop; yields the base URL, and ends the server with the block.

    Usable from sync and async code. Raises `RuntimeError` if the server does not come up.
    """
    ready = threading.Event()
    ports: list[int] = []

    def note(chosen: int) -> None:
        ports.append(chosen)
        ready.set()

    with listening(host, port) as listener:
        server = DemoServer(settings, note)
        thread = threading.Thread(target=server.run, args=([listener],), name="demo-server", daemon=True)
        thread.start()
        try:
            if not ready.wait(_PATIENCE_SECONDS):
                raise RuntimeError(f"the demo server did not start on {host}:{port}")
            yield f"http://{host}:{ports[0]}"
        finally:
            server.should_exit = True
            thread.join(_PATIENCE_SECONDS)
