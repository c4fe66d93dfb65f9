"""What files of other programs change of a layer's weight: LoRA, LoHa and LoKr, all as one matrix (out, in). Pure.

LoRA: s B A. LoHa: s (A1 B1) * (A2 B2), elementwise. LoKr: s W1 (x) W2, Kronecker's product (LyCORIS, Yeh et al. 2024).
In Tucker form a product A B of a convolution has a core t of its places:
    w[o, i, y, x] = sum_{p, q} t[p, q, y, x] a[p, o] b[q, i]   (LyCORIS' rebuild_tucker)
Convolutions have all their places as inputs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


class Change(Protocol):
    """A matrix that is added to a weight."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(out, in) or (out, in, height, width), as far as the file says it."""

    def matrix(self) -> Tensor:
        """(out, inputs), fp64."""

    def factors(self) -> tuple[Tensor, Tensor]:
        """down (r, inputs) and up (out, r), fp32, whose product it is."""

    def rows(self, sizes: Sequence[int]) -> Sequence[Change]:
        """The same in stretches of so many rows."""


@dataclass(frozen=True, eq=False)
class LowRank:
    """down (r, ...), up (out, r, ...)."""

    down: Tensor
    up: Tensor
    scale: float

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.up.shape[0], *self.down.shape[1:])

    @property
    def is_whole(self) -> bool:
        """Both halves are of one rank, and a convolution's second one has no extent."""
        return len(self.down) == self.up.shape[1] and math.prod(self.up.shape[2:]) == 1

    def matrix(self) -> Tensor:
        return self.scale * (self.up.double().flatten(1) @ self.down.double().flatten(1))

    def factors(self) -> tuple[Tensor, Tensor]:
        return self.down.flatten(1), self.scale * self.up.flatten(1)

    def rows(self, sizes: Sequence[int]) -> Sequence[LowRank]:
        return [LowRank(self.down, up, self.scale) for up in torch.split(self.up, list(sizes))]


@dataclass(frozen=True, eq=False)
class Dense:
    """A matrix as it is."""

    values: Tensor

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.values.shape)

    def matrix(self) -> Tensor:
        return self.values.double()

    def factors(self) -> tuple[Tensor, Tensor]:
        return self.values.float(), torch.eye(len(self.values), device=self.values.device)

    def rows(self, sizes: Sequence[int]) -> Sequence[Dense]:
        return [Dense(each) for each in torch.split(self.values, list(sizes))]


class _Product:
    """What is held by its factors and written out where a matrix is asked for."""

    def matrix(self) -> Tensor:
        raise NotImplementedError

    def factors(self) -> tuple[Tensor, Tensor]:
        return Dense(self.matrix()).factors()

    def rows(self, sizes: Sequence[int]) -> Sequence[Dense]:
        return Dense(self.matrix()).rows(sizes)


@dataclass(frozen=True, eq=False)
class Tucker(_Product):
    """core (r, r, height, width), outer (r, out), inner (r, in)."""

    core: Tensor
    outer: Tensor
    inner: Tensor
    scale: float

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.outer.shape[1], self.inner.shape[1], *self.core.shape[2:])

    @property
    def is_whole(self) -> bool:
        """The core and both sides are of one rank."""
        return self.core.dim() == 4 and len({*self.core.shape[:2], len(self.outer), len(self.inner)}) == 1

    def matrix(self) -> Tensor:
        parts = (self.core.double(), self.outer.double(), self.inner.double())
        return self.scale * torch.einsum("pqyx,po,qi->oiyx", *parts).flatten(1)


@dataclass(frozen=True, eq=False)
class Hadamard(_Product):
    """LoHa: two products of one size, number by number."""

    first: LowRank | Tucker
    second: LowRank | Tucker
    scale: float

    @property
    def shape(self) -> tuple[int, ...]:
        return self.first.shape

    def matrix(self) -> Tensor:
        return self.scale * self.first.matrix() * self.second.matrix()


@dataclass(frozen=True, eq=False)
class Kronecker(_Product):
    """LoKr: left (a, b), right (c, d) or (c, d, height, width): (a c, b d ...). Their own factors stay apart, too."""

    left: Dense | LowRank
    right: Dense | LowRank | Tucker
    scale: float

    @property
    def shape(self) -> tuple[int, ...]:
        (a, b), (c, d, *places) = self.left.shape, self.right.shape
        return (a * c, b * d, *places)

    def matrix(self) -> Tensor:
        left, right = (each.matrix().reshape(each.shape) for each in (self.left, self.right))
        return self.scale * torch.kron(left.reshape(*left.shape, *(1 for _ in right.shape[2:])), right).flatten(1)
