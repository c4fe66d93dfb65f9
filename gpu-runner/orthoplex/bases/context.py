"""What conditions the denoiser for a batch of pictures, in one shape for every base.

Symbols: B pictures, S positions of the context (words), T positions of the picture, C channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from orthoplex.ortho.gated import Member
from orthoplex.ortho.residual import Residual


@dataclass(frozen=True, eq=False)
class Context:
    """The conditions of B pictures besides x and t.

    states: what cross-attention reads, (B, S, C): one tensor for all layers, or one a layer.
    residuals[b]: the concepts whose residuals act on picture b. shared: those that act on every picture (training).
    members[b]: the concepts of picture b with their entries and gated residuals, for bases whose adapters have these.
    conditions: tensors of the base's own, first axis B (places, pooled vectors, who may attend to whom).
    regions: regionally controlled cross-attention; one (weight (B, T, 1), mask (B, 1, T or 1, S)) a region.
    """

    states: tuple[Tensor, ...]
    residuals: tuple[tuple[Residual, ...], ...]
    members: tuple[tuple[Member, ...], ...] = ()
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
            members=self.members + other.members,
            shared=tuple({id(residual): residual for residual in self.shared + other.shared}.values()),
            conditions={name: torch.cat([own, other.conditions[name]]) for name, own in self.conditions.items()},
            regions=tuple(
                (torch.cat([weight, weight_2]), torch.cat([mask, mask_2]))
                for (weight, mask), (weight_2, mask_2) in zip(self.regions, other.regions, strict=True)
            ),
        )


def _for_layers(states: tuple[Tensor, ...], count: int) -> tuple[Tensor, ...]:
    return states * count if len(states) == 1 else states
