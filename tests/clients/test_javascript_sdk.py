"""The official JavaScript SDK, unchanged; installed from the npm registry, so only in the full run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from .conftest import FULL, install, run_client

SCRIPT = """
import Anthropic from "@anthropic-ai/sdk";
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { z } from "zod";

const client = new Anthropic();
const model = "claude-sonnet-5-5";
const found = {};

const stream = client.messages.stream({ model, max_tokens: 500, messages: [{ role: "user", content: "hello" }] });
let streamed = "";
stream.on("text", (piece) => (streamed += piece));
const message = await stream.finalMessage();
found.stream = streamed !== "" && streamed === message.content.at(-1).text && message.usage.output_tokens > 1;

const tool = betaZodTool({
  name: "weather", description: "How the weather is", inputSchema: z.object({ place: z.string() }),
  run: async (input) => `sun in ${input.place}`,
});
found.tools = [];
for (const stream of [false, true]) {
  const content = 'CALL weather {"place":"Oslo"}\\nCALL weather {"place":"Rome"}';
  const asked = { model, max_tokens: 500, stream, tools: [tool], messages: [{ role: "user", content }] };
  found.tools.push((await client.beta.messages.toolRunner(asked).runUntilDone()).content.at(-1).text);
}

const long = { type: "text", text: "word ".repeat(2000), cache_control: { type: "ephemeral" } };
const messages = [
  { role: "user", content: [long] }, { role: "assistant", content: "ok" },
  { role: "user", content: [long] }, { role: "assistant", content: "ok" },
  { role: "user", content: [{ type: "text", text: "hi", cache_control: { type: "ephemeral" } }] },
];
found.cache = [];
for (let turn = 0; turn < 2; turn++) {
  const { usage } = await client.messages.create({ model, max_tokens: 500, system: [long], messages });
  found.cache.push([usage.cache_read_input_tokens, usage.cache_creation_input_tokens]);
}

try {
  await client.messages.create({ model: "nothing", max_tokens: 5, messages: [{ role: "user", content: "x" }] });
} catch (error) {
  found.error = [error.constructor.name, error.status];
}
console.log(JSON.stringify(found));
"""


@pytest.mark.skipif(not FULL, reason="needs the npm registry: set COWORK_BENCH_FULL=1")
@pytest.mark.skipif(shutil.which("npm") is None or shutil.which("node") is None, reason="npm is not installed")
def test_the_javascript_sdk_streams_loops_and_caches(base_url: str, outside: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"private": true}')
    (tmp_path / "client.mjs").write_text(SCRIPT)
    install(["npm", "install", "--no-audit", "--no-fund", "@anthropic-ai/sdk", "zod"], tmp_path, outside)
    environment = {**outside, "ANTHROPIC_BASE_URL": base_url, "ANTHROPIC_API_KEY": "k"}
    found = json.loads(run_client(["node", "client.mjs"], tmp_path, environment))
    assert found["stream"]
    assert found["tools"] == ["DONE sun in Rome"] * 2
    (read, written), (read_again, written_again) = found["cache"]
    assert (read, written_again) == (0, 0) and read_again == written > 6_000
    assert found["error"] == ["NotFoundError", 404]
