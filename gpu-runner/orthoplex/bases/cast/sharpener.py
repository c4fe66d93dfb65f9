"""The sharpener: the base's cells of 64 or 128 px to 256 px, without the grain of its predictions.

Trained on the base's own predictions of renders (cast_training/sharpener.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

DILATIONS = (1, 2, 4, 8, 2, 1)  # of positions of 2 px: each picks up what lies within some 70 px


class SharpenerBlock(nn.Module):
    """x + pointwise(gelu(wide(x))), (B, C, h, w)."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.wide = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.pointwise = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.pointwise(F.gelu(self.wide(x), approximate="tanh"))
        return out


class Sharpener(nn.Module):
    """(B, 3, H, W) in [-1, 1] -> (B, 3, s H, s W): bicubic plus what a small residual network sees around.

    It works at half the side, H / 2 by W / 2: grain of flat areas is wider than a pixel, and the work is a quarter.
    """

    def __init__(self, scale: int = 2, channels: int = 64) -> None:
        super().__init__()
        self.scale = scale
        self.first = nn.Conv2d(3, channels, 4, stride=2, padding=1)
        self.blocks = nn.ModuleList(SharpenerBlock(channels, dilation) for dilation in DILATIONS)
        self.last = nn.Conv2d(channels, 3 * (2 * scale) ** 2, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        assert self.last.bias is not None
        nn.init.zeros_(self.last.bias)

    def forward(self, small: Tensor) -> Tensor:
        x = self.first(small)
        for block in self.blocks:
            x = block(x)
        return bicubic(small, self.scale) + F.pixel_shuffle(self.last(x), 2 * self.scale)


def bicubic(small: Tensor, scale: int) -> Tensor:
    return F.interpolate(small, scale_factor=scale, mode="bicubic", align_corners=False)


def sharpener_of(state: Mapping[str, Tensor]) -> Sharpener:
    """The sharpener of stored weights: its last layer gives 3 (2 s)^2 numbers for every 2 x 2 pixels."""
    sharpener = Sharpener(math.isqrt(len(state["last.weight"]) // 3) // 2, len(state["first.weight"]))
    sharpener.load_state_dict(dict(state))
    return sharpener


@torch.no_grad()
def enlarge(sharpener: Sharpener, small: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) in [-1, 1] -> (B, 3, s H, s W), clamped."""
    large: Tensor = sharpener(small.float().clamp(-1, 1))
    return large.clamp(-1, 1)
