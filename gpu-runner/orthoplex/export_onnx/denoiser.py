"""The denoiser as an ONNX graph; what adapters add are inputs, computed as in ortho/attach and ortho/gated."""

from __future__ import annotations

import math

import numpy as np
from onnx import ModelProto, TensorProto

from orthoplex.bases.cast.model import CastConfig, DetailDecoder
from orthoplex.export_onnx.graph import Graph
from orthoplex.export_onnx.layers import Added, convolution, feed_forward, heads_of, joined, linear, logits, rms_norm
from orthoplex.ortho.layout import Layout


class _Factors:
    """The low-rank inputs. For each input dimension N of the base's layers down_N (N, R); for each output dimension M
    up_M (layers, R, M) with the strengths in it, of the layers of that dimension in the base's order.
    """

    def __init__(self, g: Graph, layout: Layout) -> None:
        self._g = g
        self.layers = layout.layers
        self._downs = {n: g.input(f"down_{n}", (n, "R")) for n in input_dimensions(layout)}
        self._places: dict[str, tuple[str, int]] = {}
        for m, names in layers_by_output(layout).items():
            ups = g.input(f"up_{m}", (len(names), "R", m))
            self._places |= {name: (ups, index) for index, name in enumerate(names)}

    def projected(self, x: str, layer: str) -> str:
        """x (B, T, N) onto the layer's directions: (B, T, R)."""
        return self._g.op("MatMul", x, self._downs[self.layers[layer].in_features])

    def up(self, layer: str) -> str:
        """(R, M)."""
        ups, index = self._places[layer]
        return self._g.op("Gather", ups, self._g.constant(np.array(index, np.int64)), axis=0)


def input_dimensions(layout: Layout) -> list[int]:
    """The input dimensions of the adapted layers, each once, in the layers' order."""
    return list(dict.fromkeys(shape.in_features for shape in layout.layers.values()))


def layers_by_output(layout: Layout) -> dict[int, list[str]]:
    """The adapted layers by their output dimension, in the layers' order."""
    groups: dict[int, list[str]] = {}
    for name, shape in layout.layers.items():
        groups.setdefault(shape.out_features, []).append(name)
    return groups


class _Residuals:
    """What adapters of a base without entries add: the low-rank inputs alone."""

    def __init__(self, g: Graph, layout: Layout) -> None:
        self._factors = _Factors(g, layout)
        self._projected: dict[str, str] = {}

    def added(self, x: str, layer: str) -> Added | None:
        """What a layer with input x gets; None for a layer that no adapter of this base has."""
        if layer not in self._factors.layers:
            return None
        if x not in self._projected:  # keys and values read the same
            self._projected[x] = self._factors.projected(x, layer)
        return Added(self._projected[x], self._factors.up(layer))


class _GatedResiduals:
    """The low-rank inputs, entries (projections, B, P S, C) with the strengths in them, and owners (B, P S, R): 1 where
    a position of the context holds a token of the member whose rank column r is.

    So the mass of attention comes a rank column and not a member, and no gate has to be repeated.
    """

    def __init__(self, g: Graph, width: int, layout: Layout) -> None:
        self._g = g
        self._gain = layout.gate_gain
        self._factors = _Factors(g, layout)
        self._entries = {name: index for index, name in enumerate(layout.entries)}
        self._offsets = g.input("entries", (len(layout.entries), "B", "PS", width))
        self._owners = g.input("owners", ("B", "PS", "R"))
        self._gates: str | None = None
        self._projected: dict[tuple[str, str], str] = {}

    def observe(self, shares: str) -> None:
        """g = min(1, gain * mean over heads of shares (B, H, T, S) @ owners): (B, T, R)."""
        g = self._g
        mass = g.op("MatMul", g.op("ReduceMean", shares, g.ints(1), keepdims=0), self._owners)
        self._gates = g.op("Min", g.op("Mul", mass, g.number(self._gain)), g.number(1.0))

    def added(self, x: str, layer: str) -> Added | str | None:
        g = self._g
        if layer in self._entries:
            index = g.constant(np.array(self._entries[layer], np.int64))
            return g.op("Gather", self._offsets, index, axis=0)
        if layer not in self._factors.layers or self._gates is None:
            return None
        key = (x, self._gates)
        if key not in self._projected:
            self._projected[key] = g.op("Mul", self._factors.projected(x, layer), self._gates)
        return Added(self._projected[key], self._factors.up(layer))


