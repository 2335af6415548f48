"""`cowork-tui demo-server`: the offline Messages API, for other programs too."""

from __future__ import annotations

import os
import sys
import threading

import click

from cowork_tui.cli.output import DEMO_NOTE, echo, refuse


@click.command("demo-server")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--seed", default=1, show_default=True, help="Fixes token factors and ids.")
@click.option(
    "--delta-seconds", default=0.0, show_default=True, type=click.FloatRange(0, 60),
    help="Wait before each piece of a stream, to see one come.",
)  # fmt: skip
@click.option("--until-input-closes", is_flag=True, hidden=True)
def demo_server(host: str, port: int, seed: int, delta_seconds: float, until_input_closes: bool) -> None:
    """Serve the API here, answered by a script, not AI.

    Point any program at it: ANTHROPIC_BASE_URL=http://127.0.0.1:8787 and any key.
    """
    from cowork_tui import wiring

    if until_input_closes:
        threading.Thread(target=_exit_with_parent, daemon=True).start()

    def ready(chosen: int) -> None:
        echo(f"listening on http://{f'[{host}]' if ':' in host else host}:{chosen}")
        if not until_input_closes:
            echo(f"{DEMO_NOTE} · stop with Ctrl-C")

    try:
        wiring.serve_demo(host, port, seed, ready, delta_seconds=delta_seconds)
    except OSError as error:
        refuse(f"Can't listen on {host}:{port} ({error.strerror}): choose another address with --host or --port.")


def _exit_with_parent() -> None:
    """The parent holds the other end of our input; when it closes, the parent is done or gone."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)
