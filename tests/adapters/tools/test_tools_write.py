"""Writing and editing: whole or not at all, originals kept, previews true."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.adapters.tools.preview import MAX_PREVIEW_LINES, diff
from cowork_tui.core.task_values import FileChange


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_new_file_is_written_with_its_folders(desk) -> None:
    outcome = desk.outcome("write_file", path="out/2026/receipts.csv", content="a,b\n1,é\n")
    assert outcome.text == "wrote out/2026/receipts.csv: 2 lines, 9 bytes (new file)"
    content = (desk.folder / "out/2026/receipts.csv").read_bytes()
    assert content == "a,b\n1,é\n".encode()
    found = (desk.folder / "out/2026/receipts.csv").stat()
    mode = stat.S_IMODE((desk.folder / "out").stat().st_mode)
    assert outcome.changes == (
        FileChange("out", None, None, 0, 0, "folder", after_mode=mode),
        FileChange("out/2026", None, None, 0, 0, "folder", after_mode=mode),
        FileChange(
            "out/2026/receipts.csv", None, _sha256(content), 0, 9,
            after_mode=stat.S_IMODE(found.st_mode), after_mtime_ns=found.st_mtime_ns,
        ),
    )  # fmt: skip
    assert _files(desk.folder) == ["out/2026/receipts.csv"]


def test_a_replaced_file_keeps_its_mode_and_its_original_is_kept(desk) -> None:
    file = desk.put("run.sh", "old")
    file.chmod(0o750)
    outcome = desk.outcome("write_file", path="run.sh", content="new text")
    assert outcome.text == "wrote run.sh: 1 line, 8 bytes (replaced)"
    assert file.read_text() == "new text"
    assert stat.S_IMODE(file.stat().st_mode) == 0o750
    (change,) = outcome.changes
    assert (change.before_sha256, change.before_bytes) == (_sha256(b"old"), 3)
    assert (desk.originals / _sha256(b"old")).read_bytes() == b"old"


def test_an_edit_replaces_exact_text_and_keeps_the_rest(desk) -> None:
    file = desk.put("notes.md", "# Notes\n\n- one\n- two\n")
    assert desk.text("edit_file", path="notes.md", old_text="- two", new_text="- three\n- four") == (
        "edited notes.md: 1 replacement"
    )
    assert file.read_text() == "# Notes\n\n- one\n- three\n- four\n"


def test_several_places_are_edited_only_when_asked(desk) -> None:
    file = desk.put("a.txt", "x x x")
    assert "old_text is 3 times in a.txt" in desk.refusal("edit_file", path="a.txt", old_text="x", new_text="y")
    assert desk.text("edit_file", path="a.txt", old_text="x", new_text="y", all=True) == "edited a.txt: 3 replacements"
    assert file.read_text() == "y y y"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp1252"])
def test_an_edit_keeps_the_encoding(desk, codec: str) -> None:
    file = desk.put("a.txt", "Größe: 5\r\nEnde".encode(codec))
    desk.text("edit_file", path="a.txt", old_text="5", new_text="6 €")
    assert file.read_bytes() == "Größe: 6 €\r\nEnde".encode(codec)


def test_an_edit_that_the_encoding_can_not_write_is_refused(desk) -> None:
    file = desk.put("a.txt", "Größe".encode("cp1252"))
    assert "cp1252" in desk.refusal("edit_file", path="a.txt", old_text="Gr", new_text="漢")
    assert file.read_bytes() == "Größe".encode("cp1252")


def test_line_ends_of_windows_are_met_by_plain_ones(desk) -> None:
    file = desk.put("a.txt", "one\r\ntwo\r\nthree\r\n")
    desk.text("edit_file", path="a.txt", old_text="one\ntwo", new_text="1\n2")
    assert file.read_bytes() == b"1\r\n2\r\nthree\r\n"


@pytest.mark.parametrize(
    ("tool_input", "sentence"),
    [
        ({"path": "a.txt", "old_text": "nope", "new_text": "x"}, "old_text is not in a.txt"),
        ({"path": "a.txt", "old_text": "", "new_text": "x"}, "old_text is empty"),
        ({"path": "a.txt", "old_text": "a", "new_text": "a"}, "are the same"),
        ({"path": "missing.txt", "old_text": "a", "new_text": "b"}, "does not exist"),
        ({"path": "sub", "old_text": "a", "new_text": "b"}, "is a folder"),
        ({"path": "image.png", "old_text": "a", "new_text": "b"}, "is binary"),
        ({"path": "lossy.txt", "old_text": "a", "new_text": "b"}, "bytes that are no text"),
        ({"path": "locked.txt", "old_text": "a", "new_text": "b"}, "write-protected"),
    ],
)
def test_an_edit_that_can_not_be_made_says_why_and_is_known_beforehand(desk, tool_input, sentence: str) -> None:
    desk.put("a.txt", "a")
    desk.put("sub/b.txt", "a")
    desk.put("image.png", b"\x89PNG\r\n\0a")
    desk.put("lossy.txt", b"a\x81\xff")
    desk.put("locked.txt", "a").chmod(0o444)
    before = {path: (desk.folder / path).read_bytes() for path in _files(desk.folder)}
    assert sentence in (desk.intent("edit_file", **tool_input).error or "")
    assert sentence in desk.refusal("edit_file", **tool_input)
    assert {path: (desk.folder / path).read_bytes() for path in _files(desk.folder)} == before


@pytest.mark.parametrize(
    ("path", "content", "sentence"),
    [
        ("sub", "x", "is a folder"),
        ("new/", "x", "names a folder"),
        ("a.xlsx", "x", "can't be written as text"),
        ("locked.txt", "x", "write-protected"),
        ("a.txt", "\ud800", "half a character"),
        ("a.txt/b.txt", "x", "not a folder"),
    ],
)
def test_a_file_that_can_not_be_written_says_why(desk, path: str, content: str, sentence: str) -> None:
    desk.put("sub/b.txt", "b")
    desk.put("a.txt", "a")
    desk.put("locked.txt", "locked").chmod(0o444)
    assert sentence in (desk.intent("write_file", path=path, content=content).error or "")
    assert sentence in desk.refusal("write_file", path=path, content=content)
    assert _files(desk.folder) == ["a.txt", "locked.txt", "sub/b.txt"]


def test_an_intent_shows_the_change_and_makes_none(desk) -> None:
    file = desk.put("a.txt", "one\ntwo\n")
    intent = desk.intent("write_file", path="a.txt", content="one\n2\n")
    assert intent.changes
    assert intent.error is None
    assert intent.summary == "write a.txt (replaces 8 bytes; 2 lines, 6 bytes)"
    assert intent.preview.splitlines() == ["--- a.txt", "+++ a.txt", "@@ -1,2 +1,2 @@", " one", "-two", "+2"]
    new = desk.intent("write_file", path="deep/new.csv", content="x,y\n" * 500)
    assert new.summary == "write deep/new.csv (new, 500 lines, 2,000 bytes)"
    assert len(new.preview.splitlines()) == 2 + MAX_PREVIEW_LINES + 1
    assert new.preview.splitlines()[-1] == "[left out: 301 lines]"
    assert file.read_text() == "one\ntwo\n"
    assert _files(desk.folder) == ["a.txt"]
    assert not desk.originals.exists()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=30),
    st.lists(st.sampled_from(["a", "b", "c"]), max_size=30),
)
def test_a_preview_leads_from_the_old_lines_to_the_new(old: list[str], new: list[str]) -> None:
    preview = diff("x", "\n".join(old), "\n".join(new)).splitlines()
    result, taken = list[str](), 0
    for line in preview[2:]:
        if line.startswith("@@"):
            start, _, length = line.split(" ")[1][1:].partition(",")
            upto = int(start) - (length != "0")
            result += old[taken:upto]
            taken = upto
        elif line[0] == "+":
            result.append(line[1:])
        else:
            assert old[taken] == line[1:]
            result += [line[1:]] if line[0] == " " else []
            taken += 1
    assert result + old[taken:] == new


def test_a_disk_that_refuses_leaves_the_old_file_intact(desk) -> None:
    """The size limit of a process stands for a full disk: the write fails half-way."""
    desk.put("a.txt", "old")
    script = f"""
