"""`cowork-tui tasks`, `show`, `stop`, `pause` and `verify`: what is stored."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime

import click

from cowork_tui import wiring
from cowork_tui.cli.completion import complete_task
from cowork_tui.cli.json_lines import final_line, print_line
from cowork_tui.cli.output import DEMO_NOTE, echo, fail, line_width
from cowork_tui.cli.plan_lines import plan_lines
from cowork_tui.cli.summary import STATUS_WORDS, print_stored_header, print_summary
from cowork_tui.cli.turn_line import miss_line, turn_line
from cowork_tui.core import figures
from cowork_tui.core.errors import CoworkError
from cowork_tui.core.models import known_card
from cowork_tui.core.plain_text import one_line
from cowork_tui.core.pricing import Money
from cowork_tui.core.state import TaskState, fold
from cowork_tui.core.task_values import MissCause, Status
from cowork_tui.engine.ports import TaskRow

STOP_PATIENCE_SECONDS = 3.0
EVERY_TASK = 1 << 62
STATUS_CHARS = 7
TITLE_CHARS, MIN_TITLE_CHARS = 60, 16


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON list, for programs.")
def tasks(as_json: bool) -> None:
    """List stored tasks, newest first."""
    try:
        rows = wiring.list_tasks(wiring.find_home())
    except CoworkError as error:
        fail(error)
    if as_json:
        click.echo(json_list([_row_json(row) for row in rows]))
        return
    if not rows:
        echo('No tasks yet. Try: cowork-tui sample demo-folder, then cowork-tui run "…" --folder demo-folder')
        return
    for row in rows:
        echo(_row_line(row, line_width()))
    if any(row.money is Money.DEMO for row in rows):
        echo(DEMO_NOTE)


def json_list(rows: list[dict[str, object]]) -> str:
    """A JSON list, one element a line, in plain ASCII."""
    return "[" + ",\n ".join(json.dumps(row) for row in rows) + "]"


def _row_json(row: TaskRow) -> dict[str, object]:
    found: dict[str, object] = {
        "id": row.id,
        "title": row.title,
        "status": row.status,
        "cost_nanodollars": None if row.money is Money.UNKNOWN else row.cost_nanodollars,
        "money": row.money.value,
        "turns": row.turns,
        "model": row.model,
        "folder": row.folder,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    if row.money is Money.DEMO:
        found["note"] = DEMO_NOTE
    return found


def _row_line(row: TaskRow, width: int | None) -> str:
    when = datetime.fromtimestamp(row.updated_at).astimezone().strftime("%d %b %H:%M")
    cost = figures.UNKNOWN if row.money is Money.UNKNOWN else figures.dollars(row.cost_nanodollars)
    kind = "" if row.money is Money.BILLED else row.money.value
    turns = f"{row.turns} turn{' ' if row.turns == 1 else 's'}"
    status = STATUS_WORDS[Status(row.status)]
    start = f"{row.id[:8]}  {when}  {status:<{STATUS_CHARS}}  {turns:>9}  {cost:>7} {kind:<7}  "
    return start + one_line(row.title, max((width or len(start) + TITLE_CHARS) - len(start), MIN_TITLE_CHARS))


@click.command()
@click.argument("task", shell_complete=complete_task)
@click.option("--json", "as_json", is_flag=True, help="The task's state as one JSON object.")
def show(task: str, as_json: bool) -> None:
    """Show a stored TASK, turn by turn.

    TASK is its id, the first digits of it, or `last`. Shown are plan, every turn with what it sent and cost, cache
    misses, files and totals.
    """
    try:
        home = wiring.find_home()
        with wiring.saving_what_can_be_read(home):
            queries = wiring.open_queries(home)
            state = fold(queries.events(queries.resolve_task(task)))
    except CoworkError as error:
        fail(error)
    if as_json:
        print_line({**final_line(state), "event": "task", "title": state.title, "goal": state.goal})
        return
    _show(state)


def _show(state: TaskState) -> None:
    when = datetime.fromtimestamp(state.created_at).astimezone().strftime("%d %B %Y %H:%M")
    print_stored_header(state, when)
    if state.steps:
        echo("\n" + "\n".join(plan_lines(state.steps)))
    if state.turns:
        echo()
    for record in state.turns:
        echo(turn_line(record, model_name(record.planned.choice.model), line_width()))
        if record.failed_attempts:
            echo(f"  ! {record.failed_attempts} failed attempt{'' if record.failed_attempts == 1 else 's'}")
        if record.miss is not None and record.miss.cause is not MissCause.MODEL:
            echo("  " + miss_line(record.miss))
    print_summary(state, model_name)


def model_name(model_id: str) -> str:
    """A model's name for people, without asking a server."""
    card = known_card(model_id)
    return card.name if card else model_id


@click.command()
@click.argument("task", shell_complete=complete_task)
def stop(task: str) -> None:
    """Stop a running TASK, also in another terminal.

    TASK is its id, the first digits of it, or `last`.
    """
    try:
        echo(asyncio.run(_request(task, "stop")))
    except CoworkError as error:
        fail(error)


@click.command()
@click.argument("task", shell_complete=complete_task)
def pause(task: str) -> None:
    """Pause a running TASK after its turn.

    TASK is its id, the first digits of it, or `last`.
    """
    try:
        echo(asyncio.run(_request(task, "pause")))
    except CoworkError as error:
        fail(error)


async def _request(task: str, kind: str) -> str:
    """Ask whichever process runs the task to stop or pause it, and wait shortly for what becomes of that."""
    home = wiring.find_home()
    wiring.open_queries(home)
    with wiring.open_history(home) as history:
        task_id = history.queries.resolve_task(task)
        name = f"Task {task_id[:8]}"
        if history.queries.running_pid(task_id) is None:
            return f"{name} is not running."
        await history.store.request(task_id, kind)
        until = time.monotonic() + STOP_PATIENCE_SECONDS
        while time.monotonic() < until:
            await asyncio.sleep(0.1)
            if history.queries.running_pid(task_id) is None:
                status = next(row.status for row in history.queries.tasks(EVERY_TASK) if row.id == task_id)
                hint = "" if status == Status.DONE else f" Go on with: cowork-tui resume {task_id[:8]}"
                return f"{name} is {STATUS_WORDS[Status(status)]}.{hint}"
            if kind == "pause" and not history.queries.is_requested(task_id, kind):
                return f"{name} pauses once the turn that runs has ended."
        return f"{name} was asked to {kind} and has not answered yet."


@click.command()
@click.argument("task", shell_complete=complete_task)
def verify(task: str) -> None:
    """Compare a TASK's history with what was sent.

    Every request is rebuilt from what is stored and compared byte for byte. TASK is its id, the first digits of it, or
    `last`. Exit code 1 where one differs.
    """
    try:
        home = wiring.find_home()
        count, problems = wiring.verify_task(home, task)
    except CoworkError as error:
        fail(error)
    for problem in problems:
        echo(problem)
    if problems:
        raise SystemExit(1)
    echo(f"{count} requests rebuilt; every one equals what was sent, byte for byte.")
