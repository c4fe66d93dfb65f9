"""Concepts that act where their own tokens are, with any kind of trained factors: entries, token masks and gates.

    K[s] += sum_i o_i(s) (up_i down_i c[s] + entry_i[k(s)])   the same for V; o_i(s) = 1 where s holds token k(s) of i
    y(p) += sum_i g_i(p) up_i down_i x(p)                     every other projection, g_i from attention to i's tokens

The product's ortho/gated.py does this for entries and slots; here down may be trained, keys and values may have
residuals of their own, and the gate has the variants of the search. Where both apply they agree, which a test checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from orthoplex.bases.cast.base import CastBase
from orthoplex.eval.attention import reads_words
from orthoplex.eval.factors import LayerResidual, Residuals
from orthoplex.ortho.gate import attention_mass, gate

GATES = ("latest", "running mean", "loudest head", "sharpened")


@dataclass(frozen=True)
class Gate:
    """g = min(1, gain m), m the attention paid to a concept's own tokens: mean over heads, latest cross-attention.

    kind: latest; running mean (of all cross-attentions so far in the pass); loudest head (the largest, not the mean);
    sharpened (min(1, gain m)^2).
    """

    gain: float
    kind: str = "latest"

    def __post_init__(self) -> None:
        if self.kind not in GATES:
            raise ValueError(f"no gate {self.kind!r}; there are {', '.join(GATES)}")


@dataclass(frozen=True, eq=False)
class Present:
    """One concept in the pictures of a batch. positions (B or 1, n): the positions of its tokens; n = 0: not named."""

    residuals: Residuals
    entries: Mapping[str, Tensor]  # key or value projection -> (count, out), of the first `count` positions
    positions: Tensor


class Gates:
    """The gates of a pass while it runs: g (B, T, M), None before its first cross-attention."""

    def __init__(self, owners: Tensor, gate: Gate) -> None:
        self.owners, self.gate = owners, gate
        self.now: Tensor | None = None
        self.recorded: list[Tensor] | None = None  # a list here gathers the gates of every layer
        self._mean: Tensor | None = None
        self._seen = 0

    def restart(self) -> None:
        self.now, self._mean, self._seen = None, None, 0

    def observe(self, probabilities: Tensor) -> None:
        """probabilities (B, H, T, S) of one cross-attention."""
        if self.gate.kind == "loudest head":
            mass = (probabilities @ self.owners[:, None].to(probabilities)).amax(dim=1)
        else:
            mass = attention_mass(probabilities, self.owners)
        if self.gate.kind == "running mean":
            self._seen += 1
            mass = mass if self._mean is None else self._mean + (mass - self._mean) / self._seen
            self._mean = mass
        now = gate(mass, self.gate.gain)
        self.now = now.square() if self.gate.kind == "sharpened" else now
        if self.recorded is not None:
            self.recorded.append(self.now.detach())


def owners_of(members: Sequence[Present], length: int) -> Tensor:
    """(B or 1, S, M): 1 where a context position holds a token of a member."""
    rows = max(len(member.positions) for member in members)
    owners = torch.zeros(rows, length, len(members))
    for place, member in enumerate(members):
        owners[:, :, place].scatter_(1, member.positions.expand(rows, -1), 1.0)
    return owners


@contextmanager
def acting(
    base: CastBase, members: Sequence[Present], length: int, gate: Gate | None, *, keep_absent: bool = False
) -> Iterator[Gates | None]:
    """The members act on every pass inside the `with` block; `length`: positions of the context.

    Without a gate only entries act: residuals are then laid beside the base by whoever merged them (factors.py).
    Members that are not named have gates of 0 and are left out, unless their gates are to be seen.
    """
    here = [member for member in members if keep_absent or member.positions.numel() > 0]
    if not any(member.entries or (gate and member.residuals) for member in here):
        yield None
        return
    owners = owners_of(here, length).to(base.device)
    gates = Gates(owners, gate) if gate else None
    handles = []
    for layer in dict.fromkeys(layer for member in here for layer in (*member.entries, *member.residuals)):
        text = reads_words(layer)
        if gates is None and not any(layer in member.entries for member in here):
            continue
        hook = (
            _text_hook(base, here, layer, owners=owners, gates=gates) if text else _image_hook(base, here, layer, gates)
        )
        handles.append(base.model.get_submodule(layer).register_forward_hook(hook))
    observed: list[Any] = [module for name, module in base.model.named_modules() if name.endswith("attn2")]
    if gates:
        handles.append(base.model.register_forward_pre_hook(lambda *_: gates.restart()))
        for module in observed:
            module.observer = gates.observe
    try:
        yield gates
    finally:
        for handle in handles:
            handle.remove()
        for module in observed:
            module.observer = None


Hook = Any  # of a forward pass: (module, inputs, output) -> output


def _text_hook(base: CastBase, members: Sequence[Present], layer: str, *, owners: Tensor, gates: Gates | None) -> Hook:
    length = owners.shape[1]
    entries, masked = [], []
    for place, member in enumerate(members):
        if layer in member.entries and member.positions.numel() > 0:
            entry = member.entries[layer].to(base.device, base.dtype)
            at = member.positions[:, : len(entry)].to(base.device)
            entries.append((F.one_hot(at, length).transpose(1, 2).to(base.dtype), entry))  # (B or 1, S, n)
        if gates and layer in member.residuals:
            masked.append((owners[:, :, place, None].to(base.dtype), *_factors(base, member.residuals[layer])))

    def add(_: nn.Module, inputs: tuple[Any, ...], y: Tensor) -> Tensor:
        for tokens, entry in entries:
            y = y + tokens @ entry
        for mask, up, down in masked:
            y = y + mask * _product(inputs[0], up, down)
        return y

    return add


def _image_hook(base: CastBase, members: Sequence[Present], layer: str, gates: Gates | None) -> Hook:
    factors = [
        (place, *_factors(base, member.residuals[layer]))
        for place, member in enumerate(members)
        if layer in member.residuals
    ]

    def add(_: nn.Module, inputs: tuple[Any, ...], y: Tensor) -> Tensor:
        if gates is None or gates.now is None:
            return y
        for place, up, down in factors:
            y = y + gates.now[:, :, place, None].to(y.dtype) * _product(inputs[0], up, down)
        return y

    return add


def _factors(base: CastBase, residual: LayerResidual) -> tuple[Tensor, Tensor | None]:
    down = None if residual.down is None else residual.down.to(base.device, base.dtype)
    return residual.up.to(base.device, base.dtype), down


def _product(x: Tensor, up: Tensor, down: Tensor | None) -> Tensor:
    return F.linear(x if down is None else F.linear(x, down), up)
