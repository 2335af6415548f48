"""The API key: where it comes from, where it is kept, and how it is kept out of everything else.

The environment wins, then the system's keyring, then the file `key` in the home folder, which only its owner may read.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from cowork_tui.core.errors import BadInput

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

KEY_VARIABLE = "ANTHROPIC_API_KEY"
SERVICE, ACCOUNT = "cowork-tui", "api-key"
"""Under which names the key stands in the keyring."""
KEYRING_SECONDS = 5.0
"""How long the keyring may take: one that is locked may wait for a dialog that nobody sees."""
MAX_KEY_CHARS = 4_096
SHOWN_CHARS = 4
MIN_CHARS_TO_SHOW_SOME = 12
OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO

_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$", re.IGNORECASE)
_KEY_SHAPE = re.compile(r"sk-ant-[A-Za-z0-9_-]{6,}")


class NoKeyring(BadInput):
    """This machine has no keyring to keep a key in."""


class KeyringFault(BadInput):
    """There is a keyring, and it did not do what was asked of it."""


class KeySource(StrEnum):
    """Where a key was found."""

    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, which does not show itself, and where it comes from."""

    value: str = field(repr=False)
    source: KeySource

    @property
    def ending(self) -> str:
        """`…` and the last 4 characters; no character of a key that is too short to hide behind them."""
        return "…" + (self.value[-SHOWN_CHARS:] if len(self.value) >= MIN_CHARS_TO_SHOW_SOME else "")


def check_key(text: str) -> str:
    """The key without blanks around it. Raises BadInput, which does not repeat it."""
    key = text.strip()
    if not key:
        raise BadInput("The key is empty: copy it from the Console and paste it, or pipe it in.")
    if len(key) > MAX_KEY_CHARS or not key.isascii() or not key.isprintable() or " " in key:
        raise BadInput("The key holds characters that no key has: copy it again, whole and on one line.")
    return key


def find_key(key_file: Path, environment: Mapping[str, str] = os.environ) -> ApiKey | None:
    """The key to use; None where there is none.

    Raises BadInput for a key file that others may read, and where nothing but a keyring that does not answer is left.
    """
    from_environment = environment.get(KEY_VARIABLE, "").strip()
    if from_environment:
        return ApiKey(from_environment, KeySource.ENVIRONMENT)
    fault: KeyringFault | None = None
    try:
        kept = read_keyring()
    except NoKeyring:
        kept = None
    except KeyringFault as error:
        kept, fault = None, error
    if kept:
        return ApiKey(kept, KeySource.KEYRING)
    in_file = read_key_file(key_file)
    if in_file is None and fault is not None:
        raise fault
    return None if in_file is None else ApiKey(in_file, KeySource.FILE)


def keyring_name(seconds: float = KEYRING_SECONDS) -> str:
    """What keeps secrets on this machine and answers, e.g. `SecretService Keyring`. Raises NoKeyring, KeyringFault."""

    def ask(backend: KeyringBackend) -> str:
        backend.get_password(SERVICE, ACCOUNT)
        return backend.name

    return _in_time(ask, seconds)


def read_keyring(seconds: float = KEYRING_SECONDS) -> str | None:
    """The key in the keyring; None where it holds none. Raises NoKeyring and KeyringFault."""
    return _in_time(lambda backend: backend.get_password(SERVICE, ACCOUNT), seconds)


def write_keyring(key: str, seconds: float = KEYRING_SECONDS) -> str:
    """Keep the key, read it back, and say which keyring has it. Raises NoKeyring and KeyringFault."""

    def write(backend: KeyringBackend) -> str:
        backend.set_password(SERVICE, ACCOUNT, key)
        if backend.get_password(SERVICE, ACCOUNT) != key:
            raise KeyringFault(f"The keyring ({backend.name}) did not keep the key: set {KEY_VARIABLE} instead.")
        return backend.name

    return _in_time(write, seconds)


def remove_from_keyring(seconds: float = KEYRING_SECONDS) -> bool:
    """Whether there was a key to remove. Raises NoKeyring and KeyringFault."""

    def remove(backend: KeyringBackend) -> bool:
        if backend.get_password(SERVICE, ACCOUNT) is None:
            return False
        backend.delete_password(SERVICE, ACCOUNT)
        return True

    return _in_time(remove, seconds)


