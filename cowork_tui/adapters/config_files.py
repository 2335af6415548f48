"""Where things live, and the settings read from there."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import platformdirs

from cowork_tui.core.errors import BadInput
from cowork_tui.core.json_values import JsonValue
from cowork_tui.core.settings import FOLDER_KEYS, ROUTES, SETTING_KEYS, Problem, Settings, apply_settings

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
    def key_file(self) -> Path:
        return self.path / "key"

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


class Source(StrEnum):
    """What a setting was taken from."""

    DEFAULT = "default"
    CONFIG = "config file"
    FOLDER = "folder"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where exactly a setting stands: a line of a file, or a variable."""

    source: Source = Source.DEFAULT
    file: Path | None = None
    line: int | None = None
    variable: str | None = None

    def __str__(self) -> str:
        if self.file is not None:
            return f"{'folder ' if self.source is Source.FOLDER else ''}{self.file}:{self.line}"
        return f"{self.source} {self.variable}" if self.variable else str(self.source)


@dataclass(frozen=True, slots=True)
class ResolvedSettings:
    """The settings, and the origin of each that is not the default, by dotted key (`routes.extract`)."""

    settings: Settings
    origins: Mapping[str, Origin]


def load_settings(home: Home, folder: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Defaults, then the config file, then the folder's file, then `COWORK_TUI_*` variables.

    Raises BadInput that lists every problem with its file, line and key.
    """
    return resolve_settings(home, folder, environment).settings


def resolve_settings(
    home: Home, folder: Path | None = None, environment: Mapping[str, str] = os.environ
) -> ResolvedSettings:
    """As `load_settings`, with where each setting comes from. Raises BadInput likewise."""
    settings, problems, origins = Settings(), list[str](), dict[str, Origin]()
    files: list[tuple[Path, Source, frozenset[str] | None]] = [(home.config_file, Source.CONFIG, None)]
    if folder is not None:
        files.append((folder / FOLDER_FILE, Source.FOLDER, FOLDER_KEYS))
    for path, source, allowed in files:
        try:
            text = _read(path)
            values = parse_toml(path, text)
        except BadInput as error:
            problems.append(str(error))
            continue
        settings, found = apply_settings(settings, values, allowed)
        problems += [problem_sentence(path, text, problem) for problem in found]
        origins |= {key: Origin(source, path, _line_of(text, key)) for key in _dotted(values)}
    values = _from_environment(environment)
    settings, found = apply_settings(settings, values)
    problems += [f"In the environment, {ENVIRONMENT_PREFIX}{p.key.upper()}: {p.message}" for p in found]
    origins |= {key: Origin(Source.ENVIRONMENT, variable=ENVIRONMENT_PREFIX + key.upper()) for key in values}
    if problems:
        raise BadInput("\n".join(problems))
    return ResolvedSettings(settings, origins)


def problem_sentence(path: Path, text: str, problem: Problem) -> str:
    """A setting that can't be used, with the file, line and key."""
    return f"In {path}, line {_line_of(text, problem.key)}, {problem.key}: {problem.message}"


def _dotted(values: Mapping[str, JsonValue]) -> Iterator[str]:
    """The keys that are set, a table's as `table.key`."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from (f"{key}.{name}" for name in value)
        else:
            yield key


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


def parse_toml(path: Path, text: str) -> dict[str, JsonValue]:
    """A settings file's text. Raises BadInput with the line that is not TOML."""
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
            found[key] = scalar(value)
    return found


def scalar(value: str) -> JsonValue:
    """A switch or a whole number where the text is one, else the text."""
    if value in ("true", "false"):
        return value == "true"
    return int(value) if value.isascii() and value.isdigit() else value
