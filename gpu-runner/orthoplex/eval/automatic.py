"""Regions without boxes: whose words each position attends to in the first steps (FreeFuse's idea, arXiv 2510.23515).

The picture is begun with every word open to every position; each position then belongs to the person whose words drew
most of its cross-attention, and the picture is drawn again from the same noise with these regions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.model import Attention
from orthoplex.bases.cast.reading import CastReading
from orthoplex.bases.cast.regions import cell_mask
from orthoplex.bases.request import Canvas
from orthoplex.sample.result import Canceled
from orthoplex.sample.sampler import denoise

LOOKING_STEPS = 3  # first steps that are looked at


def shares_of(module: Attention, x: Tensor, context: Tensor, people: int) -> Tensor:
    """How much of each position's cross-attention goes to each person's words, backgrounds left out: (B, T, P)."""
    batch, positions, width = x.shape
    shape = (batch, -1, module.heads, width // module.heads)
    q = module.norm_q(module.to_q(x).view(shape)).transpose(1, 2)
    k = module.norm_k(module.to_k(context).view(shape)).transpose(1, 2)
    scores = (q @ k.transpose(-1, -2)).float() * (width // module.heads) ** -0.5
    shares = scores.softmax(-1).mean(1).view(batch, positions, people, -1)  # (B, T, P, S)
    own: Tensor = shares[..., 1:].sum(-1)
    return own


@contextmanager
def recorded_shares(base: CastBase, people: int) -> Iterator[list[Tensor]]:
    """The shares of every cross-attention that runs inside the block, in order."""
    found: list[Tensor] = []

    def look(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        assert isinstance(module, Attention)
        found.append(shares_of(module, inputs[0], inputs[1], people))

    modules = [module for name, module in base.model.named_modules() if name.endswith("attn2")]
    handles = [module.register_forward_pre_hook(look) for module in modules]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def regions_by_attention(
    base: CastBase, row: CastReading, people: int, *, steps: int, guidance: Tensor
) -> dict[int, Tensor]:
    """{cell: (T,) bool}: the positions whose attention goes mostly to the words of the person in that cell.

    Each person's shares are measured against that person's mean, so that loud words win no ground by being loud; the
    residuals lie beside the base already.
    """
    with recorded_shares(base, people) as found:

        def looked(step: int, _: int, __: object) -> bool:
            return step < LOOKING_STEPS

        with suppress(Canceled):
            denoise(
                base,
                [replace(row, boxes={}, apart=False)],
                Canvas(256 * people, 256, steps),
                guidance=guidance,
                on_step=looked,
            )
    mean = torch.stack([shares[0] for shares in found]).mean(0)  # (T, P)
    owner = (mean / mean.mean(0, keepdim=True)).argmax(-1)
    return {cell: (owner == cell) if bool((owner == cell).any()) else cell_mask(cell, base.config, people)
            for cell in range(people)}  # fmt: skip
