"""The sharpener as an ONNX graph: small (B, 3, H, W) -> large (B, 3, s H, s W); twin of bases/cast/sharpener.py."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto

from orthoplex.bases.cast.sharpener import DILATIONS, Sharpener
from orthoplex.export_onnx.graph import Graph


def sharpener_shapes(scale: int) -> dict[str, list[int]]:
    """The tensors that a base's sharpener.safetensors must hold to fit the graph."""
    return {name: list(tensor.shape) for name, tensor in Sharpener(scale=scale).state_dict().items()}


def sharpener_graph(scale: int) -> ModelProto:
    g = Graph("sharpener")
    shapes = sharpener_shapes(scale)

    def convolve(x: str, name: str, dilation: int = 1, stride: int = 1) -> str:
        shape = shapes[f"{name}.weight"]
        margin = 1 if stride == 2 else dilation * (shape[-1] // 2)
        weight, bias = g.weight(f"{name}.weight", shape), g.weight(f"{name}.bias", shape[:1])
        at = {"dilations": [dilation] * 2, "strides": [stride] * 2, "pads": [margin] * 4}
        return g.op("Conv", x, weight, bias, **at)

    small = g.input("small", ("B", 3, "H", "W"))
    clamped = g.op("Clip", small, g.number(-1.0), g.number(1.0))
    x = convolve(clamped, "first", stride=2)
    for index, dilation in enumerate(DILATIONS):
        wide = g.op("Gelu", convolve(x, f"blocks.{index}.wide", dilation), approximate="tanh")
        x = g.op("Add", x, convolve(wide, f"blocks.{index}.pointwise"))
    residual = g.op("DepthToSpace", convolve(x, "last"), blocksize=2 * scale, mode="CRD")
    scales = g.constant(np.array([1, 1, scale, scale], np.float32))
    # -0.75 is torch's bicubic
    smooth = g.op("Resize", clamped, "", scales, mode="cubic", cubic_coeff_a=-0.75)
    large = g.op("Clip", g.op("Add", smooth, residual), g.number(-1.0), g.number(1.0))
    g.output("large", large, ("B", 3, "large_H", "large_W"))
    return g.model()
