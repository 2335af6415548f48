"""What every task does alike: say which tools are missing, list the folder, read its documents, write, check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cowork_tui.demo.clerk.reading import Document, History, ListedFile, list_folder, next_reads, read_all, readable
from cowork_tui.demo.clerk.task_view import TaskView
from cowork_tui.demo.clerk.turns import Step, say, work, write_call, written
from cowork_tui.demo.reply import Reply, ToolUsePart


@dataclass(frozen=True, slots=True)
class Files:
    """The folder's files, once listed."""

    files: tuple[ListedFile, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """The documents read, and the files left out with the reason."""

    documents: tuple[Document, ...]
    skipped: tuple[tuple[str, str], ...]


def missing_tools(task: TaskView, needed: Sequence[str]) -> Reply | None:
    """A plain word about tools that the request doesn't offer."""
    missing = [tool for tool in needed if not task.offers(tool)]
    if task.request.tool_choice == "none":
        return say("I can't work on files here: the request's tool_choice is none, so no tool may be called.")
    if not missing:
        return None
    return say(f"I can't do this here: it needs the tools {' and '.join(missing)}, and the request doesn't offer them.")


def files_of(task: TaskView, history: History, plan: Sequence[Step], opening: str) -> Files | Reply:
    """The files, or the turn that lists them."""
    listing = list_folder(history, task.goal.folder if task.goal else ".")
    if listing.next_call is not None:
        first = not history.asked(listing.next_call) and not listing.files
        return work(
            task,
            plan,
            0,
            [listing.next_call],
            opening if first else "The list goes on.",
            "First see what is in the folder, then decide what to read." if first else "",
        )
    if listing.failure:
        return say(f"I can't list the folder: {listing.failure}")
    if not listing.files:
        return say("There are no files in the folder, so there is nothing to do.")
    return Files(listing.files)


def texts_of(
    task: TaskView,
    history: History,
    plan: Sequence[Step],
    files: Sequence[ListedFile],
    outputs: frozenset[str],
    enough: Callable[[Document], bool],
) -> Texts | Reply:
    """The documents, or the turn that reads the next of them; reading is the plan's second step."""
    wanted, skipped = readable(files, outputs)
    reading = read_all(history, wanted, enough)
    if reading.needed:
        calls = next_reads(reading, len(wanted))
        done = len(wanted) - len(reading.needed)
        first = not any(history.asked(call) or call.name == "recall" for call in calls) and done == 0
        text = f"{_documents(len(wanted))} to read, {len(calls)} now." if first else f"{done} of {len(wanted)} read."
        again = any(call.name == "recall" for call in calls)
        if again:
            text += " Some results were hidden; I ask for them again."
        return work(task, plan, 1, calls, text, "What was read has to be seen again." if again else "")
    return Texts(reading.documents, (*skipped, *reading.failures))


def write_or_stop(
    task: TaskView, plan: Sequence[Step], step: int, path: str, content: str, text: str, thinking: str = ""
) -> Reply | None:
    """The turn that writes the file; None once it is written; words with the content when it can't be."""
    if not task.offers("write_file"):
        return say(f"There is no tool to write files, so here is what {path} would hold:\n\n{_fenced(content, path)}")
    state = written(task, path)
    if state.content is not None:
        return None
    if state.refusal:
        return say(
            f"{path} could not be written: {state.refusal}\nI stop here. "
            f"This is what it would hold:\n\n{_fenced(content, path)}"
        )
    return work(task, plan, step, [write_call(path, content)], text, thinking)


def _fenced(content: str, path: str) -> str:
    language = "csv" if path.endswith(".csv") else "markdown"
    return f"```{language}\n{content.rstrip()}\n```"


def check_back(
    task: TaskView, history: History, plan: Sequence[Step], step: int, path: str, must_hold: Sequence[str]
) -> Reply | str:
    """The turn that reads a written file back; then a sentence about what it showed."""
    if not task.offers("read_document"):
        return ""
    call = ToolUsePart("read_document", {"path": path})
    if not history.asked(call):
        return work(task, plan, step, [call], f"I read {path} back.", "Check that the file holds what was written.")
    text = history.look_up(call).text
    if text is None or "[left out:" in text:
        return ""
    absent = [item for item in must_hold if item not in text]
    if absent:
        count = f"{len(absent)} of {len(must_hold)}"
        return f"Reading {path} back, {count} rows were not in it, {absent[0]} among them. Please check it."
    return f"Read back and checked: {path} holds all {len(must_hold)} rows."


def _documents(count: int) -> str:
    return "1 document" if count == 1 else f"{count} documents"
