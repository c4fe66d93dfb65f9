"""The base as the evaluation uses it: all its attention projections, its feed-forward layers for methods that adapt
them, and separate tokens per layer for any method.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from torch import nn

from orthoplex.bases import load_base
from orthoplex.bases.cast.base import CastBase
from orthoplex.ortho.attach import TEXT, stream_of
from orthoplex.ortho.basis import BASIS_NAME
from orthoplex.ortho.layout import LayerShape, Layout

PROJECTIONS = ("to_q", "to_k", "to_v", "to_out")
FEED_FORWARD = ("ff.up", "ff.down")
RANK = 8  # of the paper's methods here


@lru_cache(maxsize=4)
def attention_layout(base: CastBase) -> Layout:
    """q, k, v and out of every attention of the denoiser; the basis spans all input channels, none is reserved."""
    shapes = _linear_layers(base, PROJECTIONS)
    return replace(base.layout, layers=shapes, reserved=None, marker=0.0, rank=RANK, basis=BASIS_NAME, basis_seed=1)


@lru_cache(maxsize=4)
def adapted_layout(base: CastBase) -> Layout:
    """The same and the feed-forward layers, after all attention: every layer that a method may adapt."""
    attention = attention_layout(base)
    return replace(attention, layers={**attention.layers, **_linear_layers(base, FEED_FORWARD)})


def _linear_layers(base: CastBase, ends: tuple[str, ...]) -> dict[str, LayerShape]:
    return {
        name: LayerShape(module.out_features, module.in_features)
        for name, module in base.model.named_modules()
        if isinstance(module, nn.Linear) and name.startswith("transformer_blocks.") and name.endswith(ends)
    }


def reads_words(layer: str) -> bool:
    """Whether a layer's input is the prompt's words: cross-attention's keys and values."""
    return stream_of(layer) == TEXT


def open_cast(base_id: str, device: str) -> CastBase:
    """The base as it is published. ValueError where it is not of the cast family."""
    base = load_base(base_id, device)
    if not isinstance(base, CastBase):
        raise ValueError(f"the evaluation's characters are drawn by cast bases; {base_id!r} is none")
    return base


@lru_cache(maxsize=4)
def with_tokens_a_layer(base: CastBase) -> CastBase:
    """The same weights with tokens that every layer may read otherwise (P+), as the compared methods train them.

    A base with entries reads no such tokens; here entries are added by gating.py, for the methods that have them.
    """
    if not base.layout.entries:
        return base
    count, width = base.layout.tokens_shape[0], base.config.width
    plain = replace(base.layout, entries={}, tokens_shape=(count, base.config.layers, width))
    return replace(base, layout=plain)
