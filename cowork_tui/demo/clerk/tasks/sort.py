"""Documents of a folder by kind, as a table."""

from __future__ import annotations

from collections import Counter

from cowork_tui.demo.clerk.goals import Goal
from cowork_tui.demo.clerk.reading import Document, History
from cowork_tui.demo.clerk.receipts import json_records
from cowork_tui.demo.clerk.receipts.kinds import kind_of, title_of
from cowork_tui.demo.clerk.receipts.reader import Receipt, read_receipt
from cowork_tui.demo.clerk.receipts.report import csv_text
from cowork_tui.demo.clerk.receipts.text import rows_of
from cowork_tui.demo.clerk.task_view import TaskView
from cowork_tui.demo.clerk.tasks.common import check_back, files_of, missing_tools, texts_of, write_or_stop
from cowork_tui.demo.clerk.turns import Step, finish
from cowork_tui.demo.reply import Reply

# Enough of a document to tell its kind.
ENOUGH_CHARACTERS = 2000


def sort(task: TaskView, goal: Goal) -> Reply:
    """The next turn of the task."""
    lacking = missing_tools(task, ("list_files", "read_document"))
    if lacking is not None:
        return lacking
    name = goal.table_name or "sorted.csv"
    plan = (
        Step("See what is in the folder", "plan"),
        Step("Read the documents", "extract"),
        Step(f"Write {name}", "write"),
        Step(f"Check {name}", "review"),
    )
    history = History(task)
    files = files_of(task, history, plan, "I sort the documents by kind into a table; nothing is moved.")
    if isinstance(files, Reply):
        return files
    texts = texts_of(
        task, history, plan, files.files, frozenset({name}), lambda document: len(document.text) > ENOUGH_CHARACTERS
    )
    if isinstance(texts, Reply):
        return texts
    rows = sorted(
        [(document.path, document_kind(document)) for document in texts.documents]
        + [(path, "unread") for path, _ in texts.skipped]
    )
    turn = write_or_stop(
        task, plan, 2, name, csv_text(("file", "kind"), rows), f"{len(rows)} files sorted; the table follows."
    )
    if turn is not None:
        return turn
    checked = check_back(task, history, plan, 3, name, [path for path, _ in rows])
    if isinstance(checked, Reply):
        return checked
    counts = "\n".join(f"- {kind}: {count}" for kind, count in sorted(Counter(kind for _, kind in rows).items()))
    unread = "".join(f"\n- {path}: {reason}" for path, reason in texts.skipped[:40])
    notes = f"\n\nNot read:{unread}" if unread else ""
    return finish(task, plan, f"{name} has {len(rows)} rows:\n{counts}{notes}\n\n{checked}".rstrip())


def document_kind(document: Document) -> str:
    """One of the kinds that titles name, or `receipt` by what the text holds, or `other`."""
    value = json_records.parse(document.text) if document.kind == "json" else None
    record = json_records.record_of(value) if value is not None else None
    if record is not None:
        named = next(
            (title for line in record.kind_text.split("\n") if (title := title_of(line, reference_allowed=False))), None
        )
        if named is not None:
            return named.kind
    titled = kind_of(rows_of(document.text, document.kind), document.path)
    if titled.share < 0.5 and isinstance(read_receipt(document.path, document.kind, document.text), Receipt):
        return titled.kind if titled.kind in {"invoice", "ticket", "order confirmation"} else "receipt"
    return titled.kind
