"""`cowork-tui demo-server`: the offline Messages API, for other programs too."""

from __future__ import annotations

import os
import sys
import threading

import click

from cowork_tui.cli.output import DEMO_NOTE


@click.command("demo-server")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--seed", default=1, show_default=True, help="Fixes token factors and ids.")
@click.option("--until-input-closes", is_flag=True, hidden=True)
def demo_server(host: str, port: int, seed: int, until_input_closes: bool) -> None:
    """Serve the Messages API on this machine, answered by a script, not AI.

    Point any program at it: ANTHROPIC_BASE_URL=http://127.0.0.1:8787 and any key.
    """
    from cowork_tui import wiring

    if until_input_closes:
        threading.Thread(target=_exit_with_parent, daemon=True).start()

    def ready(chosen: int) -> None:
        click.echo(f"listening on http://{host}:{chosen}")
        if not until_input_closes:
            click.echo(f"{DEMO_NOTE} · stop with Ctrl-C")
        sys.stdout.flush()

    try:
        wiring.serve_demo(host, port, seed, ready)
    except OSError as error:
        click.echo(f"Can't listen on {host}:{port} ({error.strerror}): choose another with --port.", err=True)
        raise SystemExit(2) from error


def _exit_with_parent() -> None:
    """The parent holds the other end of our input; when it closes, the parent is done or gone."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)
