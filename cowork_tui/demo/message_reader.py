"""From messages to blocks; a message that was read before, at the same place, is neither checked nor hashed again."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from cowork_tui.core.json_values import JsonValue
from cowork_tui.demo.blocks import DIGEST_BYTES, PromptBlock, exact_bytes, message_blocks
from cowork_tui.demo.breakpoints import check_message_controls
from cowork_tui.demo.check_messages import check_message, check_pairing
from cowork_tui.demo.context import RequestContext
from cowork_tui.demo.errors import invalid

_KEPT_BYTES = 64 * 1024 * 1024
_LONGEST_KEPT_BYTES = 256 * 1024


class MessageReader:
    """Remembers messages by their exact content, within a bound. Safe to call from several threads."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[PromptBlock, ...]] = {}
        self._kept_bytes = 0

    def read(self, messages: Sequence[JsonValue], context: RequestContext) -> list[PromptBlock]:
        """The blocks of all messages, checked. Raises 400 with the first thing that the API would refuse."""
        if not messages:
            raise invalid("messages: at least one message is required")
        blocks: list[PromptBlock] = []
        for index, message in enumerate(messages):
            content = exact_bytes((index, context.version, message))
            key = blake2b(content, digest_size=DIGEST_BYTES).digest()
            found = self._known.get(key)
            if found is None:
                found = _read(message, index, index == len(messages) - 1, context)
                if found and len(content) <= _LONGEST_KEPT_BYTES:
                    self._keep(key, found, len(content))
            blocks.extend(found)
        check_pairing(blocks)
        return blocks

    def _keep(self, key: bytes, blocks: tuple[PromptBlock, ...], size: int) -> None:
        if self._kept_bytes > _KEPT_BYTES:
            self._known, self._kept_bytes = {}, 0
        self._known[key] = blocks
        self._kept_bytes += size


def _read(value: JsonValue, index: int, last: bool, context: RequestContext) -> tuple[PromptBlock, ...]:
    message = check_message(value, index, last, context)
    check_message_controls(message, index)
    return message_blocks(message, index)
