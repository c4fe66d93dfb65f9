"""Crosstalk: how much two adapters affect each other, from their slots, from their parameters, and on real activations.

Disjoint slots make the first two zero and not the third: residual_j still acts on what concept i's activations hold
in slot j (OSRM, arXiv 2505.22934; OMCD, arXiv 2510.03262). Report all three.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from orthoplex.ortho.attach import find_linear
from orthoplex.ortho.layout import Layout
from orthoplex.ortho.residual import Residual
from orthoplex.ortho.slot import shared_columns

Moments = Mapping[str, Tensor]


def slot_crosstalk(layout: Layout, slot_a: int, slot_b: int) -> dict[int, int]:
    """{input dimension: shared columns of two slots}, 0..rank. Known before anything is trained."""
    dimensions = sorted({shape.in_features for shape in layout.layers.values()})
    return {
        n: shared_columns(slot_a, slot_b, n=layout.slot_features(n), r=layout.rank, radix=layout.radix)
        for n in dimensions
    }


def parameter_crosstalk(a: Residual, b: Residual, layout: Layout) -> dict[str, float]:
    """{layer: ||R_a R_b^T||_F / (||R_a||_F ||R_b||_F)}, R = up @ down; in 0..1 (the paper, supplement 10, fig. 9).

    R_a R_b^T = up_a S up_b^T with S = down_a down_b^T, and the norm is tr(S^T G_a S G_b), G = up^T up: r x r matrices
    only. S holds 1 where both slots own the same column and is exactly 0 elsewhere. 0 where a residual is zero.
    """
    return {
        layer: _normalised_product(a.up[layer], b.up[layer], _selection(layout, a.slot, b.slot, layer))
        for layer in layout.layers
        if layer in a.up and layer in b.up
    }


def activation_crosstalk(i: Residual, j: Residual, layout: Layout, moments: Moments) -> dict[str, float]:
    """{layer: ||R_j X_i|| / ||R_i X_i||} on activations X_i of concept i's prompts, strengths included.

    moments[layer] = X^T X (in, in) as `recorded_moments` gathers them: ||R X||^2 = tr(G down (X^T X) down^T). Infinite
    where R_i does nothing and R_j does something; 0 where neither does.
    """
    ratios = {}
    for layer, moment in moments.items():
        if layer not in i.up or layer not in j.up:
            continue
        energy_j = residual_energy(j, layout, layer, moment)
        energy_i = residual_energy(i, layout, layer, moment)
        ratios[layer] = math.sqrt(energy_j / energy_i) if energy_i > 0 else (float("inf") if energy_j > 0 else 0.0)
    return ratios


def residual_energy(residual: Residual, layout: Layout, layer: str, moment: Tensor) -> float:
    """||R X||_F^2 = strength^2 tr(G down M down^T) with M = X^T X (in, in), G = up^T up (r, r)."""
    down = layout.down(residual.slot, layout.layers[layer].in_features)  # (r, in)
    inside = down @ moment.to("cpu", torch.float64) @ down.T  # (r, r)
    energy = float((_gram(residual.up[layer]) * inside).sum())  # tr(G inside), both symmetric
    return residual.strength**2 * max(energy, 0.0)  # rounding may leave a tiny negative


@contextmanager
def recorded_moments(
    model: nn.Module, layout: Layout, layers: Sequence[str] | None = None
) -> Iterator[dict[str, Tensor]]:
    """{layer: X^T X} in fp64, (in, in), summed over every input that passes while the block runs."""
    moments: dict[str, Tensor] = {}

    def record(layer: str) -> Any:
        def before_forward(_: nn.Module, inputs: tuple[Any, ...]) -> None:
            x = inputs[0].detach().to("cpu", torch.float64).reshape(-1, inputs[0].shape[-1])
            product = x.T @ x
            moments[layer] = moments[layer] + product if layer in moments else product

        return before_forward

    handles = [
        find_linear(model, layout, layer).register_forward_pre_hook(record(layer))
        for layer in (layout.layers if layers is None else layers)
    ]
    try:
        yield moments
    finally:
        for handle in handles:
            handle.remove()


def _selection(layout: Layout, slot_a: int, slot_b: int, layer: str) -> Tensor:
    """S = down_a down_b^T (r, r) from integers: S[p, q] = 1 where column p of a is column q of b."""
    n = layout.layers[layer].in_features
    a = torch.tensor(layout.columns_of(slot_a, n))
    b = torch.tensor(layout.columns_of(slot_b, n))
    return (a[:, None] == b[None, :]).double()


def _gram(up: Tensor) -> Tensor:
    """G = up^T up (r, r) fp64."""
    exact = up.detach().to("cpu", torch.float64)
    return exact.T @ exact


def _normalised_product(up_a: Tensor, up_b: Tensor, S: Tensor) -> float:
    gram_a, gram_b = _gram(up_a), _gram(up_b)
    size = float(gram_a.trace() * gram_b.trace())
    if size == 0:
        return 0.0
    product = float(((S.T @ gram_a @ S) * gram_b).sum())  # tr(S^T G_a S G_b)
    return math.sqrt(max(product, 0.0) / size)
