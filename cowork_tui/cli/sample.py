"""`cowork-tui sample`: makes the sample folder."""

from __future__ import annotations

import os
import shlex
import tempfile
from pathlib import Path

import click

from cowork_tui.cli.output import echo, refuse

_GOAL = "Put the receipts into a table, one row each, with a total per month"


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--truth", metavar="FILE", type=click.Path(path_type=Path), help="Write what a right table would say, as JSON."
)
def sample(folder: Path, seed: int, truth: Path | None) -> None:
    """Make a folder of a small business's papers to try a task on. DIR must be empty or not exist."""
    from cowork_tui.sample import SampleError, make_sample, truth_json

    if truth is not None:
        _refuse_truth_file(truth, folder)
    try:
        receipts = make_sample(folder, seed)
    except SampleError as error:
        refuse(str(error))
    if truth is not None:
        _write_atomically(truth, truth_json(receipts))
    documents = sum(1 for path in folder.rglob("*") if path.is_file())
    command = f'cowork-tui run "{_GOAL}" --folder {shlex.quote(str(folder))} --demo --yes'
    echo(f"{documents} documents in {folder} ({len(receipts)} receipts). Try: {command}")


def _refuse_truth_file(truth: Path, folder: Path) -> None:
    """Checked before a document is made, so that a refusal leaves nothing behind."""
    if truth.resolve().is_relative_to(folder.resolve()):
        refuse(f"{truth} lies inside {folder}, where it would give the answer away; name a file outside it.")
    if truth.is_dir():
        refuse(f"{truth} is a folder; name a file for the truth.")
    if not truth.absolute().parent.is_dir():
        refuse(f"The folder of {truth} does not exist; make it first or name another file.")


def _write_atomically(file: Path, text: str) -> None:
    """Writes beside the target, then replaces it, so that the target is whole or untouched."""
    target = file.absolute()
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            Path(temporary).replace(target)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        refuse(f"{file} can't be written ({error.strerror}); name another file for the truth.")
