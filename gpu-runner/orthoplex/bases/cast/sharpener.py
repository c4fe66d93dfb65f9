"""The light sharpener: 64 px cells to 256 px, a small residual convolution net after the patches.

Trained on pairs of renders and the base's own pictures of them (train/sharpener.py), so it also mends patch seams.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SCALE = 4


class Sharpener(nn.Module):
    """(B, 3, H, W) in [-1, 1] -> (B, 3, 4 H, 4 W): bicubic plus a learned residual."""

    def __init__(self, channels: int = 48, depth: int = 6) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, channels, 5, padding=2)
        self.body = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(depth))
        self.grow = nn.Conv2d(channels, 24 * 4, 3, padding=1)
        self.middle = nn.Conv2d(24, 24, 3, padding=1)
        self.last = nn.Conv2d(24, 3 * 4, 3, padding=1)

    def forward(self, small: Tensor) -> Tensor:
        x = F.relu(self.first(small))
        for conv in self.body:
            x = x + F.relu(conv(x))
        x = F.relu(F.pixel_shuffle(self.grow(x), 2))
        x = x + F.relu(self.middle(x))
        residual = F.pixel_shuffle(self.last(x), 2)
        return F.interpolate(small, scale_factor=SCALE, mode="bicubic", align_corners=False) + residual


@torch.no_grad()
def enlarge(sharpener: Sharpener, small: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) in [-1, 1] -> (B, 3, 4 H, 4 W), clamped."""
    large: Tensor = sharpener(small.float().clamp(-1, 1))
    return large.clamp(-1, 1)
