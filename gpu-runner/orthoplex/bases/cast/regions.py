"""Positions of a cast canvas: which belong to a person, and which positions attend to which words with several people.

Symbols: P cells side by side, S words a cell, T = 64 P positions, rows first. Pure tensors.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from orthoplex.bases.cast.model import CastConfig
from orthoplex.bases.request import Region

# Of each picture: the boxes of its persons by cell, and whether persons of different cells are kept apart.
Boxes = dict[int, Tensor]


def box_mask(region: Region, config: CastConfig, cells: int) -> Tensor:
    """Positions (T,) whose centre lies in the region; at least the nearest one."""
    columns = (torch.arange(config.grid * cells) + 0.5) / (config.grid * cells)
    rows = (torch.arange(config.grid) + 0.5) / config.grid
    inside_x = (columns >= region.x) & (columns <= region.x + region.width)
    inside_y = (rows >= region.y) & (rows <= region.y + region.height)
    if not inside_x.any():
        inside_x[(columns - region.x - region.width / 2).abs().argmin()] = True
    if not inside_y.any():
        inside_y[(rows - region.y - region.height / 2).abs().argmin()] = True
    return (inside_y[:, None] & inside_x[None]).flatten()


def cell_mask(cell: int, config: CastConfig, cells: int) -> Tensor:
    """Positions (T,) of one cell."""
    return box_mask(Region(cell / cells, 0.0, 1 / cells, 1.0), config, cells)


def cell_of(region: Region, cells: int) -> int:
    """The cell that a region covers most of; the leftmost of equals."""

    def overlap(cell: int) -> float:
        return min(region.x + region.width, (cell + 1) / cells) - max(region.x, cell / cells)

    return max(range(cells), key=overlap)


def neighbours_of(config: CastConfig, apart: Sequence[bool], cells: int) -> Tensor | None:
    """The mask of self-attention, (B, 1, T, T), or None if every position may attend to every other.

    An adapted cell's keys and values are unlike any that its neighbours were trained beside, and through them one
    person's colours appear on another. Cells do not need one another: backgrounds follow from place and words.
    """
    if cells == 1 or not any(apart):
        return None
    cell = torch.stack([cell_mask(index, config, cells) for index in range(cells)]).int().argmax(0)  # (T,)
    same = cell[:, None] == cell[None]
    return (same[None] | ~torch.tensor(apart)[:, None, None])[:, None]


def region_weights(
    config: CastConfig, boxes: Sequence[Boxes], apart: Sequence[bool], cells: int
) -> list[tuple[Tensor, Tensor]]:
    """Regionally controlled cross-attention of a batch (Mix-of-Show, sec. 3.4); empty if no picture needs it.

    A position inside boxes takes the mean of their persons' words; outside it takes the words of everybody without
    a box and all background words. Where persons are kept apart, a cell without a box is the box of its person.
    """
    if not any(boxes) and (cells == 1 or not any(apart)):
        return []
    positions, length, count = config.grid**2 * cells, config.words * cells, len(boxes)
    weights = torch.zeros(cells + 1, count, positions, 1)
    masks = torch.zeros(cells + 1, count, 1, 1, length, dtype=torch.bool)
    for index, (own_boxes, kept_apart) in enumerate(zip(boxes, apart, strict=True)):
        here = own_boxes
        if kept_apart:
            here = {cell: cell_mask(cell, config, cells) for cell in range(cells)} | own_boxes
        outside = torch.ones(length, dtype=torch.bool)
        covered = torch.zeros(positions)
        for cell, box in here.items():
            own = slice(cell * config.words, (cell + 1) * config.words)
            masks[cell, index, 0, 0, own] = True
            outside[cell * config.words + 1 : (cell + 1) * config.words] = False
            covered += box
        for cell, box in here.items():
            weights[cell, index, :, 0] = box / covered.clamp(min=1)
        weights[cells, index, :, 0] = (covered == 0).float()
        masks[cells, index, 0, 0] = outside
        for cell in range(cells):
            if cell not in here:
                masks[cell, index] = True  # no row of a mask may be empty; its weight is zero
    return list(zip(weights, masks, strict=True))


def as_one(regions: list[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
    """The same regions as a single attention with one mask, where no two of them overlap; else as they are."""
    if not regions:
        return regions
    weights = torch.stack([weight for weight, _ in regions])  # (G, B, T, 1)
    if not bool(((weights == 0) | (weights == 1)).all()):
        return regions
    masks = torch.stack([mask for _, mask in regions])  # (G, B, 1, 1, S)
    together = ((weights > 0).unsqueeze(2) & masks).any(0)  # (B, 1, T, S)
    return [(torch.ones_like(weights[0, :, :1]), together)]
