"""All attention projections of a base as a layout: where the paper's methods act, whatever the product adapts."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from torch import nn

from orthoplex.bases.cast.base import CastBase
from orthoplex.ortho.attach import TEXT, stream_of
from orthoplex.ortho.basis import BASIS_NAME
from orthoplex.ortho.layout import LayerShape, Layout

PROJECTIONS = ("to_q", "to_k", "to_v", "to_out")
RANK = 8  # of the paper's methods here


@lru_cache(maxsize=4)
def attention_layout(base: CastBase) -> Layout:
    """q, k, v and out of every attention of the denoiser; the basis spans all input channels, none is reserved."""
    shapes = {
        name: LayerShape(module.out_features, module.in_features)
        for name, module in base.model.named_modules()
        if isinstance(module, nn.Linear) and name.startswith("transformer_blocks.") and name.endswith(PROJECTIONS)
    }
    return replace(base.layout, layers=shapes, reserved=None, marker=0.0, rank=RANK, basis=BASIS_NAME, basis_seed=1)


def reads_words(layer: str) -> bool:
    """Whether a layer's input is the prompt's words: cross-attention's keys and values."""
    return stream_of(layer) == TEXT
