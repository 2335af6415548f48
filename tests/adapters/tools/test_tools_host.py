"""What the engine sees of the tools: definitions, checked input, bad folders."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

import pytest

from cowork_tui.adapters.tools.folder import check_folder
from cowork_tui.core.errors import BadInput


def test_the_tools_are_offered_with_closed_schemas(desk) -> None:
    definitions = {definition.name: json.loads(definition.input_schema_json) for definition in desk.tools.definitions()}
    assert sorted(definitions) == [
        "copy_file", "edit_file", "list_files", "make_folder", "move_file", "read_document", "search_files",
        "trash_file", "write_document", "write_file", "write_table",
    ]  # fmt: skip
    for schema in definitions.values():
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
    assert definitions["list_files"]["required"] == []
    assert definitions["search_files"]["required"] == ["query"]
    assert definitions["read_document"]["required"] == ["path"]
    assert definitions["write_file"]["required"] == ["path", "content"]
    assert definitions["edit_file"]["required"] == ["path", "old_text", "new_text"]
    assert definitions["write_table"]["required"] == ["path", "sheets"]
    assert definitions["write_document"]["required"] == ["path", "markdown"]
    assert definitions["move_file"]["required"] == definitions["copy_file"]["required"] == ["from", "to"]
    assert definitions["search_files"]["properties"]["where"]["enum"] == ["content", "names"]


@pytest.mark.parametrize(
    ("name", "tool_input", "sentence"),
    [
        ("remove_file", {}, "there is no tool 'remove_file'"),
        ("read_document", {}, "read_document needs path: a string"),
        ("read_document", {"path": None}, "read_document needs path: a string"),
        ("read_document", {"path": 5}, "path of read_document must be a string, not a number"),
        ("read_document", {"path": ["a"]}, "path of read_document must be a string, not a list"),
        ("read_document", {"path": "a.txt", "offset": "5"}, "must be a whole number, not a string"),
        ("read_document", {"path": "a.txt", "offset": True}, "must be a whole number, not true or false"),
        ("read_document", {"path": "a.txt", "offset": 1.5}, "must be a whole number, not a number"),
        ("read_document", {"path": "a.txt", "offset": -1}, "offset of read_document must be 0 or more, not -1"),
        ("read_document", {"path": "a.txt", "limit": 0}, "limit of read_document must be 1 or more, not 0"),
        ("read_document", {"path": "a.txt", "lines": 3}, "read_document has no input 'lines'"),
        ("search_files", {"query": "a", "where": "all"}, "where of search_files must be one of content, names"),
        ("search_files", {"query": "a", "regex": "yes"}, "regex of search_files must be true or false, not a string"),
        ("write_file", {"path": "a.txt", "content": {"a": 1}}, "content of write_file must be a string, not an object"),
    ],
)
def test_input_that_does_not_fit_is_refused_in_one_sentence(desk, name: str, tool_input, sentence: str) -> None:
    assert sentence in desk.refusal(name, **tool_input)
    assert sentence in (desk.intent(name, **tool_input).error or "")


def test_a_whole_number_may_come_as_a_float(desk) -> None:
    desk.put("a.txt", "abcdef")
    assert desk.text("read_document", path="a.txt", offset=2.0, limit=100).endswith("\n\ncdef")


def test_reading_changes_nothing_and_brings_in_content_from_outside(desk) -> None:
    desk.put("a.txt", "a")
    read, listed = desk.intent("read_document", path="a.txt"), desk.intent("list_files")
    assert (read.changes, read.outside, read.error, read.summary) == (False, True, None, "read a.txt")
    assert (listed.changes, listed.outside, listed.summary) == (False, False, "list .")
    assert "outside the folder" in (desk.intent("read_document", path="/etc/passwd").error or "")


def test_cancelling_a_call_ends_it(desk) -> None:
    for number in range(300):
        desk.put(f"{number}.txt", "text\n" * 100)

    async def cancel_at_once() -> None:
        task = asyncio.create_task(desk.tools.call("search_files", {"query": "text"}, turn=1, tool_use_id="t"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_at_once())


def test_a_folder_that_disappears_is_said(desk) -> None:
    desk.put("a.txt", "a")
    desk.folder.rename(desk.folder.with_name("moved"))
    for name, tool_input in (
        ("list_files", {}), ("read_document", {"path": "a.txt"}), ("write_file", {"path": "b.txt", "content": "b"}),
    ):  # fmt: skip
        assert "is gone: put it back" in desk.refusal(name, **tool_input)


def test_folders_that_can_not_be_worked_in_are_bad_input(tmp_path) -> None:
    file = tmp_path / "file.txt"
    file.write_text("x")
    check_folder(tmp_path)
    for path, sentence in (
        (tmp_path / "none", "does not exist"),
        (tmp_path / "a\x1bb", r"a\x1bb does not exist"),
        (file, "is a file, not a folder"),
        (file / "below", "can't be reached"),
        (tmp_path / "a\0b", "can't be reached"),
        (tmp_path / ("x" * 300), "can't be reached"),
    ):
        with pytest.raises(BadInput) as raised:
            check_folder(path)
        assert sentence in str(raised.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_is_bad_input(tmp_path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    with pytest.raises(BadInput, match="can't be read"):
        check_folder(locked)


def test_the_libraries_of_documents_are_loaded_only_when_needed() -> None:
    script = (
        "import sys, cowork_tui.adapters.tools.host\n"
        "print([name for name in ('pypdf', 'docx', 'openpyxl', 'regex', 'lxml') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"
