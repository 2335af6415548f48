"""The file tools of one task, behind the engine's port."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cowork_tui.adapters.tools.definitions import LIST_FILES, READ_DOCUMENT, TOOLS, document_part
from cowork_tui.adapters.tools.documents import Documents
from cowork_tui.adapters.tools.failure import Stop, ToolFailure, told
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.inputs import Tool, ToolInput
from cowork_tui.adapters.tools.journal import Journal, PendingState
from cowork_tui.adapters.tools.listing import list_files
from cowork_tui.adapters.tools.operations import Discard
from cowork_tui.adapters.tools.pending import CallKey
from cowork_tui.adapters.tools.planned import ChangeCall, PlannedChange
from cowork_tui.adapters.tools.planning import plan_change
from cowork_tui.adapters.tools.search import Query, search_files
from cowork_tui.core.blocks import ToolDefinition
from cowork_tui.core.hashing import canonical_json
from cowork_tui.core.json_values import JsonObject
from cowork_tui.engine.ports import ToolIntent, ToolOutcome

_Result = TypeVar("_Result")


class FolderTools:
    """List, search, read, write, edit, move, copy, trash and make folders in one folder.

    A call that was interrupted may be repeated with the same id: a change that happened is told again, not made again.
    `now` gives seconds since the epoch; `discard` also puts what is trashed into the system's own trash. Raises
    `BadInput` when the folder can't be used.
    """

    def __init__(
        self, folder: Path, journal: Journal, now: Callable[[], float], discard: Discard | None = None
    ) -> None:
        self._folder = Folder(folder)
        self._documents = Documents(self._folder)
        self._journal = journal
        self._now = now
        self._discard = discard
        self._tools = {tool.name: tool for tool in TOOLS}
        self._unsettled: list[CallKey] = []
        self._one_change_at_a_time = threading.Lock()

    def definitions(self) -> tuple[ToolDefinition, ...]:
        """All file tools."""
        return tuple(tool.definition() for tool in TOOLS)

    def repeatable(self, name: str) -> bool:
        """All of them: reads are simply run again, and the journal knows what became of a change."""
        return name in self._tools

    async def intent(self, name: str, tool_input: JsonObject) -> ToolIntent:
        """What a call would do; nothing is changed."""
        tool = self._tools.get(name)
        if tool is None:
            return ToolIntent(changes=False, summary=name, preview="", error=str(self._unknown(name)))
        return await _in_thread(lambda _: self._intent(tool, tool_input), finish=False)

    async def call(self, name: str, tool_input: JsonObject, *, turn: int, tool_use_id: str) -> ToolOutcome:
        """Carry it out in a thread. Cancelled, a search stops at the next file; a write is finished first."""
        tool = self._tools.get(name)
        if tool is None:
            return ToolOutcome(str(self._unknown(name)), is_error=True)

        def work(stop: Stop) -> ToolOutcome:
            try:
                checked = tool.check(tool_input)
                if not tool.changes:
                    return self._read(tool, checked, stop)
                key = CallKey(tool_use_id, turn, self._digest(name, tool_input))
                with self._one_change_at_a_time:
                    return self._change(tool, checked, key)
            except ToolFailure as failure:
                return ToolOutcome(str(failure), is_error=True)

        return await _in_thread(work, finish=tool.changes)

    def settle(self) -> None:
        """All results of this task are stored: the notes of its changes can go."""
        with self._one_change_at_a_time:
            self._settle_before(None)

    def _intent(self, tool: Tool, tool_input: JsonObject) -> ToolIntent:
        try:
            checked = tool.check(tool_input)
            if tool.changes:
                planned = self._plan(tool, checked)
                return ToolIntent(
                    changes=True, summary=planned.summary, preview=planned.preview, paths=planned.paths,
                    replaces=planned.replaces,
                )  # fmt: skip
            self._folder.place(checked.text("path"))
        except ToolFailure as failure:
            return ToolIntent(tool.changes, tool.name, "", str(failure), tool.brings_content)
        return ToolIntent(changes=False, summary=_reading(tool, checked), preview="", outside=tool.brings_content)

    def _read(self, tool: Tool, checked: ToolInput, stop: Stop) -> ToolOutcome:
        if tool is READ_DOCUMENT:
            asked = checked.number("offset"), checked.number("limit")
            read = self._documents.read(checked.text("path"), *asked, stop, document_part(checked))
            return ToolOutcome(read.text, images=read.images)
        return ToolOutcome(self._look(tool, checked, stop))

    def _look(self, tool: Tool, checked: ToolInput, stop: Stop) -> str:
        path = checked.text("path")
        if tool is LIST_FILES:
            return list_files(self._folder, path, checked.optional_text("pattern"), checked.number("offset"), stop)
        names, regex = checked.text("where") == "names", checked.flag("regex")
        query = Query(checked.text("query"), path, names, regex, checked.number("max_results"))
        return search_files(self._folder, self._documents, query, stop)

    def _plan(self, tool: Tool, checked: ToolInput) -> PlannedChange:
        with told(str(checked.value(tool.fields[0].name))[:200]):
            return plan_change(self._folder, tool, checked, self._discard)

    def _change(self, tool: Tool, checked: ToolInput, key: CallKey) -> ToolOutcome:
        """Make a change, once: an earlier try of the same call is looked up first."""
        self._settle_before(key.turn)
        earlier = self._journal.pending(key)
        if earlier is not None and earlier.state is PendingState.HAPPENED:
            self._unsettled.append(key)
            return ToolOutcome(earlier.note.result, changes=earlier.note.changes)
        if earlier is not None:
            self._journal.forget(key)
            if earlier.state is PendingState.UNKNOWN:
                path = earlier.note.changes[-1].path
                raise ToolFailure(f"outcome unknown: {path} was changed since the call began; read it before repeating")
        planned = self._plan(tool, checked)
        self._unsettled.append(key)
        with told(planned.paths[-1]):
            changes = planned.make(self._journal, self._folder, ChangeCall(key, self._now(), planned.result))
        return ToolOutcome(planned.result, changes=changes)

    def _settle_before(self, turn: int | None) -> None:
        """Forget notes of earlier turns (None: of all): their results were stored before the next turn began."""
        settled = [key for key in self._unsettled if turn is None or key.turn < turn]
        for key in settled:
            self._journal.forget(key)
        self._unsettled = [key for key in self._unsettled if key not in settled]

    def _digest(self, name: str, tool_input: JsonObject) -> str:
        text = f"{self._folder.root}\0{name}\0{canonical_json(tool_input)}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def _unknown(self, name: str) -> ToolFailure:
        return ToolFailure(f"there is no tool {name[:60]!r}: use {', '.join(self._tools)}")


def _reading(tool: Tool, checked: ToolInput) -> str:
    """`read a.txt`, `search "total" in .`, `list .`."""
    path = checked.text("path")
    if tool is LIST_FILES:
        return f"list {path}"
    if tool is READ_DOCUMENT:
        return f"read {path}"
    return f'search "{checked.text("query")[:80]}" in {path}'


async def _in_thread(work: Callable[[Stop], _Result], *, finish: bool) -> _Result:
    """Run blocking work beside the loop. Cancelling asks it to stop; with `finish` it is waited for all the same."""
    stop = Stop()
    running = asyncio.ensure_future(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.request()
        running.add_done_callback(lambda done: done.cancelled() or done.exception())
        if finish:
            await asyncio.wait({running})
        raise
