"""The network guard itself."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest


def test_a_connection_to_another_machine_is_refused() -> None:
    with pytest.raises(PermissionError), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))


def test_looking_up_another_machine_is_refused() -> None:
    with pytest.raises(PermissionError):
        socket.getaddrinfo("example.com", 443)


def test_programs_started_by_tests_are_guarded_too() -> None:
    code = "import socket; socket.socket().connect(('192.0.2.1', 80))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert "PermissionError: tests must not connect" in ran.stderr
