"""Loads the program once and forks for every command, so that a run costs no start: `{"argv", "env", "out"}` a line.

Answers with the process id of the fork, and after it ended with its exit code (negative: the signal that killed it).
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys


def main() -> None:
    import cowork_tui.adapters.anthropic.catalogue
    import cowork_tui.adapters.anthropic.client
    import cowork_tui.adapters.store.database
    import cowork_tui.adapters.tokenizer as tokenizer
    import cowork_tui.adapters.tools.host
    import cowork_tui.cli.run
    import cowork_tui.cli.tasks  # noqa: F401

    shared = tokenizer.Tokenizer()
    shared.count("warm")
    tokenizer.Tokenizer = lambda *_: shared  # type: ignore[assignment,misc]
    import anthropic  # noqa: F401
    import genai_prices  # noqa: F401

    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            run(order)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def run(order: dict[str, object]) -> None:
    """The command, in this process."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    out = os.open(str(order["out"]), os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    for target, source in ((0, nowhere), (1, out), (2, out)):
        os.dup2(source, target)
    os.environ.update(order["env"])  # type: ignore[arg-type]
    if order["limit"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(str(order["limit"])),) * 2)
    if order["drop"] and os.geteuid() == 0:
        drop_capabilities()
    sys.argv = ["cowork-tui", *order["argv"]]  # type: ignore[misc]
    from cowork_tui.cli import main as cowork_tui_main

    try:
        cowork_tui_main()
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)
    os._exit(0)


def drop_capabilities() -> None:
    """From here on root may do what the permissions of files say, no more (Linux)."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    main()
