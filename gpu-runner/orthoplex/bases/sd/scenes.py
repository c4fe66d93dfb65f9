"""Training pictures in which a concept stands beside somebody of the base: from them it learns who is not meant.

A concept that has only seen itself on a canvas of its own dissolves beside others (docs/log.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from orthoplex.bases.options import Companion
from orthoplex.bases.request import Region

SHARE = 1 / 2  # of the steps
BOXED_SHARE = 1 / 2  # of the scenes have the concept's words in its own half alone, as a composition with boxes has
LEFT, RIGHT = Region(0.0, 0.0, 0.5, 1.0), Region(0.5, 0.0, 0.5, 1.0)


@dataclass(frozen=True, eq=False)
class TrainingScene:
    picture: Image.Image  # twice as wide as the companion's
    caption: str
    place: Region  # of the concept


def background_of(picture: Image.Image) -> tuple[int, int, int]:
    """The colour of a plain background: the median of the upper half of the left and right edges."""
    pixels = np.asarray(picture.convert("RGB"))
    upper = pixels[: max(1, len(pixels) // 2)]
    edges = np.concatenate([upper[:, :2], upper[:, -2:]], axis=1).reshape(-1, 3)
    red, green, blue = (int(level) for level in np.median(edges, axis=0))
    return red, green, blue


def beside(picture: Image.Image, caption: str, companion: Companion, *, is_left: bool) -> TrainingScene:
    """The concept, cut out, to the left or right of the companion on the colour behind her; named in that order."""
    width, height = companion.picture.size
    scene = Image.new("RGBA", (2 * width, height), background_of(companion.picture))
    scene.paste(companion.picture.convert("RGBA"), (width if is_left else 0, 0))
    # RGBa is premultiplied: scaling it does not bleed the colour of transparent pixels into edges
    own = ImageOps.fit(picture.convert("RGBA").convert("RGBa"), (width, height), Image.Resampling.LANCZOS)
    scene.alpha_composite(own.convert("RGBA"), (0 if is_left else width, 0))
    persons = (caption, companion.prompt) if is_left else (companion.prompt, caption)
    return TrainingScene(
        scene.convert("RGB"),
        f"{' and '.join(persons)}, {companion.background} background",
        LEFT if is_left else RIGHT,
    )


def scenes_of(pictures: Sequence[tuple[Image.Image, str]], companions: Sequence[Companion]) -> list[TrainingScene]:
    """Every cut-out picture, with its caption, beside every companion; as often to the left as to the right."""
    return [
        beside(picture, caption, companion, is_left=(row + column) % 2 == 0)
        for row, (picture, caption) in enumerate(pictures)
        for column, companion in enumerate(companions)
    ]
