"""Whatever is put into the history comes back as it was."""

from __future__ import annotations

import enum
import types
import typing
import zlib
from dataclasses import fields, is_dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.adapters.store.codec import EventCodec, content_from_json, kind_of
from cowork_tui.adapters.store.dictionary import DICTIONARY
from cowork_tui.adapters.store.packing import pack, pack_hex, plain, unpack, unpack_hex
from cowork_tui.core.blocks import CONTENT_TYPES, Block, Content, make_block, payload_json
from cowork_tui.core.events import DURABLE_EVENTS, Event
from cowork_tui.core.hashing import text_hash

TEXT = st.text(st.characters(exclude_categories=()), max_size=300)
LEAVES: dict[object, st.SearchStrategy[object]] = {
    str: TEXT,
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bytes: st.binary(min_size=16, max_size=16),
}
CODEC = EventCodec()


def values_of(type_: object) -> st.SearchStrategy[object]:
    """Any value of a type as events are made of."""
    if type_ in LEAVES:
        return LEAVES[type_]
    if type_ is Block:
        return contents().map(lambda content: make_block(content, len))
    if isinstance(type_, type) and issubclass(type_, enum.Enum):
        return st.sampled_from(type_)
    if isinstance(type_, type) and is_dataclass(type_):
        hints = typing.get_type_hints(type_)
        return st.builds(type_, **{field.name: values_of(hints[field.name]) for field in fields(type_)})
    if typing.get_origin(type_) is tuple:
        return st.lists(values_of(typing.get_args(type_)[0]), max_size=3).map(tuple)
    assert isinstance(type_, types.UnionType), type_
    return st.one_of([st.none() if part is types.NoneType else values_of(part) for part in typing.get_args(type_)])


def contents() -> st.SearchStrategy[Content]:
    return st.one_of([values_of(content_type) for content_type in CONTENT_TYPES.values()])  # pyright: ignore[reportReturnType]


@pytest.mark.parametrize("event_type", DURABLE_EVENTS, ids=kind_of)
def test_every_kind_of_event_comes_back_as_it_was(event_type: type[Event]) -> None:
    @settings(max_examples=40)
    @given(values_of(event_type))
    def check(event: Event) -> None:
        blocks: dict[bytes, Block] = {}
        remember_blocks(event, blocks)
        kind, text = CODEC.encode(event)
        assert CODEC.decode(kind, unpack(pack(text)), blocks.__getitem__) == event

    check()


def remember_blocks(value: object, blocks: dict[bytes, Block]) -> None:
    if isinstance(value, Block):
        blocks[value.hash] = value
    elif isinstance(value, tuple):
        for part in value:
            remember_blocks(part, blocks)
    elif is_dataclass(value):
        for field in fields(value):
            remember_blocks(getattr(value, field.name), blocks)


@given(contents())
def test_a_content_comes_back_as_it_was_and_its_text_is_what_the_hash_covers(content: Content) -> None:
    block = make_block(content, len)
    stored = unpack(pack(payload_json(content)))
    assert content_from_json(block.kind, stored) == content
    assert text_hash(block.kind, stored) == block.hash


@given(TEXT)
def test_plain_text_can_always_be_written_as_utf_8(text: str) -> None:
    plain(text).encode()


@given(TEXT | st.binary(max_size=40).map(bytes.hex))
def test_hex_comes_back_as_it_was(text: str) -> None:
    assert unpack_hex(pack_hex(text)) == text


@given(TEXT, st.integers(0, 400))
def test_a_cut_text_is_noticed(text: str, length: int) -> None:
    packed = pack(text)
    if isinstance(packed, bytes) and length < len(packed):
        with pytest.raises((zlib.error, ValueError)):
            unpack(packed[:length])


def test_what_long_texts_share_never_changes() -> None:
    assert zlib.adler32(DICTIONARY) == 1_413_094_006


def test_long_text_is_kept_small() -> None:
    text = "receipt from the bakery, 4.20 EUR\n" * 100
    assert len(pack(text)) < len(text) / 10


def test_the_names_of_stored_kinds_never_change() -> None:
    assert [kind_of(event_type) for event_type in DURABLE_EVENTS] == [
        "task_created", "task_changed", "user_said", "plan_updated", "edit_applied", "turn_planned", "attempt_ended",
        "block_ended", "turn_ended", "cache_missed", "tool_started", "tool_ended", "approval_asked", "approval_given",
        "files_undone", "files_redone", "notice", "status_changed",
    ]  # fmt: skip


def test_an_event_stored_before_a_field_with_a_default_existed_can_be_read() -> None:
    kind, text = "user_said", '{"at": 1.5, "turn": 2, "blocks": []}'
    event = CODEC.decode(kind, text, {}.__getitem__)
    assert CODEC.encode(event) == (kind, '{"at":1.5,"turn":2,"blocks":[],"note":false,"undo":false}')
