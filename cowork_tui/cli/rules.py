"""`cowork-tui rules`: standing answers to approvals, listed and taken back."""

from __future__ import annotations

import asyncio
import time
from difflib import get_close_matches
from pathlib import Path

import click

from cowork_tui import wiring
from cowork_tui.cli.json_lines import print_line
from cowork_tui.cli.output import echo, fail
from cowork_tui.core.approvals import ANY_TOOL, Rule, check_pattern, described
from cowork_tui.core.errors import BadInput, CoworkError
from cowork_tui.core.plain_text import exact


@click.group(invoke_without_command=True)
@click.pass_context
def rules(ctx: click.Context) -> None:
    """List, add and remove standing answers to approvals.

    A rule is for a tool, a pattern of paths (as in ignore files, from the folder's top) and a folder. Rules that deny
    win; none lets a read-only task change anything. Without a command they are listed.
    """
    if ctx.invoked_subcommand is None:
        _list(as_json=False)


@rules.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
def list_rules(as_json: bool) -> None:
    """List the rules with their numbers."""
    _list(as_json=as_json)


def _list(*, as_json: bool) -> None:
    try:
        home = wiring.find_home()
        found = wiring.open_queries(home).approval_rules()
    except CoworkError as error:
        fail(error)
    for rule in found:
        if as_json:
            print_line({
                "id": rule.id, "tool": rule.tool, "pattern": rule.pattern, "folder": rule.folder,
                "allowed": rule.allowed, "created_at": rule.created_at,
            })  # fmt: skip
        else:
            echo(exact(f"{rule.id:>4}  {described(rule)}"))
    if not found and not as_json:
        echo("No rules. Answer `a` to an approval, or add one: cowork-tui rules add write_file '*.csv'")


@rules.command()
@click.argument("tool")
@click.argument("pattern")
@click.option("--folder", metavar="DIR", type=click.Path(path_type=Path), default=Path(), help="[default: this folder]")
@click.option("--anywhere", is_flag=True, help="In every folder.")
@click.option("--deny", is_flag=True, help="Deny instead of allow.")
def add(tool: str, pattern: str, folder: Path, anywhere: bool, deny: bool) -> None:
    """Let TOOL (`*` for every tool) change files that match PATTERN without asking."""
    try:
        root = None if anywhere else str(wiring.check_goal_folder(folder))
        rule = Rule(0, _known(tool), check_pattern(pattern), root, not deny, time.time())
        number = asyncio.run(_add(rule))
    except CoworkError as error:
        fail(error)
    echo(exact(f"Rule {number}: {described(rule)}"))


@rules.command()
@click.argument("numbers", metavar="NUMBER…", type=int, nargs=-1, required=True)
def remove(numbers: tuple[int, ...]) -> None:
    """Take rules back."""
    try:
        asyncio.run(_remove(numbers))
    except CoworkError as error:
        fail(error)
    echo(f"Removed: {', '.join(map(str, numbers))}")


def _known(tool: str) -> str:
    """A tool that changes files. Raises BadInput with a near name."""
    names = wiring.tool_names()
    if tool in (ANY_TOOL, *names):
        return tool
    near = get_close_matches(tool, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"use {', '.join(names)}, or '*' for all."
    raise BadInput(f"There is no tool {tool[:60]!r} that changes files; {hint}")


async def _add(rule: Rule) -> int:
    with wiring.open_history(wiring.find_home()) as history:
        return await history.store.add_rule(rule)


async def _remove(numbers: tuple[int, ...]) -> None:
    with wiring.open_history(wiring.find_home()) as history:
        for number in numbers:
            await history.store.remove_rule(number)
