"""Where things live, and what is read from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from cowork_tui.adapters.config_files import FOLDER_FILE, Home, find_home, load_settings
from cowork_tui.core.cap import Cap
from cowork_tui.core.errors import BadInput
from cowork_tui.core.events import ModelChoice, Route
from cowork_tui.core.settings import Settings
from cowork_tui.core.steps import StepKind


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return find_home({"COWORK_TUI_HOME": str(tmp_path / "home")})


def problems(home: Home, folder: Path | None = None, **environment: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        load_settings(home, folder, environment)
    return str(caught.value).splitlines()


def test_the_home_is_made_and_holds_everything(home: Home, tmp_path: Path) -> None:
    assert home.path == tmp_path / "home"
    assert home.path.is_dir()
    assert {home.config_file.parent, home.history_file.parent, home.originals.parent} == {home.path}


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below", Path("~nobody-of-that-name/home")):
        with pytest.raises(BadInput, match="set COWORK_TUI_HOME to a folder you may write"):
            find_home({"COWORK_TUI_HOME": str(place)})


def test_without_any_file_the_defaults_hold(home: Home, tmp_path: Path) -> None:
    assert load_settings(home, tmp_path / "missing", {}) == Settings()


def test_the_environment_wins_over_the_folder_and_that_over_the_config(home: Home, tmp_path: Path) -> None:
    home.config_file.write_text(
        'model = "opus"\neffort = "high"\ncap = "1.00"\n[routes]\nextract = "opus"\nact = "opus"\n'
    )
    (tmp_path / FOLDER_FILE).write_text('effort = "low"\ncap = 2\n[routes]\nextract = "haiku"\n')
    settings = load_settings(home, tmp_path, {"COWORK_TUI_CAP": "300k", "COWORK_TUI_THINKING": "false"})
    assert settings.choice == ModelChoice("opus", "low")
    assert settings.cap == Cap(tokens=300_000)
    assert settings.plan.thinking is False
    assert settings.routes == (
        Route(StepKind.ACT, ModelChoice("opus")), Route(StepKind.EXTRACT, ModelChoice("haiku")),
    )  # fmt: skip


def test_every_problem_names_file_line_and_key(home: Home, tmp_path: Path) -> None:
    home.config_file.write_text(
        'cap = "lots"\n'
        "# mode is set below\n"
        'mode = "wild"   # model = "x"\n'
        "routes.write = 1\n"
        "[other]\n"
        'model = "not the setting of that name"\n'
    )
    (tmp_path / FOLDER_FILE).write_text('\n\nmode = "ask"\n')
    found = problems(home, tmp_path, COWORK_TUI_MAX_TOKENS="1")
    config, folder = home.config_file, tmp_path / FOLDER_FILE
    assert [line.partition(": ")[0] for line in found] == [
        f"In {config}, line 1, cap",
        f"In {config}, line 3, mode",
        f"In {config}, line 4, routes.write",
        f"In {config}, line 5, other",
        f"In {folder}, line 3, mode",
        "In the environment, COWORK_TUI_MAX_TOKENS",
    ]
    assert all(line.endswith((".", "?")) for line in found)


def test_a_file_that_is_no_toml_is_told_with_its_line_beside_other_problems(home: Home, tmp_path: Path) -> None:
    home.config_file.write_text('model = "opus"\ncap = = 2\n')
    (tmp_path / FOLDER_FILE).write_text("cap = 0\n")
    first, second = problems(home, tmp_path)
    assert first.startswith(f"The file {home.config_file} is not valid TOML: ")
    assert "line 2" in first
    assert second.startswith(f"In {tmp_path / FOLDER_FILE}, line 1, cap: ")


def test_files_that_cannot_be_read(home: Home, tmp_path: Path) -> None:
    home.config_file.write_bytes(b'model = "caf\xe9"\n')
    (tmp_path / FOLDER_FILE).mkdir()
    first, second = problems(home, tmp_path)
    assert first == f"The file {home.config_file} is not UTF-8 text (byte 12): save it as UTF-8."
    assert second.startswith(f"The file {tmp_path / FOLDER_FILE} can't be read (Is a directory)")


def test_a_byte_order_mark_is_no_fault(home: Home) -> None:
    home.config_file.write_bytes(b'\xef\xbb\xbfmodel = "opus"\n')
    assert load_settings(home, None, {}).choice.model == "opus"


def test_odd_digits_in_the_environment_are_text(home: Home) -> None:
    assert problems(home, COWORK_TUI_BUDGET="²") == [
        "In the environment, COWORK_TUI_BUDGET: It must be a whole number of at least 1,000, not '²'."
    ]
