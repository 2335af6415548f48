"""`cowork-tui sample` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from cowork_tui.cli.sample import sample


def run(*arguments: object) -> Result:
    return CliRunner().invoke(sample, [str(argument) for argument in arguments])


def assert_one_sentence(result: Result, words: str) -> None:
    assert result.exit_code == 2
    assert result.stdout == ""
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_it_says_what_it_made_and_what_to_try(tmp_path: Path) -> None:
    folder, truth = tmp_path / "my papers", tmp_path / "truth.json"
    result = run(folder, "--seed", 5, "--truth", truth)
    assert result.exit_code == 0
    documents = sum(1 for path in folder.rglob("*") if path.is_file())
    receipts = len(json.loads(truth.read_text(encoding="utf-8")))
    assert result.stdout == (
        f"{documents} documents in {folder} ({receipts} receipts). Try: cowork-tui run "
        f"\"Put the receipts into a table, one row each, with a total per month\" --folder '{folder}' --demo --yes\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my papers", "truth.json"]


def test_a_truth_file_inside_the_folder_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    assert_one_sentence(run(folder, "--truth", folder / "truth.json"), "give the answer away")
    assert_one_sentence(run(folder, "--truth", tmp_path / "x" / ".." / "papers" / "t.json"), "give the answer away")
    assert not folder.exists()


def test_a_truth_file_that_cannot_be_written_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    assert_one_sentence(run(tmp_path / "papers", "--truth", tmp_path / "none" / "truth.json"), "does not exist")
    assert_one_sentence(run(tmp_path / "papers", "--truth", tmp_path), "is a folder")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_empty_is_refused_and_the_truth_file_left_alone(tmp_path: Path) -> None:
    folder, truth = tmp_path / "papers", tmp_path / "truth.json"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    truth.write_text("old")
    assert_one_sentence(run(folder, "--truth", truth), "is not empty")
    assert truth.read_text() == "old"
