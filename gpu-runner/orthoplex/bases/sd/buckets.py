"""Aspect buckets: which size a training picture is scaled to, so that it is hardly cropped. Pure.

As in kohya's scripts: sizes of at most resolution^2 pixels whose sides are multiples of `step`; a picture goes to the
one whose shape is nearest to its own.
"""

from __future__ import annotations

import math
from functools import cache

from PIL import Image, ImageOps

Size = tuple[int, int]  # width, height in px


@cache
def bucket_sizes(resolution: int, step: int) -> tuple[Size, ...]:
    """All sizes, sides from half to twice the resolution; the square among them. Widths grow."""
    whole = max(step, resolution // step * step)
    sizes = {(whole, whole)}
    for width in range(max(step, whole // 2 // step * step), 2 * whole + 1, step):
        height = min(2 * whole, whole * whole // width // step * step)
        if height >= step:
            sizes |= {(width, height), (height, width)}
    return tuple(sorted(sizes))


def bucket_of(width: int, height: int, resolution: int, step: int) -> Size:
    """The bucket of the nearest shape; of equal ones the larger."""

    def apart(size: Size) -> tuple[float, int]:
        return abs(math.log(size[0] / size[1]) - math.log(width / height)), -size[0] * size[1]

    return min(bucket_sizes(resolution, step), key=apart)


# Backgrounds of cut-out pictures: plain English names that a caption can say.
BACKDROPS = {
    "white": "#ffffff",
    "mint": "#b8ecd0",
    "peach": "#ffd3b5",
    "lavender": "#cfc4f2",
    "cream": "#fbf3dc",
    "coral": "#f58a78",
    "sky": "#9fd3f5",
    "rose": "#f6b8c6",
    "sand": "#ecd9b0",
    "lemon": "#fbe88a",
    "sage": "#b9cfb0",
    "night": "#27305a",
}
CUT_OUT_SHARE = 0.1  # of the pixels transparent: a picture without its background


def is_cut_out(picture: Image.Image) -> bool:
    if not picture.has_transparency_data:
        return False
    histogram = picture.convert("RGBA").getchannel("A").histogram()
    return sum(histogram[:128]) >= CUT_OUT_SHARE * picture.width * picture.height


def on_backdrops(picture: Image.Image, caption: str | None) -> list[tuple[Image.Image, str | None]]:
    """The picture and its caption; a cut-out one on each of BACKDROPS, which its caption then names.

    On one colour alone the concept would learn that colour, and bring it into every picture. A caption that speaks of
    the background is kept, on white.
    """
    if not is_cut_out(picture) or "background" in (caption or "").lower():
        return [(picture, caption)]
    rgba = picture.convert("RGBA")
    placed: list[tuple[Image.Image, str | None]] = []
    for name, colour in BACKDROPS.items():
        on_colour = Image.alpha_composite(Image.new("RGBA", rgba.size, colour), rgba).convert("RGB")
        placed.append((on_colour, f"{caption}, {name} background" if caption else f"{name} background"))
    return placed


def fitted(picture: Image.Image, size: Size) -> Image.Image:
    """RGB of that size: the middle of the picture, on white where it is transparent."""
    rgba = picture.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return ImageOps.fit(Image.alpha_composite(white, rgba).convert("RGB"), size, Image.Resampling.LANCZOS)
