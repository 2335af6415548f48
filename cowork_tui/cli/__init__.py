"""The command line: parse, call, print. Commands are imported when they are used."""

from __future__ import annotations

import importlib
import os
import sys
from difflib import get_close_matches

import click
from click.shell_completion import CompletionItem

from cowork_tui.cli.output import drop_output, echo, refuse

COMMANDS = {
    "run": "cowork_tui.cli.run:run",
    "resume": "cowork_tui.cli.run:resume",
    "stop": "cowork_tui.cli.tasks:stop",
    "pause": "cowork_tui.cli.tasks:pause",
    "tasks": "cowork_tui.cli.tasks:tasks",
    "show": "cowork_tui.cli.tasks:show",
    "changes": "cowork_tui.cli.changes:changes",
    "undo": "cowork_tui.cli.undo:undo",
    "redo": "cowork_tui.cli.undo:redo",
    "rules": "cowork_tui.cli.rules:rules",
    "verify": "cowork_tui.cli.tasks:verify",
    "models": "cowork_tui.cli.models:models",
    "key": "cowork_tui.cli.key:key",
    "config": "cowork_tui.cli.config:config",
    "doctor": "cowork_tui.cli.doctor:doctor",
    "sample": "cowork_tui.cli.sample:sample",
    "tokens": "cowork_tui.cli.tokens:tokens",
    "demo-server": "cowork_tui.cli.demo_server:demo_server",
    "completion": "cowork_tui.cli.completion:completion",
}

FAILED = 1
STOPPED = 130
COMPLETION_VARIABLE = "_COWORK_TUI_COMPLETE"


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

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names, without importing the commands."""
        names = [CompletionItem(name) for name in COMMANDS if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command and its arguments. Raises UsageError with a near name for one that does not exist."""
        near = get_close_matches(args[0], COMMANDS, n=1)
        if args[0] in COMMANDS or args[0].startswith("-") or ctx.resilient_parsing:
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
    if COMPLETION_VARIABLE in os.environ:
        importlib.import_module("cowork_tui.cli.completion").prepare()
    try:
        code = cowork_tui.main(prog_name="cowork-tui", standalone_mode=False)
    except click.UsageError as error:
        refuse(_without_keys(usage_sentence(error)))
    except click.ClickException as error:
        refuse(_without_keys(error.format_message()))
    except (click.Abort, KeyboardInterrupt):
        raise SystemExit(STOPPED) from None
    except BrokenPipeError:
        drop_output()
        raise SystemExit(FAILED) from None
    except Exception as error:  # noqa: BLE001  (the outermost place: nothing may end in a bare traceback)
        importlib.import_module("cowork_tui.cli.crash").report_crash(error)
        raise SystemExit(FAILED) from None
    raise SystemExit(code if isinstance(code, int) else 0)


def _without_keys(text: str) -> str:
    """A mistyped command line may hold a key; it is not repeated."""
    return importlib.import_module("cowork_tui.adapters.secrets").hide_keys(text)


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
