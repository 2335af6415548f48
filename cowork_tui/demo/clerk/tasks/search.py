"""Finds words in files."""

from __future__ import annotations

from cowork_tui.demo.clerk.goals import Goal
from cowork_tui.demo.clerk.reading import History
from cowork_tui.demo.clerk.task_view import TaskView
from cowork_tui.demo.clerk.tasks.common import missing_tools
from cowork_tui.demo.clerk.turns import Step, finish, say, work
from cowork_tui.demo.reply import Reply, ToolUsePart

MAX_LINES_SHOWN = 60


def search(task: TaskView, goal: Goal) -> Reply:
    """The next turn of the task: the words in the files, then in their names when no file holds them."""
    lacking = missing_tools(task, ("search_files",))
    if lacking is not None:
        return lacking
    if not goal.query:
        return say('What should I find? Put the words in quotes, for example: find "invoice 2026-14".')
    plan = (Step(f"Search for “{goal.query}”", "act"), Step("List the matches", "review"))
    history = History(task)
    for where in ("content", "names"):
        call = ToolUsePart("search_files", {"query": goal.query, "path": goal.folder, "where": where})
        found = history.look_up(call)
        if found.next_call is not None:
            text = f"I look for “{goal.query}”." if where == "content" else "Not in any file; perhaps in a name."
            return work(task, plan, 0, [found.next_call], text)
        if found.failure:
            return say(f"The search failed: {found.failure}")
        lines = [line for line in (found.text or "").split("\n") if line.strip()]
        if len(lines) > 1:
            shown = "\n".join(f"- {line}" for line in lines[1 : MAX_LINES_SHOWN + 1])
            more = f"\n… and {len(lines) - 1 - MAX_LINES_SHOWN} lines more" if len(lines) - 1 > MAX_LINES_SHOWN else ""
            return finish(task, plan, f"“{goal.query}”: {lines[0]}.\n{shown}{more}")
    return finish(task, plan, f"Nothing found: no file holds “{goal.query}” and no name has it.")
