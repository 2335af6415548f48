"""The key: found in order, kept where only its owner reads it, shown to nobody."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from cowork_tui.adapters import secrets
from cowork_tui.adapters.secrets import ApiKey, KeyringFault, KeySource, NoKeyring
from cowork_tui.core.errors import BadInput

KEY = "sk-ant-test-0123456789abcdef-WXYZ"
posix = pytest.mark.skipif(os.name != "posix", reason="modes are Unix")

UseKeyring = Callable[[str], KeyringBackend]


@pytest.fixture
def use_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UseKeyring]:
    """Makes one of the keyrings for tests the system's."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "keyrings"))
    monkeypatch.setenv("TEST_KEYRING_FILE", str(tmp_path / "keyring.json"))
    before = keyring.get_keyring()

    def use(kind: str) -> KeyringBackend:
        import file_keyring  # pyright: ignore[reportMissingImports]

        backend = getattr(file_keyring, kind)()
        keyring.set_keyring(backend)
        return backend

    yield use
    keyring.set_keyring(before)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


def test_the_environment_wins_then_the_keyring_then_the_file(use_keyring: UseKeyring, home: Path) -> None:
    use_keyring("FolderKeyring")
    assert secrets.find_key(home / "key", {}) is None
    secrets.write_key_file(home / "key", "in-the-file-0000")
    assert secrets.find_key(home / "key", {}) == ApiKey("in-the-file-0000", KeySource.FILE)
    secrets.write_keyring("in-the-keyring-00")
    assert secrets.find_key(home / "key", {}) == ApiKey("in-the-keyring-00", KeySource.KEYRING)
    environment = {"ANTHROPIC_API_KEY": " in-the-environment \n"}
    assert secrets.find_key(home / "key", environment) == ApiKey("in-the-environment", KeySource.ENVIRONMENT)
    assert secrets.remove_from_keyring()
    assert not secrets.remove_from_keyring()
    assert secrets.remove_key_file(home / "key")
    assert not secrets.remove_key_file(home / "key")
    assert secrets.find_key(home / "key", {"ANTHROPIC_API_KEY": "  "}) is None


def test_a_keyring_that_waits_is_left_alone_in_time(use_keyring: UseKeyring) -> None:
    use_keyring("WaitingKeyring")
    began = time.monotonic()
    with pytest.raises(KeyringFault, match=r"did not answer within 0.2 seconds: unlock it"):
        secrets.read_keyring(seconds=0.2)
    assert time.monotonic() - began < 30, "it did not wait for the keyring"


def test_a_locked_keyring_is_a_sentence_that_repeats_nothing(use_keyring: UseKeyring, home: Path) -> None:
    use_keyring("LockedKeyring")
    with pytest.raises(KeyringFault) as caught:
        secrets.write_keyring(KEY)
    assert "KeyringLocked" in str(caught.value)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(KeyringFault):
        secrets.find_key(home / "key", {})
    secrets.write_key_file(home / "key", KEY)
    assert secrets.find_key(home / "key", {}) == ApiKey(KEY, KeySource.FILE), "a file is good enough then"


def test_backends_that_keep_nothing_or_plain_text_are_no_keyring(use_keyring: UseKeyring, home: Path) -> None:
    from keyring.backends import fail, null

    backend = use_keyring("FolderKeyring")
    plaintext = type("PlaintextKeyring", (type(backend),), {})()
    for none in (fail.Keyring(), null.Keyring(), plaintext):
        keyring.set_keyring(none)
        with pytest.raises(NoKeyring, match=r"key set --file"):
            secrets.write_keyring(KEY)
    assert secrets.find_key(home / "key", {}) is None


@posix
def test_a_key_file_is_for_its_owner_alone(home: Path) -> None:
    file = home / "key"
    secrets.write_key_file(file, KEY)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["key"]
    for mode in (0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(BadInput, match="open to others"):
            secrets.read_key_file(file)
    secrets.write_key_file(file, KEY[::-1])
    assert secrets.read_key_file(file) == KEY[::-1]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, "a file that was open is replaced, not reused"


@posix
@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o777])
def test_no_key_is_kept_in_a_folder_that_is_open_to_others(home: Path, mode: int) -> None:
    home.chmod(mode)
    with pytest.raises(BadInput, match=rf"open to others \(mode {mode:o}\)"):
        secrets.write_key_file(home / "key", KEY)
    assert list(home.iterdir()) == []


@posix
def test_key_files_that_are_none(home: Path) -> None:
    file = home / "key"
    outside = home / "elsewhere"
    outside.write_text(KEY)
    outside.chmod(0o600)
    file.symlink_to(outside)
    with pytest.raises(BadInput, match="can't be read"):
        secrets.read_key_file(file)
    file.unlink()
    file.mkdir()
    with pytest.raises(BadInput):
        secrets.read_key_file(file)
    file.rmdir()
    os.mkfifo(file, 0o600)
    with pytest.raises(BadInput, match="is not a file"):
        secrets.read_key_file(file)
    file.unlink()
    for content in (b"", b"\n \n", b"two words", b"caf\xc3\xa9" * 5, b"x" * 100_000):
        file.write_bytes(content)
        file.chmod(0o600)
        with pytest.raises(BadInput, match="holds no key"):
            secrets.read_key_file(file)


@pytest.mark.parametrize(
    "text", ["", "  \n", "two words", "caf\u00e9-0123456789", "a\x1b[31mb", "k" * 5000, "one\ntwo"]
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        secrets.check_key(text)
    assert not text.strip() or text.strip() not in str(caught.value)


def test_a_key_shows_its_ending_at_most() -> None:
    assert ApiKey(KEY, KeySource.FILE).ending == "…WXYZ"
    assert ApiKey("shortkey", KeySource.FILE).ending == "…"
    assert KEY not in repr(ApiKey(KEY, KeySource.FILE))


def test_programs_that_are_started_get_no_secrets() -> None:
    environment = {
        "PATH": "/bin", "HOME": "/home/x", "ANTHROPIC_API_KEY": KEY, "GITHUB_TOKEN": "t", "AWS_SECRET_ACCESS_KEY": "s",
        "DB_PASSWORD": "p", "LANG": "C", "KEYBOARD": "de", "TOKENS_PER_DAY": "5",
    }  # fmt: skip
    assert set(secrets.without_secrets(environment)) == {"PATH", "HOME", "LANG", "KEYBOARD", "TOKENS_PER_DAY"}


def test_texts_lose_keys() -> None:
    environment = {"ANTHROPIC_API_KEY": "a-key-of-another-gateway"}
    text = f"x {KEY} y a-key-of-another-gateway z"
    assert secrets.hide_keys(text, environment) == "x [key] y [key] z"
    assert secrets.hide_keys("the key is a word", {"ANTHROPIC_API_KEY": "key"}) == "the key is a word"


def test_the_keyring_library_is_imported_only_when_it_is_needed() -> None:
    import subprocess

    code = "import sys, cowork_tui.wiring, cowork_tui.cli; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
