"""The layers that the text encoder and the denoiser share, as ONNX nodes; twins of bases/cast/model.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from orthoplex.export_onnx.graph import Graph

RMS_EPSILON = float(np.finfo(np.float32).eps)  # what torch.nn.RMSNorm takes when none is given


@dataclass(frozen=True)
class Added:
    """What residuals add to a layer: h (B, T, R), already projected and masked, and up (R, out)."""

    h: str
    up: str


def linear(
    g: Graph, x: str, name: str, *, out: int, inside: int, bias: bool = True, added: Added | str | None = None
) -> str:
    """x (..., in) W^T + b, plus h up where residuals are attached, or a value (B, T, out) by name."""
    y = g.op("MatMul", x, g.op("Transpose", g.weight(f"{name}.weight", (out, inside)), perm=[1, 0]))
    if bias:
        y = g.op("Add", y, g.weight(f"{name}.bias", (out,)))
    if isinstance(added, str):
        y = g.op("Add", y, added)
    elif added:
        y = g.op("Add", y, g.op("MatMul", added.h, added.up))
    return y


def convolution(g: Graph, x: str, name: str, *, out: int, inside: int, side: int) -> str:
    """x (B, in, H, W) -> (B, out, H, W), zeros around it."""
    weight = g.weight(f"{name}.weight", (out, inside, side, side))
    return g.op("Conv", x, weight, g.weight(f"{name}.bias", (out,)), kernel_shape=[side, side], pads=[side // 2] * 4)


def rms_norm(g: Graph, x: str, name: str | None = None, size: int = 0) -> str:
    """x / sqrt(mean(x^2) + eps), times a weight where the layer has one."""
    mean = g.op("ReduceMean", g.op("Mul", x, x), g.ints(-1), keepdims=1)
    normed = g.op("Div", x, g.op("Sqrt", g.op("Add", mean, g.number(RMS_EPSILON))))
    return g.op("Mul", normed, g.weight(f"{name}.weight", (size,))) if name else normed


def heads_of(g: Graph, x: str, *, heads: int, width: int, norm: str | None = None) -> str:
    """(B, T, C) -> (B, heads, T, C / heads), normed per head where a norm is named."""
    split = g.op("Reshape", x, g.ints(0, 0, heads, width // heads))
    normed = rms_norm(g, split, norm, width // heads) if norm else split
    return g.op("Transpose", normed, perm=[0, 2, 1, 3])


def logits(g: Graph, q: str, k: str, *, width: int, heads: int) -> str:
    """q, k (B, heads, T or S, d) -> (B, heads, T, S)."""
    scale = g.number((width // heads) ** -0.5)
    return g.op("MatMul", g.op("Mul", q, scale), g.op("Transpose", k, perm=[0, 1, 3, 2]))


def joined(g: Graph, mixed: str, width: int) -> str:
    """(B, heads, T, d) -> (B, T, C)."""
    return g.op("Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]), g.ints(0, 0, width))


def feed_forward(
    g: Graph, x: str, name: str, *, width: int, added: Callable[[str, str], Added | str | None] = lambda *_: None
) -> str:
    """`added` says what residuals add to a layer, given its input and its name."""
    up, down = f"{name}.up", f"{name}.down"
    inner = linear(g, x, up, out=4 * width, inside=width, added=added(x, up))
    inner = g.op("Gelu", inner, approximate="tanh")
    return linear(g, inner, down, out=width, inside=4 * width, added=added(inner, down))
