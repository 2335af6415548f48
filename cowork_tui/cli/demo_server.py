"""`cowork-tui demo-server`: the offline Messages API, for other programs too."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import click

from cowork_tui.cli.output import DEMO_NOTE, echo, fail, refuse
from cowork_tui.core.errors import BadInput


def _kinds() -> str:
    from cowork_tui.demo.fault_kinds import KINDS

    return "\n".join(f"      {name:24} {kind.says}" for name, kind in KINDS.items())


class _HelpWithKinds(click.Command):
    """A command whose help ends with the two file formats."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The formats of fault plans and scenarios."""
        del ctx
        formatter.write("\n" + _FORMATS.format(kinds=_kinds()))


_FORMATS = """Faults, a TOML file; the first rule that fires on a request is used:

  [[fault]]
  kind = 429              one of those below
  turn = 2                when: the turn asked for (a retry has the same), or every = N, or probability = 0.1
  trigger = "text"        only where the last user message holds it; also model = "id"
  path = "messages"       or count_tokens, models, any
  times = 1               how often at most; 0 is without limit
  retry_after = 2         fields of the kind; message = "..." where it is an error

  Kinds, with their fields:
{kinds}

Scenario, a TOML file; each reply answers one turn, in order, or names its turn or trigger:

  [[reply]]
  thinking = "..."        as text and call, optional
  text = "Let me look."
  call = [{{ tool = "list_files", input = {{ path = "." }} }}]
  stop_reason = "..."     unless told: tool_use with a call, else end_turn
"""


@click.command("demo-server", cls=_HelpWithKinds)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--seed", default=1, show_default=True, help="Fixes token factors, ids and chance.")
@click.option(
    "--delta-seconds", default=0.0, show_default=True, type=click.FloatRange(0, 60),
    help="Wait before each piece of a stream, to see one come.",
)  # fmt: skip
@click.option(
    "--clock-speed", default=1.0, show_default=True, type=click.FloatRange(0, 1e6),
    help="How fast the caches age: at 60, five minutes take five seconds.",
)  # fmt: skip
@click.option("--faults", type=click.Path(path_type=Path), help="What goes wrong on purpose; the format is below.")
@click.option("--scenario", type=click.Path(path_type=Path), help="Replies written beforehand; the format is below.")
@click.option("--until-input-closes", is_flag=True, hidden=True)
def demo_server(
    host: str,
    port: int,
    seed: int,
    delta_seconds: float,
    clock_speed: float,
    faults: Path | None,
    scenario: Path | None,
    until_input_closes: bool,
) -> None:
    """Serve the API here, answered by a script, not AI.

    Point any program at it: ANTHROPIC_BASE_URL=http://127.0.0.1:8787 and any key.
    """
    from cowork_tui.wiring import demo

    if until_input_closes:
        threading.Thread(target=_exit_with_parent, daemon=True).start()

    def ready(chosen: int) -> None:
        echo(f"listening on http://{f'[{host}]' if ':' in host else host}:{chosen}")
        if not until_input_closes:
            echo(f"{DEMO_NOTE} · stop with Ctrl-C")

    options = demo.DemoOptions(seed, delta_seconds, clock_speed, faults, scenario)
    try:
        demo.serve_demo(host, port, options, ready)
    except BadInput as error:
        fail(error)
    except OSError as error:
        refuse(f"Can't listen on {host}:{port} ({error.strerror}): choose another address with --host or --port.")


def _exit_with_parent() -> None:
    """The parent holds the other end of our input; when it closes, the parent is done or gone."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)
