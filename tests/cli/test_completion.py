"""Completion by the shell's own protocol, and by a real bash."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.inside import Inside
from tests.cli.program import Program


def completed(program: Program, *words: str, shell: str = "bash") -> list[str]:
    """What is offered for the last of `words`."""
    where = words[-1] if shell == "fish" else str(len(words))
    typed = {"COMP_WORDS": " ".join(("cowork-tui", *words)), "COMP_CWORD": where}
    inside = Inside(program.home, program.variables)
    done = inside.with_variables(_COWORK_TUI_COMPLETE=f"{shell}_complete", **typed).run()
    assert (done.returncode, done.stderr) == (0, "")
    if shell == "bash":
        return [line.removeprefix("plain,") for line in done.stdout.splitlines() if line]
    return done.stdout.splitlines()


def test_commands_and_flags(program: Program) -> None:
    assert completed(program, "s") == ["stop", "show", "sample"]
    assert completed(program, "key", "s") == ["set", "show"]
    assert "--model" in completed(program, "run", "x", "--m")
    completed(program, "nonsense", "")


def test_models_routes_modes_and_settings(program: Program) -> None:
    offered = completed(program, "run", "x", "--model", "")
    assert {"haiku", "sonnet", "opus", "claude-sonnet-5-5"} <= set(offered)
    assert completed(program, "run", "x", "--model", "claude-haiku-5") == ["claude-haiku-5-5"]
    assert completed(program, "resume", "last", "--mode", "a") == ["ask", "auto-edit"]
    assert completed(program, "run", "x", "--effort", "x") == ["xhigh"]
    kinds = {value.partition("=")[0] for value in completed(program, "run", "x", "--route", "")}
    assert kinds == {"plan", "act", "extract", "write", "review", "summarise"}
    assert "extract=haiku" in completed(program, "run", "x", "--route", "ext")
    assert "extract=claude-haiku-5-5" in completed(program, "run", "x", "--route", "extract=cl")
    assert completed(program, "run", "x", "--route", "extract=haiku:l") == ["extract=haiku:low"]
    assert completed(program, "config", "set", "routes.ex") == ["routes.extract"]
    assert completed(program, "config", "set", "mode", "r") == ["read-only"]
    assert completed(program, "completion", "z") == ["zsh"]


def test_task_ids_with_their_titles(served: Program, folder: Path) -> None:
    assert completed(served, "show", "") == [], "no history, no offer"
    inside = Inside(served.home, served.variables)
    assert inside.run("run", "hello \x1b[31mthere", "--folder", folder).returncode == 0
    (task,) = json.loads(inside.run("tasks", "--json").stdout)
    short = task["id"][:8]
    for command in ("show", "resume", "verify"):
        assert completed(served, command, "") == ["last", short]
    assert completed(served, "show", task["id"][:12]) == [task["id"][:12]]
    assert completed(served, "show", "zz") == []
    assert completed(served, "stop", "") == [], "nothing runs"
    offered = completed(served, "show", short[:3], shell="fish")
    assert offered == [f"plain,{short}\thello there"]


def test_a_history_that_cannot_be_read_offers_nothing(program: Program) -> None:
    program.home.mkdir()
    (program.home / "history.db").write_bytes(b"a letter" * 1000)
    assert completed(program, "show", "") == []


@pytest.mark.parametrize("words", [("",), ("show", ""), ("run", "x", "--model", ""), ("config", "set", "")])
def test_nothing_heavy_is_imported(program: Program, words: tuple[str, ...]) -> None:
    heavy = ("anthropic", "keyring", "tiktoken", "genai_prices", "sqlite_utils", "starlette", "textual", "openpyxl")
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print([name for name in {heavy} if name in sys.modules], file=sys.stderr))\n"
        "from cowork_tui.cli import main\nmain()"
    )
    environment = program.environment(
        _COWORK_TUI_COMPLETE="bash_complete", COMP_WORDS=" ".join(("cowork-tui", *words)), COMP_CWORD=str(len(words))
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "[]\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_are_what_their_shell_takes(program: Program, shell: str, tmp_path: Path) -> None:
    script = Inside(program.home).run("completion", shell)
    assert (script.returncode, script.stderr) == (0, "")
    assert "_COWORK_TUI_COMPLETE" in script.stdout
    if shutil.which(shell) is not None:
        file = tmp_path / "script"
        file.write_text(script.stdout)
        checked = subprocess.run([shell, "-n", str(file)], capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_help_says_where_scripts_go(program: Program) -> None:
    text = Inside(program.home).run("completion", "--help").stdout
    assert all(place in text for place in ("~/.bashrc", "~/.zshrc", "~/.config/fish/completions/cowork-tui.fish"))
    assert "'tcsh' is not one of" in Inside(program.home).refused("completion", "tcsh")


@pytest.mark.skipif(shutil.which("bash") is None or os.name != "posix", reason="needs bash")
def test_a_real_bash_completes_words_with_equals_signs_and_colons(program: Program, tmp_path: Path) -> None:
    command = tmp_path / "cowork-tui"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m cowork_tui "$@"\n')
    command.chmod(0o755)
    script = Inside(program.home).run("completion", "bash").stdout

    def offered(line: str, *words: str) -> list[str]:
        """By bash, which has cut the line into `words` itself."""
        listed = " ".join(f"'{word}'" for word in words)
        code = (
            f"{script}\nCOMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({listed}); "
            f"COMP_CWORD={len(words) - 1}; _cowork_tui_completion '{command}'; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        )
        done = subprocess.run(
            ["bash", "--norc", "-c", code], env=program.environment(), capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.split()

    assert offered("cowork-tui config se", "cowork-tui", "config", "se") == ["set"]
    start = "cowork-tui run x --route extract"
    words = ("cowork-tui", "run", "x", "--route", "extract")
    assert "haiku" in offered(f"{start}=hai", *words, "=", "hai")
    assert offered(f"{start}=haiku:", *words, "=", "haiku", ":") == ["low", "medium", "high", "xhigh", "max"]
