"""A folder in memory with the tools that the clerk works through, and a loop that runs it until it stops."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest

from cowork_tui.demo.clerk import answer
from cowork_tui.demo.reply import Reply, TextPart, ThinkingPart, ToolUsePart

ALL_TOOLS = ("list_files", "read_document", "recall", "search_files", "update_plan", "write_file")
Meddle: TypeAlias = "Callable[[int, FolderHost], str | None]"


@dataclass
class FolderHost:
    """Runs the clerk on a dict of path to text."""

    files: dict[str, str]
    tools: tuple[str, ...] = ALL_TOOLS
    broken: dict[str, str] = field(default_factory=dict)
    read_limit: int = 20_000
    list_limit: int = 500
    thinking: bool = False
    asks_twice: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)
    replies: list[Reply] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def body(self) -> dict[str, Any]:
        """The request of the next turn."""
        tools: list[Any] = [{"name": name, "input_schema": {"type": "object"}} for name in self.tools]
        body: dict[str, Any] = {"model": "m", "max_tokens": 4096, "messages": self.messages, "tools": tools}
        body["system"] = [{"type": "text", "text": "You work on files."}]
        if self.thinking:
            body["thinking"] = {"type": "adaptive"}
        return json.loads(json.dumps(body))

    def run(self, goal: str, meddle: Meddle | None = None, max_turns: int = 80) -> str:
        """Sends the goal and carries out calls until the clerk stops; gives its last words."""
        self.messages.append({"role": "user", "content": goal})
        for turn in range(max_turns):
            reply = answer(self.body())
            assert not self.asks_twice or reply == answer(self.body())
            self.replies.append(reply)
            self.messages.append(
                {"role": "assistant", "content": [self._block(part, turn, i) for i, part in enumerate(reply.parts)]}
            )
            if reply.stop_reason == "end_turn":
                return "\n".join(part.text for part in reply.parts if isinstance(part, TextPart))
            results = self._results()
            assert results
            content: list[Any] = list(results)
            self.messages.append({"role": "user", "content": content})
            said = meddle(turn, self) if meddle else None
            if said:
                content.append({"type": "text", "text": said})
        raise AssertionError(f"no end after {max_turns} turns")

    def prune(self, wanted: Callable[[str], bool] = lambda text: len(text) > 120) -> int:
        """Hides every tool result whose text is `wanted`, as the program does; gives how many."""
        count = 0
        for message in self.messages:
            content = message["content"]
            if message["role"] != "user" or not isinstance(content, list):
                continue
            for block in content:
                if (
                    block.get("type") != "tool_result"
                    or block["content"].startswith("[pruned")
                    or not wanted(block["content"])
                ):
                    continue
                name = f"b{len(self.hidden):03d}"
                self.hidden[name] = block["content"]
                block["content"] = f'[pruned: {len(self.hidden[name]) // 3:,} tokens; recall("{name}")]'
                count += 1
        return count

    def _block(self, part: TextPart | ThinkingPart | ToolUsePart, turn: int, index: int) -> dict[str, Any]:
        if isinstance(part, TextPart):
            return {"type": "text", "text": part.text}
        if isinstance(part, ThinkingPart):
            return {"type": "thinking", "thinking": part.text, "signature": "s"}
        assert part.name in self.tools
        self.calls.append((part.name, dict(part.input)))
        return {"type": "tool_use", "id": f"t{len(self.calls)}", "name": part.name, "input": dict(part.input)}

    def _results(self) -> list[Any]:
        content = self.messages[-1]["content"]
        assert isinstance(content, list)
        return [self._result(block) for block in content if block["type"] == "tool_use"]

    def _result(self, block: dict[str, Any]) -> dict[str, Any]:
        given = block["input"]
        assert isinstance(given, dict)
        name = str(block["name"])
        fault = self.broken.get(name) or self.broken.get(str(given.get("path")))
        text = fault or getattr(self, f"_{name}")(given)
        return {"type": "tool_result", "tool_use_id": block["id"], "content": text, "is_error": bool(fault)}

    def _list_files(self, given: dict[str, Any]) -> str:
        offset = given.get("offset", 0)
        assert isinstance(offset, int)
        folder = str(given.get("path", "."))
        paths = sorted(path for path in self.files if folder == "." or path.startswith(folder + "/"))
        page = paths[offset : offset + self.list_limit]
        lines = [f"{len(paths)} files in {folder}"] + [f"{path}\t{len(self.files[path].encode())}" for path in page]
        rest = len(paths) - offset - len(page)
        if rest > 0:
            lines.append(
                f"[left out: {rest} files; read on with offset={offset + len(page)}, or narrow with path or pattern]"
            )
        return "\n".join(lines)

    def _read_document(self, given: dict[str, Any]) -> str:
        path, offset = str(given["path"]), given.get("offset", 0)
        assert isinstance(offset, int)
        text = self.files[path]
        kind = path.rsplit(".", 1)[-1]
        piece = text[offset : offset + self.read_limit]
        end = offset + len(piece)
        cut = f"\n[left out: characters {end} to {len(text)}; read on with offset={end}]" if end < len(text) else ""
        return f"{path} | {kind} | {len(text)} characters\n\n{piece}{cut}"

    def _write_file(self, given: dict[str, Any]) -> str:
        path, content = str(given["path"]), str(given["content"])
        self.files[path] = content
        return f"wrote {path}: {content.count(chr(10))} lines, {len(content.encode())} bytes (new file)"

    def _update_plan(self, given: dict[str, Any]) -> str:
        steps = given["steps"]
        assert isinstance(steps, list)
        done = sum(1 for step in steps if step["status"] == "done")
        return f"plan: {done} of {len(steps)} done"

    def _recall(self, given: dict[str, Any]) -> str:
        return self.hidden[str(given["id"])]

    def _search_files(self, given: dict[str, Any]) -> str:
        query = str(given["query"]).lower()
        if given.get("where") == "names":
            hits = [path for path in self.files if query in path.lower()]
        else:
            hits = [
                f"{path}:{number}: {line}"
                for path, text in sorted(self.files.items())
                for number, line in enumerate(text.split("\n"), 1)
                if query in line.lower()
            ]
        return "\n".join([f"{len(hits)} matches in {len({re.split(':', hit)[0] for hit in hits})} files", *hits])


@pytest.fixture
def folder() -> type[FolderHost]:
    """The class of the folder in memory."""
    return FolderHost
