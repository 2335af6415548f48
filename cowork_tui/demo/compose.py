"""From what the clerk says to the content of a message: cut at stop sequences and limits, counted, signed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.blocks import prompt_block, text_block
from cowork_tui.demo.ids import spelled
from cowork_tui.demo.prompt import Prompt
from cowork_tui.demo.reply import Part, Reply, TextPart, ThinkingPart, ToolUsePart
from cowork_tui.demo.server_tools import server_tools, unavailable
from cowork_tui.demo.thinking import Seal, Signer, extend
from cowork_tui.demo.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class Answer:
    """The content of one message and how it ended. `cut_input` is the JSON of a last tool call that was cut off."""

    content: tuple[JsonObject, ...]
    stop_reason: str
    stop_sequence: str | None
    output_tokens: int
    thinking_tokens: int
    cut_input: str | None = None
    refusal_category: str | None = None


@dataclass(frozen=True, slots=True)
class _Limit:
    tokens: int
    reason: str


def compose(reply: Reply, prompt: Prompt, message_id: str, counter: TokenCounter, signer: Signer) -> Answer:
    """The answer to a prompt, within `max_tokens` and the window."""
    limit = _limit(prompt)
    if limit.tokens <= 0:
        return Answer((), limit.reason, None, 0, 0)
    parts = [part for part in reply.parts if not isinstance(part, ThinkingPart) or prompt.mode.thinks]
    stops = [str(stop) for stop in cast(Sequence[str], prompt.body.get("stop_sequences") or ())]
    spoken, stop_sequence = _until_stop(parts, stops)
    reason = reply.stop_reason if stop_sequence is None else "stop_sequence"
    writer = _Writer(prompt, message_id, counter, signer, limit.tokens)
    for part in spoken:
        if not writer.add(part):
            return writer.answer(limit.reason, None)
    return writer.answer(reason, stop_sequence)


def _limit(prompt: Prompt) -> _Limit:
    asked = cast(int, prompt.body["max_tokens"])
    room = prompt.row.window_tokens - prompt.chain.total_tokens
    if room < asked:
        return _Limit(room, "model_context_window_exceeded")
    return _Limit(asked, "max_tokens")


def _until_stop(parts: Sequence[Part], stops: Sequence[str]) -> tuple[list[Part], str | None]:
    """The parts up to the first stop sequence in their text, without it."""
    spoken: list[Part] = []
    for part in parts:
        if not isinstance(part, TextPart):
            spoken.append(part)
            continue
        found = [(part.text.find(stop), stop) for stop in stops if stop in part.text]
        if found:
            place, stop = min(found)
            return [*spoken, replace(part, text=part.text[:place])], stop
        spoken.append(part)
    return spoken, None


class _Writer:
    """Collects content until the tokens run out."""

    def __init__(self, prompt: Prompt, message_id: str, counter: TokenCounter, signer: Signer, left: int) -> None:
        self._prompt, self._message_id, self._counter, self._signer = prompt, message_id, counter, signer
        self._skew = counter.skew(prompt.row)
        self._server_tools = server_tools(prompt.body)
        self._left = left
        self._content: list[JsonObject] = []
        self._binding = prompt.binding
        self._output = 0
        self._thinking = 0
        self._cut_input: str | None = None

    def add(self, part: Part) -> bool:
        """Add a part; False where it had to be cut off."""
        if self._left <= 0:
            return False
        if isinstance(part, ThinkingPart):
            return self._add_thinking(part.text)
        if isinstance(part, TextPart):
            return self._add_text(part.text)
        return self._add_call(part)

    def answer(self, reason: str, stop_sequence: str | None) -> Answer:
        """What was written. Even an empty message costs a token. Only a call that the client must carry out waits."""
        if reason == "tool_use" and all(block["type"] != "tool_use" for block in self._content):
            reason = "end_turn"
        return Answer(
            tuple(self._content), reason, stop_sequence, max(1, self._output), self._thinking, self._cut_input
        )

    def _add_thinking(self, text: str) -> bool:
        whole = max(1, self._counter.text(self._prompt.row, text))
        tokens = min(whole, self._left)
        shown = text[: len(text) * tokens // whole] if self._prompt.mode.shows_thinking else ""
        seal = Seal(self._prompt.row.id, self._binding, tokens)
        self._content.append({"type": "thinking", "thinking": shown, "signature": self._signer.sign(shown, seal)})
        self._thinking += tokens
        self._spend(tokens)
        return tokens == whole

    def _add_text(self, text: str) -> bool:
        if not text:
            return True
        kept = self._longest(text)
        if kept:
            self._append(text_block(kept))
        if kept != text:
            self._spend(self._left)
        return kept == text

    def _add_call(self, part: ToolUsePart) -> bool:
        kind = self._server_tools.get(part.name)
        tool_id = spelled("toolu" if kind is None else "srvtoolu", f"{self._message_id}:{len(self._content)}")
        given = json.loads(json.dumps(part.input))  # as it is sent and comes back, whatever it was made of
        use = "tool_use" if kind is None else "server_tool_use"
        block: JsonObject = {"type": use, "id": tool_id, "name": part.name, "input": given}
        tokens = self._tokens(block)
        if tokens <= self._left:
            self._append(block)
            return True if kind is None else self._add_failure(kind, part.name, tool_id)
        text = json.dumps(part.input, ensure_ascii=False)
        self._cut_input = text[: len(text) * self._left // tokens]
        self._content.append({**block, "input": {}})
        self._spend(self._left)
        return False

    def _add_failure(self, kind: str, name: str, tool_id: str) -> bool:
        failure = unavailable(kind, tool_id)
        if self._tokens(failure) > self._left:
            return False
        self._append(failure)
        return self._add_text(f"{name} is not available on this server.")

    def _append(self, block: JsonObject) -> None:
        self._content.append(block)
        self._binding = extend(self._binding, prompt_block("messages", "assistant", block, ""))
        self._spend(self._tokens(block))

    def _tokens(self, block: JsonObject) -> int:
        position = prompt_block("messages", "assistant", block, "")
        return self._counter.block(self._prompt.row, self._skew, position)

    def _longest(self, text: str) -> str:
        """The longest beginning of a text that fits into the tokens left."""
        if self._tokens(text_block(text)) <= self._left:
            return text
        low, high = 0, len(text)
        while low + 1 < high:
            middle = (low + high) // 2
            if self._counter.text(self._prompt.row, text[:middle]) <= self._left:
                low = middle
            else:
                high = middle
        return text[:low]

    def _spend(self, tokens: int) -> None:
        self._output += tokens
        self._left -= tokens
