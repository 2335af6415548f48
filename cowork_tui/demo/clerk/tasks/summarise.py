"""Documents summarised by what stands in them: headings, first sentences, figures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cowork_tui.demo.clerk.goals import Goal
from cowork_tui.demo.clerk.reading import Document, History, ListedFile
from cowork_tui.demo.clerk.receipts.kinds import kind_of
from cowork_tui.demo.clerk.receipts.labels import is_money_label
from cowork_tui.demo.clerk.receipts.money import amounts_in
from cowork_tui.demo.clerk.receipts.text import Row, rows_of
from cowork_tui.demo.clerk.receipts.totals import best_total
from cowork_tui.demo.clerk.task_view import TaskView
from cowork_tui.demo.clerk.tasks.common import check_back, files_of, missing_tools, texts_of, write_or_stop
from cowork_tui.demo.clerk.turns import Step, finish
from cowork_tui.demo.reply import Reply

MAX_HEADINGS = 8
MAX_FIGURES = 5
MAX_SENTENCE_CHARACTERS = 240
_SENTENCE = re.compile(r"[^.!?]{25,}?[.!?](?=\s|$)")
_FIGURE = re.compile(
    r"[^.\n]{0,60}\b\d[\d.,'’]*\s?(?:%|percent|€|\$|£|EUR|USD|GBP|CHF|km|kg|hours|days|people|units)[^.\n]{0,40}"
)


def summarise(task: TaskView, goal: Goal) -> Reply:
    """The next turn of the task."""
    lacking = missing_tools(task, ("list_files", "read_document"))
    if lacking is not None:
        return lacking
    name = goal.summary_name or "summary.md"
    plan = (
        Step("See what is in the folder", "plan"),
        Step("Read the documents", "extract"),
        Step(f"Write {name}", "summarise"),
        Step(f"Check {name}", "review"),
    )
    history = History(task)
    files = files_of(
        task, history, plan, "I summarise by what stands in the documents: headings, first sentences, figures."
    )
    if isinstance(files, Reply):
        return files
    wanted = _named(goal.text, files.files) or files.files
    texts = texts_of(task, history, plan, wanted, frozenset({name}), lambda document: len(document.text) >= 60_000)
    if isinstance(texts, Reply):
        return texts
    content = summary_of(texts.documents, texts.skipped)
    turn = write_or_stop(task, plan, 2, name, content, f"{len(texts.documents)} documents read; the summary follows.")
    if turn is not None:
        return turn
    checked = check_back(task, history, plan, 3, name, [document.path for document in texts.documents])
    if isinstance(checked, Reply):
        return checked
    left_out = "".join(f"\n- left out: {path} ({reason})" for path, reason in texts.skipped[:40])
    return finish(
        task,
        plan,
        f"{name} summarises {len(texts.documents)} documents by their own words.{left_out}\n\n{checked}".rstrip(),
    )


def _named(goal: str, files: Sequence[ListedFile]) -> list[ListedFile]:
    """The files that the goal names."""
    return [
        file
        for file in files
        if re.search(rf"(?<![\w/.-]){re.escape(file.path)}(?![\w/-])", goal)
        or re.search(rf"(?<![\w.-]){re.escape(file.path.rsplit('/', 1)[-1])}(?![\w/-])", goal)
    ]


def summary_of(documents: Sequence[Document], skipped: Sequence[tuple[str, str]]) -> str:
    """The summary as Markdown, a section a document."""
    lines = ["# Summary", "", f"{len(documents)} documents, in their own words.", ""]
    for document in documents:
        lines += [f"## {document.path}", "", *_section(document), ""]
    if skipped:
        lines += ["## Left out", "", *(f"- {path} ({reason})" for path, reason in skipped), ""]
    return "\n".join(lines)


def _section(document: Document) -> list[str]:
    rows = rows_of(document.text, document.kind)
    kind = kind_of(rows, document.path).kind
    lines = [
        f"{document.kind}, {len(document.text)} characters{'' if document.complete else ' read'}"
        f"{f', {kind}' if kind != 'other' else ''}."
    ]
    headings = [row.text for row in rows if row.heading][:MAX_HEADINGS]
    if headings:
        lines.append("- Headings: " + "; ".join(headings))
    opening = _opening(document, rows)
    if opening:
        lines.append(f"- Begins: {opening}")
    lines.extend(f"- {figure}" for figure in _figures(document, rows))
    return lines


def _opening(document: Document, rows: Sequence[Row]) -> str:
    prose = " ".join(row.text for row in rows if not row.heading and len(row.text.split()) > 5)
    sentences = [match.group().strip() for match in _SENTENCE.finditer(prose[:4000])][:2]
    if sentences:
        return " ".join(sentences)[: 2 * MAX_SENTENCE_CHARACTERS]
    return (
        "; ".join(row.text for row in rows if not row.heading)[:MAX_SENTENCE_CHARACTERS]
        if rows
        else document.text[:80].strip()
    )


def _figures(document: Document, rows: Sequence[Row]) -> list[str]:
    total = best_total(tuple(rows))
    labelled = [
        row.text
        for row in rows
        if is_money_label(row.cells[0]) and any(amount.money_like for amount in amounts_in(row.text))
    ]
    figures = [] if total is None or labelled else [f"Total: {total.value} {total.currency}".rstrip()]
    others = [match.group().strip() for match in _FIGURE.finditer(document.text[:20000])]
    return list(dict.fromkeys([*figures, *labelled, *others]))[:MAX_FIGURES]
