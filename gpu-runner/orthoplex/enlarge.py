"""Enlarges pictures to sizes that their base does not generate, for programs that ask for fixed sizes. Pure."""

import numpy as np
import numpy.typing as npt
from PIL import Image

RESAMPLER = "Lanczos"
FADE = 1 / 24  # of the shorter side: width of the transition beyond an edge


def enlarged(image: Image.Image, width: int, height: int) -> Image.Image:
    """`image` as large as fits into width x height px, at the bottom in the middle; beyond an edge its colours fade
    into their median, which is the background's.

    At the bottom, because people are cut off there: what is added above a head is background, below a bust it is none.
    """
    scale = min(width / image.width, height / image.height)
    inner = image.convert("RGB").resize(
        (min(width, round(image.width * scale)), min(height, round(image.height * scale))), Image.Resampling.LANCZOS
    )
    left, above = (width - inner.width) // 2, height - inner.height
    pixels = np.asarray(inner)
    fade = max(1, round(FADE * min(width, height)))
    pixels = np.concatenate([_beyond(pixels[0], above, fade)[::-1], pixels])
    sides = pixels.swapaxes(0, 1)
    right = width - inner.width - left
    sides = np.concatenate([_beyond(sides[0], left, fade)[::-1], sides, _beyond(sides[-1], right, fade)])
    return Image.fromarray(np.ascontiguousarray(sides.swapaxes(0, 1)))


def _beyond(edge: npt.NDArray[np.uint8], count: int, fade: int) -> npt.NDArray[np.uint8]:
    """`count` lines beyond the line `edge` (pixels x 3): its colours, faded into their median within `fade` lines."""
    median = np.median(edge, axis=0)
    share = np.minimum(1, np.arange(1, count + 1) / fade)[:, None, None]
    faded: npt.NDArray[np.uint8] = np.round(edge * (1 - share) + median * share).astype(np.uint8)
    return faded
