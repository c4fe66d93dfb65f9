"""What files of other programs change of a layer's weight: LoRA, LoHa and LoKr, all as one matrix (out, in). Pure.

LoRA: s B A. LoHa: s (A1 B1) * (A2 B2), elementwise. LoKr: s W1 (x) W2, Kronecker's product (LyCORIS, Yeh et al. 2024).
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
class Hadamard(_Product):
    """LoHa: two pairs a (out, r), b (r, inputs)."""

    first: tuple[Tensor, Tensor]
    second: tuple[Tensor, Tensor]
    scale: float

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.first[0].shape[0], self.first[1].shape[1])

    def matrix(self) -> Tensor:
        one, other = (a.double() @ b.double() for a, b in (self.first, self.second))
        return self.scale * one * other


@dataclass(frozen=True, eq=False)
class Kronecker(_Product):
    """LoKr: left (a, b), right (c, d) or (c, d, height, width): (a c, b d ...)."""

    left: Tensor
    right: Tensor
    scale: float

    @property
    def shape(self) -> tuple[int, ...]:
        (a, b), (c, d, *places) = self.left.shape, self.right.shape
        return (a * c, b * d, *places)

    def matrix(self) -> Tensor:
        left = self.left.double().reshape(*self.left.shape, *(1 for _ in self.right.shape[2:]))
        return self.scale * torch.kron(left, self.right.double()).flatten(1)
