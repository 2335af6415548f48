"""`cowork-tui undo` and `redo`: what a task did to files is taken back, and made again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from pathlib import Path

import click

from cowork_tui import wiring
from cowork_tui.cli.json_lines import print_line
from cowork_tui.cli.output import echo, fail, print_error
from cowork_tui.core import figures
from cowork_tui.core.errors import BadInput, CoworkError
from cowork_tui.core.file_changes import leaves_as_is
from cowork_tui.core.state import fold
from cowork_tui.core.task_values import FileChange
from cowork_tui.engine import undo as engine
from cowork_tui.engine.undo import UndoPorts, UndoReport

REFUSED = 1


@click.command()
@click.argument("task")
@click.option("--file", "path", metavar="F", help="Only this file, or what is in this folder, named as `changes` does.")
@click.option("--to", "to_turn", metavar="TURN", type=int, default=0, help="To the end of this turn.  [default: 0]")
@click.option("--force", is_flag=True, help="Also files that someone else changed since; a copy of them is kept.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def undo(task: str, path: str | None, to_turn: int, force: bool, as_json: bool) -> None:
    """Put the files of a TASK back as they were before it.

    Contents, permissions and times come back exactly; files that the task made are removed. A file that someone else
    changed since is left alone and named. TASK is its id, the first digits of it, or `last`. Exit code 1 where
    something was left.
    """

    async def work(ports: UndoPorts, task_id: str) -> UndoReport:
        inside = None if path is None else _inside(ports, task_id, path)
        return await engine.undo(ports, task_id, to_turn=to_turn, path=inside, force=force)

    _carry_out(task, work, "undo", as_json)


@click.command()
@click.argument("task")
@click.option("--force", is_flag=True, help="Also files that someone else changed since; a copy of them is kept.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def redo(task: str, force: bool, as_json: bool) -> None:
    """Take the newest undo of a TASK back.

    TASK is its id, the first digits of it, or `last`. Exit code 1 where something was left.
    """
    _carry_out(task, lambda ports, task_id: engine.redo(ports, task_id, force=force), "redo", as_json)


Work = Callable[[UndoPorts, str], Coroutine[None, None, UndoReport]]


def _carry_out(task: str, work: Work, name: str, as_json: bool) -> None:
    try:
        task_id, report, others = asyncio.run(_held(task, work))
    except CoworkError as error:
        fail(error)
    if as_json:
        _print_json(task_id, name, report)
    else:
        _print(task_id, name, report, others)
    if report.refused:
        raise SystemExit(REFUSED)


async def _held(task: str, work: Work) -> tuple[str, UndoReport, dict[str, str]]:
    """The task's id, what was done, and for each path that was left the other task that changed it last, if one did."""
    home = wiring.find_home()
    wiring.open_queries(home)
    with wiring.open_history(home) as history:
        task_id = history.queries.resolve_task(task)
        async with wiring.holding(history, task_id):
            report = await work(wiring.undo_ports(home, history), task_id)
        folder = fold(history.queries.events(task_id)).folder
        last = {refusal.path: history.queries.changed_by(folder, refusal.path)[:1] for refusal in report.refused}
        return task_id, report, {path: ids[0] for path, ids in last.items() if ids and ids[0] != task_id}


def _inside(ports: UndoPorts, task_id: str, path: str) -> str:
    """The path as the task names it: from the top of its folder. Raises BadInput for one outside of it."""
    if not Path(path).is_absolute():
        return Path(path).as_posix()
    folder = Path(fold(ports.queries.events(task_id)).folder)
    try:
        return Path(path).relative_to(folder).as_posix()
    except ValueError:
        raise BadInput(f"{path} is outside the folder of the task, {folder}: name a file in it.") from None


def _print_json(task_id: str, name: str, report: UndoReport) -> None:
    print_line({
        "event": name,
        "task_id": task_id,
        "changes": [asdict(change) for change in (*report.earlier, *report.changes)],
        "refused": [{"path": refusal.path, "reason": refusal.reason} for refusal in report.refused],
    })  # fmt: skip


def _print(task_id: str, name: str, report: UndoReport, others: dict[str, str]) -> None:
    shown = [change for change in report.changes if not leaves_as_is(change)]
    if report.earlier:
        echo(f"Finished first what was interrupted: {_count(report.earlier)}.")
    if not shown and not report.refused and not report.earlier:
        echo("Nothing to undo: the files are as they were." if name == "undo" else "Nothing had to be changed.")
        return
    gone = {change.moved_from for change in shown if change.moved_from is not None}
    for change in shown:
        if change.path not in gone:
            echo(f"  {change_line(change)}")
    for refusal in report.refused:
        other = others.get(refusal.path)
        print_error(f"Left: {refusal.reason}" + (f". Task {other[:8]} changed it last" if other else ""))
    if shown:
        again = "redo" if name == "undo" else "undo"
        done = "put back" if name == "undo" else "made again"
        echo(f"{_count(shown)} {done}. The other way: cowork-tui {again} {task_id[:8]}")


def change_line(change: FileChange) -> str:
    """`a.txt  back, 1.2 kB`, `out/  removed`, `a.pdf  moved back from b.pdf`."""
    name = change.path + ("/" if change.is_folder else "")
    if not change.exists:
        return f"{name}  removed"
    if change.moved_from is not None:
        return f"{name}  moved back from {change.moved_from}"
    return f"{name}  back" if change.is_folder else f"{name}  back, {figures.size(change.after_bytes)}"


def _count(changes: tuple[FileChange, ...] | list[FileChange]) -> str:
    files = sum(not change.is_folder for change in changes) - sum(change.moved_from is not None for change in changes)
    folders = sum(change.is_folder for change in changes)
    parts = [(files, "file"), (folders, "folder")]
    return " and ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in parts if number) or "nothing"
