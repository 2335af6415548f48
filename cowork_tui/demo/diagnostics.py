"""Cache diagnostics: why a request can't reuse the prefix of an earlier one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import takewhile
from typing import cast

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.blocks import DIGEST_BYTES, Segment
from cowork_tui.demo.context import RequestContext
from cowork_tui.demo.prompt import Prompt

_KEPT_REQUESTS = 512


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is remembered of a request: hashes per segment and per message block, and the tokens up to each block."""

    owner: str
    model: str
    fast: bool
    tools: bytes
    system: bytes
    messages: tuple[bytes, ...]
    others: bytes
    head_tokens: int
    tools_tokens: int
    message_tokens: tuple[int, ...]
    cached_tokens: int


def fingerprint(prompt: Prompt, context: RequestContext) -> Fingerprint:
    """The fingerprint of an accepted request."""
    tools = _segment(prompt, ("tools",))
    head = _segment(prompt, ("tools", "system"))
    sums = prompt.chain.prefix_tokens
    system = [prompt.blocks[p].digest for p in head[len(tools) :]]
    last = max(prompt.chain.breakpoints, default=-1)
    management = repr(prompt.body.get("context_management")) + repr(prompt.body.get("output_config"))
    return Fingerprint(
        owner=context.key,
        model=prompt.row.id,
        fast=prompt.mode.fast,
        tools=_joined([prompt.blocks[p].digest for p in tools]),
        system=_joined(system),
        messages=tuple(block.digest for block in prompt.blocks[len(head) :]),
        others=_joined([prompt.salt, management.encode(), repr(sorted(context.betas)).encode()]),
        head_tokens=sums[len(head) - 1] if head else 0,
        tools_tokens=sums[len(tools) - 1] if tools else 0,
        message_tokens=sums[len(head) :],
        cached_tokens=sums[last] if last >= 0 else 0,
    )


def _segment(prompt: Prompt, names: Sequence[Segment]) -> list[int]:
    return [position for position, _ in enumerate(takewhile(lambda block: block.segment in names, prompt.blocks))]


def _joined(parts: Sequence[bytes]) -> bytes:
    return blake2b(b"".join(parts), digest_size=DIGEST_BYTES).digest()


class RequestMemory:
    """The fingerprints of the latest requests by message id. Not thread-safe: the owner locks."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Fingerprint] = OrderedDict()

    def remember(self, message_id: str, fingerprint: Fingerprint) -> None:
        """Keep a request that was answered with `message_id`."""
        self._known[message_id] = fingerprint
        if len(self._known) > _KEPT_REQUESTS:
            self._known.popitem(last=False)

    def diagnose(self, body: JsonObject, current: Fingerprint) -> JsonObject | None:
        """The `diagnostics` of a response: None where nothing diverged or nothing was asked."""
        asked = cast(JsonObject, body.get("diagnostics") or {}).get("previous_message_id")
        if asked is None:
            return None
        previous = self._known.get(str(asked))
        if previous is None or previous.owner != current.owner:
            return {"cache_miss_reason": {"type": "previous_message_not_found"}}
        return _compare(previous, current)


def _compare(previous: Fingerprint, current: Fingerprint) -> JsonObject | None:
    if (previous.model, previous.fast) != (current.model, current.fast):
        return _reason("model_changed", previous.cached_tokens)
    if previous.tools != current.tools:
        return _reason("tools_changed", previous.cached_tokens)
    if previous.system != current.system:
        return _reason("system_changed", previous.cached_tokens - previous.tools_tokens)
    same = 0
    for before, now in zip(previous.messages, current.messages, strict=False):
        if before != now:
            break
        same += 1
    if same < len(previous.messages):
        kept = previous.message_tokens[same - 1] if same else previous.head_tokens
        return _reason("messages_changed", previous.cached_tokens - kept)
    if previous.others != current.others:
        return {"cache_miss_reason": {"type": "unavailable"}}
    return None


def _reason(kind: str, missed_tokens: int) -> JsonObject:
    return {"cache_miss_reason": {"type": kind, "cache_missed_input_tokens": max(0, missed_tokens)}}
