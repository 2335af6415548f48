"""Another process: `write PATH` appends until killed, `hold PATH TASK` runs a task until asked to stop."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from store_story import Story, created

from cowork_tui.adapters.store.database import open_database
from cowork_tui.adapters.store.queries import HistoryQueries


async def write(path: Path) -> None:
    store = open_database(path)
    story = Story("t1")
    await store.append("t1", story.begin())
    while True:
        await store.append("t1", story.next_turn())
        print(story.turn, flush=True)


async def hold(path: Path, task_id: str) -> None:
    store, queries = open_database(path), HistoryQueries(path)
    await store.append(task_id, [created(task_id)])
    await store.claim(task_id)
    print("claimed", flush=True)
    while not queries.stop_requested(task_id):
        await asyncio.sleep(0.02)
    await store.acknowledge(task_id, "stop")
    await store.release(task_id)
    store.close()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[2])) if sys.argv[1] == "write" else hold(Path(sys.argv[2]), sys.argv[3]))
