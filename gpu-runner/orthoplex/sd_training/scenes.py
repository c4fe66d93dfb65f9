"""Endless captioned pictures of the cast world: one to three persons side by side, before a background."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from orthoplex.bases.cast.scene import BACKGROUNDS, background_masks, compose, draw_backgrounds
from orthoplex.bases.cast.sprites import SpriteSet
from orthoplex.bases.cast.world import rgb
from orthoplex.sd_training.captions import STYLES, caption, random_background


class Scenes:
    """Pictures and captions from sprites of STYLES. What is random comes from one generator, which can be saved."""

    def __init__(self, data: SpriteSet, world: Mapping[str, Any], seed: int) -> None:
        self.data, self.world, self.rng = data, world, random.Random(seed)
        self.own = [at for at, record in enumerate(data.records) if record["style"] in STYLES]
        self.side = data.sprites.shape[-1]
        self.masks = {persons: background_masks(persons, self.side) for persons in (1, 2, 3)}

    def make(self, count: int, persons: int = 1) -> tuple[Tensor, list[str]]:
        """Pictures (B, 3, S, S * persons) in [-1, 1] and their captions."""
        chosen = [[self.rng.choice(self.own) for _ in range(persons)] for _ in range(count)]
        behind = [random_background(self.rng) for _ in range(count)]
        kinds = torch.tensor([BACKGROUNDS.index(kind) for kind, _, _ in behind])
        colours = torch.stack([rgb(colour) for _, _, colour in behind])
        sprites = self.data.sprites[torch.tensor(chosen)].float() / 255
        pictures = compose(sprites, draw_backgrounds(kinds, colours, self.masks[persons]))
        texts = [
            caption([self.data.records[at] for at in row], self.world, (kind, name), self.rng)
            for row, (kind, name, _) in zip(chosen, behind, strict=True)
        ]
        return pictures, texts

    def state(self) -> list[Any]:
        """What `restore` takes to go on with the very next picture, as plain lists."""
        version, numbers, gauss = self.rng.getstate()
        return [version, list(numbers), gauss]

    def restore(self, state: list[Any]) -> None:
        version, numbers, gauss = state
        self.rng.setstate((version, tuple(numbers), gauss))
