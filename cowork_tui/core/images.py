"""How large pictures are sent and what they weigh, by the published sizes.

A picture takes one token for each 28 by 28 pixels begun. The API scales down what is larger than its limits: a long
edge of 1,568 pixels and 1,568 tokens on models up to Claude 4.6, 2,576 and 4,784 from Opus 4.7 on. Pictures are sent
within the smaller limits, so that they weigh the same on every model and need not be scaled again.
"""

from __future__ import annotations

PATCH_PIXELS = 28
MAX_EDGE_PIXELS = 1_568
MAX_TOKENS = 1_568
MAX_IMAGES_PER_REQUEST = 100
"""On models with a window of 200,000 tokens; 600 on the others."""


def image_tokens(width_pixels: int, height_pixels: int) -> int:
    """Tokens of a picture that is within the limits."""
    return -(-width_pixels // PATCH_PIXELS) * -(-height_pixels // PATCH_PIXELS)


def fitted(width_pixels: int, height_pixels: int) -> tuple[int, int]:
    """The largest size of the same shape within the limits; the size itself where it fits."""
    edge = max(width_pixels, height_pixels)
    low, high = 1, min(edge, MAX_EDGE_PIXELS)
    while low < high:
        middle = (low + high + 1) // 2
        if image_tokens(*_scaled(width_pixels, height_pixels, middle)) <= MAX_TOKENS:
            low = middle
        else:
            high = middle - 1
    return _scaled(width_pixels, height_pixels, low)


def _scaled(width: int, height: int, edge: int) -> tuple[int, int]:
    """The size with its longer side `edge` pixels long."""
    longest = max(width, height)
    return max(1, round(width * edge / longest)), max(1, round(height * edge / longest))
