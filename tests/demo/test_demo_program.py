"""`cowork-tui demo-server` with its files and its fast clock, as a program of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

COMMAND = (sys.executable, "-m", "cowork_tui", "demo-server")
HEADERS = {"x-api-key": "k", "anthropic-version": "2026-10-21"}
LONG = {"type": "text", "text": "word " * 3_000, "cache_control": {"type": "ephemeral"}}


def test_faults_scenario_and_clock_work_together(tmp_path: Path) -> None:
    faults, scenario = tmp_path / "faults.toml", tmp_path / "scenario.toml"
    faults.write_text("[[fault]]\nkind = 529\nretry_after = 1\n")
    scenario.write_text('[[reply]]\ntext = "As written."\n')
    options = ("--port", "0", "--until-input-closes", "--clock-speed", "1000")
    files = ("--faults", str(faults), "--scenario", str(scenario))
    with subprocess.Popen([*COMMAND, *options, *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdin is not None
        url = process.stdout.readline().decode().split()[-1]
        body: dict[str, Any] = {"model": "claude-haiku-5-5", "max_tokens": 99, "system": [LONG]}
        asked = {**body, "messages": [{"role": "user", "content": "hi"}]}
        with httpx2.Client(timeout=30) as client:
            refused, answered = (client.post(f"{url}/v1/messages", json=asked, headers=HEADERS) for _ in range(2))
            time.sleep(0.4)  # more than five minutes of the server's
            late = client.post(f"{url}/v1/messages", json=asked, headers=HEADERS).json()["usage"]
        process.stdin.close()
    assert (refused.status_code, refused.headers["retry-after"]) == (529, "1")
    assert answered.json()["content"][0]["text"] == "As written."
    assert answered.json()["usage"]["cache_creation_input_tokens"] == late["cache_creation_input_tokens"] > 3_000


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[[fault]]\nkind = "silense"\n', '"kind" (line 2) "silense" is not known: write "silence".'),
        (b"\xff", "faults.toml (it is not UTF-8 text): name a TOML file."),
        (None, "faults.toml (No such file or directory): name a TOML file."),
    ],
)  # fmt: skip
def test_a_file_that_can_not_be_used_ends_it_with_one_sentence(tmp_path: Path, content: bytes | None, expected: str):
    faults = tmp_path / "faults.toml"
    if content is not None:
        faults.write_bytes(content)
    ended = subprocess.run([*COMMAND, "--faults", str(faults)], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.strip().endswith(expected) and ended.stderr.count("\n") == 1
