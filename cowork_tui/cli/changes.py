"""`cowork-tui changes`: what a task did to files, with diffs."""

from __future__ import annotations

from pathlib import Path

import click

from cowork_tui import wiring
from cowork_tui.cli.json_lines import print_line
from cowork_tui.cli.output import echo, fail
from cowork_tui.core import figures
from cowork_tui.core.errors import CoworkError
from cowork_tui.core.file_changes import alters, merged
from cowork_tui.core.json_values import JsonObject
from cowork_tui.core.plain_text import exact
from cowork_tui.core.state import TaskState, fold
from cowork_tui.core.task_values import FileChange


@click.command()
@click.argument("task")
@click.option("--diff", "with_diff", is_flag=True, help="With what changed in each file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
def changes(task: str, with_diff: bool, as_json: bool) -> None:
    """List what a TASK changed in its folder.

    What was undone is not listed. TASK is its id, the first digits of it, or `last`.
    """
    try:
        home = wiring.find_home()
        queries = wiring.open_queries(home)
        state = fold(queries.events(queries.resolve_task(task)))
        net = [change for change in merged(entry.change for entry in state.file_log) if alters(change)]
        found = wiring.differences(home, Path(state.folder), [change for change in net if not change.is_folder])
    except CoworkError as error:
        fail(error)
    texts = {difference.change.path: difference for difference in found}
    origins = {change.moved_from for change in net if change.moved_from is not None}
    shown = [change for change in net if as_json or change.path not in origins or change.exists]
    if not shown and not as_json:
        echo(f"Task {state.task_id[:8]} has changed nothing that still stands.")
        return
    for change in shown:
        difference = None if change.is_folder else texts[change.path]
        foreign = difference is not None and difference.foreign
        text = difference.text if difference is not None and with_diff else None
        if as_json:
            print_line(_json(state, change, foreign, text))
            continue
        echo(exact(_line(change)) + ("  (changed by someone else since)" if foreign else ""))
        if text is not None:
            echo("\n".join(f"    {exact(line)}" for line in text.split("\n")))
    if not as_json:
        echo(f"Put back with: cowork-tui undo {state.task_id[:8]}")


def _line(change: FileChange) -> str:
    name = change.path + ("/" if change.is_folder else "")
    if change.moved_from is not None:
        return f"> {change.moved_from} to {name}"
    mark = "~" if change.existed and change.exists else "+" if change.exists else "-"
    return f"{mark} {name}" if change.is_folder else f"{mark} {name}  {_sizes(change)}"


def _sizes(change: FileChange) -> str:
    if change.existed and change.exists:
        return f"{figures.size(change.before_bytes)} to {figures.size(change.after_bytes)}"
    return figures.size(change.after_bytes if change.exists else change.before_bytes)


def _json(state: TaskState, change: FileChange, foreign: bool, text: str | None) -> JsonObject:
    return {
        "event": "change",
        "task_id": state.task_id,
        "path": change.path,
        "kind": change.kind,
        "before_sha256": change.before_sha256,
        "after_sha256": change.after_sha256,
        "before_bytes": change.before_bytes,
        "after_bytes": change.after_bytes,
        "moved_from": change.moved_from,
        "changed_by_others": foreign,
        **({} if text is None else {"diff": text}),
    }
