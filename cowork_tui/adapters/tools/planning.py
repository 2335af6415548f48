"""From a call that changes something to the change it means."""

from __future__ import annotations

from cowork_tui.adapters.tools.changes import plan_edit, plan_write
from cowork_tui.adapters.tools.definitions import (
    COPY_FILE,
    EDIT_FILE,
    MAKE_FOLDER,
    MOVE_FILE,
    TRASH_FILE,
    WRITE_DOCUMENT,
    WRITE_FILE,
    WRITE_TABLE,
)
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.inputs import Tool, ToolInput
from cowork_tui.adapters.tools.operations import Discard, plan_copy, plan_folder, plan_move, plan_trash
from cowork_tui.adapters.tools.planned import PlannedChange


def plan_change(folder: Folder, tool: Tool, checked: ToolInput, discard: Discard | None) -> PlannedChange:
    """What a call would change. Raises `ToolFailure` when that can't be done."""
    if tool is MOVE_FILE or tool is COPY_FILE:
        plan = plan_move if tool is MOVE_FILE else plan_copy
        return plan(folder, checked.text("from"), checked.text("to"), replace=checked.flag("replace"))
    path = checked.text("path")
    if tool is WRITE_FILE:
        return plan_write(folder, path, checked.text("content"))
    if tool is EDIT_FILE:
        old, new = checked.text("old_text"), checked.text("new_text")
        return plan_edit(folder, path, old, new, everywhere=checked.flag("all"))
    if tool is TRASH_FILE:
        return plan_trash(folder, path, discard)
    if tool is MAKE_FOLDER:
        return plan_folder(folder, path)
    from cowork_tui.adapters.tools.writers.plans import plan_document, plan_table  # loads libraries of documents

    if tool is WRITE_TABLE:
        return plan_table(folder, path, checked.value("sheets"))
    assert tool is WRITE_DOCUMENT
    return plan_document(folder, path, checked.text("markdown"))
