"""The light sharpener: cells of 64 or 128 px to 256 px, a small network after the patches.

Trained on renders with grain and seams (train/sharpener.py), so it also mends those.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SCALE = 4  # of bases that draw 64 px a person


class Sharpener(nn.Module):
    """(B, 3, H, W) in [-1, 1] -> (B, 3, s H, s W): bicubic plus what a small network makes of each 9 x 9 window.

    One wide window and then pixelwise layers: nearly all of the work is matrix products, which a CPU does well, in
    drawing as in training.
    """

    def __init__(self, window: int = 9, hidden: int = 160, scale: int = SCALE) -> None:
        super().__init__()
        self.window, self.scale = window, scale
        self.first = nn.Conv2d(3, hidden, window, padding=window // 2, padding_mode="replicate")
        self.second = nn.Conv2d(hidden, hidden, 1)
        self.last = nn.Conv2d(hidden, 3 * scale * scale, 1)

    def forward(self, small: Tensor) -> Tensor:
        x = F.gelu(self.first(small), approximate="tanh")
        x = F.gelu(self.second(x), approximate="tanh")
        return bicubic(small, self.scale) + F.pixel_shuffle(self.last(x), self.scale)

    def residual_of_windows(self, windows: Tensor) -> Tensor:
        """The same for windows (N, 3 * window * window), as F.unfold lays them out: (N, 3 s^2), before the shuffle."""
        x = F.gelu(F.linear(windows, self.first.weight.flatten(1), self.first.bias), approximate="tanh")
        x = F.gelu(F.linear(x, self.second.weight.flatten(1), self.second.bias), approximate="tanh")
        return F.linear(x, self.last.weight.flatten(1), self.last.bias)


def bicubic(small: Tensor, scale: int) -> Tensor:
    return F.interpolate(small, scale_factor=scale, mode="bicubic", align_corners=False)


def scale_of(state: Mapping[str, Tensor]) -> int:
    """The scale that stored weights were trained for: their last layer gives 3 s^2 numbers a pixel."""
    return math.isqrt(len(state["last.weight"]) // 3)


@torch.no_grad()
def enlarge(sharpener: Sharpener, small: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) in [-1, 1] -> (B, 3, s H, s W), clamped."""
    large: Tensor = sharpener(small.float().clamp(-1, 1))
    return large.clamp(-1, 1)
