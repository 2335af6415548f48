"""Moving, copying, trashing and making folders: said beforehand, kept, and never more than was asked."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cowork_tui.adapters.tools.host import FolderTools
from cowork_tui.adapters.tools.system_trash import to_system_trash
from cowork_tui.engine.ports import ToolOutcome


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_file_is_moved_with_its_folders_made(desk) -> None:
    desk.put("a.txt", "hello")
    intent = desk.intent("move_file", **{"from": "a.txt", "to": "sorted/2026/b.txt"})
    assert (intent.changes, intent.replaces, intent.paths) == (True, False, ("a.txt", "sorted/2026/b.txt"))
    assert intent.summary.startswith("move a.txt to sorted/2026/b.txt (5 bytes, SHA-256 2cf24dba5fb0a30e…")
    outcome = desk.outcome("move_file", **{"from": "a.txt", "to": "sorted/2026/b.txt"})
    assert outcome.text == "moved a.txt to sorted/2026/b.txt"
    assert _files(desk.folder) == ["sorted", "sorted/2026", "sorted/2026/b.txt"]
    assert {(change.path, change.after_sha256 is None) for change in outcome.changes if change.kind == "file"} == {
        ("a.txt", True), ("sorted/2026/b.txt", False),
    }  # fmt: skip


def test_a_folder_named_as_the_target_takes_the_file_in(desk) -> None:
    desk.put("a.txt", "a")
    desk.put("sub/b.txt", "b")
    assert desk.text("move_file", **{"from": "a.txt", "to": "sub"}) == "moved a.txt to sub/a.txt"
    assert desk.text("copy_file", **{"from": "sub/a.txt", "to": "new/"}) == "copied sub/a.txt to new/a.txt"


def test_a_folder_moves_and_is_copied_with_all_that_is_in_it(desk) -> None:
    desk.put("sub/deep/a.txt", "a")
    desk.put("sub/.gitignore", "*.txt\n")
    assert "folder of 2 files" in desk.intent("move_file", **{"from": "sub", "to": "other"}).summary
    desk.text("move_file", **{"from": "sub", "to": "other"})
    desk.text("copy_file", **{"from": "other", "to": "twin"})
    assert [path for path in _files(desk.folder) if path.endswith(".txt")] == ["other/deep/a.txt", "twin/deep/a.txt"]


def test_replacing_is_asked_for_said_and_kept(desk) -> None:
    desk.put("a.txt", "new")
    desk.put("b.txt", "old")
    ends = {"from": "a.txt", "to": "b.txt"}
    assert "b.txt is there already" in desk.refusal("copy_file", **ends)
    intent = desk.intent("copy_file", **ends, replace=True)
    assert intent.replaces
    assert "replaces b.txt: 3 bytes, SHA-256" in intent.preview
    assert desk.text("copy_file", **ends, replace=True) == "copied a.txt to b.txt (replaced)"
    kept = {path.read_bytes() for path in desk.originals.iterdir() if path.is_file()}
    assert b"old" in kept


def test_what_is_trashed_is_kept_first(desk) -> None:
    desk.put("sub/a.txt", "precious")
    intent = desk.intent("trash_file", path="sub/a.txt")
    assert (intent.replaces, intent.paths) == (True, ("sub/a.txt",))
    outcome = desk.outcome("trash_file", path="sub/a.txt")
    assert outcome.text == "trashed sub/a.txt (kept, can be put back)"
    assert not (desk.folder / "sub/a.txt").exists()
    (change,) = outcome.changes
    assert desk.journal.original(change.before_sha256) == b"precious"
    assert "folder of 0 files" in desk.intent("trash_file", path="sub").summary
    desk.text("trash_file", path="sub")
    assert _files(desk.folder) == []


def test_a_folder_is_made_once(desk) -> None:
    assert desk.text("make_folder", path="a/b") == "made folder a/b/"
    assert (desk.folder / "a/b").is_dir()
    assert "is there already, a folder" in desk.refusal("make_folder", path="a/b")
    desk.put("f.txt", "")
    assert "is there already, a file" in desk.refusal("make_folder", path="f.txt")


@pytest.mark.parametrize(
    ("name", "tool_input", "sentence"),
    [
        ("move_file", {"from": "none.txt", "to": "b.txt"}, "none.txt does not exist"),
        ("move_file", {"from": "a.txt", "to": "a.txt"}, "onto itself"),
        ("move_file", {"from": "sub", "to": "sub/deeper"}, "can't go into"),
        ("move_file", {"from": "sub", "to": "a.txt", "replace": True}, "a folder can't replace"),
        ("move_file", {"from": "a.txt", "to": "locked.txt", "replace": True}, "write-protected"),
        ("move_file", {"from": ".", "to": "x"}, "whole folder of the task"),
        ("move_file", {"from": "a.txt", "to": ".git/config"}, "git's own"),
        ("move_file", {"from": "a.txt", "to": "a.txt/b.txt"}, "not a folder"),
        ("move_file", {"from": "link.txt", "to": "x.txt"}, "link.txt is a link"),
        ("copy_file", {"from": "a.txt", "to": "sub/b.txt"}, "is there already"),
        ("trash_file", {"path": "none.txt"}, "does not exist"),
        ("trash_file", {"path": "."}, "whole folder of the task"),
        ("trash_file", {"path": "link.txt"}, "is a link"),
        ("make_folder", {"path": "a.txt/b"}, "not a folder"),
    ],
)
def test_what_can_not_be_done_is_said_beforehand_and_changes_nothing(desk, name, tool_input, sentence) -> None:
    desk.put("a.txt", "a")
    desk.put("sub/b.txt", "b")
    desk.put("locked.txt", "l").chmod(0o444)
    (desk.folder / "link.txt").symlink_to("a.txt")
    before = _files(desk.folder)
    assert sentence in (desk.intent(name, **tool_input).error or "")
    assert sentence in desk.refusal(name, **tool_input)
    assert _files(desk.folder) == before


@pytest.mark.skipif(os.name == "nt", reason="the trash of Unix desktops")
def test_below_the_home_folder_the_desktops_trash_gets_it(desk, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    desk.tools = FolderTools(desk.folder, desk.journal, lambda: 0.0, to_system_trash)
    for _ in range(2):
        desk.put("a b.txt", "x")
        desk.text("trash_file", path="a b.txt")
    trash = tmp_path / "data" / "Trash"
    assert _files(trash / "files") == ["a b.txt", "a b.txt.2"]
    note = (trash / "info" / "a b.txt.trashinfo").read_text()
    assert f"Path={desk.folder}/a%20b.txt\n" in note
    assert not (desk.folder / "a b.txt").exists()


def test_elsewhere_it_is_kept_all_the_same(desk, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "other"))
    desk.tools = FolderTools(desk.folder, desk.journal, lambda: 0.0, to_system_trash)
    desk.put("a.txt", "x")
    (change,) = desk.outcome("trash_file", path="a.txt").changes
    assert desk.journal.original(change.before_sha256) == b"x"
    assert _files(desk.folder) == []


def test_two_tasks_writing_one_file_leave_one_whole_content_and_both_originals(desk) -> None:
    desk.put("a.txt", "first")
    other = FolderTools(desk.folder, desk.journal, lambda: 0.0)
    contents = [f"{name} " * 20_000 for name in ("one", "two", "three", "four")]

    async def both() -> list[ToolOutcome]:
        calls = [
            tools.call("write_file", {"path": "a.txt", "content": content}, turn=1, tool_use_id=f"t{number}")
            for number, (tools, content) in enumerate(zip([desk.tools, other] * 2, contents, strict=True))
        ]
        return await asyncio.gather(*calls)

    outcomes = asyncio.run(both())
    assert (desk.folder / "a.txt").read_text() in contents
    for outcome in outcomes:
        for change in outcome.changes:
            assert change.before_sha256 is None or desk.journal.original(change.before_sha256)
    assert [path.name for path in desk.folder.iterdir()] == ["a.txt"]


def test_a_folder_that_disappears_is_said_in_a_sentence(desk) -> None:
    desk.folder.rename(desk.folder.with_name("elsewhere"))
    for name, tool_input in (
        ("make_folder", {"path": "a"}), ("trash_file", {"path": "a"}), ("move_file", {"from": "a", "to": "b"}),
        ("write_document", {"path": "a.docx", "markdown": "x"}), ("search_files", {"query": "x"}), ("list_files", {}),
    ):  # fmt: skip
        assert "is gone: put it back" in desk.refusal(name, **tool_input)


def test_a_full_disk_leaves_the_old_table_and_the_moved_file_intact(desk) -> None:
    """The size limit of a process stands for a full disk: the write fails half-way."""
    desk.put("a.xlsx", b"old")
    desk.put("big.txt", "x" * 60_000)
    script = f"""
import asyncio, pathlib, resource
from cowork_tui.adapters.tools.host import FolderTools
from cowork_tui.adapters.tools.journal import Journal
tools = FolderTools(pathlib.Path({str(desk.folder)!r}), Journal(pathlib.Path({str(desk.originals)!r})), lambda: 0.0)
rows = [[str(n * 7919 % 10007)] for n in range(20_000)]
sheets = [{{"name": "S", "columns": [{{"name": "a"}}], "rows": rows}}]
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
for n, (name, given) in enumerate((
    ("write_table", {{"path": "a.xlsx", "sheets": sheets}}),
    ("copy_file", {{"from": "big.txt", "to": "copy.txt"}}),
    ("trash_file", {{"path": "big.txt"}}),
    ("move_file", {{"from": "big.txt", "to": "new/moved.txt"}}),
)):
    outcome = asyncio.run(tools.call(name, given, turn=n, tool_use_id=str(n)))
    assert outcome.is_error and not outcome.changes, (name, outcome)
    print(outcome.text)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (desk.folder / "a.xlsx").read_bytes() == b"old"
    assert (desk.folder / "big.txt").read_text() == "x" * 60_000
    assert _files(desk.folder) == ["a.xlsx", "big.txt"]
