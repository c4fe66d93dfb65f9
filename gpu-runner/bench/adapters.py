"""Adapters with small random numbers in any base's layout: what rows attach whose pictures mean nothing."""

from typing import Any

import torch
from torch import Tensor

from orthoplex.ortho.adapter import Adapter

SPREAD = 0.02  # standard deviation of the numbers


def random_adapter(base: Any, slot: int, trigger: str) -> Adapter:
    """An adapter of `base`, the same for the same slot."""
    source = torch.Generator().manual_seed(slot + 1)
    layout = base.layout

    def draw(*shape: int) -> Tensor:
        return (SPREAD * torch.randn(*shape, generator=source)).half()

    up = {name: draw(shape.out_features, layout.rank) for name, shape in layout.layers.items()}
    entries = {name: draw(layout.tokens_shape[0], out) for name, out in layout.entries.items()}
    tokens = torch.zeros(0, 0, 0).half() if entries else draw(*layout.tokens_shape)
    return Adapter(slot, up, tokens, trigger.strip("<>"), "person", trigger, entries=entries)
