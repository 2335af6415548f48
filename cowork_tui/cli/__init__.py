"""The command line: parse, call, print. Commands are imported when they are used."""

from __future__ import annotations

import importlib
import sys
from difflib import get_close_matches

import click

from cowork_tui.cli.output import drop_output, echo, refuse

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

STOPPED = 130


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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command and its arguments. Raises UsageError with a near name for one that does not exist."""
        near = get_close_matches(args[0], COMMANDS, n=1)
        if args[0] in COMMANDS or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        hint = f"did you mean {near[0]}?" if near else "see `cowork-tui --help`."
        raise click.UsageError(f"There is no command {args[0]!r}; {hint}")


@click.command(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cowork-tui", message="%(prog)s %(version)s")
@click.pass_context
def cowork_tui(ctx: click.Context) -> None:
    """Run agent tasks with Claude on your own machine, and see what every turn sends, reuses and costs.

    Exit codes: 0 done · 1 failed · 2 bad input · 3 paused and waiting for you · 5 the history can't be used ·
    130 stopped.
    """
    if ctx.invoked_subcommand is None:
        echo(ctx.get_help())


def main() -> None:
    """The program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        code = cowork_tui.main(prog_name="cowork-tui", standalone_mode=False)
    except click.UsageError as error:
        refuse(usage_sentence(error))
    except click.ClickException as error:
        refuse(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        raise SystemExit(STOPPED) from None
    except BrokenPipeError:
        drop_output()
        raise SystemExit(1) from None
    raise SystemExit(code if isinstance(code, int) else 0)


def usage_sentence(error: click.UsageError) -> str:
    """What is wrong with the arguments and where to read on, in one sentence."""
    text = " ".join(error.format_message().split())
    if isinstance(error, click.NoSuchOption):
        near = f"did you mean {error.possibilities[0]}?" if error.possibilities else ""
        text = f"There is no option {error.option_name}; {near}" if near else f"There is no option {error.option_name}"
    elif "unexpected extra argument" in text:
        text = f"{text.rstrip('.')}; put a text of several words in quotes"
    if error.ctx is None or "`" in text or text.endswith("?"):
        return text
    return f"{text.rstrip('.')}: see `{error.ctx.command_path} --help`."
