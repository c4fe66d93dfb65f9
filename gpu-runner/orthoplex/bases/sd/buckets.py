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


def fitted(picture: Image.Image, size: Size) -> Image.Image:
    """RGB of that size: the middle of the picture, on white where it is transparent."""
    rgba = picture.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return ImageOps.fit(Image.alpha_composite(white, rgba).convert("RGB"), size, Image.Resampling.LANCZOS)
