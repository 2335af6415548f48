"""Thinking that comes back: signatures, what each model makes of them, and which blocks the model gets to see."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import cast

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.blocks import DIGEST_BYTES, PromptBlock
from cowork_tui.demo.errors import invalid
from cowork_tui.demo.models import ThinkingRule

THINKING_KINDS = ("thinking", "redacted_thinking")
START = bytes(DIGEST_BYTES)
_MAC_BYTES = 16
_FIELD_COUNT = 4


@dataclass(frozen=True, slots=True)
class Seal:
    """What a signature says: the model that thought, the conversation before it, and the raw thinking's tokens."""

    model: str
    prefix: bytes
    tokens: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A thinking block that the model does not see, and which binding failed."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Visible:
    """What of a request the model sees. `positions` are indexes into the received blocks; `sealed_tokens` by index."""

    positions: tuple[int, ...]
    sealed_tokens: dict[int, int]
    dropped: tuple[Dropped, ...]
    prefix: bytes


class Signer:
    """Signs thinking and reads its own signatures; a server with another seed can't read them."""

    def __init__(self, seed: int) -> None:
        self._key = blake2b(f"thinking:{seed}".encode(), digest_size=32).digest()

    def sign(self, text: str, seal: Seal) -> str:
        """The signature of a thinking block whose shown text is `text`."""
        head = f"{seal.model}|{seal.prefix.hex()}|{seal.tokens}".encode()
        return base64.b64encode(head + b"|" + self._mac(head, text).hex().encode()).decode()

    def read(self, text: str, signature: str) -> Seal | None:
        """The seal of a signature that belongs to `text`, None where either was altered."""
        try:
            fields = base64.b64decode(signature, validate=True).split(b"|")
        except (binascii.Error, ValueError):
            return None
        if len(fields) != _FIELD_COUNT:
            return None
        head = b"|".join(fields[:3])
        if not hmac.compare_digest(self._mac(head, text).hex().encode(), fields[3]):
            return None
        return Seal(fields[0].decode(), bytes.fromhex(fields[1].decode()), int(fields[2]))

    def _mac(self, head: bytes, text: str) -> bytes:
        content = head + b"|" + text.encode("utf-8", "surrogatepass")
        return blake2b(content, key=self._key, digest_size=_MAC_BYTES).digest()


def extend(prefix: bytes, block: PromptBlock) -> bytes:
    """The identity of a conversation that goes on with `block`. Thinking itself is no part of what it is bound to."""
    if block.kind in THINKING_KINDS:
        return prefix
    return blake2b(prefix + block.digest, digest_size=DIGEST_BYTES).digest()


def sees(
    blocks: Sequence[PromptBlock], rule: ThinkingRule, model: str, thinks: bool, drop_stale: bool, signer: Signer
) -> Visible:
    """Which received blocks reach the model under a rule. Raises 400 for altered, or for stale where refused."""
    stripped_before = _last_spoken_message(blocks) if rule == "strip" else 0
    prefix = START
    positions: list[int] = []
    tokens: dict[int, int] = {}
    dropped: list[Dropped] = []
    for position, block in enumerate(blocks):
        prefix = extend(prefix, block)
        stripped = rule == "strip" and (block.message < stripped_before or not thinks)
        if block.kind in THINKING_KINDS and stripped:
            continue
        if block.kind != "thinking":
            positions.append(position)
            continue
        seal = signer.read(str(block.block.get("thinking", "")), str(block.block.get("signature", "")))
        if seal is None:
            raise invalid(f"{block.path}: Invalid `signature` in `thinking` block")
        reason = _mismatch(seal, model, prefix)
        if reason is not None and rule == "refuse_stale" and not drop_stale:
            raise invalid(_refusal(block.path, reason))
        if reason is not None and rule in ("drop_stale", "refuse_stale"):
            dropped.append(Dropped(block.path, reason))
            continue
        tokens[position] = seal.tokens
        positions.append(position)
    return Visible(tuple(positions), tokens, tuple(dropped), prefix)


def _mismatch(seal: Seal, model: str, prefix: bytes) -> str | None:
    if seal.model != model:
        return "model_binding_mismatch"
    return None if seal.prefix == prefix else "prefix_binding_mismatch"


def _refusal(path: str, reason: str) -> str:
    where = "a different model" if reason == "model_binding_mismatch" else "a different conversation"
    return (
        f"{path}: Invalid `signature` in `thinking` block. The block is bound to {where}. Remove the block, or set "
        '`thinking.block_binding.prefix_mismatch_behavior` to "drop_block". That setting requires the '
        "`thinking-binding-controls-2026-08-01` value in the `anthropic-beta` header."
    )


def _last_spoken_message(blocks: Iterable[PromptBlock]) -> int:
    """The index of the last user message that holds anything but tool results."""
    spoken = [b.message for b in blocks if b.role == "user" and b.segment == "messages" and b.kind != "tool_result"]
    return spoken[-1] if spoken else 0


def wants_stale_dropped(body: JsonObject) -> bool:
    """Whether a request asks for stale thinking to be dropped instead of refused."""
    config = cast(JsonObject, body.get("thinking") or {})
    binding = config.get("block_binding")
    return isinstance(binding, dict) and binding.get("prefix_mismatch_behavior") == "drop_block"
