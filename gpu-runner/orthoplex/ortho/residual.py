"""Residuals: `strength * up @ down` of one concept in one slot, and several of them stacked for one forward pass.

Pure tensors; `attach` adds a stack to a model's layers in the forward pass, `merge` sums it into their weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from orthoplex.ortho.adapter import Adapter
from orthoplex.ortho.layout import Layout


@dataclass(frozen=True, eq=False)
class Residual:
    """One concept's residual: strength * up[layer] @ down(slot), up[layer] (out, r). Layers not in up are left alone.

    For training, the values of `up` are leaves that require grad; down is never trained.
    masks[stream]: bool or float, (T,) for every sample or (B, T); the residual acts on a position as much as its
    mask says there. Without a mask for a stream it acts on all of it.
    """

    slot: int
    up: Mapping[str, Tensor]
    strength: float = 1.0
    masks: Mapping[str, Tensor] = field(default_factory=dict)


def residual_of(adapter: Adapter, strength: float | None = None, masks: Mapping[str, Tensor] | None = None) -> Residual:
    """The residual of a published adapter, at its recommended strength unless another is given."""
    chosen = adapter.strength if strength is None else strength
    return Residual(slot=adapter.slot, up=adapter.up, strength=chosen, masks=masks or {})


def trainable_residual(layout: Layout, slot: int, layers: Sequence[str] | None = None) -> Residual:
    """A residual to train: up = 0, so that the first step sees the base itself; fp32. All layers unless named."""
    names = list(layout.layers) if layers is None else layers
    up = {name: torch.zeros(layout.layers[name].out_features, layout.rank, requires_grad=True) for name in names}
    return Residual(slot=slot, up=up)


def project(x: Tensor, down: Tensor, gains: Tensor | None) -> Tensor:
    """h = (x @ down^T) * gains, (B, T, R). Layers that share x and n share h: q, k and v of self-attention do.

    x (B, T, in); down (R, in) or (B, R, in); gains broadcastable to (B, T, R) or None. R is the sum of the ranks.
    """
    h = x @ down.transpose(-1, -2)
    return h if gains is None else h * gains


def spread(h: Tensor, up: Tensor) -> Tensor:
    """h @ up^T, (B, T, out): what residuals add to a layer's output. up (out, R) or (B, out, R)."""
    return h @ up.transpose(-1, -2)
