"""No path leads out of the folder, for reading or for writing."""

from __future__ import annotations

import itertools
import os
import socket
import stat
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from cowork_tui.adapters.tools.directory import HAS_HANDLES
from cowork_tui.adapters.tools.failure import ToolFailure
from cowork_tui.adapters.tools.folder import Folder, check_folder
from cowork_tui.adapters.tools.journal import Journal
from cowork_tui.adapters.tools.pending import CallKey
from cowork_tui.core.errors import BadInput

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and devices as on Unix")

SECRET = "the secret that lies outside"
KEY = CallKey("toolu_1", 1, "digest")

CLIMBING = [
    f"{start}{up}{end}"
    for start in ("", "./", "sub/", "sub/deep/../")
    for up in ("..", "../..", ".././..", "..//..", "../../../../../../../..")
    for end in ("", "/", "/outside/secret.txt", "/./outside/secret.txt")
]
"""80 ways up."""

ABSOLUTE = [
    "/", "//", "///", "/.", "/etc", "/etc/passwd", "//etc/passwd", "///etc//passwd", "/etc/./passwd", "/etc/passwd/",
    "/proc/self/environ", "/proc/self/mem", "/proc/self/cwd/../outside/secret.txt", "/proc/self/fd/0",
    "/proc/1/root", "/proc/thread-self/environ", "/sys/kernel", "/dev/null", "/dev/zero", "/dev/random", "/dev/tty",
    "/dev/stdin", "/dev/fd/0", "/dev/shm/x", "/tmp", "/home/someone/.ssh/id_rsa",
    "{outside}", "{outside}/secret.txt", "/{outside}/secret.txt", "{outside}/new.txt", "{outside}/./secret.txt",
    "{work}/../outside/secret.txt", "{work}/sub/../../outside/secret.txt",
    "{work}-twin/secret.txt", "{work}/..", "{work}/../", "{work}/link_dir/secret.txt", "{work}/link_file",
]  # fmt: skip

THROUGH_LINKS = [
    f"{start}{name}"
    for start in ("", "./", "sub/deep/to_top/")
    for name in (
        "link_file", "link_dir", "link_dir/", "link_dir/secret.txt", "link_dir/./secret.txt", "link_dir/sub/deeper.txt",
        "link_dir/new.txt", "link_dir/new/new.txt", "relative_link/secret.txt", "chain_1", "chain_1/secret.txt",
        "dangling_out", "dangling_out/new.txt", "root_link/etc/passwd", "parent_link/outside/secret.txt", "proc_link",
        "proc_dir/environ", "proc_dir/cwd", "dev_link", "loop_a", "loop_a/secret.txt", "itself", "home_link/secret.txt",
    )
]  # fmt: skip
"""69 links, links to links, and links that lead to themselves."""

NO_FILES = ["pipe", "./pipe", "sub/../pipe", "socket", "link_to_pipe", "sub", "sub/", ".", "./", "", " ", "sub/deep"]

BAD_NAMES = [
    "a\0b", "\0", "notes.txt\0.md", "a\nb", "a\rb", "a\tb", "\x1b[31mred", "a\x07", "\x7f", "a\x80b", "a\x9b31m",
    "\u202egpj.exe", "a\u2066b", "line\u2028break", "\ud800", "a\udc80", "x" * 256, "é" * 128, "d/" * 2048 + "f",
    "sub/" + "y" * 5000, "../\0", "link_dir\0/secret.txt",
]  # fmt: skip

ODD_BUT_INSIDE = [
    "%2e%2e/outside/secret.txt", "%2e%2e%2foutside", "..%2foutside%2fsecret.txt", ". ./outside/secret.txt", "…/outside",
    ".../outside/secret.txt", "．．/outside/secret.txt", "․․/outside/secret.txt", "~/secret.txt", "~root/.profile",
    "$HOME/secret.txt", "${PWD}/../x".replace("..", "dots"), "`id`", "file:",
    "file:etc", "C:", "LINK_FILE", "Link_Dir/secret.txt", "link_file ", " link_file", "link\u200b_file",
    "con", "nul.txt", "-rf", "*", "?", "|", "a;b",
]  # fmt: skip
"""Names that other programs would read otherwise. They are names: whatever happens, happens inside."""

HOSTILE = [*CLIMBING, *ABSOLUTE, *THROUGH_LINKS, *NO_FILES, *BAD_NAMES]


