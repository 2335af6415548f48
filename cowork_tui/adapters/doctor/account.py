"""The key, where it is kept, and the server it is for. Nothing here leaves the machine."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cowork_tui.adapters.doctor.finding import Finding, failed, ok, warning
from cowork_tui.adapters.secrets import KEY_VARIABLE, KeyringFault, KeySource, NoKeyring, find_key, keyring_name
from cowork_tui.core.errors import BadInput

CONNECT_SECONDS = 3.0
SET_KEY = "cowork-tui key set"


def check_keyring() -> Finding:
    """Whether a key could be kept in the system's keyring."""
    try:
        return ok("keyring", keyring_name())
    except NoKeyring:
        fix = f"Set {KEY_VARIABLE}, or: cowork-tui key set --file"
        return warning("keyring", "none on this machine", fix)
    except KeyringFault as error:
        problem, _, fix = str(error).partition(": ")
        return warning("keyring", problem, fix[:1].upper() + fix[1:])


def check_key_found(key_file: Path, environment: Mapping[str, str]) -> Finding:
    """Where the key comes from, and its last characters."""
    try:
        key = find_key(key_file, environment)
    except BadInput as error:
        problem, _, fix = str(error).partition(": ")
        return failed("key", problem, fix[:1].upper() + fix[1:])
    if key is None:
        return warning("key", "none, so tasks are answered by the demo: a script, not AI", SET_KEY)
    places = {
        KeySource.ENVIRONMENT: f"environment, {KEY_VARIABLE}",
        KeySource.KEYRING: "keyring",
        KeySource.FILE: f"file {key_file}",
    }
    return ok("key", f"{key.ending} from the {places[key.source]}")


def check_endpoint(address: Callable[[], str]) -> Finding:
    """Whether a server on this machine answers; others are not asked. `address` gives it, or raises BadInput."""
    try:
        endpoint = address()
    except BadInput as error:
        return failed("endpoint", str(error).rstrip("."), "Mend or unset it.")
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if not is_loopback(host):
        if parts.scheme == "http":
            fix = "Use an https address, or a tunnel to one on this machine."
            return warning("endpoint", f"{endpoint}: the key would travel unencrypted", fix)
        return ok("endpoint", f"{endpoint}, not asked: --live asks it")
    try:
        with socket.create_connection((host, parts.port or _PORTS[parts.scheme]), timeout=CONNECT_SECONDS):
            return ok("endpoint", f"{endpoint} takes connections")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return failed("endpoint", f"{endpoint} can't be reached ({reason})", "Start that server, or mend base_url.")


_PORTS = {"http": 80, "https": 443}


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine itself, without asking anybody."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