def _in_time(work: Callable[[KeyringBackend], T], seconds: float) -> T:
    """`work` with the keyring, in a thread that is left behind when it takes too long."""
    results: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def worker() -> None:
        try:
            results.put((work(_backend()), None))
        except BaseException as error:  # noqa: BLE001  (carried over to the thread that waits)
            results.put((None, error))

    Thread(target=worker, daemon=True, name="keyring").start()
    try:
        result, error = results.get(timeout=seconds)
    except Empty:
        raise KeyringFault(
            f"The keyring did not answer within {seconds:g} seconds: unlock it and try again, or set {KEY_VARIABLE}."
        ) from None
    if error is None:
        return result  # pyright: ignore[reportReturnType]
    if isinstance(error, BadInput) or not isinstance(error, Exception):
        raise error
    # What the backends raise is theirs, and its text may repeat what they were given.
    raise KeyringFault(
        f"The keyring can't be used ({type(error).__name__}): unlock or start it and try again, or set {KEY_VARIABLE}."
    ) from None


def _backend() -> KeyringBackend:
    """The system's keyring. Raises NoKeyring where there is none, or only one that keeps nothing or plain text."""
    import keyring

    backend = keyring.get_keyring()
    kind = type(backend)
    if kind.__module__ in ("keyring.backends.fail", "keyring.backends.null") or kind.__name__.startswith("Plaintext"):
        raise NoKeyring(
            f"This machine has no keyring to keep a key in: set {KEY_VARIABLE}, "
            "or keep it in a file that only you may read with `cowork-tui key set --file`."
        )
    return backend


def read_key_file(path: Path) -> str | None:
    """The key in the file; None where there is no file. Raises BadInput for one that others may read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, encoding="ascii", errors="replace") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise BadInput(f"{path} is not a file: remove it, then `cowork-tui key set`.")
            if os.name == "posix" and (found.st_mode & OTHERS_MAY or found.st_uid != os.geteuid()):
                raise BadInput(
                    f"The key file {path} is open to others, so it is not used: `chmod 600` it if nobody has read it, "
                    "else set a new key."
                )
            try:
                return check_key(stream.read(MAX_KEY_CHARS * 2))
            except BadInput:
                raise BadInput(f"The key file {path} holds no key: write it anew with `cowork-tui key set`.") from None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput(
            f"The key file {path} can't be read ({error.strerror}): remove it, then `cowork-tui key set`."
        ) from error


def write_key_file(path: Path, key: str) -> None:
    """Keep the key in a file of mode 600, whole or not at all. Raises BadInput, also for a folder open to others."""
    refuse_open_folder(path.parent)
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".key.", dir=path.parent)  # made with mode 600
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(key + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadInput(f"The key file {path} can't be written ({error.strerror}): set {KEY_VARIABLE}.") from error


def refuse_open_folder(folder: Path) -> None:
    """Raises BadInput for a folder that others may look into, write to or own."""
    if os.name != "posix":
        return
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise BadInput(f"The folder {folder} is not yours, so no key is kept in it: set {KEY_VARIABLE}.")
    if found.st_mode & OTHERS_MAY:
        raise BadInput(
            f"The folder {folder} is open to others (mode {stat.S_IMODE(found.st_mode):o}), so no key is kept in it: "
            f"run `chmod 700` on it and try again."
        )


def remove_key_file(path: Path) -> bool:
    """Whether there was one to remove. Raises BadInput."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise BadInput(
            f"The key file {path} can't be removed ({error.strerror}): mend its folder's permissions."
        ) from error
    return True


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for programs that this one starts: without keys, tokens and passwords."""
    return {name: value for name, value in environment.items() if not _SECRET_NAME.search(name)}


def hide_keys(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """`text` with everything in it that is, or looks like, a key of the API taken out."""
    key = environment.get(KEY_VARIABLE, "").strip()
    if len(key) >= MIN_CHARS_TO_SHOW_SOME:
        text = text.replace(key, "[key]")
    return _KEY_SHAPE.sub("[key]", text)
