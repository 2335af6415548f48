"""A request as the flat list of blocks that the prompt is made of: tools, then system, then messages."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.errors import invalid

Segment: TypeAlias = Literal["tools", "system", "messages"]
Ttl: TypeAlias = Literal["5m", "1h"]

_TOGGLED_TOOLS = ("web_search_", "web_fetch_")
_MARSHAL_VERSION = 2  # the last without references between values, which depend on more than the values
_LONGEST_PERSON = 16  # of a hash's personalisation, in bytes
_HOLDERS = frozenset(("image", "document", "search_result", "tool_result"))  # kinds that can cite or show an image
DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """One `cache_control` as sent: where, for how long, and whether a block inside a tool result carries it."""

    path: str
    ttl: Ttl


class PromptBlock(NamedTuple):
    """One position of the prompt.

    `block` is what was received without cache markers and nulls, `digest` names exactly that content with its role,
    `message` is the index in `messages` (-1 elsewhere), `breakpoints` the markers on it. `cites` says that it has
    citations on, `shows_image` that it is or holds an image.
    """

    segment: Segment
    role: str
    kind: str
    block: JsonObject
    digest: bytes
    path: str
    message: int
    breakpoints: tuple[Breakpoint, ...]
    cites: bool = False
    shows_image: bool = False

    @property
    def cacheable(self) -> bool:
        """Whether a breakpoint may stand here: not on thinking and not on empty text."""
        if self.kind in ("thinking", "redacted_thinking"):
            return False
        return self.kind != "text" or bool(self.block.get("text"))


def text_block(text: str) -> JsonObject:
    """Text in its block form; a plain string is the same prompt."""
    return {"type": "text", "text": text}


def as_blocks(content: JsonValue) -> Sequence[JsonObject]:
    """Content given as a string or as a list, as blocks; anything else in it is no block."""
    if isinstance(content, str):
        return (text_block(content),) if content else ()
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else ()


def clean(block: JsonObject) -> JsonObject:
    """The block without what does not reach the prompt: cache markers, nulls, a false `is_error`, the order of fields.

    What tools define and models write (`input_schema`, `input`) keeps its order: reordered, it is another prompt.
    """
    kept = {key: block[key] for key in sorted(block) if key != "cache_control" and block[key] is not None}
    if kept.get("is_error") is False:
        del kept["is_error"]
    if kept.get("type") == "tool_result" and "content" in kept:
        kept["content"] = [clean(inner) for inner in as_blocks(kept["content"])]
    source = kept.get("source")
    if isinstance(source, dict):
        kept["source"] = {key: source[key] for key in sorted(source)}
    return kept


def digest_of(role: str, block: JsonObject) -> bytes:
    """The identity of a cleaned block in its role."""
    return blake2b(exact_bytes(block), digest_size=DIGEST_BYTES, person=role.encode()[:_LONGEST_PERSON]).digest()


def exact_bytes(value: object) -> bytes:
    """Bytes that two JSON values share only if they are the same, the order of fields included.

    Several times faster than writing JSON, which is not needed: the bytes never leave the process.
    """
    try:
        return marshal.dumps(cast(Any, value), _MARSHAL_VERSION)
    except ValueError as error:
        raise invalid("The request body is nested too deeply") from error


def _breakpoints(block: JsonObject, path: str) -> Iterator[Breakpoint]:
    if block.get("type") == "tool_result" and not isinstance(block.get("content"), str):
        for index, inner in enumerate(as_blocks(block.get("content"))):
            yield from _breakpoints(inner, f"{path}.content.{index}")
    control = cast("JsonObject | None", block.get("cache_control"))
    if control is not None:
        yield Breakpoint(path, "1h" if control.get("ttl") == "1h" else "5m")


def prompt_block(segment: Segment, role: str, block: JsonObject, path: str, message: int = -1) -> PromptBlock:
    """One received block as a position of the prompt."""
    kept = clean(block)
    kind = "tool" if segment == "tools" else str(block.get("type", ""))
    marks = tuple(_breakpoints(block, path)) if "cache_control" in block or kind == "tool_result" else ()
    digest = digest_of(role, kept)
    if kind not in _HOLDERS:
        return PromptBlock(segment, role, kind, kept, digest, path, message, marks)
    return PromptBlock(segment, role, kind, kept, digest, path, message, marks, _cites(kept), _shows_image(kept))


def _cites(block: JsonObject) -> bool:
    if block.get("type") in ("document", "search_result"):
        citations = block.get("citations")
        return isinstance(citations, dict) and citations.get("enabled") is True
    return block.get("type") == "tool_result" and any(_cites(inner) for inner in as_blocks(block.get("content")))


def _shows_image(block: JsonObject) -> bool:
    if block.get("type") == "image":
        return True
    return block.get("type") == "tool_result" and any(_shows_image(inner) for inner in as_blocks(block.get("content")))


def is_deferred(tool: JsonObject) -> bool:
    """Whether a tool's definition stays out of the prompt until a tool search finds it."""
    return tool.get("defer_loading") is True


def is_toggled_tool(tool: JsonObject) -> bool:
    """Whether a tool is web search or web fetch, which change the system prompt instead of the tool list."""
    return str(tool.get("type") or "").startswith(_TOGGLED_TOOLS)


def head_blocks(body: JsonObject) -> list[PromptBlock]:
    """The positions of tools and system of a checked request body, in prompt order."""
    tools = [*enumerate(cast(Sequence[JsonObject], body.get("tools") or ()))]
    blocks: list[PromptBlock] = []
    for segment, toggled in (("tools", False), ("system", True)):
        for index, tool in tools:
            if is_toggled_tool(tool) is toggled and not is_deferred(tool):
                blocks.append(prompt_block(cast(Segment, segment), "tool", tool, f"tools.{index}"))
    for index, block in enumerate(as_blocks(body.get("system"))):
        blocks.append(prompt_block("system", "system", block, f"system.{index}"))
    return blocks


def message_blocks(message: JsonObject, number: int) -> tuple[PromptBlock, ...]:
    """The positions of one checked message."""
    role = str(message["role"])
    return tuple(
        prompt_block("messages", role, block, f"messages.{number}.content.{index}", number)
        for index, block in enumerate(as_blocks(message.get("content")))
    )
