"""Events and blocks to stored text and back.

An event is stored as (kind, JSON of its fields); a block in it as the hex of its hash. Adding a field with a default
to an event keeps older rows readable.
"""

from __future__ import annotations

import json
import re
import threading
from typing import TypeVar, cast

from cattrs import Converter

from cowork_tui.core.blocks import Block, BlockKind, Content, content_from_payload
from cowork_tui.core.events import DURABLE_EVENTS, Event
from cowork_tui.core.hashing import HASH_BYTES
from cowork_tui.core.json_values import JsonValue
from cowork_tui.core.task_values import PrefixLink
from cowork_tui.engine.ports import BlockLookup

T = TypeVar("T")


def kind_of(event_type: type[Event]) -> str:
    """The stored name of an event class, e.g. `turn_planned`."""
    return re.sub(r"(?<=.)(?=[A-Z])", "_", event_type.__name__).lower()


def content_from_json(kind: BlockKind, text: str) -> Content:
    """The content whose `payload_json` is `text`. Raises ValueError or TypeError for anything else."""
    return content_from_payload(kind, json.loads(text))


class EventCodec:
    """Encodes and decodes durable events; one instance serves any number of threads."""

    def __init__(self) -> None:
        self._types = {kind_of(event_type): event_type for event_type in DURABLE_EVENTS}
        self._blocks = threading.local()
        self._json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        self._converter = self._make_converter()

    def encode(self, event: Event) -> tuple[str, str]:
        """An event's kind and JSON."""
        return kind_of(type(event)), self.to_json(event)

    def decode(self, kind: str, text: str, lookup: BlockLookup) -> Event:
        """The event of a stored row. Raises KeyError for an unknown kind or block."""
        self._blocks.lookup = lookup
        return self.from_json(text, self._types[kind])

    def to_json(self, value: object) -> str:
        """JSON of a frozen value, as used in events."""
        fields = self._converter.unstructure(value)
        return self._json.encode(fields)

    def from_json(self, text: str, type_: type[T]) -> T:
        """The value of that type."""
        return self._converter.structure(json.loads(text), type_)

    def _make_converter(self) -> Converter:
        converter = Converter(detailed_validation=False)
        converter.register_unstructure_hook(Block, lambda block: block.hash.hex())
        converter.register_structure_hook(Block, self._find_block)
        converter.register_unstructure_hook(bytes, bytes.hex)
        converter.register_structure_hook(bytes, lambda value, _: bytes.fromhex(value))
        converter.register_unstructure_hook(PrefixLink, _link_to_hex)
        converter.register_structure_hook(PrefixLink, lambda value, _: _link_from_hex(value))
        return converter

    def _find_block(self, value: JsonValue, _: object) -> Block:
        return cast("BlockLookup", self._blocks.lookup)(bytes.fromhex(str(value)))


def _link_to_hex(value: PrefixLink) -> str:
    return (value.hash + value.parent + value.block_hash).hex()


def _link_from_hex(value: str) -> PrefixLink:
    raw = bytes.fromhex(value)
    return PrefixLink(raw[:HASH_BYTES], raw[HASH_BYTES : 2 * HASH_BYTES], raw[2 * HASH_BYTES :])
