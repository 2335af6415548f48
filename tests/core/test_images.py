"""Sizes and tokens of pictures by the published rule, and results that bring pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cowork_tui.adapters.store.codec import content_from_json
from cowork_tui.core.blocks import Block, BlockKind, Image, ToolResult, image_tokens, make_block, payload_json
from cowork_tui.core.images import MAX_EDGE_PIXELS, MAX_TOKENS, fitted
from cowork_tui.core.images import image_tokens as tokens
from cowork_tui.core.plan import weigh

SIZES = st.integers(1, 20_000)


def _block(*images: Image) -> Block:
    return make_block(ToolResult("toolu_1", "a.png", False, images), len)


@pytest.mark.parametrize(
    ("size", "weight"),
    [((1000, 1000), 1_296), ((1920, 1080), 1_560), ((3840, 2160), 1_560), ((28, 28), 1), ((1, 1), 1)],
)  # fmt: skip
def test_published_samples(size: tuple[int, int], weight: int) -> None:
    assert tokens(*fitted(*size)) == weight


@given(SIZES, SIZES)
def test_a_fitted_picture_is_within_the_limits_and_keeps_its_shape(width: int, height: int) -> None:
    wide, high = fitted(width, height)
    assert max(wide, high) <= MAX_EDGE_PIXELS
    assert tokens(wide, high) <= MAX_TOKENS
    assert wide <= width
    assert high <= height
    assert abs(wide * height - high * width) <= max(width, height)
    assert fitted(wide, high) == (wide, high)


def test_a_result_without_pictures_is_stored_as_ever() -> None:
    assert payload_json(ToolResult("toolu_1", "x")) == '{"is_error":false,"text":"x","tool_use_id":"toolu_1"}'


def test_a_result_with_pictures_comes_back_from_the_history() -> None:
    block = _block(Image("image/png", "AAAA", 56, 28), Image("image/jpeg", "BBBB", 29, 29))
    assert content_from_json(BlockKind.TOOL_RESULT, payload_json(block.content)) == block.content
    assert block.hash != _block().hash


def test_pictures_in_a_result_weigh_by_their_size() -> None:
    block = _block(Image("image/png", "AAAA", 56, 28), Image("image/jpeg", "BBBB", 29, 29))
    assert image_tokens(block) == 2 + 4
    assert weigh([block]).image_tokens == 6
    assert weigh([_block()]).image_tokens == 0
