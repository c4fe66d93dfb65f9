"""Residuals of any method, by layer: up @ down, or a whole matrix. Laid beside a base's layers as hooks.

The product's own Residual knows slots only; here down may be anything, trained or frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.protocol import AnyBase
from orthoplex.eval.attention import adapted_layout, reads_words
from orthoplex.ortho.attach import find_linear
from orthoplex.ortho.layout import Layout


@dataclass(frozen=True, eq=False)
class LayerResidual:
    """What is added to one layer's weight (out, in): up (out, r) @ down (r, in), or up (out, in) itself."""

    up: Tensor
    down: Tensor | None = None

    def dense(self) -> Tensor:
        """(out, in), fp64 on the CPU."""
        up = self.up.detach().to("cpu", torch.float64)
        return up if self.down is None else up @ self.down.detach().to("cpu", torch.float64)


Residuals = Mapping[str, LayerResidual]


@dataclass(frozen=True, eq=False)
class Trained:
    """A character trained by some method: tokens (4, layers, C), residuals by layer, and entries of its own tokens.

    entries: key or value projection -> (count, out), added to what the first `count` tokens give there.
    """

    name: str
    tokens: Tensor
    residuals: dict[str, LayerResidual]
    seconds: float = 0.0
    loss: float = float("nan")
    silence: float = float("nan")
    entries: dict[str, Tensor] = field(default_factory=dict)

    def tensors(self) -> dict[str, Tensor]:
        named = {f"up.{layer}": each.up for layer, each in self.residuals.items()}
        named |= {f"down.{layer}": each.down for layer, each in self.residuals.items() if each.down is not None}
        named |= {f"entry.{layer}": entry for layer, entry in self.entries.items()}
        return named | {"tokens": self.tokens}


def trained_from(name: str, tensors: Mapping[str, Tensor], notes: Mapping[str, Any]) -> Trained:
    residuals = {
        key.removeprefix("up."): LayerResidual(up, tensors.get(f"down.{key.removeprefix('up.')}"))
        for key, up in tensors.items()
        if key.startswith("up.")
    }
    entries = {key.removeprefix("entry."): entry for key, entry in tensors.items() if key.startswith("entry.")}
    return Trained(name, tensors["tokens"], residuals, notes["seconds"], notes["loss"], notes["silence"], entries)


def laid_beside(base: CastBase, residuals: Residuals, strength: float = 1.0) -> AbstractContextManager[None]:
    """Residuals beside the layers of the base inside the `with` block: y = x W^T + strength x (up down)^T."""
    return beside(base, adapted_layout(base), [(residuals, lambda _: strength)])


def confined_beside(
    base: CastBase, members: Sequence[tuple[Residuals, Tensor, Tensor]]
) -> AbstractContextManager[None]:
    """Several concepts' residuals beside the layers, each confined: to positions (T,) of the picture, to words (S,)."""

    def confined(positions: Tensor, words: Tensor) -> Callable[[str], Tensor]:
        return lambda layer: (words if reads_words(layer) else positions).to(base.device, base.dtype)[:, None]

    confinements = [(residuals, confined(positions, words)) for residuals, positions, words in members]
    return beside(base, adapted_layout(base), confinements)


@contextmanager
def beside(
    base: AnyBase, layout: Layout, members: Sequence[tuple[Residuals, Callable[[str], float | Tensor]]]
) -> Iterator[None]:
    """Each member's residuals, times what its function says for a layer; `layout` has these layers."""
    handles = []
    for residuals, gain_of in members:
        for layer, each in residuals.items():
            hook = _hook(each, gain_of(layer), base.device, base.dtype)
            handles.append(find_linear(base.model, layout, layer).register_forward_hook(hook))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _hook(
    residual: LayerResidual, strength: float | Tensor, device: torch.device, dtype: torch.dtype
) -> Callable[[nn.Module, tuple[Any, ...], Tensor], Tensor]:
    # converted once: a residual that is being trained is laid beside the base anew at every step
    up = residual.up.to(device, dtype)
    down = None if residual.down is None else residual.down.to(device, dtype)

    def add(_: nn.Module, inputs: tuple[Any, ...], y: Tensor) -> Tensor:
        h = inputs[0] if down is None else F.linear(inputs[0], down)
        return y + strength * F.linear(h, up)

    return add
