"""The command line: parse, call, print. Commands are imported when they are used."""

from __future__ import annotations

import importlib
import sys

import click

COMMANDS = {
    "run": "cowork_tui.cli.run:run",
    "resume": "cowork_tui.cli.run:resume",
    "stop": "cowork_tui.cli.tasks:stop",
    "tasks": "cowork_tui.cli.tasks:tasks",
    "show": "cowork_tui.cli.tasks:show",
    "verify": "cowork_tui.cli.tasks:verify",
    "models": "cowork_tui.cli.models:models",
    "sample": "cowork_tui.cli.sample:sample",
    "tokens": "cowork_tui.cli.tokens:tokens",
    "demo-server": "cowork_tui.cli.demo_server:demo_server",
}


class LazyGroup(click.Group):
    """Knows its commands by name and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of use, not of the alphabet."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None for an unknown name."""
        del ctx
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        return getattr(importlib.import_module(module), name)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cowork-tui", message="%(prog)s %(version)s")
def cowork_tui() -> None:
    """Run agent tasks with Claude on your own machine, and see what every turn sends, reuses and costs.

    Exit codes: 0 done · 1 failed · 2 bad input · 3 paused and waiting for you · 5 the history can't be used ·
    130 stopped.
    """


def main() -> None:
    """The program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        cowork_tui(prog_name="cowork-tui")
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
