"""LoRAs of other programs in a base's weights: for a while, or for good. Other weights are left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from orthoplex.bases.foreign.reader import ForeignLora, check_finite
from orthoplex.bases.foreign.target import LoraTarget


@contextmanager
def foreign_attached(target: LoraTarget, loras: Sequence[tuple[ForeignLora, float]]) -> Iterator[None]:
    """Inside the `with` block W = W0 + sum strength * change(W0) on every picture; then W0 again, bit for bit.

    W0 waits in main memory: of a large model it may be most of what the device holds.
    """
    touched = dict.fromkeys(layer for lora, _ in loras for layer in lora.layers)
    own = {layer: target.weight(layer).detach().to("cpu", copy=True) for layer in touched}
    try:
        add_foreign(target, loras)
        yield
    finally:
        with torch.no_grad():
            for layer, weight in own.items():
                target.weight(layer).copy_(weight)


@torch.no_grad()
def add_foreign(target: LoraTarget, loras: Sequence[tuple[ForeignLora, float]]) -> None:
    """The sum in the weights, in fp64, whatever their precision. ForeignRefused where they do not hold it."""
    for layer in dict.fromkeys(layer for lora, _ in loras for layer in lora.layers):
        weight = target.weight(layer)
        total = weight.double()
        for lora, strength in loras:
            if layer in lora.layers:
                total = total + strength * lora.change(layer, weight).to(weight.device)
        weight.copy_(total)
        check_finite(layer, weight)
