"""Pictures made ready to be sent: turned upright, scaled to the published limits, without what the camera noted."""

from __future__ import annotations

import base64
import io
import warnings
from typing import TYPE_CHECKING, BinaryIO

from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.readers.extracted import Extracted, Part
from cowork_tui.adapters.tools.readers.guard import parsing
from cowork_tui.core.blocks import Image
from cowork_tui.core.images import fitted, image_tokens

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MAX_PIXELS = 90_000_000
"""Larger pictures would take more memory to unpack than they are worth."""
_MAX_LOSSLESS_BYTES = 300_000
_QUALITY = 88
_PHOTOGRAPHS = ("JPEG", "MPO", "WEBP")


def read_image(stream: BinaryIO, name: str, part: Part, stop: Stop) -> Extracted:
    """The picture, and a line with its size and tokens. Of several frames or pages the first is given."""
    part.refuse_others(name, "an image", ("as_images",))
    with parsing(name, "image"):
        import PIL.ImageOps

        with _opened(stream) as opened:
            frames, photograph = getattr(opened, "n_frames", 1), opened.format in _PHOTOGRAPHS
            width, height = opened.size
            if width * height > MAX_PIXELS:
                raise ToolFailure(f"{name} has {width} x {height} pixels, too many to read: ask for a smaller copy")
            opened.draft("RGB", fitted(width, height))
            stop.check()
            upright = PIL.ImageOps.exif_transpose(opened)
            if (upright.width > upright.height) != (width > height):
                width, height = height, width
            stop.check()
            made = prepared(upright, photograph=photograph)
    facts = [f"{width} x {height}"]
    if (width, height) != (made.width_pixels, made.height_pixels):
        facts.append(f"shown as {made.width_pixels} x {made.height_pixels}")
    facts.append(f"~{tokens_of(made):,} tokens")
    notes = (f"the first of {frames} frames",) if frames > 1 else ()
    return Extracted("image", "", tuple(facts), notes, (made,))


def _opened(stream: BinaryIO) -> Picture:
    import PIL.Image

    warnings.filterwarnings("ignore", category=PIL.Image.DecompressionBombWarning)  # the size is checked here
    try:
        return PIL.Image.open(stream)
    except PIL.UnidentifiedImageError:
        raise ValueError("its beginning is that of none") from None


def prepared(picture: Picture, *, photograph: bool) -> Image:
    """A picture within the limits; `photograph`: small differences between pixels carry no meaning."""
    import PIL.Image

    size = fitted(*picture.size)
    plain = picture if picture.mode in ("RGB", "RGBA", "L") else picture.convert(_plain_mode(picture))
    if size != plain.size:
        plain = plain.resize(size, PIL.Image.Resampling.LANCZOS)
    if plain.mode == "RGBA":
        plain = _on_white(plain)
    if plain.mode == "RGB" and not photograph and _is_grey(plain):
        plain = plain.convert("L")
    packed = io.BytesIO()
    if not photograph:
        plain.save(packed, "PNG", optimize=False, compress_level=6)
    if photograph or packed.tell() > _MAX_LOSSLESS_BYTES:
        packed = io.BytesIO()
        plain.save(packed, "JPEG", quality=_QUALITY)
        return Image("image/jpeg", base64.b64encode(packed.getvalue()).decode("ascii"), *size)
    return Image("image/png", base64.b64encode(packed.getvalue()).decode("ascii"), *size)


def tokens_of(image: Image) -> int:
    """What a prepared picture weighs."""
    return image_tokens(image.width_pixels, image.height_pixels)


def _plain_mode(picture: Picture) -> str:
    return "RGBA" if picture.has_transparency_data else "L" if picture.mode in ("1", "I;16") else "RGB"


def _is_grey(picture: Picture) -> bool:
    from PIL import ImageChops

    red, green, blue = picture.split()
    return not ImageChops.difference(red, green).getbbox() and not ImageChops.difference(green, blue).getbbox()


def _on_white(picture: Picture) -> Picture:
    import PIL.Image

    ground = PIL.Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
