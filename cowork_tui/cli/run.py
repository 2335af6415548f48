"""`cowork-tui run` and `resume`: carry out a task, from here to where it stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ParamSpec

import click

from cowork_tui import wiring
from cowork_tui.cli.approvals import NOBODY, NobodyThere, choose_approver
from cowork_tui.cli.completion import complete_effort, complete_mode, complete_model, complete_route, complete_task
from cowork_tui.cli.json_lines import final_line, print_event, print_line
from cowork_tui.cli.output import echo, fail, print_error
from cowork_tui.cli.progress import Progress
from cowork_tui.cli.references import reference_line, reference_words
from cowork_tui.cli.summary import print_header, print_summary
from cowork_tui.cli.watching import Reader, stop_on_signals
from cowork_tui.core.cap import parse_cap
from cowork_tui.core.errors import BadInput, CoworkError
from cowork_tui.core.settings import Settings, apply_settings, merge_routes, parse_effort, parse_mode, parse_route
from cowork_tui.core.task_values import Mode, Route, Status
from cowork_tui.engine.loop import TaskLoop
from cowork_tui.engine.references import ReferenceCost, reference_cost
from cowork_tui.engine.runner import Changes, begin
from cowork_tui.engine.runner import resume as resume_session
from cowork_tui.engine.session import Ports, Session
from cowork_tui.engine.undo import finish

P = ParamSpec("P")

EVERY_TASK = 2**62
EXIT_CODES = {Status.DONE: 0, Status.FAILED: 1, Status.PAUSED: 3, Status.STOPPED: 130}


def task_flags(command: Callable[P, None], *, defaults: bool) -> Callable[P, None]:
    """The flags that `run` and `resume` share; their help tells defaults where `defaults` is set."""

    def default(value: str) -> str:
        return f"  [default: {value}]" if defaults else ""

    own = "the model's own"
    flags = (
        click.option(
            "--model", metavar="LINE|ID", shell_complete=complete_model,
            help=f"haiku, sonnet, opus, fable, or an exact id.{default('sonnet')}",
        ),
        click.option(
            "--effort", metavar="EFFORT", shell_complete=complete_effort,
            help=f"low, medium, high, xhigh or max.{default(own)}",
        ),
        click.option(
            "--route",
            "routes",
            metavar="KIND=MODEL",
            multiple=True,
            shell_complete=complete_route,
            help="A model for a kind of step (plan, act, extract, write, review, summarise), e.g. extract=haiku:low. "
            "May be given several times.",
        ),
        click.option(
            "--cap", metavar="AMOUNT", help=f"Spending limit: 2.00 for dollars, 200k for new tokens.{default('none')}"
        ),
        click.option(
            "--mode", metavar="MODE", shell_complete=complete_mode,
            help=f"read-only, ask, or auto-edit (changes without asking).{default('ask')}"
        ),
        click.option("--yes", is_flag=True, help="Allow every change without asking."),
        click.option("--demo", is_flag=True, help="Answer by a script, not AI. Also what happens without a key."),
        click.option("--json", "as_json", is_flag=True, help="One event a line; the last line holds the totals."),
    )
    for flag in reversed(flags):
        command = flag(command)
    return command


@click.command()
@click.argument("goal")
@click.option(
    "--folder", metavar="DIR", type=click.Path(path_type=Path), default=Path(),
    help="The folder to work in; nothing outside it is touched.  [default: the current folder]",
)  # fmt: skip
@click.option(
    "--reference", "references", metavar="FILE", type=click.Path(path_type=Path), multiple=True,
    help="A document that the task has before it from the start; its price is said first. May be given several times.",
)  # fmt: skip
@partial(task_flags, defaults=True)
def run(goal: str, folder: Path, references: tuple[Path, ...], **flags: object) -> None:
    """Carry out GOAL in a folder.

    GOAL is what should be done, in your words and in quotes. Defaults may be changed in config.toml.
    """
    _start(lambda: _run(goal, folder, references, flags))


@click.command()
@click.argument("task", shell_complete=complete_task)
@click.option("--say", metavar="TEXT", help="Something to tell the task as it goes on.")
@click.option(
    "--folder", metavar="DIR", type=click.Path(path_type=Path), help="Where the task's folder stands, if it was moved."
)
@partial(task_flags, defaults=False)
def resume(task: str, say: str | None, folder: Path | None, **flags: object) -> None:
    """Go on with a stored TASK.

    TASK is its id, the first digits of it, or `last`. What is not given stays as it was.
    """
    _start(lambda: _resume(task, say, folder, flags))


def _start(work: Callable[[], object]) -> None:
    try:
        code = asyncio.run(work())  # pyright: ignore[reportArgumentType]
    except CoworkError as error:
        fail(error)
    except KeyboardInterrupt:
        print_error("Stopped before the task went on; nothing was sent.")
        code = EXIT_CODES[Status.STOPPED]
    raise SystemExit(code)


async def _run(goal: str, folder: Path, references: tuple[Path, ...], flags: dict[str, object]) -> int:
    if not goal.strip():
        raise BadInput('The goal is empty: say what should be done, e.g. cowork-tui run "Sort the receipts".')
    root = wiring.check_goal_folder(folder)
    home, settings = wiring.home_and_settings(root)
    settings = _with_flags(settings, flags)
    account = wiring.choose_account(settings, demo=bool(flags["demo"]))
    given = await asyncio.to_thread(wiring.read_references, references) if references else ()
    with wiring.open_history(home) as history:
        async with wiring.open_provider(account, settings) as provider:
            ports = await _ports(home, history, provider, root, settings, flags)
            caches = wiring.caches_of(ports)
            if given:
                _say_references(reference_cost(ports, settings, given), as_json=bool(flags["as_json"]))
            reader = Reader()
            if flags["as_json"]:
                ports.bus.subscribe(reader.printing(print_event))
            session = await begin(ports, caches, wiring.new_task_id(), goal, str(root), settings, given)
            return await _work(history, ports, session, TaskLoop(session), reader, as_json=bool(flags["as_json"]))


def _say_references(cost: ReferenceCost, *, as_json: bool) -> None:
    if as_json:
        print_line(reference_line(cost))
    else:
        echo(reference_words(cost))


async def _resume(task: str, say: str | None, moved_to: Path | None, flags: dict[str, object]) -> int:
    home, settings = wiring.home_and_settings()
    changes = _changes(flags, say)
    account = wiring.choose_account(settings, demo=bool(flags["demo"]))
    with wiring.open_history(home) as history:
        task_id = history.queries.resolve_task(task)
        await history.store.claim(task_id)  # before anything is said or stored: another process may be running it
        await finish(wiring.undo_ports(home, history), task_id)
        row = next(row for row in history.queries.tasks(EVERY_TASK) if row.id == task_id)
        folder = wiring.check_goal_folder(moved_to or Path(row.folder))
        changes = replace(changes, folder=str(folder))
        async with wiring.open_provider(account, settings) as provider:
            ports = await _ports(home, history, provider, folder, settings, flags)
            reader = Reader()
            if flags["as_json"]:
                ports.bus.subscribe(reader.printing(print_event))
            session = await resume_session(ports, wiring.caches_of(ports), task_id, changes)
            loop = TaskLoop(session)
            if say:
                loop.say(say)
            return await _work(history, ports, session, loop, reader, as_json=bool(flags["as_json"]))


async def _ports(
    home: wiring.Home,
    history: wiring.History,
    provider: object,
    folder: Path,
    settings: Settings,
    flags: dict[str, object],
) -> Ports:
    catalogue = await wiring.load_catalogue(provider)  # pyright: ignore[reportArgumentType]
    approver = choose_approver(yes=bool(flags["yes"]), machine_readable=bool(flags["as_json"]))
    return wiring.make_ports(
        home,
        history,
        provider,  # pyright: ignore[reportArgumentType]
        catalogue,
        folder,
        approver,
        settings,
    )


async def _work(
    history: wiring.History, ports: Ports, session: Session, loop: TaskLoop, reader: Reader, *, as_json: bool
) -> int:
    def model_name(model_id: str) -> str:
        card = ports.catalogue.card(model_id)
        return card.name if card else model_id

    stop_on_signals(loop)
    reader.watched_by(loop)
    try:
        if not as_json:
            print_header(session.state, model_name(ports.catalogue.resolve(session.state.choice.model).id))
            if isinstance(ports.approver, NobodyThere) and session.state.mode is Mode.ASK:
                echo(f"! {NOBODY}")
            ports.bus.subscribe(reader.printing(Progress(session.state, model_name)))
    except BrokenPipeError:
        reader.leave()
    status = await wiring.run_leased(history, session, loop)
    if not reader.gone:
        if as_json:
            print_line(final_line(session.state))
        else:
            print_summary(session.state, model_name)
    return EXIT_CODES[status]


def _with_flags(settings: Settings, flags: dict[str, object]) -> Settings:
    """Flags on top of everything else. Raises BadInput naming the flag."""
    values = {key: str(flags[key]) for key in ("model", "effort", "cap", "mode") if flags[key] is not None}
    changed, problems = apply_settings(settings, values)
    if problems:
        raise BadInput("\n".join(problem.message for problem in problems))
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
