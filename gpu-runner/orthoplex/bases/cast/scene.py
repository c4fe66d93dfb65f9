"""Scenes composed from sprites in torch: backgrounds, places, captions as tensors. No files, no network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

BACKGROUNDS = ("plain", "gradient", "circle", "hills", "stripes", "dots")
PAD, NULL = "pad", "null"


def background_masks(cells: int, cell_px: int, supersample: int = 8) -> Tensor:
    """Share of the second colour per background kind: (kinds, cell_px, cells * cell_px) in [0, 1].

    Drawn `supersample` times finer and averaged, so edges are smooth at every size.
    """
    fine = cell_px * supersample
    v = ((torch.arange(fine) + 0.5) / fine)[:, None].expand(fine, cells * fine)  # 0 top .. 1 bottom
    u = ((torch.arange(cells * fine) + 0.5) / fine)[None].expand(fine, cells * fine)  # in cells
    within = u % 1.0
    masks = [
        torch.zeros_like(u),
        v * 0.75,
        ((within - 0.5) ** 2 + (v - 0.5) ** 2 < 0.43**2).float(),
        (v > 0.74 + 0.05 * torch.sin(2 * math.pi * u) + 0.025 * torch.sin(4 * math.pi * u + 1.0)).float(),
        (((u + v) * 4.0) % 1.0 < 0.5).float(),
        ((((u * 5.0) % 1.0) - 0.5) ** 2 + (((v * 5.0) % 1.0) - 0.5) ** 2 < 0.16**2).float(),
    ]
    return F.avg_pool2d(torch.stack(masks)[:, None], supersample)[:, 0]


def draw_backgrounds(kinds: Tensor, colours: Tensor, masks: Tensor) -> Tensor:
    """kinds (B,) into BACKGROUNDS, colours (B, 3) in [0, 1], masks (kinds, H, W) -> (B, 3, H, W) in [0, 1]."""
    towards = torch.tensor([0.0, 0.85, 0.4, 0.0, 0.3, 0.45], device=colours.device)  # mix of white in the second colour
    share = towards[kinds][:, None]
    second = colours * (1 - share) + share
    grass = torch.tensor([0.48, 0.72, 0.42], device=colours.device)
    second = torch.where((kinds == BACKGROUNDS.index("hills"))[:, None], grass[None], second)
    mask = masks[kinds][:, None]  # (B, 1, H, W)
    return colours[:, :, None, None] * (1 - mask) + second[:, :, None, None] * mask


def compose(sprites: Tensor, backgrounds: Tensor) -> Tensor:
    """Premultiplied sprites (B, P, 4, S, S) in [0, 1] over backgrounds (B, 3, S, S P) -> the same shape, in [-1, 1]."""
    row = sprites.permute(0, 2, 3, 1, 4).flatten(3)  # (B, 4, S, P * S)
    return (row[:, :3] + (1 - row[:, 3:]) * backgrounds) * 2 - 1


@dataclass(frozen=True)
class Captions:
    """Captions of N persons as tensors: words (N, S) int64, colours (N, S, 4). Position 0 is the background's."""

    words: Tensor
    colours: Tensor


def colour_entry(rgb: Tensor) -> Tensor:
    """rgb (..., 3) in [0, 1] -> (..., 4): the colour in [-1, 1] and the flag that there is one."""
    return torch.cat([rgb * 2 - 1, torch.ones_like(rgb[..., :1])], dim=-1)
