"""Listing: everything in order, ignore files honoured, long lists in pieces."""

from __future__ import annotations

import pytest

from cowork_tui.adapters.tools.failure import Stop, Stopped
from cowork_tui.adapters.tools.listing import list_files


def _paths(text: str) -> list[str]:
    return [line.split("\t")[0] for line in text.splitlines()[1:] if "\t" in line]


def test_an_empty_folder_has_0_files(desk) -> None:
    assert desk.text("list_files") == "0 files in ."


def test_every_file_is_a_line_with_its_size_in_the_order_of_paths(desk) -> None:
    for path in ("b.txt", "a/z.txt", "a.txt", "a-b.txt", "a/b/c.txt", "Ü.txt"):
        desk.put(path, "x" * len(path))
    text = desk.text("list_files")
    assert text.splitlines()[0] == "6 files in ."
    assert _paths(text) == sorted(["b.txt", "a/z.txt", "a.txt", "a-b.txt", "a/b/c.txt", "Ü.txt"])
    assert "a/b/c.txt\t9" in text


def test_a_folder_in_it_can_be_listed_alone_with_paths_from_the_top(desk) -> None:
    desk.put("receipts/a.txt", "a")
    desk.put("other.txt", "o")
    assert desk.text("list_files", path="receipts") == "1 file in receipts\nreceipts/a.txt\t1"


def test_ignore_files_count_at_every_level_and_deeper_ones_win(desk) -> None:
    desk.put(".gitignore", "*.log\nbuild/\n/top.txt\n!\n")
    desk.put("sub/.gitignore", "!keep.log\n*.tmp\n")
    desk.put("sub/.ignore", "secret.*\n")
    for path in ("a.log", "build/x.txt", "top.txt", "b.tmp"):
        desk.put(path, "")
    for path in ("sub/top.txt", "sub/keep.log", "sub/b.tmp", "sub/secret.md"):
        desk.put(path, "")
    text = desk.text("list_files")
    assert _paths(text) == [".gitignore", "b.tmp", "sub/.gitignore", "sub/.ignore", "sub/keep.log", "sub/top.txt"]
    assert text.splitlines()[0] == "6 files in ., 5 ignored"
    assert _paths(desk.text("list_files", path="sub"))[2:] == ["sub/keep.log", "sub/top.txt"]


def test_gits_folder_and_half_written_files_are_not_listed(desk) -> None:
    desk.put(".git/config", "")
    desk.put(".cowork-0011.tmp", "")
    desk.put(".hidden", "")
    assert _paths(desk.text("list_files")) == [".hidden"]


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("*.csv", ["a.csv", "x/b.csv", "x/y/c.csv"]),
        ("x/*.csv", ["x/b.csv"]),
        ("x/**/*.csv", ["x/b.csv", "x/y/c.csv"]),
        ("*.{csv,txt}", ["a.csv", "t.txt", "x/b.csv", "x/y/c.csv"]),
        ("./t.txt", ["t.txt"]),
        ("!*.csv", []),
        ("[", []),
    ],
)
def test_a_glob_narrows_the_list(desk, pattern: str, paths: list[str]) -> None:
    for path in ("a.csv", "x/b.csv", "x/y/c.csv", "t.txt"):
        desk.put(path, "")
    outcome = desk.outcome("list_files", pattern=pattern)
    assert _paths(outcome.text) == paths


def test_a_long_list_says_what_is_left_out_and_reading_on_gives_the_rest(desk) -> None:
    for number in range(620):
        desk.put(f"f{number:03}.txt", "")
    first = desk.text("list_files")
    assert first.splitlines()[0] == "620 files in ."
    assert first.splitlines()[-1] == "[left out: 120 files; read on with offset=500, or narrow with path or pattern]"
    rest = desk.text("list_files", offset=500)
    assert _paths(first) + _paths(rest) == [f"f{number:03}.txt" for number in range(620)]
    assert "left out" not in rest
    assert desk.refusal("list_files", offset=620) == "offset 620 is past the end: there are 620 files in ."


def test_links_are_told_and_not_followed(desk, tmp_path) -> None:
    (desk.folder / "out").symlink_to(tmp_path)
    (desk.folder / "round").symlink_to(desk.folder)
    assert desk.text("list_files") == "0 files in .\n[left out: 2 links; links are not followed]"


def test_names_with_control_characters_are_shown_escaped(desk) -> None:
    desk.put("a\x1b[31m\nb.txt", "")
    desk.put("gpj\u202ecod.exe", "")
    assert _paths(desk.text("list_files")) == ["a\\x1b[31m\\x0ab.txt", "gpj\\u202ecod.exe"]
    (desk.folder / "latin\udce9.txt").write_bytes(b"")
    text = desk.text("list_files")
    assert "latin\\udce9.txt" in text
    text.encode()


def test_folders_too_deep_to_walk_are_told(desk) -> None:
    desk.put("/".join(["d"] * 120) + "/deep.txt", "")
    desk.put("near.txt", "")
    text = desk.text("list_files")
    assert _paths(text) == ["near.txt"]
    assert "[left out: 1 folder; more than 100 levels deep]" in text


def test_what_is_no_folder_is_refused_in_a_sentence(desk) -> None:
    desk.put("a.txt", "")
    assert desk.refusal("list_files", path="a.txt") == "a.txt is a file, not a folder: read it with read_document"
    assert "does not exist" in desk.refusal("list_files", path="nowhere")
    assert "is empty" in desk.refusal("list_files", pattern=" ")


def test_a_list_stops_when_asked(desk) -> None:
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        list_files(desk.tools._folder, ".", None, 0, stop)
