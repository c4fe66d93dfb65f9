"""What both metric networks share: a small convolutional trunk, and views of rendered people to train it on.

A view is a render on a random background, moved, scaled, and degraded as a base's pictures are: blurred, noisy, with
seams between patches. Without this augmentation a metric would judge a base's artefacts instead of the person.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from orthoplex.bases.cast.scene import BACKGROUNDS, background_masks, compose, draw_backgrounds
from orthoplex.bases.device import compute_dtype

CELL = 64


def training_precision() -> torch.autocast:
    """Twice as fast where the CPU multiplies bfloat16 natively; as it was elsewhere."""
    dtype = compute_dtype(torch.device("cpu"))
    return torch.autocast("cpu", dtype, enabled=dtype != torch.float32)


class Trunk(nn.Module):
    """(B, 3, 64, 64) in [-1, 1] -> (B, 256) features."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        w = width
        # 64 px -> 32 -> 16 -> 16 (mouths and eyes are this small) -> 8 -> 4
        sizes = [(3, w, 2), (w, 2 * w, 2), (2 * w, 2 * w, 1), (2 * w, 4 * w, 2), (4 * w, 4 * w, 2)]
        layers: list[nn.Module] = []
        for into, out, stride in sizes:
            layers += [nn.Conv2d(into, out, 3, stride=stride, padding=1), nn.BatchNorm2d(out), nn.SiLU()]
        self.convolutions = nn.Sequential(*layers)
        self.out = nn.Linear(4 * w * 16, 256)  # the grid of 4 x 4 stays: where a part sits says who it is

    def forward(self, pictures: Tensor) -> Tensor:
        features: Tensor = F.silu(self.out(self.convolutions(pictures).flatten(1)))
        return features


@dataclass(frozen=True, eq=False)
class Views:
    """B views and what is behind the person."""

    pictures: Tensor  # (B, 3, 64, 64)
    kinds: Tensor  # (B,) into BACKGROUNDS
    colours: Tensor  # (B, 3) in [0, 1]
    backgrounds: Tensor  # (B, 3, 64, 64) in [0, 1]


class ViewMaker:
    def __init__(self, generator: torch.Generator) -> None:
        self.generator = generator
        self.masks = background_masks(1, CELL)

    def uniform(self, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self.generator)

    def make(self, sprites: Tensor, moves: bool = True) -> Views:
        """One view of each sprite (B, 4, 64, 64) uint8; without moves everybody stays where the renders have them."""
        count = len(sprites)
        kinds = torch.randint(len(BACKGROUNDS), (count,), generator=self.generator)
        colours = self.uniform(count, 3)
        colours = colours + (1 - colours) * self.uniform(count, 1) * 0.8
        backgrounds = draw_backgrounds(kinds, colours, self.masks)
        placed = sprites.float() / 255
        placed = self._moved(placed) if moves else placed
        return Views(self._worn(compose(placed[:, None], backgrounds)), kinds, colours, backgrounds)

    def _moved(self, sprites: Tensor) -> Tensor:
        """Scaled by up to 8 %, shifted by up to 4 px."""
        count = len(sprites)
        scale = 1 + (self.uniform(count) - 0.5) * 0.16
        shift = (self.uniform(count, 2) - 0.5) * (2 * 8 / CELL)
        matrix = torch.zeros(count, 2, 3)
        matrix[:, 0, 0] = matrix[:, 1, 1] = scale
        matrix[:, :, 2] = shift
        grid = F.affine_grid(matrix, list(sprites.shape), align_corners=False)
        return F.grid_sample(sprites, grid, align_corners=False)

    def _worn(self, pictures: Tensor) -> Tensor:
        count = len(pictures)
        blurred = F.avg_pool2d(F.pad(pictures, (1, 1, 1, 1), mode="replicate"), 3, 1)
        blur = self.uniform(count, 1, 1, 1) * (self.uniform(count, 1, 1, 1) < 0.5)
        patches = torch.randn(count, 3, CELL // 8, CELL // 8, generator=self.generator)
        seams = F.interpolate(patches, scale_factor=8.0) * 0.06 * self.uniform(count, 1, 1, 1)
        noise = torch.randn(pictures.shape, generator=self.generator) * 0.08 * self.uniform(count, 1, 1, 1)
        return (pictures + blur * (blurred - pictures) + seams + noise).clamp(-1, 1)
