"""`cowork-tui key`: kept, told, removed; never printed."""

from __future__ import annotations

import os
import stat
import subprocess

import pytest

from tests.cli.program import Program, assert_sentence, on_terminal

KEY = "sk-ant-unique-5f1d0c7e-and-more-Q7zk"
posix = pytest.mark.skipif(os.name != "posix", reason="modes and terminals are Unix")


def piped(program: Program, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    process = program.start(*arguments, stdin=subprocess.PIPE)
    out, err = process.communicate(text, timeout=60)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def test_a_key_is_set_shown_and_removed_in_the_keyring(program: Program) -> None:
    kept = program.with_keyring()
    done = piped(kept, KEY + "\n", "key", "set")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The key …Q7zk is kept in the keyring (file keyring FolderKeyring).\n"
    assert KEY in (program.home.parent / "keyring.json").read_text()
    assert kept.run("key", "show").stdout == "…Q7zk from the keyring.\n"
    other = kept.with_variables(ANTHROPIC_API_KEY="of-the-environment-1234")
    assert other.run("key", "show").stdout == "…1234 from the environment (ANTHROPIC_API_KEY).\n"
    removed = other.run("key", "remove")
    assert removed.stdout == "The key is removed from the keyring.\n"
    assert removed.stderr == "ANTHROPIC_API_KEY is set in the environment, and wins over what is kept.\n"
    assert kept.run("key", "show").stdout.startswith("No key: ")
    assert kept.run("key", "remove").stdout == "No key is kept here.\n"
    assert KEY not in (program.home.parent / "keyring.json").read_text()


@posix
def test_a_typed_key_is_not_shown(program: Program) -> None:
    with on_terminal(program.with_keyring(), "key", "set") as screen:
        screen.read_until("API key (not shown): ")
        screen.type(KEY + "\n")
        assert screen.end() == 0
    assert KEY not in screen.seen
    assert "…Q7zk is kept in the keyring" in screen.seen
    with on_terminal(program.with_keyring(), "key", "set") as screen:
        screen.read_until("API key (not shown): ")
        screen.type("\x03")
        assert screen.end() == 130


@posix
def test_without_a_keyring_a_file_is_made_only_when_asked(program: Program) -> None:
    refused = piped(program, KEY, "key", "set")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert_sentence(refused.stderr.strip())
    assert "key set --file" in refused.stderr
    assert not (program.home / "key").exists()
    done = piped(program, KEY, "key", "set", "--file")
    assert (done.returncode, done.stderr) == (0, "")
    assert stat.S_IMODE((program.home / "key").stat().st_mode) == 0o600
    assert program.run("key", "show").stdout == f"…Q7zk from the file {program.home / 'key'}.\n"
    (program.home / "key").chmod(0o644)
    assert "is open to others" in program.refused("key", "show")
    assert "removed from the key file" in program.run("key", "remove").stdout
    program.home.chmod(0o755)
    loose = piped(program, KEY, "key", "set", "--file")
    assert (loose.returncode, "chmod 700" in loose.stderr) == (2, True)
    assert not (program.home / "key").exists()


def test_a_file_beside_a_keyring_is_refused_and_one_that_was_there_goes(program: Program) -> None:
    assert piped(program, KEY, "key", "set", "--file").returncode == 0
    refused = piped(program.with_keyring(), KEY, "key", "set", "--file")
    assert (refused.returncode, "leave out --file" in refused.stderr) == (2, True)
    assert piped(program.with_keyring(), KEY[::-1], "key", "set").returncode == 0
    assert not (program.home / "key").exists()


def test_a_key_is_never_an_argument_and_is_not_repeated(program: Program) -> None:
    for arguments in (["key", "set", KEY], ["key", "set", "--key", KEY], ["key", KEY], [KEY], ["run", "x", KEY]):
        sentence = program.refused(*arguments)
        assert KEY not in sentence
        assert "Q7zk" not in sentence
    assert "not given as an argument" in program.refused("key", "set", KEY)


def test_what_is_no_key_is_refused(program: Program) -> None:
    for text in ("", "\n", "two words\n", "one\ntwo\n"):
        done = piped(program.with_keyring(), text, "key", "set")
        assert (done.returncode, done.stdout) == (2, "")
        assert_sentence(done.stderr.strip())
    assert program.with_keyring().run("key", "show").stdout.startswith("No key: ")


def test_a_locked_keyring_is_a_sentence(program: Program) -> None:
    locked = program.with_keyring("LockedKeyring")
    done = piped(locked, KEY, "key", "set")
    assert (done.returncode, done.stdout) == (2, "")
    assert_sentence(done.stderr.strip())
    assert KEY not in done.stderr
    assert "unlock or start it" in locked.refused("key", "show")
    in_file = piped(locked, KEY, "key", "set", "--file")
    assert in_file.returncode == 0, "a file is for a keyring that does not answer too"
    assert "from the file" in locked.run("key", "show").stdout
