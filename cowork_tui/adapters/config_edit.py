"""Changes the user's config file: one key at a time, comments kept, nothing written that can't be read back."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Mapping, MutableMapping
from difflib import get_close_matches
from pathlib import Path
from typing import cast

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError

from cowork_tui.adapters.config_files import Home, parse_toml, problem_sentence, scalar
from cowork_tui.core.errors import BadInput
from cowork_tui.core.json_values import JsonValue
from cowork_tui.core.settings import ROUTES, SETTING_KEYS, Settings, apply_settings
from cowork_tui.core.steps import StepKind

KNOWN_KEYS = (*(key for key in SETTING_KEYS if key != ROUTES), *(f"{ROUTES}.{kind}" for kind in StepKind))

TEMPLATE = """\
# Settings of cowork-tui: `cowork-tui config show` tells which hold, and where each comes from.
# model = "sonnet"
# mode = "ask"            # read-only, ask, auto-edit
# cap = "2.00"            # dollars, or "200k" new tokens
# cache_ttl = "5m"        # or "1h"

# [routes]
# extract = "haiku:low"
"""


def read_config(home: Home) -> bytes | None:
    """The config file's bytes; None where there is none. Raises BadInput."""
    try:
        return home.config_file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput(
            f"The file {home.config_file} can't be read ({error.strerror}): mend its permissions or remove it."
        ) from error


def set_value(home: Home, key: str, text: str) -> None:
    """Set one key, e.g. `cap` or `routes.extract`. Raises BadInput and leaves the file as it was."""
    check_key_name(key)
    table, name = _split(key)
    value = _checked_value(table, name, text)

    def change(document: TOMLDocument) -> None:
        target: MutableMapping[str, object] = document
        if table:
            if not isinstance(document.get(table, {}), Mapping):
                raise BadInput(f"In {home.config_file}, {table} is no table: write it as [{table}], or unset it first.")
            if table not in document:
                document[table] = tomlkit.table()
            target = cast("MutableMapping[str, object]", document[table])
        target[name] = value

    _edit(home, change)


def unset_value(home: Home, key: str) -> None:
    """Take one key out of the file. Raises BadInput where it is not in it."""

    def change(document: TOMLDocument) -> None:
        table, name = _split(key)
        target = document.get(table) if table else document
        if not isinstance(target, MutableMapping) or name not in target:
            check_key_name(key)
            raise BadInput(f"{key} is not set in {home.config_file}: `cowork-tui config show` tells where it is.")
        del target[name]

    _edit(home, change)


def _checked_value(table: str, name: str, text: str) -> JsonValue:
    """The text as a number or a switch where the setting is one. Raises BadInput."""
    complaints: list[str] = []
    for value in (scalar(text), text):
        values: dict[str, JsonValue] = {table: {name: value}} if table else {name: value}
        _, problems = apply_settings(Settings(), values)
        if not problems:
            return value
        complaints += [f"{problem.key}: {problem.message}" for problem in problems]
    raise BadInput(complaints[0])


def check_key_name(key: str) -> None:
    """Raises BadInput with a near name for a key that does not exist."""
    if key in KNOWN_KEYS:
        return
    if "key" in key.lower():
        raise BadInput("A key is no setting, and never stands in this file: keep it with `cowork-tui key set`.")
    if key == ROUTES:
        raise BadInput("Name the kind of step: cowork-tui config set routes.extract haiku.")
    near = get_close_matches(key, KNOWN_KEYS, n=2)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(KNOWN_KEYS)}."
    raise BadInput(f"There is no setting {key!r}; {hint}")


def problems_in(path: Path, content: bytes) -> tuple[str, ...]:
    """Everything in a config file that can't be used, with line and key."""
    try:
        text = _text(path, content)
        values = parse_toml(path, text)
    except BadInput as error:
        return (str(error),)
    _, problems = apply_settings(Settings(), values)
    return tuple(problem_sentence(path, text, problem) for problem in problems)


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file by one with that content, whole or not at all; a link to it stays one. Raises BadInput."""
    target = path.resolve()
    try:
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o600
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).chmod(mode)
            Path(temporary).replace(target)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadInput(
            f"The file {path} can't be written ({error.strerror}): it is as it was; mend its folder's permissions."
        ) from error


def _edit(home: Home, change: Callable[[TOMLDocument], None]) -> None:
    """Read, change, check that it can be read back, write. Other faults in the file may stay; new ones may not."""
    path = home.config_file
    before = read_config(home) or b""
    text = _text(path, before)
    parse_toml(path, text)
    try:
        document = tomlkit.parse(text)
        change(document)
        after = tomlkit.dumps(document)
    except TOMLKitError as error:
        raise BadInput(f"The file {path} can't be changed ({error}): use `cowork-tui config edit`.") from error
    parse_toml(path, after)
    write_whole(path, after.encode())


def _text(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"The file {path} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error


def _split(key: str) -> tuple[str, str]:
    """The table, empty for none, and the name in it."""
    table, _, name = key.rpartition(".")
    return table, name
