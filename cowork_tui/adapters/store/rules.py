"""The user's standing rules on changes, as rows."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from cowork_tui.adapters.store.connection import reading
from cowork_tui.adapters.store.packing import plain
from cowork_tui.core.approvals import Rule
from cowork_tui.core.errors import NotFound

_SAME = "tool = ? AND pattern = ? AND folder IS ? AND allowed = ?"


def read_rules(path: Path) -> tuple[Rule, ...]:
    """All rules, oldest first; none where there is no history yet. Raises StoreError."""
    sql = "SELECT id, tool, pattern, folder, allowed, created_at FROM approval_rules ORDER BY id"
    try:
        with reading(path) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'approval_rules'").fetchone():
                return ()
            rows = connection.execute(sql)
            return tuple(Rule(key, tool, pattern, where, bool(yes), at) for key, tool, pattern, where, yes, at in rows)
    except NotFound:
        return ()


def insert_rule(connection: sqlite3.Connection, rule: Rule) -> int:
    """Store a rule, once; its number."""
    fields = (plain(rule.tool), plain(rule.pattern), None if rule.folder is None else plain(rule.folder), rule.allowed)
    known = connection.execute(f"SELECT id FROM approval_rules WHERE {_SAME}", fields).fetchone()
    if known is not None:
        return int(known[0])
    sql = "INSERT INTO approval_rules (tool, pattern, folder, allowed, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id"
    return int(connection.execute(sql, (*fields, rule.created_at)).fetchone()[0])
