"""Listing and searching a large folder, against the plainest walk over it and against `grep -r`."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import pytest

from cowork_tui.adapters.tools.documents import Documents
from cowork_tui.adapters.tools.failure import Stop, Stopped
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.listing import list_files
from cowork_tui.adapters.tools.search import Query, search_files

FULL = os.environ.get("COWORK_BENCH_FULL") == "1"
FILES = 50_000 if FULL else 2_500
FILES_A_FOLDER = 40
TRIES = 3
MOST_TIMES = 3.0
WORDS = (
    "invoice", "total", "receipt", "Größe", "amount", "paid", "due", "order", "number", "date", "vendor", "tax", "net",
    "gross", "item", "price", "euro",
)  # fmt: skip
RARE = "Quarterly-Reconciliation"
IGNORED = "*.log\nbuild/\nnode_modules\n/top-only.txt\n*.tmp\n"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Text files of some 100 to 2,500 bytes, 40 in a folder, three levels deep; a word in one of 500 of them."""
    root = tmp_path_factory.mktemp("large") / "tree"
    chance = random.Random(4)
    for first in range(0, FILES, FILES_A_FOLDER):
        number = first // FILES_A_FOLDER
        folder = root / f"client-{number % 25:02}" / f"{2000 + number // 25 % 10}" / f"batch-{number:04}"
        folder.mkdir(parents=True)
        for index in range(first, min(first + FILES_A_FOLDER, FILES)):
            lines = [" ".join(chance.choices(WORDS, k=8)) for _ in range(chance.randint(2, 45))]
            if index % 500 == 7:
                lines[1] += f" {RARE} A-{index}"
            (folder / f"document-{index:05}.{('txt', 'md', 'csv')[index % 3]}").write_text("\n".join(lines) + "\n")
    yield root
    shutil.rmtree(root)


def best_seconds(*acts: Callable[[], object]) -> list[float]:
    """The fastest of some tries of each, taken in turns, so that a busy machine slows all alike."""
    best = [float("inf")] * len(acts)
    for _ in range(TRIES):
        for index, act in enumerate(acts):
            start = perf_counter()
            act()
            best[index] = min(best[index], perf_counter() - start)
    return best


def scan(path: str) -> int:
    """Every file below a folder, by its plainest walk."""
    number = 0
    with os.scandir(path) as entries:
        for entry in entries:
            number += scan(entry.path) if entry.is_dir(follow_symlinks=False) else 1
    return number


def grep(root: Path, *arguments: str) -> int:
    """How many lines `grep -r` prints."""
    done = subprocess.run(["grep", "-rnI", *arguments, "."], cwd=root, capture_output=True, check=False)
    return done.stdout.count(b"\n")


def told(what: str, times: float) -> None:
    print(f"\n{what} of {FILES} files: {times:.1f}x (at most {MOST_TIMES:.0f})")


def searched(root: Path, query: Query) -> Callable[[], str]:
    folder = Folder(root)
    return lambda: search_files(folder, Documents(folder), query, Stop())


def test_a_list_costs_little_more_than_the_plainest_walk(tree: Path) -> None:
    folder = Folder(tree)
    assert list_files(folder, ".", None, 0, Stop()).startswith(f"{FILES} files in .")
    floor, listed = best_seconds(lambda: scan(str(tree)), lambda: list_files(folder, ".", None, 0, Stop()))
    told("list", listed / floor)
    if FULL:
        assert listed <= MOST_TIMES * floor


needs_grep = pytest.mark.skipif(shutil.which("grep") is None, reason="grep is not installed")


@needs_grep
@pytest.mark.parametrize(
    ("what", "query", "arguments"),
    [
        ("a rare word", Query(RARE.lower()), ("-i", "-F", RARE.lower())),
        ("a common word", Query("receipt total paid due"), ("-i", "-F", "receipt total paid due")),
        ("no match", Query("zebra crossing"), ("-i", "-F", "zebra crossing")),
        ("words beyond ASCII", Query("größe vendor größe total"), ("-i", "-F", "größe vendor größe total")),
        ("names", Query("document-000", names=True), ("-i", "-F", "zebra crossing")),
        ("a pattern", Query(r"[rR]econciliation A-\d+7$", regex=True), ("-E", r"[rR]econciliation A-[0-9]+7$")),
    ],
)  # fmt: skip
def test_a_search_costs_little_more_than_grep(
    tree: Path, what: str, query: Query, arguments: tuple[str, ...]
) -> None:
    search = searched(tree, query)
    lines = grep(tree, *arguments)
    if not query.names and lines < 10_000:
        assert search().split(" ")[0] == str(lines)
    floor, seconds = best_seconds(lambda: grep(tree, *arguments), search)
    told(f"search for {what}", seconds / floor)
    if FULL:
        assert seconds <= MOST_TIMES * floor


def test_ignore_files_cost_little(tree: Path) -> None:
    folder = Folder(tree)
    plain = best_seconds(lambda: list_files(folder, ".", None, 0, Stop()))[0]
    (tree / ".gitignore").write_text(IGNORED)
    try:
        floor, listed = best_seconds(lambda: scan(str(tree)), lambda: list_files(folder, ".", None, 0, Stop()))
    finally:
        (tree / ".gitignore").unlink()
    print(f"\nlist of {FILES} files with an ignore file: {listed / floor:.1f}x the walk, {listed / plain:.1f}x without")


@pytest.mark.parametrize("query", [Query("zebra"), Query(r"ze[b]ra$", regex=True), Query("größen")])
def test_a_search_ends_soon_after_it_is_stopped(tree: Path, query: Query) -> None:
    folder, stop = Folder(tree), Stop()
    stopped_at = list[float]()

    def request() -> None:
        stop.request()
        stopped_at.append(perf_counter())

    timer = threading.Timer(0.002, request)
    timer.start()
    with pytest.raises(Stopped):
        while True:
            search_files(folder, Documents(folder), query, stop)
    print(f"\nstopped after {(perf_counter() - stopped_at[0]) * 1000:.1f} ms")
    timer.join()
