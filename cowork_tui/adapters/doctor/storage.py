"""The home folder, the settings and the history in it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from cowork_tui.adapters.config_files import Home, load_settings
from cowork_tui.adapters.doctor.finding import Finding, failed, ok, warning
from cowork_tui.adapters.store.connection import SCHEMA_VERSION, reading, schema_version
from cowork_tui.core.errors import BadInput, NotFound, StoreError

LEAST_FREE_BYTES = 200_000_000
_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def check_settings(home: Home, folder: Path, environment: Mapping[str, str]) -> Finding:
    """Whether all settings can be used."""
    try:
        load_settings(home, folder, environment)
    except BadInput as error:
        problems = str(error).splitlines()
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return failed("settings", f"{problems[0]}{more}", "cowork-tui config edit")
    return ok("settings", str(home.config_file) if home.config_file.exists() else "all as they come")


def check_database(home: Home) -> Finding:
    """Whether the history can be read, is whole, and can be written."""
    path = home.history_file
    if not os.access(home.path, os.W_OK | os.X_OK):
        fix = "Make it writable for you, or set COWORK_TUI_HOME to another folder."
        return failed("database", f"the folder {home.path} can't be written", fix)
    try:
        with reading(path) as connection:
            version = schema_version(connection)
            damage = _damage(connection)
    except NotFound:
        return _with_room(home, f"{path}: none yet, made with the first task")
    except StoreError as error:
        problem, _, fix = str(error).partition(": ")
        return failed("database", problem, fix[:1].upper() + fix[1:])
    if damage:
        fix = f"Put a copy of it ({path.name}.before-*, a backup) in its place, or move it away."
        return failed("database", f"{path} is damaged: {damage}", fix)
    if not os.access(path, os.W_OK):
        return failed("database", f"{path} can't be written", f"chmod u+w '{path}'")
    due = "" if version == SCHEMA_VERSION else f", brought to version {SCHEMA_VERSION} with the next task"
    return _with_room(home, f"{path}: version {version}{due}, whole, {_size(path)}, writable")


def _damage(connection: sqlite3.Connection) -> str:
    """What SQLite's own check finds first; empty where all is well."""
    first = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if first == "ok" else " ".join(first.split())


def _with_room(home: Home, text: str) -> Finding:
    free_bytes = shutil.disk_usage(home.path).free
    if free_bytes < LEAST_FREE_BYTES:
        return warning("database", f"{text}; only {readable_bytes(free_bytes)} free", "Free some space on that disk.")
    return ok("database", text)


def _size(path: Path) -> str:
    """Of the database with what is not merged into it yet."""
    parts = (path, path.with_name(path.name + "-wal"))
    return readable_bytes(sum(part.stat().st_size for part in parts if part.exists()))


def readable_bytes(size_bytes: int) -> str:
    """`4.1 MB`."""
    for unit_bytes, name in _UNITS:
        if size_bytes >= unit_bytes:
            return f"{size_bytes / unit_bytes:.1f} {name}"
    return f"{size_bytes} bytes"
