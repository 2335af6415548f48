"""The sample's bytes depend on the seed alone, and a folder that can't be used is refused."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cowork_tui.sample import SampleError, make_sample

SEEDS = (1, 2, 3, 20_260)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = make_sample(tmp_path / "a", 7)
    second = make_sample(tmp_path / "b", 7)
    assert first == second
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_bytes_do_not_depend_on_time_zone_hash_seed_clock_or_locale(tmp_path: Path) -> None:
    make_sample(tmp_path / "here", 7)
    program = (
        "import sys, time; from pathlib import Path; clock = time.time; time.time = lambda: clock() + 4e7\n"
        "from cowork_tui.sample import make_sample; make_sample(Path(sys.argv[1]), 7)"
    )
    for zone, hash_seed in (("Pacific/Kiritimati", "1"), ("America/St_Johns", "4242")):
        environment = os.environ | {"TZ": zone, "PYTHONHASHSEED": hash_seed, "LC_ALL": "C", "PYTHONUTF8": "0"}
        there = tmp_path / hash_seed
        subprocess.run([sys.executable, "-c", program, str(there)], check=True, env=environment)
        assert digests(there) == digests(tmp_path / "here")


def test_no_document_is_compressed_because_compressors_differ_between_machines(tmp_path: Path) -> None:
    make_sample(tmp_path / "a", 3)
    for path in tmp_path.rglob("*"):
        if path.suffix in (".docx", ".xlsx"):
            with zipfile.ZipFile(path) as archive:
                assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        elif path.suffix == ".pdf":
            assert b"FlateDecode" not in path.read_bytes()


def test_another_seed_gives_other_vendors_amounts_and_files(tmp_path: Path) -> None:
    truths = [make_sample(tmp_path / str(seed), seed) for seed in SEEDS]
    assert len({frozenset(row.vendor for row in truth) for truth in truths}) == len(SEEDS)
    assert len({frozenset(row.total for row in truth) for truth in truths}) == len(SEEDS)
    assert len({frozenset(digests(tmp_path / str(seed)).items()) for seed in SEEDS}) == len(SEEDS)
    assert len({len(truth) for truth in truths}) > 1


def test_an_existing_empty_folder_is_used(tmp_path: Path) -> None:
    assert len(make_sample(tmp_path, 1)) >= 18


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SampleError, match="is not empty"):
        make_sample(tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SampleError, match="is a file"):
        make_sample(tmp_path / "file", 1)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SampleError, match=r"can't be (read|written).*choose another folder"):
        make_sample(tmp_path / "file" / "below", 1)
