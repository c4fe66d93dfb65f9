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

from orthoplex.bases.cast.flow import LOW_SHARE, change_weights, noise_levels
from orthoplex.bases.cast.model import level_seen_as
from orthoplex.bases.cast.parts import CastParts
from orthoplex.bases.cast.people import People
from orthoplex.bases.cast.prompt import parse_prompt
from orthoplex.bases.cast.reading import CONCEPT_CELL, CONCEPT_WORDS
from orthoplex.bases.cast.scene import BACKGROUNDS, PAD, background_masks, colour_entry, compose, draw_backgrounds
from orthoplex.bases.context import Context
from orthoplex.bases.protocol import Batch

# Of a concept the details are what is to be learned: fewer levels near pure noise, more weight on clear ones, than a
# base needs that learns from captions alone (docs/log.md).
HIGH_SHARE = 0.2
FLOOR = 0.3
COMPANION_SHARE = 1 / 3  # of the steps are scenes beside somebody else, where concepts have gates
PLAIN_BORDER_TOLERANCE = 12  # of 255, standard deviation of the border's pixels


Pixels = npt.NDArray[np.uint8]
Colour = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ConceptPictures:
    """K pictures of one concept."""

    sprites: Tensor  # (K, 4, E, E) in [0, 1], premultiplied alpha
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
        pixels = np.asarray(fit(picture, size))  # (E, E, 4) premultiplied
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
    """B scenes of P persons. One of them is the concept, of whose words only the expression and background are said."""

    pictures: Tensor  # (B, 3, E, E P) in [-1, 1], E = cell_px
    words: Tensor  # (B, P, S)
    colours: Tensor  # (B, P, S, 4)


Backgrounds = tuple[Tensor, Tensor]  # kinds (B,) into BACKGROUNDS, colours (B, 3) in [0, 1]


class ConceptScenes:
    """Endless batches of a concept's pictures on changing backgrounds, with their captions as tensors.

    companions: people beside whom the concept stands in a share of the batches, so that its gate learns who is not
    meant by its words. share: of the steps. contradictions: warnings about the captions. high_share, low_share: of the
    levels of noise, near pure noise and below 1/4; without a low_share that of the base.
    """

    def __init__(
        self, base: CastParts, data: ConceptPictures, companions: People | None = None,
        *, share: float = COMPANION_SHARE, contradictions: tuple[str, ...] = (),
        high_share: float = HIGH_SHARE, low_share: float | None = None,
    ) -> None:  # fmt: skip
        self.base, self.data, self.contradictions = base, data, contradictions
        self.companions, self.share = companions, share
        own_low_share = LOW_SHARE if base.config.coarse > 1 else 0.0
        self.high_share, self.low_share = high_share, own_low_share if low_share is None else low_share
        self.masks = background_masks(1, base.config.cell_px)
        self.weights = change_weights(data.sprites)  # (1, 1, E, E)
        self.background_words = torch.tensor([base.world.background(kind) for kind in BACKGROUNDS])

    @property
    def warnings(self) -> tuple[str, ...]:
        unknown = tuple(f"{self.base.id} does not know the caption word {word!r}" for word in self.data.unknown)
        return self.contradictions + unknown

    def batch(self, count: int, generator: torch.Generator) -> Batch:
        """`count` persons at random levels of noise; the target is the clean picture.

        Either `count` scenes of the concept alone, each in a random place, or half as many of it beside a companion.
        """
        base = self.base
        conditions: dict[str, Tensor] = {}
        cells: Tensor | None = None
        if self.companions is not None and float(torch.rand(1, generator=generator)) < self.share:
            scene, cells = self._beside(max(1, count // 2), self.companions, generator)
            first = torch.randint(base.config.cells - 1, (len(cells), 1), generator=generator)
            places = first + torch.arange(2)
            conditions[CONCEPT_CELL] = cells.to(base.device)
        else:
            scene = self.make(count, generator)
            places = torch.randint(base.config.cells, (count, 1), generator=generator)
        clean, weights = scene.pictures.to(base.device), self._weights(cells, len(scene.pictures)).to(base.device)
        seen = noise_levels(len(clean), generator, self.high_share, self.low_share).to(base.device)
        t = level_seen_as(seen, base.config.coarse)
        level = t[:, None, None, None]
        noisy = (1 - level) * clean + level * torch.randn(clean.shape, generator=generator).to(base.device)
        conditions["places"] = places = places.to(base.device)
        with torch.no_grad():
            colours = scene.colours.to(base.device, base.dtype)
            shared = base.model.encode(scene.words.to(base.device), colours, places)
        return Batch(noisy, t, Context((shared,), ((),) * len(clean), conditions=conditions), clean, weights)

    def _weights(self, cells: Tensor | None, count: int) -> Tensor:
        """(B, 1, E, E P): the concept's own in its cell, and 1 in that of a companion."""
        own = self.weights.expand(count, -1, -1, -1)
        if cells is None:
            return own
        beside = torch.ones_like(own)
        is_left = (cells == 0)[:, None, None, None]
        return torch.cat([torch.where(is_left, own, beside), torch.where(is_left, beside, own)], dim=3)

    def _beside(self, count: int, companions: People, generator: torch.Generator) -> tuple[Scene, Tensor]:
        """`count` scenes of the concept and a companion in random order, on the companion's background; and the
        concept's cell in each (count,)."""
        chosen = torch.randint(len(companions), (count,), generator=generator)
        cells = torch.randint(2, (count,), generator=generator)
        own = self.make(count, generator, (companions.kinds[chosen], companions.background[chosen]))
        rows = torch.arange(count)
        pictures = torch.stack([companions.pictures[chosen]] * 2, dim=1)  # (B, 2, 3, E, E)
        words = torch.stack([companions.words[chosen]] * 2, dim=1)
        colours = torch.stack([companions.colours[chosen]] * 2, dim=1)
        pictures[rows, cells], words[rows, cells], colours[rows, cells] = (
            own.pictures,
            own.words[:, 0],
            own.colours[:, 0],
        )
        return Scene(torch.cat([pictures[:, 0], pictures[:, 1]], dim=3), words, colours), cells

    def make(self, count: int, generator: torch.Generator, on: Backgrounds | None = None) -> Scene:
        """Clean scenes of the concept alone, with the words of their captions but the concept's.

        Pictures with transparency stand on the backgrounds `on`, or on random ones.
        """
        data, vocabulary = self.data, self.base.world.vocabulary
        chosen = torch.randint(len(data), (count,), generator=generator)
        kinds = torch.randint(1, len(BACKGROUNDS), (count,), generator=generator)
        kinds = torch.where(torch.rand(count, generator=generator) < 0.6, torch.zeros_like(kinds), kinds)
        colours = torch.rand(count, 3, generator=generator)
        colours = colours + (1 - colours) * torch.rand(count, 1, generator=generator) * 0.8
        if on is not None:
            kinds, colours = on
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
