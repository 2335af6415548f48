"""An agent framework, unchanged: pydantic-ai; installed from the package index, so only in the full run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from .conftest import FULL, install, run_client

SCRIPT = '''
import asyncio, json
from pydantic import BaseModel
from pydantic_ai import Agent

agent = Agent("anthropic:claude-sonnet-5-5")

@agent.tool_plain
def weather(place: str) -> str:
    """How the weather is."""
    return f"sun in {place}"

class Person(BaseModel):
    name: str
    age: int

async def streamed() -> str:
    async with agent.run_stream("hello") as run:
        return [text async for text in run.stream_text()][-1]

tool = agent.run_sync('CALL weather {"place": "Oslo"}').output
person = Agent("anthropic:claude-haiku-5-5", output_type=Person).run_sync("A person, please").output
print(json.dumps([tool, asyncio.run(streamed()), type(person.age).__name__]))
'''


@pytest.mark.skipif(not FULL, reason="needs the package index: set COWORK_BENCH_FULL=1")
def test_pydantic_ai_streams_loops_and_parses(base_url: str, outside: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text(SCRIPT)
    python = str(tmp_path / "venv" / "bin" / "python")
    install([sys.executable, "-m", "venv", "venv"], tmp_path, outside)
    install([python, "-m", "pip", "install", "-q", "pydantic-ai-slim[anthropic]"], tmp_path, outside)
    environment = {**outside, "ANTHROPIC_BASE_URL": base_url, "ANTHROPIC_API_KEY": "k"}
    tool, text, kind = json.loads(run_client([python, "client.py"], tmp_path, environment))
    assert (tool, kind) == ("DONE sun in Oslo", "int")
    assert text.startswith("pong")
