"""Begins and resumes tasks, and watches for what other processes ask of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cowork_tui.core.blocks import SystemText, UserText, make_block
from cowork_tui.core.cap import Cap
from cowork_tui.core.errors import BadInput, StoreError
from cowork_tui.core.events import TaskChanged, TaskCreated, UserSaid
from cowork_tui.core.pricing import Money
from cowork_tui.core.settings import Settings, merge_routes
from cowork_tui.core.state import fold
from cowork_tui.core.task_values import Mode, ModelChoice, Route, Status
from cowork_tui.engine import own_tools
from cowork_tui.engine.loop import TaskLoop
from cowork_tui.engine.prompts import SYSTEM, first_message
from cowork_tui.engine.references import Reference, reference_blocks
from cowork_tui.engine.session import CacheLedger, Ports, Session

TITLE_CHARS = 60
POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Changes:
    """What a resume changes; None leaves it as it is."""

    mode: Mode | None = None
    cap: Cap | None = None
    model: str | None = None
    effort: str | None = None
    routes: tuple[Route, ...] = ()
    say: str | None = None
    folder: str | None = None
    """Where the task's folder stands, if it was moved."""


def title_of(goal: str) -> str:
    """The goal's first line, cut to a title."""
    line = " ".join(goal.strip().splitlines()[0].split())
    return line if len(line) <= TITLE_CHARS else line[: TITLE_CHARS - 1].rstrip() + "…"


async def begin(
    ports: Ports,
    caches: CacheLedger,
    task_id: str,
    goal: str,
    folder: str,
    settings: Settings,
    references: Sequence[Reference] = (),
) -> Session:
    """A new task, stored; reference documents stand in front of its first message.

    Raises BadInput for an empty goal and NotFound for a model that can't be had.
    """
    if not goal.strip():
        raise BadInput('The goal is empty: say what should be done, e.g. cowork-tui run "Sort the receipts".')
    for choice in (settings.choice, *(route.choice for route in settings.routes)):
        ports.catalogue.resolve(choice.model)
    now = ports.clock.now()
    tools = sorted((*ports.tools.definitions(), *own_tools.definitions()), key=lambda tool: tool.name)
    today = datetime.fromtimestamp(now).astimezone().date()
    words = first_message(goal.strip(), folder.replace("\\", "/").rstrip("/").rpartition("/")[2] or folder, today)
    created = TaskCreated(
        at=now,
        task_id=task_id,
        title=title_of(goal),
        goal=goal.strip(),
        folder=folder,
        mode=settings.mode,
        cap=settings.cap,
        budget_tokens=settings.budget_tokens,
        choice=settings.choice,
        routes=settings.routes,
        settings=settings.plan,
        money=ports.provider.money,
        tools=tuple(make_block(tool, ports.count) for tool in tools),
        system=(make_block(SystemText(SYSTEM), ports.count),),
    )
    said = UserSaid(now, 0, (*reference_blocks(references, ports.count), make_block(UserText(words), ports.count)))
    session = Session(ports, caches, fold((created,)))
    await ports.bus.publish(task_id, (created,))
    await session.emit(said)
    return session


async def resume(ports: Ports, caches: CacheLedger, task_id: str, changes: Changes) -> Session:
    """A stored task, ready to go on. Raises NotFound for an unknown id or model, BadInput for a finished task."""
    state = fold(ports.queries.events(task_id))
    if state.status is Status.DONE and changes.say is None:
        raise BadInput(
            f'Task {task_id[:8]} is done: give it something more to do with --say "…", or start a new one with run.'
        )
    for name in (changes.model, *(route.choice.model for route in changes.routes)):
        if name is not None:
            ports.catalogue.resolve(name)
    if Money.DEMO in (state.money, ports.provider.money) and state.money is not ports.provider.money:
        how = "by the demo; add --demo" if state.money is Money.DEMO else "with a key; set ANTHROPIC_API_KEY"
        raise BadInput(f"Task {task_id[:8]} was begun {how} to go on with it.")
    session = Session(ports, caches, state)
    changed = TaskChanged(
        session.now(),
        changes.mode or state.mode,
        changes.cap or state.cap,
        ModelChoice(changes.model or state.choice.model, changes.effort or state.choice.effort),
        merge_routes(state.routes, changes.routes),
        changes.folder if changes.folder != state.folder else None,
    )
    before = (state.mode, state.cap, state.choice, state.routes, None)
    if (changed.mode, changed.cap, changed.choice, changed.routes, changed.folder) != before:
        await session.emit(changed)
    return session


async def run_to_stop(
    session: Session, loop: TaskLoop, acknowledge: Callable[[str], Awaitable[None]] | None = None
) -> Status:
    """Run the loop, and stop or pause it when another process asks for that; `acknowledge` says that a kind of
    request was taken up."""
    watcher = asyncio.ensure_future(_watch(session, loop, acknowledge))
    try:
        return await loop.run()
    finally:
        watcher.cancel()


async def _watch(session: Session, loop: TaskLoop, acknowledge: Callable[[str], Awaitable[None]] | None) -> None:
    watch = session.ports.queries.watch_requests(session.state.task_id)
    actions = {"stop": loop.stop, "pause": loop.pause}
    try:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            with contextlib.suppress(StoreError):  # the loop meets the same trouble, and tells
                for kind in await asyncio.to_thread(watch.poll):
                    actions.get(kind, _nothing)()
                    if acknowledge is not None:
                        await acknowledge(kind)
    finally:
        watch.close()


def _nothing() -> None:
    """For requests of kinds that only a newer program knows."""
