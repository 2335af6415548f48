"""The file tools on a real folder."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cowork_tui.adapters.tools.host import FolderTools
from cowork_tui.adapters.tools.journal import Journal
from cowork_tui.core.json_values import JsonValue
from cowork_tui.engine.ports import ToolIntent, ToolOutcome


class Desk:
    """A folder with its tools and journal; each call is a turn of its own unless told otherwise."""

    def __init__(self, folder: Path, originals: Path) -> None:
        self.folder = folder
        self.originals = originals
        self.journal = Journal(originals)
        self.tools = FolderTools(folder, self.journal, lambda: 1_760_000_000.0)
        self._turns = itertools.count(1)
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """End the event loop."""
        self._runner.close()

    def put(self, path: str, content: str | bytes) -> Path:
        """A file in the folder."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def outcome(self, name: str, **tool_input: JsonValue) -> ToolOutcome:
        """What a call gives."""
        return self.repeatable(next(self._turns), name, tool_input)

    def repeatable(self, turn: int, name: str, tool_input: Mapping[str, JsonValue]) -> ToolOutcome:
        """The call of a turn, which may be made again."""
        return self._runner.run(self.tools.call(name, tool_input, turn=turn, tool_use_id=f"toolu_{turn}"))

    def text(self, name: str, **tool_input: JsonValue) -> str:
        """The result of a call that must work."""
        outcome = self.outcome(name, **tool_input)
        assert not outcome.is_error, outcome.text
        return outcome.text

    def refusal(self, name: str, **tool_input: JsonValue) -> str:
        """The sentence of a call that must fail."""
        outcome = self.outcome(name, **tool_input)
        assert outcome.is_error, outcome.text
        assert "\n" not in outcome.text
        assert outcome.changes == ()
        return outcome.text

    def intent(self, name: str, **tool_input: JsonValue) -> ToolIntent:
        """What a call would do."""
        return self._runner.run(self.tools.intent(name, tool_input))

    def body(self, path: str) -> str:
        """A document's text, without the first line."""
        return self.text("read_document", path=path).split("\n\n", 1)[1]


def _desk_in(place: Path) -> Iterator[Desk]:
    folder = place / "work"
    folder.mkdir()
    desk = Desk(folder, place / "home" / "originals")
    yield desk
    desk.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty folder with its tools; the originals lie outside it."""
    yield from _desk_in(tmp_path)


@pytest.fixture(scope="module")
def module_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all tests of a file, for those that change nothing or do not mind."""
    yield from _desk_in(tmp_path_factory.mktemp("module"))
