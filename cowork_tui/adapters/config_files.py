"""Where things live, and the settings read from there."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from cowork_tui.core.errors import BadInput
from cowork_tui.core.json_values import JsonValue
from cowork_tui.core.settings import FOLDER_KEYS, ROUTES, SETTING_KEYS, Settings, apply_settings

HOME_VARIABLE = "COWORK_TUI_HOME"
ENVIRONMENT_PREFIX = "COWORK_TUI_"
FOLDER_FILE = ".cowork-tui.toml"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds everything the app keeps."""

    path: Path

    @property
    def config_file(self) -> Path:
        return self.path / "config.toml"

    @property
    def history_file(self) -> Path:
        return self.path / "history.db"

    @property
    def originals(self) -> Path:
        return self.path / "originals"


def find_home(environment: Mapping[str, str] = os.environ) -> Home:
    """`$COWORK_TUI_HOME`, else the platform's place for application data. The folder is made if it is missing."""
    chosen = environment.get(HOME_VARIABLE)
    path = Path(chosen) if chosen else Path(platformdirs.user_data_dir("cowork-tui", appauthor=False))
    try:
        path = path.expanduser().absolute()
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError) as error:
        reason = "a file is in its place" if isinstance(error, FileExistsError | NotADirectoryError) else _reason(error)
        raise BadInput(
            f"The home folder {path} can't be made ({reason}): set {HOME_VARIABLE} to a folder you may write."
        ) from error
    return Home(path)


def load_settings(home: Home, folder: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Defaults, then the config file, then the folder's file, then `COWORK_TUI_*` variables.

    Raises BadInput that lists every problem with its file, line and key.
    """
    settings, problems = Settings(), list[str]()
    files: list[tuple[Path, frozenset[str] | None]] = [(home.config_file, None)]
    if folder is not None:
        files.append((folder / FOLDER_FILE, FOLDER_KEYS))
    for path, allowed in files:
        try:
            text = _read(path)
            values = _parse(path, text)
        except BadInput as error:
            problems.append(str(error))
            continue
        settings, found = apply_settings(settings, values, allowed)
        problems += [f"In {path}, line {_line_of(text, p.key)}, {p.key}: {p.message}" for p in found]
    settings, found = apply_settings(settings, _from_environment(environment))
    problems += [f"In the environment, {ENVIRONMENT_PREFIX}{p.key.upper()}: {p.message}" for p in found]
    if problems:
        raise BadInput("\n".join(problems))
    return settings


def _read(path: Path) -> str:
    """The file's text; none where there is no file."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError as error:
        raise BadInput(f"The file {path} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error
    except OSError as error:
        raise BadInput(
            f"The file {path} can't be read ({_reason(error)}): mend its permissions or remove it."
        ) from error


def _reason(error: OSError | RuntimeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error).rstrip(".")


def _parse(path: Path, text: str) -> dict[str, JsonValue]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"The file {path} is not valid TOML: {error}. Mend that line or remove the file.") from error
    except RecursionError as error:
        raise BadInput(f"The file {path} is nested too deeply: write it anew or remove it.") from error


def _line_of(text: str, key: str) -> int:
    """The line of a key, or of the table it is; `routes.extract` may stand in `[routes]` or be written whole."""
    table, nearest = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        bare = re.sub(r"[\"'\s]", "", line.partition("#")[0])
        if bare.startswith("["):
            table = bare.strip("[]")
            full = table
        else:
            full = ".".join(part for part in (table, bare.partition("=")[0]) if part)
        if full == key or full.startswith(f"{key}."):
            return number
        if full and key.startswith(f"{full}."):
            nearest = number
    return nearest


def _from_environment(environment: Mapping[str, str]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for key in SETTING_KEYS:
        value = environment.get(f"{ENVIRONMENT_PREFIX}{key.upper()}")
        if value is not None and key != ROUTES:
            found[key] = _scalar(value)
    return found


def _scalar(value: str) -> JsonValue:
    if value in ("true", "false"):
        return value == "true"
    return int(value) if value.isascii() and value.isdigit() else value
