"""`cowork-tui doctor`: what works here, what does not, and the line to fix it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import click

from cowork_tui import wiring
from cowork_tui.adapters.config_files import Home, find_home, load_settings
from cowork_tui.adapters.doctor import Finding, Level, Screen, examine
from cowork_tui.adapters.doctor.finding import warning
from cowork_tui.adapters.doctor.live import Exchange, ask_server, cheapest_exchange
from cowork_tui.adapters.doctor.machine import speaks_utf8
from cowork_tui.cli.output import echo, fail, print_error
from cowork_tui.core.errors import BadInput, CoworkError
from cowork_tui.core.figures import dollars
from cowork_tui.core.plain_text import plain
from cowork_tui.core.settings import Settings

GLYPHS = {Level.OK: "✓", Level.WARNING: "!", Level.FAILED: "✗"}
ASCII_GLYPHS = {Level.OK: "+", Level.WARNING: "!", Level.FAILED: "x"}
NAME_CHARS = 11
DEFAULT_ENDPOINT = "https://api.anthropic.com"


@click.command()
@click.option(
    "--folder", metavar="DIR", type=click.Path(path_type=Path), default=Path(),
    help="The folder whose settings are checked too.  [default: the current folder]",
)  # fmt: skip
@click.option("--live", is_flag=True, help="Also send the server one tiny request; its price is said first.")
@click.option("--yes", is_flag=True, help="Don't ask before the tiny request.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def doctor(folder: Path, live: bool, yes: bool, as_json: bool) -> None:
    """Check what works here, and say how to fix what does not.

    Nothing leaves this machine without --live. Exit code 1 where something does not work.
    """
    try:
        home = find_home()
        settings = _usable_settings(home, folder)
        consent = _consent(settings, yes=yes) if live else None
        screen = Screen(*shutil.get_terminal_size()) if sys.stdout.isatty() else Screen(None, None)
        found = examine(home, folder, screen, lambda: wiring.choose_base_url(settings) or DEFAULT_ENDPOINT, os.environ)
        printed = _print_json if as_json else _print_lines
        all_well = printed(chain(found, _live(consent) if live else ()))
    except CoworkError as error:
        fail(error)
    raise SystemExit(0 if all_well else 1)


def _usable_settings(home: Home, folder: Path) -> Settings:
    """The user's settings; the defaults where they are broken, which a finding says."""
    try:
        return load_settings(home, folder)
    except BadInput:
        return Settings()


def _consent(settings: Settings, *, yes: bool) -> tuple[wiring.Account, Exchange] | None:
    """Whom to ask what, after the price was said and agreed to; None without a key. Raises BadInput for a no."""
    account = wiring.choose_account(settings, demo=False)
    if account is None:
        return None
    exchange = cheapest_exchange(account.money)
    price = "at a price that is not known" if exchange.cost_nanodollars is None else (
        f"for at most {dollars(exchange.cost_nanodollars).removeprefix('<')}"
    )  # fmt: skip
    server = account.base_url or DEFAULT_ENDPOINT
    print_error(f"This asks {server} for its models, a token count, and one token of {exchange.model}, {price}")
    if yes:
        return account, exchange
    if not sys.stdin.isatty():
        raise BadInput("There is no terminal to ask on, so nothing was sent: agree with --yes.")
    if not click.confirm("Go on?", err=True):
        raise BadInput("Nothing was sent: leave out --live to check only what needs no server.")
    return account, exchange


def _live(consent: tuple[wiring.Account, Exchange] | None) -> Iterator[Finding]:
    if consent is None:
        yield warning("live", "no key, so no server was asked", "cowork-tui key set")
        return
    account, exchange = consent
    yield from asyncio.run(
        ask_server(account.base_url or DEFAULT_ENDPOINT, account.api_key, account.money, exchange)
    )


def _print_lines(findings: Iterable[Finding]) -> bool:
    """Each as soon as it is found. Whether nothing failed."""
    utf8 = speaks_utf8(os.environ)
    all_well = True
    for finding in findings:
        all_well = all_well and finding.level is not Level.FAILED
        for line in _lines(finding, GLYPHS if utf8 else ASCII_GLYPHS):
            echo(line if utf8 else _ascii(line))
    return all_well


def _lines(finding: Finding, glyphs: dict[Level, str]) -> Iterator[str]:
    text = plain(finding.text, keep_lines=False)
    yield f"{glyphs[finding.level]} {finding.name:<{NAME_CHARS}}  {text}"
    if finding.fix:
        yield f"  {'':<{NAME_CHARS}}  {plain(finding.fix, keep_lines=False)}"


def _ascii(line: str) -> str:
    return line.replace("…", "...").encode("ascii", "replace").decode("ascii")


def _print_json(findings: Iterable[Finding]) -> bool:
    checks = [
        {"name": finding.name, "level": finding.level.value, "finding": finding.text, "fix": finding.fix}
        for finding in findings
    ]
    all_well = all(check["level"] != Level.FAILED for check in checks)
    click.echo(json.dumps({"ok": all_well, "checks": checks}, ensure_ascii=True))
    return all_well
