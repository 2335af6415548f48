"""Content blocks: the values a request is made of.

A block is known by the hash of its kind and canonical payload. It carries its size in characters and in tokens of the
yardstick tokenizer (tiktoken's `cl100k_base`), counted once, when the block is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias, cast

from cowork_tui.core import images
from cowork_tui.core.hashing import Hash, canonical_json, text_hash
from cowork_tui.core.json_values import JsonValue

CountTokens: TypeAlias = Callable[[str], int]
"""Text to yardstick tokens."""


class Role(StrEnum):
    """Where in a request a block stands."""

    TOOLS = "tools"
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class BlockKind(StrEnum):
    """What a block is."""

    TOOL = "tool"
    SYSTEM = "system"
    USER_TEXT = "user_text"
    ASSISTANT_TEXT = "assistant_text"
    THINKING = "thinking"
    TOOL_USE = "tool_use"
    TOOL_RESULT = "tool_result"
    IMAGE = "image"
    DOCUMENT = "document"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """A tool the model may call; `input_schema_json` is canonical JSON Schema."""

    name: str
    description: str
    input_schema_json: str


@dataclass(frozen=True, slots=True)
class SystemText:
    """A part of the system prompt."""

    text: str


@dataclass(frozen=True, slots=True)
class UserText:
    """What the user (or the app on the user's behalf) said."""

    text: str


@dataclass(frozen=True, slots=True)
class AssistantText:
    """What the model said."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """The model's reasoning, bound by its signature to the model that made it.

    `redacted` holds the opaque data of a block whose text the API withholds; `text` and `signature` are then empty.
    """

    text: str
    signature: str
    model: str
    redacted: str = ""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool call. `input_json` is the model's input, canonical; not JSON when the model sent something broken."""

    id: str
    name: str
    input_json: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture; `data` is base64, sizes are after the API's own downscaling."""

    media_type: str
    data: str
    width_pixels: int
    height_pixels: int


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave back for the call `tool_use_id`."""

    tool_use_id: str
    text: str
    is_error: bool = False
    images: tuple[Image, ...] = ()
    """Pictures that stand behind the text."""


@dataclass(frozen=True, slots=True)
class Document:
    """A reference document given as text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary that stands for earlier blocks."""

    text: str


Content: TypeAlias = (
    ToolDefinition
    | SystemText
    | UserText
    | AssistantText
    | Thinking
    | ToolUse
    | ToolResult
    | Image
    | Document
    | Summary
)

CONTENT_TYPES: dict[BlockKind, type[Content]] = {
    BlockKind.TOOL: ToolDefinition,
    BlockKind.SYSTEM: SystemText,
    BlockKind.USER_TEXT: UserText,
    BlockKind.ASSISTANT_TEXT: AssistantText,
    BlockKind.THINKING: Thinking,
    BlockKind.TOOL_USE: ToolUse,
    BlockKind.TOOL_RESULT: ToolResult,
    BlockKind.IMAGE: Image,
    BlockKind.DOCUMENT: Document,
    BlockKind.SUMMARY: Summary,
}

_KINDS: dict[type[Content], BlockKind] = {content: kind for kind, content in CONTENT_TYPES.items()}

ROLE_OF_KIND: dict[BlockKind, Role] = {
    BlockKind.TOOL: Role.TOOLS,
    BlockKind.SYSTEM: Role.SYSTEM,
    BlockKind.USER_TEXT: Role.USER,
    BlockKind.ASSISTANT_TEXT: Role.ASSISTANT,
    BlockKind.THINKING: Role.ASSISTANT,
    BlockKind.TOOL_USE: Role.ASSISTANT,
    BlockKind.TOOL_RESULT: Role.USER,
    BlockKind.IMAGE: Role.USER,
    BlockKind.DOCUMENT: Role.USER,
    BlockKind.SUMMARY: Role.USER,
}
"""A message is a run of blocks of one role, so message boundaries follow from the blocks alone."""


@dataclass(frozen=True, slots=True)
class Block:
    """A content with its identity and its size. Equal contents are equal blocks."""

    content: Content
    kind: BlockKind
    hash: Hash
    chars: int
    tokens: int
    """Yardstick tokens of the text that weighs; images and withheld thinking count 0 here."""

    @property
    def role(self) -> Role:
        return ROLE_OF_KIND[self.kind]


def make_block(content: Content, count_tokens: CountTokens) -> Block:
    """Hash and count a content."""
    kind = _KINDS[type(content)]
    text = weighed_text(content)
    return Block(content, kind, text_hash(kind, payload_json(content)), len(text), count_tokens(text))


def payload(content: Content) -> dict[str, JsonValue]:
    """The content's fields by name: what is stored and what the hash covers."""
    if isinstance(content, ToolResult):
        fields: dict[str, JsonValue] = {
            "tool_use_id": content.tool_use_id, "text": content.text, "is_error": content.is_error,
        }  # fmt: skip
        if content.images:
            fields["images"] = [payload(image) for image in content.images]
        return fields
    return {name: getattr(content, name) for name in content.__slots__}


def content_from_payload(kind: BlockKind, fields: Mapping[str, JsonValue]) -> Content:
    """The content whose `payload` is `fields`. Raises TypeError for fields that are not its own."""
    found = fields.get("images")
    if kind is BlockKind.TOOL_RESULT and found is not None:
        shown = tuple(Image(**image) for image in cast("Sequence[dict[str, Any]]", found))
        fields = {**fields, "images": cast(JsonValue, shown)}
    return CONTENT_TYPES[kind](**fields)  # pyright: ignore[reportArgumentType]


def pictures(block: Block) -> tuple[Image, ...]:
    """The images that a block brings: itself, or those of a tool result."""
    content = block.content
    if isinstance(content, Image):
        return (content,)
    return content.images if isinstance(content, ToolResult) else ()


def payload_json(content: Content) -> str:
    """Canonical JSON of `payload`."""
    return canonical_json(payload(content))


def image_tokens(block: Block) -> int:
    """Tokens of a block's images: one for each 28 by 28 pixels begun, by the published rule."""
    shown = pictures(block)
    return sum(images.image_tokens(image.width_pixels, image.height_pixels) for image in shown) if shown else 0


def weighed_text(content: Content) -> str:
    """The text whose tokens the block weighs, without the framing that the API adds."""
    match content:
        case ToolDefinition():
            return f"{content.name}\n{content.description}\n{content.input_schema_json}"
        case ToolUse():
            return f"{content.name}\n{content.input_json}"
        case Document():
            return f"{content.title}\n{content.text}"
        case Image():
            return ""
        case _:
            return content.text