import asyncio, pathlib, resource
from cowork_tui.adapters.tools.host import FolderTools
from cowork_tui.adapters.tools.journal import Journal
tools = FolderTools(pathlib.Path({str(desk.folder)!r}), Journal(pathlib.Path({str(desk.originals)!r})), lambda: 0.0)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
text = {{"path": "a.txt", "content": "x" * 50_000}}
outcome = asyncio.run(tools.call("write_file", text, turn=1, tool_use_id="t"))
assert outcome.is_error and not outcome.changes, outcome
print(outcome.text)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "a.txt would be larger than the system allows and is as it was" in done.stdout
    assert (desk.folder / "a.txt").read_text() == "old"
    assert _files(desk.folder) == ["a.txt"]
    assert desk.journal.resolve_pending() == ()


def test_a_process_killed_while_writing_leaves_the_old_file_or_the_new_one(desk) -> None:
    """Killed at the first instruction that finds the half-written file, by a watcher inside the same process."""
    desk.put("a.txt", "old")
    script = f"""
import asyncio, os, pathlib, signal, sys
from cowork_tui.adapters.tools.host import FolderTools
from cowork_tui.adapters.tools.journal import Journal
folder = pathlib.Path({str(desk.folder)!r})
tools = FolderTools(folder, Journal(pathlib.Path({str(desk.originals)!r})), lambda: 0.0)
def watch(event, arguments):
    if event == "open" and str(arguments[0]).startswith(".cowork-"):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
asyncio.run(tools.call("write_file", {{"path": "a.txt", "content": "new"}}, turn=1, tool_use_id="toolu_1"))
"""
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert killed.returncode == -9
    assert (desk.folder / "a.txt").read_text() == "old"
    assert [pending.state for pending in desk.journal.resolve_pending()] == ["did not happen"]
    again = desk.repeatable(1, "write_file", {"path": "a.txt", "content": "new"})
    assert again.text == "wrote a.txt: 1 line, 3 bytes (replaced)"
    assert (desk.folder / "a.txt").read_text() == "new"


def test_a_cancelled_write_is_whole_or_absent_and_told_when_asked_again(desk) -> None:
    file, tool_input = desk.put("a.txt", "old"), {"path": "a.txt", "content": "new"}

    async def cancel_at_once() -> None:
        task = asyncio.create_task(desk.tools.call("write_file", tool_input, turn=1, tool_use_id="toolu_1"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_at_once())
    assert file.read_text() in ("old", "new")
    outcome = desk.repeatable(1, "write_file", tool_input)
    assert file.read_text() == "new"
    assert [change.before_sha256 for change in outcome.changes] == [_sha256(b"old")]


@pytest.mark.skipif(os.name == "nt", reason="owners as on Unix")
def test_originals_can_be_read_by_their_owner_only(desk) -> None:
    desk.put("a.txt", "private")
    desk.text("write_file", path="a.txt", content="new")
    kept = desk.originals / _sha256(b"private")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.originals.stat().st_mode) == 0o700
