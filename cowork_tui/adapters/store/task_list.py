"""The task list, with the standard library alone: the first thing shown must not wait for anything else to load."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from cowork_tui.adapters.store.connection import reading
from cowork_tui.core.errors import NotFound
from cowork_tui.core.pricing import Money
from cowork_tui.engine.ports import TaskRow

_COLUMNS = "id, title, status, folder, model, turns, cost_nanodollars, money, created_at, updated_at"
_NEWEST_FIRST = "ORDER BY created_at DESC, key DESC LIMIT ?"


def read_tasks(path: Path, limit: int = 1000) -> tuple[TaskRow, ...]:
    """The newest tasks first; none where there is no history yet. Raises StoreError where it can't be read."""
    try:
        with reading(path) as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM tasks {_NEWEST_FIRST}", (limit,))
            return tuple(_task_row(row) for row in rows)
    except NotFound:
        return ()


def find_task(path: Path, prefix: str) -> str:
    """The full id of the task whose id begins with `prefix`; `last` is the newest. Raises NotFound."""
    with reading(path) as connection:
        if prefix == "last":
            sql = f"SELECT id FROM tasks {_NEWEST_FIRST}"
            found = connection.execute(sql, (1,)).fetchall()
        else:
            sql = f"SELECT id FROM tasks WHERE substr(id, 1, length(?1)) = ?1 AND ?1 <> '' {_NEWEST_FIRST}"
            found = connection.execute("SELECT id FROM tasks WHERE id = ?", (prefix,)).fetchall()
            found = found or connection.execute(sql, (prefix, 4)).fetchall()
    ids = [str(row[0]) for row in found]
    if not ids and prefix == "last":
        raise NotFound("There is no task yet: start one with `cowork-tui run`.")
    if not ids:
        raise NotFound(f"There is no task {prefix!r}: `cowork-tui tasks` lists them.")
    if len(ids) > 1:
        some = ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")
        raise NotFound(f"{prefix!r} could be more than one task ({some}): give more of its id.")
    return ids[0]


def _task_row(row: sqlite3.Row | tuple[str | int | float, ...]) -> TaskRow:
    task_id, title, status, folder, model, turns, cost, money, created_at, updated_at = row
    return TaskRow(
        str(task_id), str(title), str(status), str(folder), str(model), int(turns), int(cost), Money(str(money)),
        float(created_at), float(updated_at),
    )  # fmt: skip
