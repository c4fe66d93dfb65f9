"""Cross-attention of a UNet that exposes its probabilities, from which gates are computed, and that respects boxes.

The same equations as diffusers' AttnProcessor for what Stable Diffusion uses of it; the layers stay the model's.
It is in place only while members are attached, so the base alone runs as diffusers runs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from orthoplex.ortho.gate import grid_of

MASKED = -10_000.0  # what diffusers adds to the logits of masked rows: exp of it is 0


def box_masks(boxes: Tensor, rows: int, columns: int) -> Tensor:
    """Who can be seen where: boxes (B, S, 4) as left, top, right, bottom -> bool (B, rows * columns, S).

    A position lies in a box if its centre does; a box that holds no centre has the position nearest to its middle.
    """
    x = (torch.arange(columns, device=boxes.device) + 0.5) / columns
    y = (torch.arange(rows, device=boxes.device) + 0.5) / rows
    across, down = (_inside(at, boxes[..., low], boxes[..., low + 2]) for at, low in ((x, 0), (y, 1)))
    return (down[..., :, None] & across[..., None, :]).flatten(2).transpose(1, 2)


def _inside(at: Tensor, low: Tensor, high: Tensor) -> Tensor:
    inside = (at >= low[..., None]) & (at <= high[..., None])
    nearest = (at - (low + high)[..., None] / 2).abs().argmin(-1, keepdim=True)
    alone = torch.zeros_like(inside).scatter_(-1, nearest, value=True)
    return torch.where(inside.any(-1, keepdim=True), inside, alone)


class ObservedProcessor:
    """Attention with its probabilities at hand: softmax(q k^T / sqrt(d) + bias) v, then the output projection.

    boxes (B, S, 4): each row of the context can be attended to from its own box alone. grid: the finest level's.
    """

    def __init__(self, boxes: Tensor, grid: tuple[int, int]) -> None:
        self.boxes, self.grid = boxes, grid

    def __call__(
        self, attn: Any, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None,
        *, attention_mask: Tensor | None = None, temb: Tensor | None = None,  # noqa: ARG002 - diffusers calls it so
    ) -> Tensor:  # fmt: skip
        batch, positions, _ = hidden_states.shape
        q = attn.head_to_batch_dim(attn.to_q(hidden_states))
        k = attn.head_to_batch_dim(attn.to_k(encoder_hidden_states))
        v = attn.head_to_batch_dim(attn.to_v(encoder_hidden_states))
        seen = box_masks(self.boxes, *grid_of(self.grid, positions))
        bias = torch.zeros_like(seen, dtype=q.dtype).masked_fill_(~seen, MASKED)  # (B, T, S)
        if attention_mask is not None:
            bias = torch.minimum(bias, attention_mask.to(bias.dtype))
        probabilities: Tensor = attn.get_attention_scores(q, k, bias.repeat_interleave(attn.heads, dim=0))
        if attn.observer is not None:
            attn.observer(probabilities.view(batch, attn.heads, positions, -1))
        out = attn.batch_to_head_dim(probabilities @ v)
        projected: Tensor = attn.to_out[1](attn.to_out[0](out))
        return projected


def cross_attentions(unet: UNet2DConditionModel) -> list[Any]:
    """The cross-attention modules, in order."""
    return [module for name, module in unet.named_modules() if name.endswith("attn2")]


@contextmanager
def observed(unet: UNet2DConditionModel, boxes: Tensor, grid: tuple[int, int]) -> Iterator[None]:
    """Inside the `with` block cross-attention has an `observer` and keeps to the boxes; it is put back after it."""
    modules = cross_attentions(unet)
    own = [module.processor for module in modules]
    try:
        for module in modules:
            module.processor, module.observer = ObservedProcessor(boxes, grid), None
        yield
    finally:
        for module, processor in zip(modules, own, strict=True):
            module.processor = processor
            del module.observer
