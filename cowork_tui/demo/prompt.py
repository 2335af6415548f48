"""A checked request as the model sees it: visible blocks, their tokens, and the chain that the cache knows it by."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.blocks import (
    DIGEST_BYTES,
    PromptBlock,
    Ttl,
    as_blocks,
    head_blocks,
    is_deferred,
    prompt_block,
)
from cowork_tui.demo.breakpoints import breakpoints_of, check_controls
from cowork_tui.demo.cache import Chain
from cowork_tui.demo.check_fields import check_top_level
from cowork_tui.demo.check_messages import check_system
from cowork_tui.demo.check_model import Mode, check_mode, model_of
from cowork_tui.demo.check_tools import check_tool_choice, check_tools
from cowork_tui.demo.context import RequestContext
from cowork_tui.demo.context_edits import Edited, EditedPrompt, apply_edits, edits_of
from cowork_tui.demo.errors import invalid
from cowork_tui.demo.message_reader import MessageReader
from cowork_tui.demo.models import ModelRow, ThinkingRule
from cowork_tui.demo.thinking import START, Dropped, Signer, Visible, sees, wants_stale_dropped
from cowork_tui.demo.tokens import Skew, TokenCounter


@dataclass(frozen=True, slots=True)
class Prompt:
    """One accepted request: its model and mode, what the model sees of it, and its cache chain.

    `applied_edits` are the context edits that changed something, `original_tokens` the prompt without them.
    `binding` names the conversation that thinking of the answer is bound to; `salt` everything else that the
    messages cache depends on.
    """

    body: JsonObject
    row: ModelRow
    mode: Mode
    blocks: tuple[PromptBlock, ...]
    chain: Chain
    dropped: tuple[Dropped, ...]
    binding: bytes
    salt: bytes
    applied_edits: tuple[JsonObject, ...] = ()
    original_tokens: int = 0


def read_prompt(
    body: JsonObject, context: RequestContext, reader: MessageReader, counter: TokenCounter, signer: Signer,
    override: ThinkingRule | None,
) -> Prompt:
    """Check a parsed body and build its prompt. Raises `ApiError` with the first thing that the API would refuse."""
    check_top_level(body, context)
    row = model_of(body)
    check_tools(body)
    check_system(body.get("system"))
    spoken = reader.read(cast("Sequence[JsonValue]", body["messages"]), context)
    check_tool_choice(body)
    check_controls(body)
    mode = check_mode(body, row, context)
    received = (*head_blocks(body), *spoken)
    marks = breakpoints_of(body, received)
    rule = override or row.rule
    visible = sees(received, rule, row.id, mode.thinks, wants_stale_dropped(body), signer)
    edits = edits_of(body)
    salt = _messages_salt(body, mode, received)
    chain = _chain(body, row, mode, received, visible, marks, salt, counter)
    original_tokens, edited = chain.total_tokens, Edited()
    if edits:
        edited = _edited(edits, received, visible, row, counter, chain, strips=rule == "strip")
    if edited.applied:
        received = tuple(edited.replaced.get(place, block) for place, block in enumerate(received))
        kept = tuple(position for position in visible.positions if position not in edited.removed)
        visible = replace(visible, positions=kept)
        chain = _chain(body, row, mode, received, visible, marks, salt, counter)
    whole = len(visible.positions) == len(received)
    blocks = received if whole else tuple(received[position] for position in visible.positions)
    if chain.total_tokens > row.window_tokens:
        raise invalid(f"prompt is too long: {chain.total_tokens} tokens > {row.window_tokens} maximum")
    applied = tuple(edited.applied)
    return Prompt(body, row, mode, blocks, chain, visible.dropped, visible.prefix, salt, applied, original_tokens)


def _edited(
    edits: Sequence[JsonObject],
    received: Sequence[PromptBlock],
    visible: Visible,
    row: ModelRow,
    counter: TokenCounter,
    chain: Chain,
    strips: bool,
) -> Edited:
    skew = counter.skew(row)

    def count(place: int, block: PromptBlock) -> int:
        sealed = visible.sealed_tokens.get(place)
        return sealed if sealed is not None else counter.block(row, skew, block)

    return apply_edits(edits, EditedPrompt(received, visible.positions, count, chain.total_tokens, strips))


def _chain(
    body: JsonObject,
    row: ModelRow,
    mode: Mode,
    received: Sequence[PromptBlock],
    visible: Visible,
    marks: Mapping[int, Ttl],
    salt: bytes,
    counter: TokenCounter,
) -> Chain:
    skew = counter.skew(row)
    definitions = _Definitions(body, row, counter, skew)
    salts = {"tools": b"", "system": _system_salt(mode, received), "messages": salt}
    prefixes: list[bytes] = []
    sums: list[int] = []
    breakpoints: dict[int, Ttl] = {}
    prefix, total, entered, role = START, 0, "tools", ""
    for position in visible.positions:
        block = received[position]
        added, tail = definitions.found_in(block) if definitions.deferred else (0, b"")
        if entered != block.segment:
            prefix = _link(prefix, b"".join(salts[name] for name in _between(entered, block.segment)))
            entered = block.segment
            added += skew.forced_tool_prompt if mode.forced_tool and entered == "messages" else 0
        added += skew.per_message if block.segment == "messages" and block.role != role else 0
        added += skew.tool_prompt if block.role == "tool" and role != "tool" else 0
        role = block.role
        own = visible.sealed_tokens.get(position)
        total += added + (own if own is not None else counter.block(row, skew, block))
        prefix = _link(prefix, block.digest + tail)
        if position in marks:
            breakpoints[len(prefixes)] = marks[position]
        prefixes.append(prefix)
        sums.append(total)
    return Chain(tuple(prefixes), tuple(sums), breakpoints)


class _Definitions:
    """Deferred tool definitions, which enter the prompt where a tool reference names them."""

    def __init__(self, body: JsonObject, row: ModelRow, counter: TokenCounter, skew: Skew) -> None:
        tools = cast(Sequence[JsonObject], body.get("tools") or ())
        self.deferred = {str(tool.get("name")): tool for tool in tools if is_deferred(tool)}
        self._row, self._counter, self._skew = row, counter, skew

    def found_in(self, block: PromptBlock) -> tuple[int, bytes]:
        """Tokens and identity of the definitions that a tool result brings in."""
        if block.kind != "tool_result":
            return 0, b""
        tokens, tail = 0, b""
        for inner in as_blocks(block.block.get("content")):
            tool = self.deferred.get(str(inner.get("tool_name"))) if inner.get("type") == "tool_reference" else None
            if tool is not None:
                definition = prompt_block("tools", "tool", tool, block.path)
                tokens += self._counter.block(self._row, self._skew, definition)
                tail += definition.digest
        return tokens, tail


def _link(prefix: bytes, content: bytes) -> bytes:
    return blake2b(prefix + content, digest_size=DIGEST_BYTES).digest()


def _between(left: str, entered: str) -> tuple[str, ...]:
    order = ("tools", "system", "messages")
    return order[order.index(left) + 1 : order.index(entered) + 1]


def _system_salt(mode: Mode, received: Sequence[PromptBlock]) -> bytes:
    """What else the system cache depends on: speed, and whether any document has citations on."""
    cited = any(block.cites for block in received)
    return _salt({"fast": mode.fast, "citations": cited})


def _messages_salt(body: JsonObject, mode: Mode, received: Sequence[PromptBlock]) -> bytes:
    """What else the messages cache depends on: tool choice, thinking, effort, and whether there are images at all."""
    choice = {k: v for k, v in cast(JsonObject, body.get("tool_choice") or {}).items() if v not in (None, False)}
    if choice == {"type": "auto"}:
        choice = {}
    images = any(block.shows_image for block in received)
    return _salt({"choice": choice, "images": images, "thinking": mode.thinking_form, "effort": mode.effort})


def _salt(values: Mapping[str, object]) -> bytes:
    return blake2b(json.dumps(values, sort_keys=True).encode(), digest_size=DIGEST_BYTES).digest()
