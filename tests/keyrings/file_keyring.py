"""Keyrings for tests, chosen with `PYTHON_KEYRING_BACKEND`: one that works, one that waits, one that fails."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class FolderKeyring(KeyringBackend):
    """Keeps secrets in the file that `TEST_KEYRING_FILE` names."""

    priority = 1  # type: ignore[assignment]

    def _read(self) -> dict[str, str]:
        file = Path(os.environ["TEST_KEYRING_FILE"])
        return json.loads(file.read_text()) if file.exists() else {}

    def _write(self, kept: dict[str, str]) -> None:
        Path(os.environ["TEST_KEYRING_FILE"]).write_text(json.dumps(kept))

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write(self._read() | {f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._read()
        if kept.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError(username)
        self._write(kept)


class WaitingKeyring(FolderKeyring):
    """Waits for somebody to unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(60)
        return None


class LockedKeyring(FolderKeyring):
    """Says that it is locked, and repeats what it was given."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"can't keep {password}")
