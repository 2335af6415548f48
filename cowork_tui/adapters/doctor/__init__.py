"""What works on this machine, what does not, and what to do about it. Each check is a function of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from cowork_tui.adapters.config_files import Home
from cowork_tui.adapters.doctor.account import check_endpoint, check_key_found, check_keyring
from cowork_tui.adapters.doctor.data import check_connectors, check_prices, check_tokenizer
from cowork_tui.adapters.doctor.finding import Finding, Level
from cowork_tui.adapters.doctor.machine import Screen, check_colours, check_python, check_sandbox, check_terminal
from cowork_tui.adapters.doctor.storage import check_database, check_settings

__all__ = ["Finding", "Level", "Screen", "examine"]


def examine(
    home: Home, folder: Path, screen: Screen, endpoint: Callable[[], str], environment: Mapping[str, str]
) -> Iterator[Finding]:
    """One finding after the other, none of which sends anything off this machine.

    `endpoint` gives the address that tasks would be sent to, or raises BadInput.
    """
    yield check_python()
    yield check_terminal(screen, environment)
    yield check_colours(environment)
    yield check_settings(home, folder, environment)
    yield check_database(home)
    yield check_keyring()
    yield check_key_found(home.key_file, environment)
    yield check_endpoint(endpoint)
    yield check_tokenizer()
    yield check_prices()
    yield check_connectors()
    yield check_sandbox()
