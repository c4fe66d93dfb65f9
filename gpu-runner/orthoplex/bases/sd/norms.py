"""Group normalisation that members in boxes of their own do not share.

A UNet's group norms take mean and variance over the whole canvas, so what one member's residuals do in its box changes
every other position: the way by which a member ruined another's face (docs/log.md). Here a position in member i's box
is normalised by the statistics of the canvas without the boxes of the others,
    y(p) = (x(p) - mean_i) / sqrt(var_i + eps) * weight + bias,   mean_i, var_i over {q : q in box i or in no box},
where boxes overlap by the mean over those that hold p, and outside all boxes by the whole canvas', as the base does.
Pictures with fewer than two boxes are the base's bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from orthoplex.bases.sd.attention import box_masks
from orthoplex.ortho.gate import grid_of


def distinct_boxes(boxes: Tensor) -> Tensor:
    """boxes (S, 4) of one picture's rows -> (K, 4): each box once, without the whole canvas, in a fixed order."""
    own: Tensor = torch.unique(boxes, dim=0)
    is_whole = (own == own.new_tensor([0.0, 0.0, 1.0, 1.0])).all(dim=1)
    return own[~is_whole]


def apart_norm(norm: nn.GroupNorm, x: Tensor, inside: Tensor) -> Tensor:
    """x (C, T) of one picture, inside (K, T) bool: which positions each box holds -> (C, T) fp32; see above.

    Positions in no box are 0.
    """
    outside = ~inside.any(dim=0)
    groups = x.float().view(norm.num_groups, -1, x.shape[1])
    total, count = torch.zeros_like(groups), inside.sum(dim=0).clamp(min=1)
    for own in inside:
        counted = (own | outside).to(groups.dtype)
        share = counted / (counted.sum() * groups.shape[1])
        mean = (groups * share).sum(dim=(1, 2), keepdim=True)
        variance = ((groups - mean).square() * share).sum(dim=(1, 2), keepdim=True)
        total = total + (groups - mean) * torch.rsqrt(variance + norm.eps) * own
    flat = (total / count).view_as(x)
    return flat * norm.weight.float()[:, None] + norm.bias.float()[:, None] * ~outside


class _Apart:
    """A hook of every group norm: the rows of pictures with several boxes are computed again."""

    def __init__(self, boxes: Tensor, grid: tuple[int, int]) -> None:
        self._boxes = {b: found for b, own in enumerate(boxes) if len(found := distinct_boxes(own)) > 1}
        self._grid = grid
        self._inside: dict[tuple[int, int], Tensor] = {}

    def __bool__(self) -> bool:
        return bool(self._boxes)

    def _places(self, picture: int, positions: int) -> Tensor:
        key = picture, positions
        if key not in self._inside:
            rows, columns = grid_of(self._grid, positions)
            self._inside[key] = box_masks(self._boxes[picture][None], rows, columns)[0].T
        return self._inside[key]

    def __call__(self, norm: Any, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        flat, normed = inputs[0].flatten(2), output.flatten(2).clone()
        for picture in self._boxes:
            inside = self._places(picture, flat.shape[2])
            own = apart_norm(norm, flat[picture], inside).to(normed.dtype)
            normed[picture] = torch.where(inside.any(dim=0), own, normed[picture])
        return normed.view_as(output)


@contextmanager
def norms_apart(unet: nn.Module, boxes: Tensor, grid: tuple[int, int]) -> Iterator[None]:
    """Inside the `with` block group norms respect the boxes (B, S, 4) of a batch's rows; grid: the finest level's.

    Compiled blocks do not see hooks, so where boxes are they run as they were before compilation.
    """
    hook = _Apart(boxes, grid)
    if not hook:
        yield
        return
    compiled = [(module, module._compiled_call_impl) for module in unet.modules() if module._compiled_call_impl]
    handles = [m.register_forward_hook(hook) for m in unet.modules() if isinstance(m, nn.GroupNorm)]
    try:
        for module, _ in compiled:
            module._compiled_call_impl = None
        yield
    finally:
        for module, call in compiled:
            module._compiled_call_impl = call
        for handle in handles:
            handle.remove()
