"""The exact merge: W = W0 + sum_i strength_i up_i @ down_i, always made from pristine copies (the paper, eq. 1).

Never by subtraction: fusing and unfusing in half precision drifts until pictures blur. Strengths are not divided by
the number of concepts; an affine average would dilute every one of them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from orthoplex.ortho.attach import find_linear
from orthoplex.ortho.layout import Layout
from orthoplex.ortho.residual import Residual


class PristineWeights:
    """Copies of a model's adapted weights, from which every merge and unmerge is made.

    Held on the layers' device unless `keep_on` names another; 64 layers of 256 x 256 in fp32 are 16 MiB.
    """

    def __init__(self, model: nn.Module, layout: Layout, keep_on: torch.device | None = None) -> None:
        self._layout = layout
        self._linears = {layer: find_linear(model, layout, layer) for layer in layout.layers}
        self._copies = {
            layer: linear.weight.detach().to(keep_on or linear.weight.device, copy=True)
            for layer, linear in self._linears.items()
        }

    @torch.no_grad()
    def merge(self, residuals: Sequence[Residual]) -> None:
        """Put W0 + the sum of the residuals into the weights, whatever was merged before. Same bits in any order.

        ValueError for a residual with masks: a weight acts on every position, only `attach` can confine.
        """
        if any(residual.masks for residual in residuals):
            raise ValueError("A residual with masks cannot be merged into weights; attach it instead.")
        ordered = sorted((r for r in residuals if r.strength != 0), key=_place)
        for layer, linear in self._linears.items():
            here = [residual for residual in ordered if layer in residual.up]
            pristine = self._copies[layer].to(linear.weight.device)
            if not here:
                linear.weight.copy_(pristine)
                continue
            total = summed(here, self._layout, layer, linear.weight.device)
            linear.weight.copy_(pristine.double() + total)

    @torch.no_grad()
    def unmerge(self) -> None:
        """Put W0 back, bit for bit."""
        for layer, linear in self._linears.items():
            linear.weight.copy_(self._copies[layer])


@contextmanager
def merged(model: nn.Module, layout: Layout, residuals: Sequence[Residual]) -> Iterator[PristineWeights]:
    """Residuals merged inside the `with` block, pristine weights after it, also when the block raises."""
    pristine = PristineWeights(model, layout)
    try:
        pristine.merge(residuals)
        yield pristine
    finally:
        pristine.unmerge()


def summed(residuals: Sequence[Residual], layout: Layout, layer: str, device: torch.device) -> Tensor:
    """sum_i strength_i up_i @ down_i of one layer, fp64 (out, in): one product of the factors side by side.

    The same as concatenating ranks (PEFT's `cat`), without the cross terms of its `linear`.
    """
    n = layout.layers[layer].in_features
    up = torch.cat([residual.strength * residual.up[layer].to(device, torch.float64) for residual in residuals], 1)
    down = torch.cat([layout.down(residual.slot, n) for residual in residuals], 0).to(device)
    return up @ down


def _place(residual: Residual) -> tuple[int, float, bytes]:
    """The place of a residual in every sum. Floating-point sums depend on order, so the content decides it."""
    digest = hashlib.sha256()
    for layer, up in sorted(residual.up.items()):
        digest.update(layer.encode() + up.detach().to("cpu", torch.float64).contiguous().numpy().tobytes())
    return residual.slot, residual.strength, digest.digest()
