"""Tokens of images and documents, from their bytes alone, by the published sizes."""

from __future__ import annotations

import base64
import binascii
import math
import struct

from cowork_tui.core.json_values import JsonObject

_PATCH_PIXELS = 28
_NEW_LIMITS = (2_576, 4_784)  # long edge in pixels, tokens; from Opus 4.7 on
_OLD_LIMITS = (1_568, 1_568)
_PDF_PAGE_TEXT_WORDS = 1_500  # published: 1,500 to 3,000 text tokens a page
_JPEG_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE_MARKERS = frozenset((0xFF, 0x01, *range(0xD0, 0xD9)))


def image_tokens(source: JsonObject | None, new_generation: bool) -> int:
    """Tokens of an image: patches of 28 pixels a side after downscaling; the cap where the size can't be read."""
    limits = _NEW_LIMITS if new_generation else _OLD_LIMITS
    size = _size(_decoded(source)) if source else None
    return limits[1] if size is None else patch_tokens(*size, limits)


def patch_tokens(width: int, height: int, limits: tuple[int, int]) -> int:
    """Tokens of an image of `width` x `height` pixels under (long edge, tokens) limits."""
    edge, cap = limits
    scale = min(1.0, edge / max(width, height))

    def patches(factor: float) -> int:
        columns = math.ceil(max(1.0, width * factor) / _PATCH_PIXELS)
        return columns * math.ceil(max(1.0, height * factor) / _PATCH_PIXELS)

    while patches(scale) > cap:
        scale *= 0.995
    return patches(scale)


def document_base(block: JsonObject, new_generation: bool) -> tuple[str, int]:
    """A document's text (for a PDF a stand-in of the published size per page) and the tokens of its page images."""
    source = block.get("source")
    head = f"{block.get('title') or ''}\n{block.get('context') or ''}\n"
    if not isinstance(source, dict):
        return head, 0
    if source.get("type") == "text":
        return head + str(source.get("data", "")), 0
    if source.get("type") == "content":
        return head, 0
    data = _decoded(source)
    pages = max(1, data.count(b"/Type /Page") + data.count(b"/Type/Page") - data.count(b"/Type /Pages")
                - data.count(b"/Type/Pages"))  # fmt: skip
    limits = _NEW_LIMITS if new_generation else _OLD_LIMITS
    return head + " page" * (pages * _PDF_PAGE_TEXT_WORDS), pages * patch_tokens(1_224, 1_584, limits)


def _decoded(source: JsonObject) -> bytes:
    data = source.get("data")
    if not isinstance(data, str):
        return b""
    try:
        return base64.b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return b""


def _size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF, WebP or JPEG, None where the header is none of them."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _positive(*struct.unpack(">II", data[16:24]))
        if data.startswith((b"GIF87a", b"GIF89a")):
            return _positive(*struct.unpack("<HH", data[6:10]))
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp_size(data)
        return _jpeg_size(data) if data.startswith(b"\xff\xd8") else None
    except (struct.error, IndexError):
        return None


def _positive(width: int, height: int) -> tuple[int, int] | None:
    return (width, height) if width > 0 and height > 0 else None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return _positive(1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little"))
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return _positive(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    width, height = struct.unpack("<HH", data[26:30])
    return _positive(width & 0x3FFF, height & 0x3FFF)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    offset = 2
    while offset + 9 < len(data):
        marker = data[offset + 1]
        if marker in _JPEG_BARE_MARKERS:
            offset += 1 if marker == 0xFF else 2
            continue
        if marker in _JPEG_SIZE_MARKERS:
            height, width = struct.unpack(">HH", data[offset + 5 : offset + 9])
            return _positive(width, height)
        offset += 2 + int.from_bytes(data[offset + 2 : offset + 4], "big")
    return None
