"""Marks: a component of a concept's tokens in its slot, so that its residual responds to them and to nothing else. The
paper (3.4) aims at residual_j X_i = 0 and relaxes it to down_i down_j^T = 0, which separates weights but not effects.
Where a base reserves channels, its own words are 0 there and tokens hold a mark of their own slot: then down_j x is 0
for every word of the base and for every token whose slot shares no column with j. With the basis `unit` it is 0 bit for
bit in every precision, attached or merged.
"""

import torch
from torch import Tensor

from orthoplex.ortho.layout import Layout


def marked(tokens: Tensor, layout: Layout, slot: int) -> Tensor:
    """Tokens (count, layers, dim) with their marks: (count, layers, dim + reserved), what cross-attention reads.

    Token k carries row k mod rank of down, at length `layout.marker`. Without reserved channels they stay as they are.
    """
    if layout.reserved is None:
        return tokens
    count, layers, dim = tokens.shape
    down = layout.down(slot, dim + layout.reserved)[:, dim:].to(tokens)  # (rank, reserved)
    marks = layout.marker * down[torch.arange(count) % layout.rank]  # (count, reserved)
    return torch.cat([tokens, marks[:, None].expand(-1, layers, -1)], dim=-1)
