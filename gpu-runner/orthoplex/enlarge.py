"""Enlarges pictures to sizes that their base does not generate, for programs that ask for fixed sizes. Pure."""

import numpy as np
from PIL import Image

RESAMPLER = "Lanczos"


def enlarged(image: Image.Image, width: int, height: int) -> Image.Image:
    """`image` as large as fits into width x height px, at the bottom in the middle; its edges fill the rest.

    At the bottom, because people are cut off there: what is added above a head is background, below a bust it is none.
    """
    scale = min(width / image.width, height / image.height)
    inner = image.resize(
        (min(width, round(image.width * scale)), min(height, round(image.height * scale))), Image.Resampling.LANCZOS
    )
    left, above = (width - inner.width) // 2, height - inner.height
    beside = (left, width - inner.width - left)
    return Image.fromarray(np.pad(np.asarray(inner), ((above, 0), beside, (0, 0)), mode="edge"))
