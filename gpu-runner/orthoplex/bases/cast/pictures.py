"""Training pictures of a concept as the base sees them: fitted into a cell, with what their captions say.

A picture with transparency is placed on changing backgrounds while training; one with a plain border keeps it and
the border's colour becomes its background word, so that the concept does not learn the background.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from orthoplex.bases.cast.flow import noise_levels
from orthoplex.bases.cast.model import level_seen_as
from orthoplex.bases.cast.parts import CastParts
from orthoplex.bases.cast.prompt import parse_prompt
from orthoplex.bases.cast.reading import CONCEPT_WORDS
from orthoplex.bases.cast.scene import BACKGROUNDS, PAD, background_masks, colour_entry, compose, draw_backgrounds
from orthoplex.bases.context import Context
from orthoplex.bases.protocol import Batch

# Of a concept the details are what is to be learned: fewer levels near pure noise, more weight on clear ones, than a
# base needs that learns from captions alone (docs/log.md).
HIGH_SHARE = 0.2
FLOOR = 0.3
PLAIN_BORDER_TOLERANCE = 12  # of 255, standard deviation of the border's pixels


Pixels = npt.NDArray[np.uint8]
Colour = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ConceptPictures:
    """K pictures of one concept."""

    sprites: Tensor  # (K, 4, 64, 64) in [0, 1], premultiplied alpha
    expressions: Tensor  # (K,) vocabulary ids; the pad word where the caption names none
    transparent: Tensor  # (K,) bool
    borders: Tensor  # (K, 3) in [0, 1]; NaN where the border is not plain
    unknown: tuple[str, ...]  # caption words the base does not know

    def __len__(self) -> int:
        return len(self.sprites)


def fit(picture: Image.Image, size_px: int) -> Image.Image:
    """The picture in a square cell: scaled to fit, centred; the rest is transparent."""
    rgba = picture.convert("RGBA")
    scale = size_px / max(rgba.size)
    width, height = (max(1, round(side * scale)) for side in rgba.size)
    # RGBa is premultiplied: averaging it does not bleed the colour of transparent pixels into edges
    small = rgba.convert("RGBa").resize(
        (width, height), Image.Resampling.BOX if scale < 0.5 else Image.Resampling.LANCZOS
    )
    cell = Image.new("RGBa", (size_px, size_px))
    cell.paste(small, ((size_px - width) // 2, size_px - height))
    return cell


def _border(pixels: Pixels) -> Colour:
    """Colour of a plain border, (3,) in [0, 1], from the top and upper sides; NaN when it is not plain."""
    size = pixels.shape[0]
    edge = np.concatenate(
        [pixels[:2].reshape(-1, 4), pixels[: size // 2, :2].reshape(-1, 4), pixels[: size // 2, -2:].reshape(-1, 4)]
    )
    colours = edge[edge[:, 3] == 255][:, :3].astype(np.float32)
    if len(colours) < len(edge) // 2 or colours.std(axis=0).max() > PLAIN_BORDER_TOLERANCE:
        return np.full(3, np.nan, np.float32)
    border: Colour = (np.median(colours, axis=0) / 255).astype(np.float32)
    return border


def read_pictures(base: CastParts, pictures: Sequence[tuple[Image.Image, str | None]]) -> ConceptPictures:
    """Pictures with optional captions -> tensors. A caption is plain English; its expression is what counts."""
    size, vocabulary = base.config.cell_px, base.world.vocabulary
    sprites, expressions, transparent, borders = [], [], [], []
    unknown: list[str] = []
    for picture, caption in pictures:
        pixels = np.asarray(fit(picture, size))  # (64, 64, 4) premultiplied
        sprites.append(torch.from_numpy(pixels.astype(np.float32) / 255).permute(2, 0, 1))
        transparent.append(bool((pixels[..., 3] == 0).mean() > 0.05) and picture.width <= 2 * picture.height)
        borders.append(torch.from_numpy(_border(pixels)))
        described = parse_prompt(caption or "", base.world.palettes)
        unknown += described.unknown
        expression = described.persons[0].expression if described.persons else None
        expressions.append(vocabulary[f"expression:{expression}" if expression else PAD])
    return ConceptPictures(
        torch.stack(sprites),
        torch.tensor(expressions),
        torch.tensor(transparent),
        torch.stack(borders),
        tuple(dict.fromkeys(unknown)),
    )


@dataclass(frozen=True, eq=False)
class Scene:
    """B scenes of one person, the concept, whose words are left empty."""

    pictures: Tensor  # (B, 3, 64, 64) in [-1, 1]
    words: Tensor  # (B, 1, S)
    colours: Tensor  # (B, 1, S, 4)


class ConceptScenes:
    """Endless batches of a concept's pictures on changing backgrounds, with their captions as tensors."""

    def __init__(self, base: CastParts, data: ConceptPictures) -> None:
        self.base, self.data = base, data
        self.masks = background_masks(1, base.config.cell_px)
        self.background_words = torch.tensor([base.world.background(kind) for kind in BACKGROUNDS])

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(f"{self.base.id} does not know the caption word {word!r}" for word in self.data.unknown)

    def batch(self, count: int, generator: torch.Generator) -> Batch:
        """Scenes at random levels of noise, each in a random place; the target is the clean picture."""
        base = self.base
        scene = self.make(count, generator)
        t = level_seen_as(noise_levels(count, generator, HIGH_SHARE).to(base.device), base.config.coarse)
        clean = scene.pictures.to(base.device)
        level = t[:, None, None, None]
        noisy = (1 - level) * clean + level * torch.randn(clean.shape, generator=generator).to(base.device)
        places = torch.randint(base.config.cells, (count, 1), generator=generator).to(base.device)
        with torch.no_grad():
            colours = scene.colours.to(base.device, base.dtype)
            shared = base.model.encode(scene.words.to(base.device), colours, places)
        return Batch(noisy, t, Context((shared,), ((),) * count, conditions={"places": places}), clean)

    def make(self, count: int, generator: torch.Generator) -> Scene:
        """Clean scenes: pictures on backgrounds, with the words of their captions but the concept's."""
        data, vocabulary = self.data, self.base.world.vocabulary
        chosen = torch.randint(len(data), (count,), generator=generator)
        kinds = torch.randint(1, len(BACKGROUNDS), (count,), generator=generator)
        kinds = torch.where(torch.rand(count, generator=generator) < 0.6, torch.zeros_like(kinds), kinds)
        colours = torch.rand(count, 3, generator=generator)
        colours = colours + (1 - colours) * torch.rand(count, 1, generator=generator) * 0.8
        opaque = ~data.transparent[chosen]
        known = ~data.borders[chosen].isnan().any(dim=1)
        border = torch.where(known[:, None], data.borders[chosen], torch.ones(3))
        kinds = torch.where(opaque, torch.zeros_like(kinds), kinds)
        colours = torch.where(opaque[:, None], border, colours)
        backgrounds = draw_backgrounds(kinds, colours, self.masks)
        pictures = compose(data.sprites[chosen][:, None], backgrounds)
        words = torch.full((count, 1, self.base.config.words), vocabulary[PAD])
        entries = torch.zeros(count, 1, self.base.config.words, 4)
        says = ~opaque | known
        words[:, 0, 0] = torch.where(says, self.background_words[kinds], torch.full_like(kinds, vocabulary[PAD]))
        entries[:, 0, 0] = colour_entry(colours) * says[:, None]
        words[:, 0, CONCEPT_WORDS[-1] + 1] = data.expressions[chosen]
        return Scene(pictures, words, entries)
