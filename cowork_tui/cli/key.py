"""`cowork-tui key`: the API key in the system's keyring. It is never printed, and never taken as an argument."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from cowork_tui.adapters import secrets
from cowork_tui.adapters.config_files import find_home
from cowork_tui.adapters.secrets import ApiKey, KeyringFault, KeySource, NoKeyring
from cowork_tui.cli.output import echo, fail, print_error, refuse
from cowork_tui.core.errors import CoworkError

NOT_AS_ARGUMENT = (
    "A key is not given as an argument, since the shell's history would keep it: run `cowork-tui key set` and paste it "
    "when asked, or pipe it in."
)


@click.group(invoke_without_command=True)
@click.pass_context
def key(ctx: click.Context) -> None:
    """Keep an API key in the system's keyring.

    The environment variable ANTHROPIC_API_KEY wins over a key that is kept.
    """
    if ctx.invoked_subcommand is None:
        echo(ctx.get_help())


@key.command("set", context_settings={"ignore_unknown_options": True})
@click.option("--file", "in_file", is_flag=True, help="Where there is no keyring: keep it in a file only you can read.")
@click.argument("surplus", nargs=-1, metavar="")
def set_key(surplus: tuple[str, ...], in_file: bool) -> None:
    """Ask for a key, or read it from a pipe, and keep it."""
    if surplus:
        refuse(NOT_AS_ARGUMENT)
    try:
        key_file = find_home().key_file
        if in_file:
            _refuse_file_beside_keyring(key_file)
        else:
            secrets.keyring_name()  # before a key is typed in vain
        value = secrets.check_key(_typed() if sys.stdin.isatty() else _piped())
        if in_file:
            secrets.write_key_file(key_file, value)
            place = f"the file {key_file}, which only you can read"
        else:
            place = f"the keyring ({secrets.write_keyring(value)})"
            secrets.remove_key_file(key_file)
    except CoworkError as error:
        fail(error)
    echo(f"The key {ApiKey(value, KeySource.KEYRING).ending} is kept in {place}.")
    _say_if_environment_wins()


def _refuse_file_beside_keyring(key_file: Path) -> None:
    """A file is for where there is no keyring, or none that answers; its folder is checked before a key is typed."""
    try:
        name = secrets.keyring_name()
    except (NoKeyring, KeyringFault):
        secrets.refuse_open_folder(key_file.parent)
        return
    refuse(f"This machine has a keyring ({name}), a safer place than a file: leave out --file.")


def _typed() -> str:
    return click.prompt("API key (not shown)", hide_input=True, err=True, default="", show_default=False)


def _piped() -> str:
    text = sys.stdin.buffer.read(2 * secrets.MAX_KEY_CHARS).decode("utf-8", "replace")
    if not text.strip():
        refuse("There is no key on standard input: pipe it in, or run `cowork-tui key set` on a terminal.")
    return text


@key.command()
def show() -> None:
    """Say where the key comes from, and its last 4 characters."""
    try:
        key_file = find_home().key_file
        found = secrets.find_key(key_file)
    except CoworkError as error:
        fail(error)
    if found is None:
        echo("No key: tasks are answered by the demo (a script, not AI). Keep one with: cowork-tui key set")
        return
    places = {
        KeySource.ENVIRONMENT: f"the environment ({secrets.KEY_VARIABLE})",
        KeySource.KEYRING: "the keyring",
        KeySource.FILE: f"the file {key_file}",
    }
    echo(f"{found.ending} from {places[found.source]}.")


@key.command()
def remove() -> None:
    """Remove the key that is kept, from keyring and file."""
    removed: list[str] = []
    fault: KeyringFault | None = None
    try:
        try:
            if secrets.remove_from_keyring():
                removed.append("the keyring")
        except NoKeyring:
            pass
        except KeyringFault as error:
            fault = error
        if secrets.remove_key_file(find_home().key_file):
            removed.append("the key file")
    except CoworkError as error:
        fail(error)
    if removed:
        echo(f"The key is removed from {' and '.join(removed)}.")
    if fault is not None:
        fail(fault)
    if not removed:
        echo("No key is kept here.")
    _say_if_environment_wins()


def _say_if_environment_wins() -> None:
    if os.environ.get(secrets.KEY_VARIABLE, "").strip():
        print_error(f"{secrets.KEY_VARIABLE} is set in the environment, and wins over what is kept.")