def denoiser_graph(config: CastConfig, layout: Layout) -> ModelProto:
    """Inputs, for B pictures of P cells of E pixels, T = grid^2 P positions, S words a person, R summed ranks:

    x_t (B, 3, E, E P); t (1,); context (L, B, P S, C), or (B, P S, C) where the base has entries; places (P,)
    int32; what _Residuals or _GatedResiduals name; region_weights (G, T): how far a position belongs to a region;
    region_bias (G, P S): 0 for words that a region attends to, a large negative number for all others;
    neighbour_bias (T, T): the same for positions in self-attention. Output x0, as x_t.
    """
    g = Graph("denoiser")
    width, grid, patch = config.width, config.grid, config.patch_px
    x_t = g.input("x_t", ("B", 3, config.cell_px, "W"))
    t = g.input("t", (1,))
    gated = bool(layout.entries)
    context = g.input("context", ("B", "PS", width) if gated else (config.layers, "B", "PS", width))
    places = g.input("places", ("P",), TensorProto.INT32)
    residuals = _GatedResiduals(g, width, layout) if gated else _Residuals(g, layout)
    weights = g.op("Unsqueeze", g.input("region_weights", ("G", "T")), g.ints(1, 2, 4))  # (G, 1, 1, T, 1)
    bias = g.op("Unsqueeze", g.input("region_bias", ("G", "PS")), g.ints(1, 2, 3))  # (G, 1, 1, 1, P S)

    neighbours = g.input("neighbour_bias", ("T", "T"))

    if config.coarse > 1:  # see seen_level
        scale = g.op("Add", g.op("Sub", g.number(1.0), t), g.op("Mul", t, g.number(1 / config.coarse)))
        t = g.op("Div", g.op("Mul", t, g.number(1 / config.coarse)), scale)
        x_t = g.op("Div", x_t, scale)
    split = g.op("Reshape", x_t, g.ints(0, 3, grid, patch, -1, patch))
    patches = g.op("Reshape", g.op("Transpose", split, perm=[0, 2, 4, 1, 3, 5]), g.ints(0, -1, 3 * patch * patch))
    x = linear(g, patches, "patch_in", out=width, inside=3 * patch * patch)
    position = g.op("Reshape", g.weight("position", (grid * grid, width)), g.ints(grid, 1, grid, width))
    cells = g.op("Gather", g.weight("place_image.weight", (config.cells, width)), places, axis=0)
    where = g.op("Add", position, g.op("Reshape", cells, g.ints(1, -1, 1, width)))  # (grid, P, grid, C)
    x = g.op("Add", x, g.op("Reshape", where, g.ints(1, -1, width)))
    signal = _time_signal(g, t, width)
    modulation = g.op("Reshape", linear(g, signal, "time_modulation", out=6 * width, inside=width), g.ints(6, width))
    for index in range(config.layers):
        at = g.constant(np.array(index, np.int64))
        layer_context = context if gated else g.op("Gather", context, at, axis=0)
        name = f"transformer_blocks.{index}"
        x = _block(
            g,
            config,
            name,
            x,
            context=layer_context,
            modulation=modulation,
            residuals=residuals,
            weights=weights,
            bias=bias,
            neighbours=neighbours,
        )
    last = linear(g, signal, "modulation_out", out=2 * width, inside=width)
    shift, scale = (g.op("Slice", last, g.ints(begin), g.ints(begin + width), g.ints(1)) for begin in (0, width))
    x = _modulated(g, rms_norm(g, x), shift, scale)
    side = patch // config.coarse
    drawn = g.op(
        "Reshape", linear(g, x, "patch_out", out=3 * side * side, inside=width), g.ints(0, grid, -1, 3, side, side)
    )
    rows = g.op("Transpose", drawn, perm=[0, 3, 1, 4, 2, 5])
    picture = g.op("Reshape", rows, g.ints(0, 3, grid * side, -1))
    if config.coarse > 1:
        picture = _decoded(g, config, x, noisy=x_t, small=picture, signal=signal)
    g.output("x0", picture, ("B", 3, config.cell_px, "W"))
    return g.model()


