"""The sharpener as an ONNX graph: small (B, 3, H, W) -> large (B, 3, s H, s W); twin of bases/cast/sharpener.py."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto

from orthoplex.bases.cast.sharpener import Sharpener
from orthoplex.export_onnx.graph import Graph


def sharpener_shapes(scale: int) -> dict[str, list[int]]:
    """The tensors that a base's sharpener.safetensors must hold to fit the graph."""
    return {name: list(tensor.shape) for name, tensor in Sharpener(scale=scale).state_dict().items()}


def sharpener_graph(scale: int) -> ModelProto:
    g = Graph("sharpener")
    shapes = sharpener_shapes(scale)

    def convolve(x: str, name: str) -> str:
        shape = shapes[f"{name}.weight"]
        margin = shape[-1] // 2
        padded = g.op("Pad", x, g.ints(0, 0, margin, margin, 0, 0, margin, margin), mode="edge") if margin else x
        return g.op("Conv", padded, g.weight(f"{name}.weight", shape), g.weight(f"{name}.bias", shape[:1]))

    def gelu(x: str) -> str:
        return g.op("Gelu", x, approximate="tanh")

    small = g.input("small", ("B", 3, "H", "W"))
    clamped = g.op("Clip", small, g.number(-1.0), g.number(1.0))
    x = gelu(convolve(gelu(convolve(clamped, "first")), "second"))
    residual = g.op("DepthToSpace", convolve(x, "last"), blocksize=scale, mode="CRD")
    scales = g.constant(np.array([1, 1, scale, scale], np.float32))
    # -0.75 is torch's bicubic
    smooth = g.op("Resize", clamped, "", scales, mode="cubic", cubic_coeff_a=-0.75)
    large = g.op("Clip", g.op("Add", smooth, residual), g.number(-1.0), g.number(1.0))
    g.output("large", large, ("B", 3, "large_H", "large_W"))
    return g.model()
