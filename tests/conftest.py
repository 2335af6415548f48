"""What holds for every test: no network but loopback, no real home, no keys from outside."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("still", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("wide", deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile("wide" if os.environ.get("COWORK_BENCH_FULL") else "still")
"""The normal run draws the same examples every time, whatever the machine's speed; the full run draws new ones."""

GUARD = Path(__file__).parent / "guard"
_spec = importlib.util.spec_from_file_location("network_guard", GUARD / "sitecustomize.py")
assert _spec is not None
assert _spec.loader is not None
_spec.loader.exec_module(importlib.util.module_from_spec(_spec))


@pytest.fixture(autouse=True)
def hermetic(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, and nothing of the developer's environment."""
    home = tmp_path_factory.mktemp("home")
    for name in tuple(os.environ):
        if name.startswith(("ANTHROPIC_", "COWORK_TUI_", "CLAUDE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(home / "anthropic"))
    monkeypatch.setenv("COWORK_TUI_HOME", str(home / "cowork"))
    monkeypatch.setenv("PYTHONPATH", str(GUARD))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    for proxy in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    return home
