"""Hands events on: durable ones are committed first, only then does anyone see them."""

from __future__ import annotations

from collections.abc import Sequence

from cowork_tui.core.events import Event
from cowork_tui.engine.ports import Store, Subscriber


class Bus:
    """One task's way out of the engine."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call `subscriber` with every event from here on, in the engine's own loop; it must not block."""
        self._subscribers.append(subscriber)

    async def publish(self, task_id: str, events: Sequence[Event]) -> None:
        """Commit what is durable, then tell everyone. Raises StoreError when it can't be committed."""
        if any(event.durable for event in events):
            await self._store.append(task_id, events)
        self.tell(task_id, events)

    def tell(self, task_id: str, events: Sequence[Event]) -> None:
        """Tell everyone of events that need no commit."""
        for subscriber in self._subscribers:
            for event in events:
                subscriber(task_id, event)