@pytest.fixture
def ground(desk):
    """A folder full of traps beside one that must not be touched."""
    return _with_traps(desk)


@pytest.fixture(scope="module")
def shared_ground(module_desk):
    """The same for all paths."""
    return _with_traps(module_desk)


def _with_traps(desk):
    tmp_path = desk.folder.parent
    outside = tmp_path / "outside"
    (outside / "sub").mkdir(parents=True)
    (outside / "secret.txt").write_text(SECRET)
    (outside / "sub" / "deeper.txt").write_text(SECRET)
    twin = tmp_path / "work-twin"
    twin.mkdir()
    (twin / "secret.txt").write_text(SECRET)
    desk.put("sub/deep/inside.txt", "inside")
    work = desk.folder
    links = {
        "link_file": outside / "secret.txt", "link_dir": outside, "relative_link": "../outside", "chain_1": "chain_2",
        "chain_2": "sub/chain_3", "sub/chain_3": "../../outside", "dangling_out": outside / "nothing", "root_link": "/",
        "parent_link": "..", "proc_link": "/proc/self/environ", "proc_dir": "/proc/self", "dev_link": "/dev/zero",
        "loop_a": "loop_b", "loop_b": "loop_a", "itself": "itself", "home_link": outside, "link_to_pipe": "pipe",
        "sub/deep/to_top": "../..",
    }  # fmt: skip
    for name, target in links.items():
        (work / name).symlink_to(target)
    os.mkfifo(work / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(work)  # socket paths are limited to some 100 bytes
        try:
            server.bind("socket")
        finally:
            os.chdir(here)
    return desk, outside


def _content(folder: Path) -> dict[str, str | None]:
    """Every path below a folder, with the text of files."""
    return {str(path): path.read_text() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def _named(pattern: str, work: Path, outside: Path) -> str:
    return pattern.replace("{work}", str(work)).replace("{outside}", str(outside))


def _is_the_systems(path: str, tmp_path: Path) -> bool:
    """Whether a write that got through would harm the machine; there the refusal of the intent must do."""
    absolute = path.startswith("/") and not path.lstrip("/").startswith(str(tmp_path).lstrip("/"))
    return absolute or any(link in path for link in ("root_link", "proc_", "dev_link"))


@pytest.mark.parametrize("path", HOSTILE, ids=ascii)
def test_a_hostile_path_is_refused_in_one_sentence_and_nothing_outside_changes(shared_ground, path: str) -> None:
    desk, outside = shared_ground
    before = _content(outside)
    path = _named(path, desk.folder, outside)
    for name, rest in (
        ("read_document", {}),
        ("write_file", {"content": "overwritten"}),
        ("edit_file", {"old_text": "secret", "new_text": "open"}),
    ):
        intent = desk.intent(name, path=path, **rest)
        assert SECRET not in intent.preview + intent.summary
        assert intent.error is not None or not intent.changes
        if not (intent.changes and _is_the_systems(path, outside.parent)):
            assert SECRET not in desk.refusal(name, path=path, **rest)
    for name, rest in (("list_files", {"pattern": path}), ("search_files", {"query": "secret"})):
        text = desk.outcome(name, path=path, **rest).text
        assert SECRET not in text
        assert "deeper.txt\t" not in text
    assert _content(outside) == before


FOLDERS_OF_OURS = ("sub", "sub/", ".", "./", "sub/deep")
"""What may be moved, or moved into."""


@pytest.mark.parametrize("path", [path for path in HOSTILE if path not in FOLDERS_OF_OURS], ids=ascii)
def test_a_hostile_path_is_no_end_of_any_other_change(shared_ground, path: str) -> None:
    desk, outside = shared_ground
    before = _content(outside)
    keep = desk.put("keep.txt", "keep")
    path = _named(path, desk.folder, outside)
    sheets = [{"name": "S", "columns": [{"name": "a"}], "rows": [["x"]]}]
    for name, tool_input in (
        ("move_file", {"from": path, "to": "taken.txt"}), ("move_file", {"from": "keep.txt", "to": path}),
        ("copy_file", {"from": path, "to": "taken.txt"}),
        ("copy_file", {"from": "keep.txt", "to": path, "replace": True}),
        ("trash_file", {"path": path}), ("make_folder", {"path": path}),
        ("write_table", {"path": path, "sheets": sheets}), ("write_document", {"path": path, "markdown": "# x"}),
    ):  # fmt: skip
        intent = desk.intent(name, **tool_input)
        assert intent.error is not None
        assert SECRET not in intent.error + intent.preview + intent.summary
        if not _is_the_systems(path, outside.parent):
            assert SECRET not in desk.refusal(name, **tool_input)
    assert _content(outside) == before
    assert keep.read_text() == "keep"
    assert not (desk.folder / "taken.txt").exists()


@pytest.mark.parametrize("path", ["link_dir/a", "relative_link/a", "chain_1/a", "parent_link/outside/a", "../out/a"])
def test_no_office_file_is_made_outside(shared_ground, path: str) -> None:
    desk, outside = shared_ground
    before = _content(outside)
    sheets = [{"name": "S", "columns": [{"name": "a"}], "rows": [["x"]]}]
    for ending in ("xlsx", "csv"):
        desk.refusal("write_table", path=f"{path}.{ending}", sheets=sheets)
    for ending in ("docx", "html"):
        desk.refusal("write_document", path=f"{path}.{ending}", markdown="x")
    assert _content(outside) == before


@pytest.mark.parametrize("path", ODD_BUT_INSIDE, ids=ascii)
def test_an_odd_name_is_only_a_name(shared_ground, path: str) -> None:
    desk, outside = shared_ground
    before = _content(outside.parent / "outside") | _content(outside.parent / "work-twin")
    for name, rest in (
        ("list_files", {"pattern": path}), ("search_files", {"query": "secret"}),
        ("read_document", {}), ("write_file", {"content": "overwritten"}),
    ):  # fmt: skip
        text = desk.outcome(name, path=path, **rest).text
        assert SECRET not in text
        assert "deeper.txt\t" not in text
    assert _content(outside) | _content(outside.parent / "work-twin") == before


def test_there_are_at_least_200_hostile_paths() -> None:
    assert len(set(HOSTILE)) >= 200


@pytest.mark.skipif(os.geteuid() != 0 if hasattr(os, "geteuid") else True, reason="only root makes devices")
def test_a_device_inside_the_folder_is_not_opened(desk) -> None:
    try:
        os.mknod(desk.folder / "zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("devices can't be made here")
    assert "is a device" in desk.refusal("read_document", path="zero")
    assert "is a device" in desk.refusal("write_file", path="zero", content="x")


@pytest.mark.parametrize("path", ["proc/self/environ", "/proc/self/environ", "dev/null", "sys/kernel/notes"])
def test_system_files_are_refused_even_when_the_folder_is_everything(path: str) -> None:
    with pytest.raises(ToolFailure, match="operating system"):
        Folder(Path("/")).place(path)


@pytest.mark.parametrize("path", ["/proc", "/proc/self", "/dev", "/sys"])
def test_a_system_folder_can_not_be_worked_in(path: str) -> None:
    with pytest.raises(BadInput, match="operating system"):
        check_folder(Path(path))


def test_a_link_that_stays_inside_is_followed_and_stays_a_link(desk) -> None:
    desk.put("sub/real.txt", "one")
    (desk.folder / "alias.txt").symlink_to("sub/real.txt")
    assert desk.body("alias.txt") == "one"
    outcome = desk.outcome("write_file", path="alias.txt", content="two")
    assert [change.path for change in outcome.changes] == ["sub/real.txt"]
    assert (desk.folder / "alias.txt").is_symlink()
    assert (desk.folder / "sub/real.txt").read_text() == "two"


def test_the_folder_may_be_reached_through_a_link_and_named_absolutely(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "a.txt").write_text("a")
    (tmp_path / "alias").symlink_to(real)
    folder = Folder(tmp_path / "alias")
    for path in ("a.txt", str(tmp_path / "alias" / "a.txt"), str(real / "a.txt")):
        assert folder.place(path).path == "a.txt"


def test_writing_to_a_hard_link_leaves_the_other_name_alone(desk, tmp_path: Path) -> None:
    outside = tmp_path / "ledger.txt"
    outside.write_text("ours")
    (desk.folder / "ledger.txt").hardlink_to(outside)
    desk.text("write_file", path="ledger.txt", content="changed")
    assert outside.read_text() == "ours"
    assert (desk.folder / "ledger.txt").read_text() == "changed"


@pytest.mark.parametrize("handles", [HAS_HANDLES, False])
@pytest.mark.parametrize("swapped", ["sub", "sub/a.txt"])
def test_a_link_put_there_between_check_and_use_leads_nowhere(ground, handles: bool, swapped: str) -> None:
    desk, outside = ground
    desk.put("sub/a.txt", "ours")
    (outside / "a.txt").write_text(SECRET)
    folder = Folder(desk.folder, handles=handles)
    place = folder.place("sub/a.txt")
    (desk.folder / swapped).rename(desk.folder / "moved")
    (desk.folder / swapped).symlink_to(outside / Path(swapped).relative_to("sub"))
    before = _content(outside)
    with pytest.raises(ToolFailure):
        folder.open_file(place)
    with pytest.raises(ToolFailure):
        Journal(desk.originals).record(folder, place, b"new", key=KEY, at=0.0)
    assert _content(outside) == before


def test_swapping_all_the_time_never_lets_a_read_or_write_out(ground) -> None:
    desk, outside = ground
    desk.put("race/secret.txt", "ours")
    before = _content(outside)
    done = threading.Event()

    def swap() -> None:
        race, link = desk.folder / "race", desk.folder / "link"
        for number in itertools.count():
            aside = desk.folder / f"aside_{number}"
            for move, target in ((link.symlink_to, outside), (race.rename, aside), (link.rename, race)):
                with suppress(OSError):
                    move(target)
            with suppress(OSError):
                race.unlink()
            with suppress(OSError):
                aside.rename(race)
            if done.is_set():
                return

    thread = threading.Thread(target=swap)
    thread.start()
    folder, journal = Folder(desk.folder), Journal(desk.originals)
    try:
        for number in range(300):
            try:
                place = folder.place("race/secret.txt")
                with folder.open_file(place) as stream:
                    assert SECRET.encode() not in stream.read()
                journal.record(folder, place, f"ours {number}".encode(), key=KEY, at=0.0)
            except ToolFailure:
                continue
    finally:
        done.set()
        thread.join()
    assert _content(outside) == before


def test_swapping_all_the_time_never_lets_a_move_copy_or_trash_out(ground) -> None:
    desk, outside = ground
    desk.put("race/secret.txt", "ours")
    before = _content(outside)
    done = threading.Event()

    def swap() -> None:
        race, link, aside = desk.folder / "race", desk.folder / "link", desk.folder / "aside"
        while not done.is_set():
            for move, target in ((link.symlink_to, outside), (race.rename, aside), (link.rename, race)):
                with suppress(OSError):
                    move(target)
            with suppress(OSError):
                race.unlink()
            with suppress(OSError):
                aside.rename(race)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for number in range(12):
            for name, tool_input in (
                ("copy_file", {"from": "race/secret.txt", "to": f"copy-{number}.txt"}),
                ("move_file", {"from": "race/secret.txt", "to": f"moved-{number}.txt"}),
                ("write_file", {"path": "race/secret.txt", "content": f"ours {number}"}),
                ("move_file", {"from": f"moved-{number}.txt", "to": "race/deeper.txt", "replace": True}),
                ("trash_file", {"path": "race/deeper.txt"}),
            ):  # fmt: skip
                assert SECRET not in desk.outcome(name, **tool_input).text
    finally:
        done.set()
        thread.join()
    assert _content(outside) == before
    assert not any(SECRET in (text or "") for text in _content_of_files(desk.folder).values())


def _content_of_files(folder: Path) -> dict[str, str | None]:
    """What real files below a folder hold; links are not followed."""
    found = [Path(top, name) for top, _, names in os.walk(folder) for name in names]
    return {str(path): path.read_text() for path in found if stat.S_ISREG(path.lstat().st_mode)}


@pytest.mark.parametrize("handles", [HAS_HANDLES, False])
def test_a_replaced_folder_is_not_taken_for_the_old_one(tmp_path: Path, handles: bool) -> None:
    work = tmp_path / "work"
    work.mkdir()
    folder = Folder(work, handles=handles)
    place = folder.place("a.txt")
    work.rename(tmp_path / "old")
    with pytest.raises(ToolFailure, match="is gone"):
        folder.open_file(place)
    work.mkdir()
    (work / "a.txt").write_text("other")
    with pytest.raises(ToolFailure, match="was replaced"):
        folder.open_file(place)


def test_gits_own_files_can_not_be_written(desk) -> None:
    for path in (".git/hooks/pre-commit", ".GIT/config", "sub/.git/config", ".g\u200cit/config", ".git"):
        assert "git's own" in desk.refusal("write_file", path=path, content="#!/bin/sh\n")
