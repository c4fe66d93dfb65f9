"""The exact merge: W = W0 + sum_i strength_i up_i @ down_i, always made from pristine copies (the paper, eq. 1).

Never by subtraction: fusing and unfusing in half precision drifts until pictures blur. Strengths are not divided by
the number of concepts; an affine average would dilute every one of them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby

import torch
from torch import Tensor, nn

from orthoplex.ortho.attach import find_linear
from orthoplex.ortho.layout import Layout
from orthoplex.ortho.residual import Residual

# So many rows are copied, multiplied and rounded at once that they stay in a core's cache in between.
BLOCK_BYTES = 1 << 21
DOWNS_MAX = 512  # kept between merges: (slot, dimension) -> down


class Scratch:
    """Memory for one block of rows, used again for every one: asking for it anew costs as much as the product."""

    def __init__(self) -> None:
        self._held: dict[tuple[torch.device, torch.dtype], Tensor] = {}

    def __call__(self, up: Tensor, down: Tensor) -> Tensor:
        """Uninitialised, of the shape of up @ down."""
        rows, columns = len(up), down.shape[1]
        key = (up.device, up.dtype)
        if key not in self._held or self._held[key].numel() < rows * columns:
            self._held[key] = torch.empty(rows * columns, device=up.device, dtype=up.dtype)
        return self._held[key][: rows * columns].view(rows, columns)


class PristineWeights:
    """Copies of a model's adapted weights, from which every merge and unmerge is made.

    Held on the layers' device unless `keep_on` names another; 64 layers of 256 x 256 in fp32 are 16 MiB.
    """

    def __init__(self, model: nn.Module, layout: Layout, keep_on: torch.device | None = None) -> None:
        self.layout = layout
        self._linears = {layer: find_linear(model, layout, layer) for layer in layout.layers}
        self._copies = {
            layer: linear.weight.detach().to(keep_on or linear.weight.device, copy=True)
            for layer, linear in self._linears.items()
        }
        self._down = lru_cache(DOWNS_MAX)(layout.down)

    @torch.no_grad()
    def merge(self, residuals: Sequence[Residual]) -> None:
        """Put W0 + the sum of the residuals into the weights, whatever was merged before. Same bits in any order.

        Products and sums are fp32, fp64 for weights in fp64, and rounded to the weight's precision once.
        ValueError for a residual with masks: a weight acts on every position, only `attach` can confine.
        """
        if any(residual.masks for residual in residuals):
            raise ValueError("A residual with masks cannot be merged into weights; attach it instead.")
        ordered = in_order([residual for residual in residuals if residual.strength != 0])
        scratch = Scratch()
        stacks: dict[tuple[tuple[int, ...], int, torch.device, torch.dtype], Tensor] = {}
        for layer, linear in self._linears.items():
            here = [residual for residual in ordered if layer in residual.up]
            weight = linear.weight.detach()
            pristine = self._copies[layer].to(weight.device)
            if not here:
                weight.copy_(pristine)
                continue
            n, device, kind = weight.shape[1], weight.device, torch.promote_types(weight.dtype, torch.float32)
            key = (tuple(residual.slot for residual in here), n, device, kind)
            if key not in stacks:
                stacks[key] = torch.cat([self._down(slot, n) for slot in key[0]]).to(device, kind)
            up = torch.cat([residual.up[layer].to(device, kind) * residual.strength for residual in here], 1)
            add_product(weight, pristine, up=up, down=stacks[key], scratch=scratch)

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


def add_product(target: Tensor, pristine: Tensor, *, up: Tensor, down: Tensor, scratch: Scratch) -> None:
    """target = pristine + up @ down. target, pristine (out, n); up (out, R); down (R, n).

    All factors side by side in one product: the same as concatenating ranks (PEFT's `cat`).
    """
    rows = max(1, BLOCK_BYTES // (target.shape[1] * up.element_size()))
    for first in range(0, len(target), rows):
        own = slice(first, first + rows)
        if target.dtype == up.dtype:
            target[own].copy_(pristine[own]).addmm_(up[own], down)  # faster than one addmm into `out`
        else:
            target[own].copy_(scratch(up[own], down).copy_(pristine[own]).addmm_(up[own], down))


def summed(residuals: Sequence[Residual], layout: Layout, layer: str, device: torch.device) -> Tensor:
    """sum_i strength_i up_i @ down_i of one layer in fp64, (out, in): what every merge is held to."""
    n = layout.layers[layer].in_features
    up = torch.cat([residual.strength * residual.up[layer].to(device, torch.float64) for residual in residuals], 1)
    down = torch.cat([layout.down(residual.slot, n) for residual in residuals], 0).to(device)
    return up @ down


def in_order(residuals: Sequence[Residual]) -> list[Residual]:
    """Residuals in the order of every sum. Floating-point sums depend on order, so the content decides it.

    Slots and strengths do in nearly all compositions; only where two have both in common their ups are read.
    """
    ordered: list[Residual] = []
    for _, same in groupby(sorted(residuals, key=_place), _place):
        tied = list(same)
        ordered += tied if len(tied) == 1 else sorted(tied, key=_digest)
    return ordered


def _place(residual: Residual) -> tuple[int, float]:
    return residual.slot, residual.strength


def _digest(residual: Residual) -> bytes:
    digest = hashlib.sha256()
    for layer, up in sorted(residual.up.items()):
        digest.update(layer.encode() + up.detach().to("cpu", torch.float64).contiguous().numpy().tobytes())
    return digest.digest()
