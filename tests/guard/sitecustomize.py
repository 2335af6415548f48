"""Forbids every connection that leaves this machine, in the test process and in the programs it starts.

It is on `PYTHONPATH` of every child process that tests start, where Python imports it by itself.
"""

from __future__ import annotations

import ipaddress
import sys


def _is_loopback(host: object) -> bool:
    if host in ("localhost", "", None, b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_outside(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            raise PermissionError(f"tests must not connect to {address[0]}")
    elif event == "socket.getaddrinfo":
        host = arguments[0]
        name = host.decode() if isinstance(host, bytes) else str(host)
        if not _is_loopback(host) and not name.endswith((".invalid", ".invalid.")):
            raise PermissionError(f"tests must not look up {host}")


if not getattr(sys, "_cowork_network_guard", False):
    sys._cowork_network_guard = True  # type: ignore[attr-defined]
    sys.addaudithook(_refuse_outside)
