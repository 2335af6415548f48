"""An inventory of a folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cowork_tui.demo.clerk.goals import Goal
from cowork_tui.demo.clerk.reading import History, ListedFile
from cowork_tui.demo.clerk.task_view import TaskView
from cowork_tui.demo.clerk.tasks.common import check_back, files_of, missing_tools, write_or_stop
from cowork_tui.demo.clerk.turns import Step, finish
from cowork_tui.demo.reply import Reply


def inventory(task: TaskView, goal: Goal) -> Reply:
    """The next turn of the task."""
    lacking = missing_tools(task, ("list_files",))
    if lacking is not None:
        return lacking
    name = goal.summary_name or "inventory.md"
    plan = (Step("List the folder", "plan"), Step(f"Write {name}", "write"), Step(f"Check {name}", "review"))
    history = History(task)
    listed = files_of(task, history, plan, "I make an inventory: list, write, check.")
    if isinstance(listed, Reply):
        return listed
    files = [file for file in listed.files if file.path != name]
    turn = write_or_stop(
        task, plan, 1, name, inventory_text(files), f"{len(files)} files listed; the inventory follows."
    )
    if turn is not None:
        return turn
    checked = check_back(task, history, plan, 2, name, [file.path for file in files])
    if isinstance(checked, Reply):
        return checked
    size = sum(file.size_bytes for file in files)
    return finish(
        task,
        plan,
        f"{name} lists {len(files)} files, {size} bytes in all.\n{_by_extension_lines(files)}\n\n{checked}".rstrip(),
    )


def inventory_text(files: Sequence[ListedFile]) -> str:
    """`inventory.md`: files by folder, with sizes, and a count by extension."""
    folders: dict[str, list[ListedFile]] = defaultdict(list)
    for file in files:
        folders[file.path.rsplit("/", 1)[0] if "/" in file.path else "."].append(file)
    lines = [
        "# Inventory",
        "",
        f"{len(files)} files, {sum(file.size_bytes for file in files)} bytes.",
        "",
        "## By extension",
        "",
    ]
    lines += [_by_extension_lines(files), ""]
    for folder, inside in sorted(folders.items()):
        lines += [
            f"## {folder}",
            "",
            "| file | bytes |",
            "|---|---:|",
            *(f"| {file.path} | {file.size_bytes} |" for file in inside),
            "",
        ]
    return "\n".join(lines)


def _by_extension_lines(files: Sequence[ListedFile]) -> str:
    sizes: dict[str, list[int]] = defaultdict(list)
    for file in files:
        sizes[file.extension or "(none)"].append(file.size_bytes)
    return "\n".join(
        f"- {extension}: {len(inside)} files, {sum(inside)} bytes" for extension, inside in sorted(sizes.items())
    )
