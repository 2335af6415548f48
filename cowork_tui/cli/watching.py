"""Stops a run when nobody reads its output any more, and on the signals that mean stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal

from cowork_tui.cli.output import drop_output
from cowork_tui.core.events import Event
from cowork_tui.engine.loop import TaskLoop
from cowork_tui.engine.ports import Subscriber

STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Reader:
    """Whoever reads what a run prints. Once they are gone the task stops, and what is still to say goes nowhere."""

    def __init__(self) -> None:
        self.gone = False
        self._loop: TaskLoop | None = None

    def watched_by(self, loop: TaskLoop) -> None:
        """Stop this one when the reader leaves, or at once if they have."""
        self._loop = loop
        if self.gone:
            loop.stop()

    def printing(self, subscriber: Subscriber) -> Subscriber:
        """`subscriber` for as long as somebody reads."""

        def told(task_id: str, event: Event) -> None:
            if self.gone:
                return
            try:
                subscriber(task_id, event)
            except OSError:
                self.leave()

        return told

    def leave(self) -> None:
        """The reader is gone."""
        self.gone = True
        drop_output()
        if self._loop is not None:
            self._loop.stop()


def stop_on_signals(loop: TaskLoop) -> None:
    """Ctrl-C, `kill` and a closed terminal stop the task cleanly."""
    running = asyncio.get_running_loop()
    for name in STOP_SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            with contextlib.suppress(NotImplementedError):
                running.add_signal_handler(number, loop.stop)
