"""Help, and what starting quickly depends on."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from cowork_tui.cli import COMMANDS, cowork_tui
from tests.cli.program import Program

HEAVY = {"anthropic", "mcp", "genai_prices", "tiktoken", "sqlite_utils"}


def test_without_arguments_the_commands_are_listed(program: Program) -> None:
    done = program.run()
    assert (done.returncode, done.stderr) == (0, "")
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout
    assert "..." not in done.stdout.partition("Commands:")[2], "every command is told in one line"
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_explains_itself(name: str) -> None:
    command = cowork_tui.get_command(None, name)  # type: ignore[attr-defined,arg-type]
    assert command is not None
    assert (command.help or "").strip().partition("\n")[0].endswith(".")
    for option in command.params:
        if option.param_type_name == "option" and not getattr(option, "hidden", False):
            assert getattr(option, "help", None), option.name
    assert CliRunner().invoke(cowork_tui, [name, "--help"], prog_name="cowork-tui").exit_code == 0


def test_run_tells_its_defaults() -> None:
    shown = " ".join(CliRunner().invoke(cowork_tui, ["run", "--help"]).output.split())
    for default in ("the current folder", "sonnet", "the model's own", "none", "ask"):
        assert f"[default: {default}]" in shown
    assert "[default" not in CliRunner().invoke(cowork_tui, ["resume", "--help"]).output


@pytest.mark.parametrize("arguments", [["tasks"], ["--help"], ["tasks", "--json"], ["run", "--help"]])
def test_the_quick_commands_load_nothing_heavy(program: Program, arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['cowork-tui', *{arguments!r}]\n"
        "from cowork_tui.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=program.environment(), capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "click" in loaded
    assert loaded & HEAVY == set()
