"""Receipts of a folder into a table, with totals per month."""

from __future__ import annotations

from cowork_tui.demo.clerk.goals import Goal
from cowork_tui.demo.clerk.reading import Document, History
from cowork_tui.demo.clerk.receipts.reader import NotReceipt, Receipt, read_receipt
from cowork_tui.demo.clerk.receipts.report import closing_text, receipts_in_table, summary_text, table_text
from cowork_tui.demo.clerk.task_view import TaskView
from cowork_tui.demo.clerk.tasks.common import Texts, check_back, files_of, missing_tools, texts_of, write_or_stop
from cowork_tui.demo.clerk.turns import Step, finish, say, written
from cowork_tui.demo.reply import Reply


def extract(task: TaskView, goal: Goal) -> Reply:
    """The next turn of the task."""
    lacking = missing_tools(task, ("list_files", "read_document"))
    if lacking is not None:
        return lacking
    table_name = goal.table_name or "receipts.csv"
    summary_name = goal.summary_name or "summary.md"
    plan = (
        Step("See what is in the folder", "plan"),
        Step("Read the documents", "extract"),
        Step(f"Write {table_name}", "write"),
        Step(f"Write {summary_name}", "write"),
        Step(f"Check {table_name}", "review"),
    )
    history = History(task)
    already = written(task, table_name).content
    receipts, skipped = _known(history, task, plan, already, frozenset({table_name, summary_name}))
    if isinstance(receipts, Reply):
        return receipts
    if not receipts:
        reasons = "\n".join(f"- {path}: {reason}" for path, reason in skipped[:60])
        return finish(
            task, plan, f"No receipts or invoices among {len(skipped)} files, so no table was written.\n{reasons}"
        )
    return _write_up(task, history, plan, table_name, summary_name, receipts, skipped)


def _known(
    history: History, task: TaskView, plan: tuple[Step, ...], already: str | None, outputs: frozenset[str]
) -> tuple[list[Receipt] | Reply, list[tuple[str, str]]]:
    """The receipts: from the table once it is written, else from the documents; or the turn that reads on."""
    files = files_of(task, history, plan, "I put the receipts into a table: list, read, write, check.")
    if isinstance(files, Reply):
        return (receipts_in_table(already), []) if already is not None else (files, [])
    texts = texts_of(task, history, plan, files.files, outputs, _enough)
    if isinstance(texts, Reply):
        return (receipts_in_table(already), []) if already is not None else (texts, [])
    known = receipts_in_table(already) if already is not None else []
    receipts, skipped = _sorted_out(texts, frozenset(receipt.path for receipt in known))
    return (known if already is not None else receipts), skipped


def _enough(document: Document) -> bool:
    """Whether what is at hand of a long document already says that it is no receipt."""
    found = read_receipt(document.path, document.kind, document.text)
    return isinstance(found, NotReceipt) and (found.reason.startswith("looks like") or "several" in found.reason)


def _sorted_out(texts: Texts, in_table: frozenset[str]) -> tuple[list[Receipt], list[tuple[str, str]]]:
    """The receipts that are not in the table yet, and every file left out with the reason."""
    receipts: list[Receipt] = []
    skipped = list(texts.skipped)
    for document in texts.documents:
        if document.path in in_table:
            continue
        found = read_receipt(document.path, document.kind, document.text)
        if isinstance(found, Receipt):
            receipts.append(found)
        else:
            skipped.append((found.path, found.reason))
    return receipts, sorted(skipped)


def _write_up(
    task: TaskView,
    history: History,
    plan: tuple[Step, ...],
    table_name: str,
    summary_name: str,
    receipts: list[Receipt],
    skipped: list[tuple[str, str]],
) -> Reply:
    table = table_text(receipts)
    closing = closing_text(receipts, skipped)
    found = f"{len(receipts)} receipts and invoices found; {len(skipped)} other files left out."
    if not task.offers("write_file"):
        return say(
            f"There is no tool to write files, so here is the table:\n\n"
            f"```csv\n{table.rstrip()}\n```\n\nTotals per month:\n{closing}"
        )
    thinking = "All is read. The table comes first, then the sums, so that they can be checked against it."
    turn = write_or_stop(task, plan, 2, table_name, table, found, thinking)
    if turn is None:
        summary = summary_text(receipts, skipped, table_name)
        turn = write_or_stop(task, plan, 3, summary_name, summary, "The table is written; the totals follow.")
    if turn is not None:
        return turn
    checked = check_back(task, history, plan, 4, table_name, [receipt.path for receipt in receipts])
    if isinstance(checked, Reply):
        return checked
    return finish(
        task,
        plan,
        f"{table_name} has {len(receipts)} rows, {summary_name} the totals per month:\n{closing}\n\n{checked}".rstrip(),
    )
