"""Long documents in bounded memory, and stopped while they are read. `COWORK_BENCH_FULL=1` runs the full sizes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import fpdf
import pytest

FULL = os.environ.get("COWORK_BENCH_FULL") == "1"
SHARE = 1 if FULL else 20
MAX_MEMORY_BYTES = 300_000_000
STOP_SECONDS = 2.0

_CHILD = """
import asyncio, json, resource, sys, time
from pathlib import Path
from cowork_tui.adapters.tools.documents import Documents
from cowork_tui.adapters.tools.failure import Stop, Stopped
from cowork_tui.adapters.tools.folder import Folder
from cowork_tui.adapters.tools.readers.extracted import Part
import threading


def own_peak_bytes():
    # a child's getrusage begins at its parent's size on Linux; this does not
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


name, asked, last_row = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
documents = Documents(Folder(Path.cwd()))
texts = [documents.read(name, 0, 2000, Stop()).text, documents.read(name, 0, 2000, Stop(), Part(**asked)).text]
stop, began = Stop(), time.monotonic()
threading.Timer(0.2, stop.request).start()
stopped_after = None
try:
    while True:
        whole = Part(rows=last_row) if name.endswith("csv") else Part(pages="1-")
        Documents(Folder(Path.cwd())).read(name, 0, 10**9, stop, whole)
except Stopped:
    stopped_after = time.monotonic() - began - 0.2
with Path(name).open("rb") as stream:
    whole = len(documents.text_of(stream, name, Stop())) if name.endswith("pdf") else 0
peak = own_peak_bytes()
print(json.dumps({"texts": texts, "peak": peak, "stopped_after": stopped_after, "whole": whole}))
"""


def _read(folder: Path, name: str, asked: dict[str, str], last_row: str = "") -> dict:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, name, json.dumps(asked), last_row], cwd=folder, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    seen = json.loads(done.stdout)
    print(f"{name}: {seen['peak'] / 1e6:.0f} MB, stopped after {seen['stopped_after']:.2f} s")
    return seen


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module")
def test_a_pdf_of_a_thousand_pages_is_read_in_bounded_memory_and_can_be_stopped(tmp_path: Path) -> None:
    pages = 1_000 // SHARE
    document = fpdf.FPDF()
    document.set_font("helvetica", size=8)
    for page in range(1, pages + 1):
        document.add_page()
        for line in range(60):
            words = f"Page {page}, line {line}: {page * line} items delivered to the usual place"
            document.text(10, 10 + 4 * line, words)
    document.output(str(tmp_path / "a.pdf"))
    seen = _read(tmp_path, "a.pdf", {"pages": f"{pages}"})
    assert seen["texts"][0].startswith(f"a.pdf | pdf | {pages} pages")
    assert f"Page {pages}, line 59: {pages * 59} items" in seen["texts"][1] or "left out" in seen["texts"][1]
    assert seen["whole"] > pages * 3_000
    assert seen["peak"] < MAX_MEMORY_BYTES
    assert seen["stopped_after"] is not None
    assert not FULL or seen["stopped_after"] < STOP_SECONDS


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module")
def test_a_csv_of_a_hundred_megabytes_is_read_in_bounded_memory_and_can_be_stopped(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("w", encoding="utf-8") as table:
        table.write("number;customer;total\n")
        rows = 1
        while table.tell() < 100_000_000 // SHARE:
            table.writelines(f'{row};"customer, no. {row}";{row * 3}.50\n' for row in range(rows, rows + 10_000))
            rows += 10_000
    seen = _read(tmp_path, "a.csv", {"rows": f"{rows - 1}-"}, f"{rows}")
    assert "number;customer;total\n" in seen["texts"][0]
    assert seen["texts"][1].endswith(f'{rows - 1};"customer, no. {rows - 1}";{(rows - 1) * 3}.50\n')
    assert seen["peak"] < MAX_MEMORY_BYTES
    assert seen["stopped_after"] is not None
    assert not FULL or seen["stopped_after"] < STOP_SECONDS
