"""The denoiser as an ONNX graph; residuals are inputs: y = x W^T + (x D) U, as ortho/attach has it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from onnx import ModelProto, TensorProto

from orthoplex.bases.cast.model import CastConfig
from orthoplex.export_onnx.graph import Graph
from orthoplex.export_onnx.layers import Added, feed_forward, heads_of, joined, linear, logits, rms_norm


class _Residuals:
    """The low-rank inputs: down (C, R), and up (layers, R, C) with the strengths in it."""

    def __init__(self, g: Graph, width: int, layers: Sequence[str]) -> None:
        self._g = g
        self._index = {name: index for index, name in enumerate(layers)}
        self._down = g.input("down", (width, "R"))
        self._up = g.input("up", (len(layers), "R", width))
        self._projected: dict[str, str] = {}

    def added(self, x: str, layer: str) -> Added | None:
        """What a layer with input x gets; None for a layer that no adapter of this base has."""
        if layer not in self._index:
            return None
        if x not in self._projected:  # keys and values read the same
            self._projected[x] = self._g.op("MatMul", x, self._down)
        index = self._g.constant(np.array(self._index[layer], np.int64))
        return Added(self._projected[x], self._g.op("Gather", self._up, index, axis=0))


def denoiser_graph(config: CastConfig, layers: Sequence[str]) -> ModelProto:
    """Inputs, for B pictures of P cells, T = 64 P positions, S words a person, R summed ranks, G regions:

    x_t (B, 3, 64, 64 P); t (1,); context (L, B, P S, C); places (P,) int32; down and up as _Residuals has them, up in
    the order of `layers`; region_weights (G, T): how far a position belongs to a region; region_bias (G, P S): 0 for
    words that a region attends to, a large negative number for all others; neighbour_bias (T, T): the same for
    positions in self-attention. Output x0 (B, 3, 64, 64 P).
    """
    g = Graph("denoiser")
    width, grid, patch = config.width, config.grid, config.patch_px
    x_t = g.input("x_t", ("B", 3, config.cell_px, "W"))
    t = g.input("t", (1,))
    context = g.input("context", (config.layers, "B", "PS", width))
    places = g.input("places", ("P",), TensorProto.INT32)
    residuals = _Residuals(g, width, layers)
    weights = g.op("Unsqueeze", g.input("region_weights", ("G", "T")), g.ints(1, 2, 4))  # (G, 1, 1, T, 1)
    bias = g.op("Unsqueeze", g.input("region_bias", ("G", "PS")), g.ints(1, 2, 3))  # (G, 1, 1, 1, P S)

    neighbours = g.input("neighbour_bias", ("T", "T"))

    split = g.op("Reshape", x_t, g.ints(0, 3, grid, patch, -1, patch))
    patches = g.op("Reshape", g.op("Transpose", split, perm=[0, 2, 4, 1, 3, 5]), g.ints(0, -1, 3 * patch * patch))
    x = linear(g, patches, "patch_in", width, 3 * patch * patch)
    position = g.op("Reshape", g.weight("position", (grid * grid, width)), g.ints(grid, 1, grid, width))
    cells = g.op("Gather", g.weight("place_image.weight", (config.cells, width)), places, axis=0)
    where = g.op("Add", position, g.op("Reshape", cells, g.ints(1, -1, 1, width)))  # (grid, P, grid, C)
    x = g.op("Add", x, g.op("Reshape", where, g.ints(1, -1, width)))
    signal = _time_signal(g, t, width)
    modulation = g.op("Reshape", linear(g, signal, "time_modulation", 6 * width, width), g.ints(6, width))
    for index in range(config.layers):
        layer_context = g.op("Gather", context, g.constant(np.array(index, np.int64)), axis=0)
        name = f"transformer_blocks.{index}"
        x = _block(g, config, name, x, layer_context, modulation, residuals, weights, bias, neighbours)
    last = linear(g, signal, "modulation_out", 2 * width, width)
    shift, scale = (g.op("Slice", last, g.ints(at), g.ints(at + width), g.ints(1)) for at in (0, width))
    x = _modulated(g, rms_norm(g, x), shift, scale)
    drawn = g.op("Reshape", linear(g, x, "patch_out", 3 * patch * patch, width), g.ints(0, grid, -1, 3, patch, patch))
    rows = g.op("Transpose", drawn, perm=[0, 3, 1, 4, 2, 5])
    picture = g.op("Reshape", rows, g.ints(0, 3, config.cell_px, -1))
    g.output("x0", picture, ("B", 3, config.cell_px, "W"))
    return g.model()


def _time_signal(g: Graph, t: str, width: int) -> str:
    """time_in(time_features(t)): (1, C), one noise level for the whole batch."""
    half = width // 2
    frequencies = np.exp(-math.log(10000.0) * np.arange(half, dtype=np.float32) / half).astype(np.float32)
    angles = g.op("Mul", g.op("Mul", g.op("Unsqueeze", t, g.ints(1)), g.number(1000.0)), g.constant(frequencies[None]))
    features = g.op("Concat", g.op("Cos", angles), g.op("Sin", angles), axis=-1)
    inner = linear(g, features, "time_in.0", width, width)
    return g.op("Mul", inner, g.op("Sigmoid", inner))


def _modulated(g: Graph, x: str, shift: str, scale: str) -> str:
    return g.op("Add", g.op("Mul", x, g.op("Add", scale, g.number(1.0))), shift)


def _block(
    g: Graph, config: CastConfig, name: str, x: str, context: str, modulation: str, residuals: _Residuals,
    weights: str, bias: str, neighbours: str,
) -> str:  # fmt: skip
    width, heads = config.width, config.heads
    table = g.op("Add", modulation, g.weight(f"{name}.scale_shift_table", (6, width)))
    shift1, scale1, gate1, shift3, scale3, gate3 = (
        g.op("Gather", table, g.constant(np.array(row, np.int64)), axis=0) for row in range(6)
    )

    def attention(which: str, query: str, source: str, regional: bool) -> str:
        def to(each: str, value: str) -> str:
            layer = f"{name}.{which}.to_{each}"
            return linear(g, value, layer, width, width, bias=False, added=residuals.added(value, layer))

        q = heads_of(g, to("q", query), heads, width, f"{name}.{which}.norm_q")
        k = heads_of(g, to("k", source), heads, width, f"{name}.{which}.norm_k")
        v = heads_of(g, to("v", source), heads, width)
        scores = logits(g, q, k, width, heads)
        if regional:
            # Everything after the softmax is linear, so regions are mixed here once and not after to_out.
            each = g.op("Softmax", g.op("Add", g.op("Unsqueeze", scores, g.ints(0)), bias), axis=-1)
            shares = g.op("ReduceSum", g.op("Mul", each, weights), g.ints(0), keepdims=0)
        else:
            shares = g.op("Softmax", g.op("Add", scores, neighbours), axis=-1)
        return to("out", joined(g, g.op("MatMul", shares, v), width))

    normed = _modulated(g, rms_norm(g, x), shift1, scale1)
    x = g.op("Add", x, g.op("Mul", gate1, attention("attn1", normed, normed, regional=False)))
    crossed = rms_norm(g, x, f"{name}.norm2", width)
    x = g.op("Add", x, attention("attn2", crossed, context, regional=True))
    fed = feed_forward(g, _modulated(g, rms_norm(g, x), shift3, scale3), f"{name}.ff", width)
    return g.op("Add", x, g.op("Mul", gate3, fed))
