"""How much memory a training takes, in parts that every family counts alike: weights, what is kept, what is trained.

A family runs its denoiser on the meta device, without data (bases/sd/memory.py, bases/zimage/memory.py). Counted:
weights, everything the backward pass keeps (with checkpointing: what enters each block, and the largest block alone),
the trained tensors with their optimiser. Estimated: working space. Attention counts as a fused kernel keeps it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

WORKING_SHARE = 0.1  # of everything else: kernels' working space and the allocator's fragments
CONTEXT_BYTES = 600 << 20  # that CUDA takes for itself
TRAINED_BYTES = 4 * 4  # fp32: value, gradient, two moments


@dataclass(frozen=True)
class TrainingMemory:
    """Bytes. `loaded`: weights on the device; `kept`: for the backward pass; `trained`: with optimiser."""

    loaded: int
    kept: int
    trained: int

    @property
    def total(self) -> int:
        return int((self.loaded + self.kept + self.trained) * (1 + WORKING_SHARE)) + CONTEXT_BYTES


class Saved:
    """Bytes that autograd keeps, each storage once; storages of `known` are weights."""

    def __init__(self, known: set[int]) -> None:
        self._seen = set(known)
        self._held: list[Tensor] = []  # an address means something as long as its storage lives
        self.bytes = 0

    def add(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._seen:
            self._seen.add(storage._cdata)
            self._held.append(tensor)
            self.bytes += storage.nbytes()
        return tensor

    @contextmanager
    def counting(self) -> Iterator[None]:
        with saved_tensors_hooks(self.add, lambda tensor: tensor):
            yield


class Kept:
    """What a model keeps in one forward pass; `block` runs a checkpointed block (enable_gradient_checkpointing)."""

    def __init__(self, model: nn.Module) -> None:
        self._weights = {parameter.untyped_storage()._cdata for parameter in model.parameters()}
        self._kept, self._largest = Saved(self._weights), 0

    def block(self, module: Any, *args: Any) -> Any:
        for each in args:
            if isinstance(each, Tensor):
                self._kept.add(each)
        own = Saved(self._weights)
        with own.counting():
            out = module(*args)
        self._largest = max(self._largest, own.bytes)
        return out

    @contextmanager
    def counting(self) -> Iterator[None]:
        with self._kept.counting():
            yield

    @property
    def bytes(self) -> int:
        return self._kept.bytes + self._largest


class FusedAttention(torch.autograd.Function):
    """softmax(q k^T) v by its shapes: a fused kernel keeps q, k, v and its output, and no probabilities."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        out = torch.empty_like(q)
        ctx.save_for_backward(q, k, v, out)
        return out

    @staticmethod
    def backward(ctx: Any, *_: Any) -> Any:
        q, k, v, _out = ctx.saved_tensors
        return torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)


def trained_bytes(leaves: Sequence[Tensor]) -> int:
    return sum(leaf.numel() for leaf in leaves) * TRAINED_BYTES


def bytes_of_others(folder: Path, dtype: torch.dtype) -> int:
    """Text encoders in `dtype` and the VAE in fp32, by the headers of their files."""
    total = 0
    for path in folder.glob("*/*.safetensors"):
        part = path.parent.name
        if part.startswith(("text_encoder", "vae")):
            total += _numbers(path) * (4 if part == "vae" else dtype.itemsize)
    return total


def _numbers(path: Path) -> int:
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return sum(math.prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")
