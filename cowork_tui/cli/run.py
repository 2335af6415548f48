"""`cowork-tui run` and `resume`: carry out a task, from here to where it stops."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

import click

from cowork_tui import wiring
from cowork_tui.cli.approvals import choose_approver
from cowork_tui.cli.json_lines import final_line, print_event, print_line
from cowork_tui.cli.output import fail
from cowork_tui.cli.progress import Progress
from cowork_tui.cli.summary import print_header, print_summary
from cowork_tui.core.cap import parse_cap
from cowork_tui.core.errors import BadInput, CoworkError
from cowork_tui.core.events import Route, Status
from cowork_tui.core.settings import Settings, apply_settings, merge_routes, parse_effort, parse_mode, parse_route
from cowork_tui.engine.loop import TaskLoop
from cowork_tui.engine.runner import Changes, begin
from cowork_tui.engine.runner import resume as resume_session
from cowork_tui.engine.session import Ports, Session

P = ParamSpec("P")

EXIT_CODES = {Status.DONE: 0, Status.FAILED: 1, Status.PAUSED: 3, Status.STOPPED: 130}


def task_flags(command: Callable[P, None]) -> Callable[P, None]:
    """The flags that `run` and `resume` share."""
    flags = (
        click.option("--model", help="A line (haiku, sonnet, opus, fable) or an exact model id."),
        click.option("--effort", help="low, medium, high, xhigh or max; the model's default where unset."),
        click.option("--route", "routes", multiple=True, help="A model for a step kind, e.g. extract=haiku:low."),
        click.option("--cap", help="Spending limit: 2.00 for dollars, 200k for tokens."),
        click.option("--mode", help="read-only, ask (default) or auto-edit."),
        click.option("--yes", is_flag=True, help="Allow every change without asking."),
        click.option("--demo", is_flag=True, help="Answer by a script, not AI; costs nothing."),
        click.option("--json", "as_json", is_flag=True, help="One event a line, for programs."),
    )
    for flag in reversed(flags):
        command = flag(command)
    return command


@click.command()
@click.argument("goal")
@click.option("--folder", type=click.Path(path_type=Path), default=Path(), help="The folder to work in; here if unset.")
@task_flags
def run(goal: str, folder: Path, **flags: object) -> None:
    """Carry out GOAL in a folder."""
    _start(lambda: _run(goal, folder, flags))


@click.command()
@click.argument("task")
@click.option("--say", help="Something to tell the task as it goes on.")
@task_flags
def resume(task: str, say: str | None, **flags: object) -> None:
    """Go on with a stored TASK: its id, the first digits of it, or `last`."""
    _start(lambda: _resume(task, say, flags))


def _start(work: Callable[[], object]) -> None:
    try:
        code = asyncio.run(work())  # pyright: ignore[reportArgumentType]
    except CoworkError as error:
        fail(error)
    except KeyboardInterrupt:
        code = 130
    raise SystemExit(code)


async def _run(goal: str, folder: Path, flags: dict[str, object]) -> int:
    if not goal.strip():
        raise BadInput('The goal is empty: say what should be done, e.g. cowork-tui run "Sort the receipts".')
    root = wiring.check_goal_folder(folder)
    home, settings = wiring.home_and_settings(root)
    settings = _with_flags(settings, flags)
    account = wiring.choose_account(settings, demo=bool(flags["demo"]))
    with wiring.open_history(home) as history:
        async with wiring.open_provider(account, settings) as provider:
            ports = await _ports(home, history, provider, root, flags)
            caches = wiring.caches_of(ports)
            if flags["as_json"]:
                ports.bus.subscribe(print_event)
            session = await begin(ports, caches, wiring.new_task_id(), goal, str(root), settings)
            return await _work(history, ports, session, flags)


async def _resume(task: str, say: str | None, flags: dict[str, object]) -> int:
    home, settings = wiring.home_and_settings()
    changes = _changes(flags, say)
    account = wiring.choose_account(settings, demo=bool(flags["demo"]))
    with wiring.open_history(home) as history:
        task_id = history.queries.resolve_task(task)
        folder = next(row.folder for row in history.queries.tasks() if row.id == task_id)
        async with wiring.open_provider(account, settings) as provider:
            ports = await _ports(home, history, provider, Path(folder), flags)
            if flags["as_json"]:
                ports.bus.subscribe(print_event)
            session = await resume_session(ports, wiring.caches_of(ports), task_id, changes)
            return await _work(history, ports, session, flags, say)


async def _ports(
    home: wiring.Home, history: wiring.History, provider: object, folder: Path, flags: dict[str, object]
) -> Ports:
    catalogue = await wiring.load_catalogue(provider)  # pyright: ignore[reportArgumentType]
    approver = choose_approver(yes=bool(flags["yes"]), machine_readable=bool(flags["as_json"]))
    return wiring.make_ports(home, history, provider, catalogue, folder, approver)  # pyright: ignore[reportArgumentType]


async def _work(
    history: wiring.History, ports: Ports, session: Session, flags: dict[str, object], say: str | None = None
) -> int:
    def model_name(model_id: str) -> str:
        card = ports.catalogue.card(model_id)
        return card.name if card else model_id

    loop = TaskLoop(session)
    if say:
        loop.say(say)
    if not flags["as_json"]:
        print_header(session.state, model_name(ports.catalogue.resolve(session.state.choice.model).id))
        ports.bus.subscribe(Progress(session.state, model_name))
    running = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            running.add_signal_handler(number, loop.stop)
    status = await wiring.run_leased(history, session, loop)
    if flags["as_json"]:
        print_line(final_line(session.state))
    else:
        print_summary(session.state, model_name)
    return EXIT_CODES[status]


def _with_flags(settings: Settings, flags: dict[str, object]) -> Settings:
    """Flags on top of everything else. Raises BadInput naming the flag."""
    values = {key: str(flags[key]) for key in ("model", "effort", "cap", "mode") if flags[key] is not None}
    changed, problems = apply_settings(settings, values)
    if problems:
        raise BadInput("\n".join(f"--{problem.key}: {problem.message}" for problem in problems))
    from dataclasses import replace

    return replace(changed, routes=merge_routes(changed.routes, _routes(flags)))


def _routes(flags: dict[str, object]) -> tuple[Route, ...]:
    routes = flags["routes"]
    return tuple(parse_route(str(text)) for text in routes) if isinstance(routes, tuple) else ()


def _changes(flags: dict[str, object], say: str | None) -> Changes:
    def given(name: str) -> str | None:
        value = flags[name]
        return None if value is None else str(value)

    mode, cap, effort = given("mode"), given("cap"), given("effort")
    return Changes(
        mode=parse_mode(mode) if mode else None,
        cap=parse_cap(cap) if cap else None,
        model=given("model"),
        effort=parse_effort(effort) if effort else None,
        routes=_routes(flags),
        say=say,
    )