def _decoded(g: Graph, config: CastConfig, x: str, *, noisy: str, small: str, signal: str) -> str:
    """Twin of DetailDecoder.forward."""
    features, cell, channels = DetailDecoder.FEATURES, DetailDecoder.CELL_PX, config.decoder_channels
    side, grid = config.patch_px // cell, config.grid
    sizes = g.constant(np.array([1, 1, config.coarse, config.coarse], np.float32))
    large = g.op("Resize", small, "", sizes, mode="linear", coordinate_transformation_mode="half_pixel")
    tokens = linear(g, x, "decoder.features", out=side * side * features, inside=config.width)
    tokens = g.op("Reshape", tokens, g.ints(0, grid, -1, side, side, features))
    tokens = g.op("Transpose", tokens, perm=[0, 5, 1, 3, 2, 4])
    tokens = g.op("Reshape", tokens, g.ints(0, features, grid * side, -1))

    def cells(picture: str) -> str:
        """torch's pixel_unshuffle: (B, 3, H, W) -> (B, 3 cell^2, H / cell, W / cell)."""
        split = g.op("Reshape", picture, g.ints(0, 3, grid * side, cell, -1, cell))
        return g.op(
            "Reshape", g.op("Transpose", split, perm=[0, 1, 3, 5, 2, 4]), g.ints(0, 3 * cell * cell, grid * side, -1)
        )

    seen = convolution(g, cells(noisy), "decoder.noisy", out=features, inside=3 * cell * cell, side=1)
    drawn = convolution(g, cells(large), "decoder.coarse", out=features, inside=3 * cell * cell, side=1)
    y = convolution(
        g, g.op("Concat", tokens, seen, drawn, axis=1), "decoder.first", out=channels, inside=3 * features, side=3
    )
    y = g.op("Gelu", y, approximate="tanh")
    modulation = g.op(
        "Reshape",
        linear(g, signal, "decoder.modulation", out=2 * channels, inside=config.width),
        g.ints(2, channels, 1, 1),
    )
    scale, shift = (g.op("Gather", modulation, g.constant(np.array(row, np.int64)), axis=0) for row in range(2))
    inner = g.op("Gelu", _modulated(g, y, shift, scale), approximate="tanh")
    y = g.op("Add", y, convolution(g, inner, "decoder.second", out=channels, inside=channels, side=3))
    inner = g.op("Gelu", y, approximate="tanh")
    y = g.op("Add", y, convolution(g, inner, "decoder.third", out=channels, inside=channels, side=3))
    out = convolution(g, y, "decoder.out", out=3 * cell * cell, inside=channels, side=1)
    # torch's pixel_shuffle: channels are (3, cell, cell)
    split = g.op("Reshape", out, g.ints(0, 3, cell, cell, grid * side, -1))
    fine = g.op("Reshape", g.op("Transpose", split, perm=[0, 1, 4, 2, 5, 3]), g.ints(0, 3, config.cell_px, -1))
    return g.op("Add", large, fine)


def _time_signal(g: Graph, t: str, width: int) -> str:
    """time_in(time_features(t)): (1, C), one noise level for the whole batch."""
    half = width // 2
    frequencies = np.exp(-math.log(10000.0) * np.arange(half, dtype=np.float32) / half).astype(np.float32)
    angles = g.op("Mul", g.op("Mul", g.op("Unsqueeze", t, g.ints(1)), g.number(1000.0)), g.constant(frequencies[None]))
    features = g.op("Concat", g.op("Cos", angles), g.op("Sin", angles), axis=-1)
    inner = linear(g, features, "time_in.0", out=width, inside=width)
    return g.op("Mul", inner, g.op("Sigmoid", inner))


def _modulated(g: Graph, x: str, shift: str, scale: str) -> str:
    return g.op("Add", g.op("Mul", x, g.op("Add", scale, g.number(1.0))), shift)


def _block(
    g: Graph, config: CastConfig, name: str, x: str, *, context: str, modulation: str,
    residuals: _Residuals | _GatedResiduals, weights: str, bias: str, neighbours: str,
) -> str:  # fmt: skip
    width, heads = config.width, config.heads
    table = g.op("Add", modulation, g.weight(f"{name}.scale_shift_table", (6, width)))
    shift1, scale1, gate1, shift3, scale3, gate3 = (
        g.op("Gather", table, g.constant(np.array(row, np.int64)), axis=0) for row in range(6)
    )

    def attention(which: str, query: str, source: str, regional: bool) -> str:
        def to(each: str, value: str) -> str:
            layer = f"{name}.{which}.to_{each}"
            return linear(g, value, layer, out=width, inside=width, bias=False, added=residuals.added(value, layer))

        q = heads_of(g, to("q", query), heads=heads, width=width, norm=f"{name}.{which}.norm_q")
        k = heads_of(g, to("k", source), heads=heads, width=width, norm=f"{name}.{which}.norm_k")
        v = heads_of(g, to("v", source), heads=heads, width=width)
        scores = logits(g, q, k, width=width, heads=heads)
        if regional:
            # Everything after the softmax is linear, so regions are mixed here once and not after to_out.
            each = g.op("Softmax", g.op("Add", g.op("Unsqueeze", scores, g.ints(0)), bias), axis=-1)
            shares = g.op("ReduceSum", g.op("Mul", each, weights), g.ints(0), keepdims=0)
            if isinstance(residuals, _GatedResiduals):
                residuals.observe(shares)
        else:
            shares = g.op("Softmax", g.op("Add", scores, neighbours), axis=-1)
        return to("out", joined(g, g.op("MatMul", shares, v), width))

    normed = _modulated(g, rms_norm(g, x), shift1, scale1)
    x = g.op("Add", x, g.op("Mul", gate1, attention("attn1", normed, normed, regional=False)))
    crossed = rms_norm(g, x, f"{name}.norm2", width)
    x = g.op("Add", x, attention("attn2", crossed, context, regional=True))
    fed = feed_forward(
        g, _modulated(g, rms_norm(g, x), shift3, scale3), f"{name}.ff", width=width, added=residuals.added
    )
    return g.op("Add", x, g.op("Mul", gate3, fed))
