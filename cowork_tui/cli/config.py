"""`cowork-tui config`: the settings that hold, where each comes from, and how to change them."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from cowork_tui import wiring
from cowork_tui.adapters import config_edit
from cowork_tui.adapters.config_files import Home, Origin, Source, find_home, resolve_settings
from cowork_tui.adapters.secrets import without_secrets
from cowork_tui.cli.completion import complete_setting, complete_setting_value
from cowork_tui.cli.output import echo, fail, print_error
from cowork_tui.core.errors import BadInput, CoworkError
from cowork_tui.core.json_values import JsonValue
from cowork_tui.core.settings import ROUTES, SETTING_KEYS, Settings
from cowork_tui.core.task_values import ModelChoice

EDITORS = ("nano", "vim", "vi", "notepad")
KEY_CHARS, VALUE_CHARS = 16, 24


@dataclass(frozen=True, slots=True)
class Row:
    """One setting that holds."""

    key: str
    value: JsonValue
    origin: Origin


@click.group(invoke_without_command=True)
@click.pass_context
def config(ctx: click.Context) -> None:
    """Show and change settings.

    A flag wins over COWORK_TUI_* variables, those over a folder's .cowork-tui.toml, that over config.toml.
    """
    if ctx.invoked_subcommand is None:
        echo(ctx.get_help())


@config.command()
@click.option(
    "--folder", metavar="DIR", type=click.Path(path_type=Path), default=Path(),
    help="The folder whose own settings count too.  [default: the current folder]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="A JSON list, for programs.")
def show(folder: Path, as_json: bool) -> None:
    """Every setting that holds, and where it comes from."""
    try:
        rows = effective_rows(find_home(), folder.absolute())
    except CoworkError as error:
        fail(error)
    if as_json:
        click.echo("[" + ",\n ".join(json.dumps(_json(row)) for row in rows) + "]")
        return
    for row in rows:
        echo(f"{row.key:<{KEY_CHARS}}  {_shown(row.value):<{VALUE_CHARS}}  {row.origin}")


def effective_rows(home: Home, folder: Path) -> list[Row]:
    """Raises BadInput that names every problem."""
    resolved = resolve_settings(home, folder)
    values = effective_values(resolved.settings)
    origins = dict(resolved.origins)
    if os.environ.get(wiring.BASE_URL_VARIABLE, "").strip():
        values["base_url"] = wiring.choose_base_url(resolved.settings)
        origins["base_url"] = Origin(Source.ENVIRONMENT, variable=wiring.BASE_URL_VARIABLE)
    return [Row(key, value, origins.get(key, Origin())) for key, value in values.items()]


def effective_values(settings: Settings) -> dict[str, JsonValue]:
    """By key, as they are written in a file; None where nothing is set."""
    own: dict[str, JsonValue] = {
        "model": settings.choice.model,
        "effort": settings.choice.effort,
        "mode": settings.mode.value,
        "cap": None if settings.cap.nanodollars is None and settings.cap.tokens is None else str(settings.cap),
        "budget": settings.budget_tokens,
        "max_tokens": settings.plan.max_tokens,
        "thinking": settings.plan.thinking,
        "cache_ttl": settings.plan.ttl.value,
    }
    values = {key: own[key] if key in own else getattr(settings, key) for key in SETTING_KEYS if key != ROUTES}
    return values | {f"{ROUTES}.{route.kind}": _choice(route.choice) for route in settings.routes}


def _choice(choice: ModelChoice) -> str:
    return choice.model if choice.effort is None else f"{choice.model}:{choice.effort}"


def _shown(value: JsonValue) -> str:
    if value is None:
        return "-"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(row: Row) -> dict[str, JsonValue]:
    origin = row.origin
    found: dict[str, JsonValue] = {"key": row.key, "value": row.value, "source": origin.source.value}
    if origin.file is not None:
        found |= {"file": str(origin.file), "line": origin.line}
    return found | ({"variable": origin.variable} if origin.variable else {})


@config.command()
def path() -> None:
    """Where the config file is, or would be."""
    try:
        echo(str(find_home().config_file))
    except CoworkError as error:
        fail(error)


@config.command("set")
@click.argument("name", metavar="KEY", shell_complete=complete_setting)
@click.argument("value", shell_complete=complete_setting_value)
def set_setting(name: str, value: str) -> None:
    """Set KEY to VALUE in the config file, e.g. routes.extract haiku. Comments are kept."""
    try:
        home = find_home()
        config_edit.set_value(home, name, value)
    except CoworkError as error:
        fail(error)
    echo(f"{name} is set in {home.config_file}.")
    _say_who_wins(home, name)


@config.command()
@click.argument("name", metavar="KEY", shell_complete=complete_setting)
def unset(name: str) -> None:
    """Take KEY out of the config file, so that its default holds."""
    try:
        home = find_home()
        config_edit.unset_value(home, name)
    except CoworkError as error:
        fail(error)
    echo(f"{name} is no longer set in {home.config_file}.")
    _say_who_wins(home, name)


def _say_who_wins(home: Home, name: str) -> None:
    """What else hides the change, or is wrong in the file."""
    try:
        origin = resolve_settings(home, Path().absolute()).origins.get(name)
    except BadInput as error:
        print_error(str(error))
        return
    if origin is not None and origin.source is not Source.CONFIG:
        print_error(f"{origin} wins over it here")


@config.command()
def edit() -> None:
    """Open the config file in $VISUAL or $EDITOR, and check it afterwards."""
    try:
        home = find_home()
        _edit(home, _editor())
    except CoworkError as error:
        fail(error)


def _edit(home: Home, editor: list[str]) -> None:
    file = home.config_file
    before = config_edit.read_config(home)
    if before is None:
        config_edit.write_whole(file, config_edit.TEMPLATE.encode())
    while True:
        _open(editor, file)
        problems = config_edit.problems_in(file, config_edit.read_config(home) or b"")
        if not problems:
            echo(f"{file}: all of it can be used.")
            return
        for problem in problems:
            print_error(problem)
        if not sys.stdin.isatty() or not click.confirm("Open it again?", default=True, err=True):
            break
    if before is not None and not config_edit.problems_in(file, before):
        backup = file.with_name(file.name + ".bak")
        config_edit.write_whole(backup, before)
        print_error(f"The file as it was before is kept as {backup}")
    raise SystemExit(BadInput.exit_code)


def _editor() -> list[str]:
    """The user's editor with its arguments. Raises BadInput where there is none."""
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR") or next(filter(shutil.which, EDITORS), "")
    try:
        command = shlex.split(chosen)
    except ValueError as error:
        raise BadInput(f"The editor {chosen!r} can't be started ({error}): mend VISUAL or EDITOR.") from error
    if not command:
        raise BadInput("There is no editor: set EDITOR, or use `cowork-tui config set`.")
    return command


def _open(editor: list[str], file: Path) -> None:
    try:
        code = subprocess.run([*editor, str(file)], env=without_secrets(os.environ), check=False).returncode
    except OSError as error:
        raise BadInput(
            f"The editor {editor[0]!r} can't be started ({error.strerror}): set VISUAL or EDITOR to another."
        ) from error
    if code != 0:
        raise BadInput(f"The editor {editor[0]!r} ended with code {code}: see `cowork-tui config show` for what holds.")
