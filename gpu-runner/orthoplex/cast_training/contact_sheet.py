"""Held-out prompts beside the truth: `python -m orthoplex.cast_training.contact_sheet --held-out DIR --out FILE`.

Each pair: the render that the caption was written for, and what the base generates from the caption alone. Prints the
mean absolute distance (of 255) between them and, for scale, between each drawing and another character's render.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from orthoplex.bases import load_base
from orthoplex.bases.cast.base import CastBase, to_images
from orthoplex.bases.cast.reading import CastReading
from orthoplex.bases.cast.scene import BACKGROUNDS, background_masks, colour_entry, compose, draw_backgrounds
from orthoplex.bases.cast.sharpener import enlarge
from orthoplex.bases.cast.sprites import SpriteSet, load_sprites
from orthoplex.bases.request import Canvas
from orthoplex.sample.sampler import denoise


@dataclass(frozen=True, eq=False)
class Held:
    """Scenes of held-out characters with P persons."""

    truth: Tensor  # (B, 3, E, E P), E = cell_px
    rows: list[CastReading]


def held_out_scenes(base: CastBase, data: SpriteSet, *, count: int, persons: int, seed: int) -> Held:
    """`count` scenes, characters in order, backgrounds by seed."""
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.arange(count * persons).reshape(count, persons) % len(data)
    kinds = torch.randint(len(BACKGROUNDS), (count,), generator=generator)
    colours = torch.rand(count, 3, generator=generator) * 0.6 + 0.4
    masks = background_masks(persons, base.config.cell_px)
    truth = compose(data.sprites[chosen].float() / 255, draw_backgrounds(kinds, colours, masks))
    words, entries = data.captions.words[chosen].clone(), data.captions.colours[chosen].clone()
    words[:, :, 0] = torch.tensor([base.world.background(kind) for kind in BACKGROUNDS])[kinds][:, None]
    entries[:, :, 0] = colour_entry(colours)[:, None]
    rows = [CastReading(words[i], entries[i], {}, [], [], {}, seed + i, "", ()) for i in range(count)]
    return Held(truth, rows)


def distance(drawn: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference of pictures in [-1, 1], in units of 1/255: (B,)."""
    return (drawn.clamp(-1, 1) - truth).abs().mean(dim=(1, 2, 3)) * 127.5


def draw(base: CastBase, held: Held, persons: int, *, steps: int, guidance: float) -> Tensor:
    parts = []
    for start in range(0, len(held.rows), 16):
        rows = held.rows[start : start + 16]
        canvas = Canvas(256 * persons, 256, steps)
        parts.append(denoise(base, rows, canvas, guidance=torch.full((len(rows),), guidance)))
    return torch.cat(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--guidance", type=float, default=1.0)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    base = load_base("cast-3", arguments.device)
    assert isinstance(base, CastBase)
    data = load_sprites(arguments.held_out, base.world, base.config.cell_px, base.config.words)
    singles, pairs = (
        held_out_scenes(base, data, count=36, persons=1, seed=1),
        held_out_scenes(base, data, count=12, persons=2, seed=2),
    )
    tiles: list[Image.Image] = []
    for held, persons in ((singles, 1), (pairs, 2)):
        drawn = draw(base, held, persons, steps=arguments.steps, guidance=arguments.guidance).cpu()
        own = distance(drawn, held.truth)
        other = distance(drawn, held.truth.roll(1, 0))
        print(f"{persons} a picture, {len(own)} prompts: {own.mean():.1f} to the truth, {other.mean():.1f} to another")
        sharp = torch.nn.functional.avg_pool2d(enlarge(base.sharpener, drawn.to(base.device)).cpu(), 2)
        truth = torch.nn.functional.interpolate(held.truth, sharp.shape[2:], mode="nearest")
        for left, right in zip(to_images(truth), to_images(sharp), strict=True):
            tiles.append(_side_by_side(left, right, vertical=persons > 1))
    _sheet(tiles, 6).save(arguments.out, quality=82)


def _side_by_side(left: Image.Image, right: Image.Image, vertical: bool) -> Image.Image:
    size = (left.width, left.height * 2) if vertical else (left.width * 2, left.height)
    tile = Image.new("RGB", size, "white")
    tile.paste(left, (0, 0))
    tile.paste(right, (0, left.height) if vertical else (left.width, 0))
    return tile


def _sheet(tiles: list[Image.Image], columns: int, gap: int = 8) -> Image.Image:
    """Tiles in rows, truth first (left or above), drawing second."""
    width = columns * (tiles[0].width + gap) + gap
    placed, x, y, row_height = [], gap, gap, 0
    for tile in tiles:
        if x + tile.width + gap > width:
            x, y, row_height = gap, y + row_height + gap, 0
        placed.append((tile, x, y))
        x, row_height = x + tile.width + gap, max(row_height, tile.height)
    sheet = Image.new("RGB", (width, y + row_height + gap), "white")
    for tile, left, top in placed:
        sheet.paste(tile, (left, top))
    return sheet


if __name__ == "__main__":
    main()
