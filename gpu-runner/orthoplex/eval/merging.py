"""Merges of several concepts' residuals into one, by layer: the sum, and what PEFT offers beside it.

`summed` is FedAvg as the paper uses it (eq. 1, not divided by the number) and PEFT's `cat`: exact. The others follow
PEFT's add_weighted_adapter and their papers, on the residuals' matrices: svd; linear (with its cross terms); TIES
(Yadav et al. 2023); DARE (Yu et al. 2023).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from orthoplex.eval.cache import fix_seed
from orthoplex.eval.factors import LayerResidual, Residuals

Merge = Callable[[Sequence[Residuals], float], dict[str, LayerResidual]]
DENSITY = 0.5  # share of entries that TIES and DARE keep


def _layers(members: Sequence[Residuals]) -> list[str]:
    return list(dict.fromkeys(layer for member in members for layer in member))


def summed(members: Sequence[Residuals], strength: float) -> dict[str, LayerResidual]:
    """strength * sum_i up_i down_i, as ranks side by side; whole matrices are added."""
    merged = {}
    for layer in _layers(members):
        here = [member[layer] for member in members if layer in member]
        downs = [each.down for each in here if each.down is not None]
        if len(downs) == len(here):
            merged[layer] = LayerResidual(strength * torch.cat([each.up for each in here], 1), torch.cat(downs, 0))
        else:
            total = torch.stack([each.dense() for each in here]).sum(0)
            merged[layer] = LayerResidual((strength * total).float())
    return merged


def linear(members: Sequence[Residuals], strength: float) -> dict[str, LayerResidual]:
    """(sum_i sqrt(s) up_i)(sum_i sqrt(s) down_i): PEFT's `linear`. Its cross terms up_i down_j are no concept's."""
    merged = {}
    for layer in _layers(members):
        here = [member[layer] for member in members if layer in member]
        downs = [each.down for each in here if each.down is not None]
        if len(downs) != len(here):
            raise ValueError("linear merges factors, not whole matrices")
        up, down = torch.stack([each.up for each in here]).sum(0), torch.stack(downs).sum(0)
        merged[layer] = LayerResidual(math.sqrt(strength) * up, math.sqrt(strength) * down)
    return merged


def svd(members: Sequence[Residuals], strength: float) -> dict[str, LayerResidual]:
    """The nearest matrix of the members' largest rank to their sum: PEFT's `svd`."""
    merged = {}
    for layer, total in summed(members, strength).items():
        ranks = [member[layer].up.shape[1] for member in members if layer in member]
        U, S, Vh = torch.linalg.svd(total.dense(), full_matrices=False)
        rank = max(ranks)
        merged[layer] = LayerResidual((U[:, :rank] * S[:rank]).float(), Vh[:rank].float())
    return merged


def ties(members: Sequence[Residuals], strength: float) -> dict[str, LayerResidual]:
    """Trim to the largest entries, elect each entry's sign by total mass, take the mean of those that agree."""

    def merge(dense: Tensor, _: str) -> Tensor:
        trimmed = torch.stack([trim(each, DENSITY) for each in dense])
        elected = trimmed.sum(0).sign()
        agree = (trimmed.sign() == elected) & (trimmed != 0)
        return (trimmed * agree).sum(0) / agree.sum(0).clamp(min=1)

    return _dense_merge(members, strength, merge)


def dare(members: Sequence[Residuals], strength: float) -> dict[str, LayerResidual]:
    """Drop entries at random, divide the rest by the share that stays, add: DARE with a sum."""

    def merge(dense: Tensor, layer: str) -> Tensor:
        if len(dense) == 1:
            return dense[0]  # nothing to make room for
        kept = torch.rand(dense.shape, generator=fix_seed("dare", layer, len(dense)), dtype=torch.float64) < DENSITY
        return (dense * kept / DENSITY).sum(0)

    return _dense_merge(members, strength, merge)


def trim(matrix: Tensor, density: float) -> Tensor:
    """The entries of largest magnitude, that share of them; the rest 0."""
    keep = max(1, round(density * matrix.numel()))
    limit = matrix.abs().flatten().kthvalue(matrix.numel() - keep + 1).values
    return matrix * (matrix.abs() >= limit)


def _dense_merge(
    members: Sequence[Residuals], strength: float, merge: Callable[[Tensor, str], Tensor]
) -> dict[str, LayerResidual]:
    """One member stays as it is: there is no conflict to resolve."""
    if len(members) == 1:
        return summed(members, strength)
    merged = {}
    for layer in _layers(members):
        dense = torch.stack([member[layer].dense() for member in members if layer in member])  # (K, out, in)
        merged[layer] = LayerResidual((strength * merge(dense, layer)).float())
    return merged
