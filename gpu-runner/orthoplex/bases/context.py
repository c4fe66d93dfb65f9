"""What the denoiser is told about a batch of pictures, in one shape for every base.

Symbols: B pictures, S positions of the context (words), T positions of the picture, C channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from orthoplex.ortho.residual import Residual


@dataclass(frozen=True, eq=False)
class Entry:
    """A concept's key and value offsets at its own words of one prompt.

    offsets[layer] (n, out_features) is added, times strength, to that layer's output at the n `positions` of the
    context; no other position of this or any other prompt sees it.
    """

    positions: tuple[int, ...]
    offsets: Mapping[str, Tensor]
    strength: float = 1.0


@dataclass(frozen=True, eq=False)
class Context:
    """What the denoiser is told about B pictures besides x and t.

    states: what cross-attention reads, (B, S, C): one tensor for all layers, or one a layer.
    residuals[b]: the concepts whose residuals act on picture b. shared: those that act on every picture (training).
    entries[b]: the concepts whose words stand in prompt b, for bases that add them after the text encoder.
    conditions: tensors of the base's own, first axis B (places, pooled vectors, who may attend to whom).
    regions: regionally controlled cross-attention; one (weight (B, T, 1), mask (B, 1, T or 1, S)) a region.
    """

    states: tuple[Tensor, ...]
    residuals: tuple[tuple[Residual, ...], ...]
    entries: tuple[tuple[Entry, ...], ...] = ()
    shared: tuple[Residual, ...] = ()
    conditions: Mapping[str, Tensor] = field(default_factory=dict)
    regions: tuple[tuple[Tensor, Tensor], ...] = ()

    def joined(self, other: Context) -> Context:
        """Both batches as one, self first. ValueError where they differ in what they say of a picture."""
        if len(self.regions) != len(other.regions) or self.conditions.keys() != other.conditions.keys():
            raise ValueError("contexts of different kinds cannot be joined")
        count = max(len(self.states), len(other.states))
        states = zip(_for_layers(self.states, count), _for_layers(other.states, count), strict=True)
        return Context(
            states=tuple(torch.cat(pair) for pair in states),
            residuals=self.residuals + other.residuals,
            entries=self.entries + other.entries,
            shared=tuple({id(residual): residual for residual in self.shared + other.shared}.values()),
            conditions={name: torch.cat([own, other.conditions[name]]) for name, own in self.conditions.items()},
            regions=tuple(
                (torch.cat([weight, weight_2]), torch.cat([mask, mask_2]))
                for (weight, mask), (weight_2, mask_2) in zip(self.regions, other.regions, strict=True)
            ),
        )


def _for_layers(states: tuple[Tensor, ...], count: int) -> tuple[Tensor, ...]:
    return states * count if len(states) == 1 else states
