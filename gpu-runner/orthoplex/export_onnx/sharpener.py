"""The sharpener as an ONNX graph: small (B, 3, H, W) -> large (B, 3, 4 H, 4 W); twin of bases/cast/sharpener.py."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto

from orthoplex.bases.cast.sharpener import SCALE, Sharpener
from orthoplex.export_onnx.graph import Graph


def sharpener_graph() -> ModelProto:
    """Shapes come from the class itself, so a sharpener of another depth needs no change here."""
    g = Graph("sharpener")
    state = Sharpener().state_dict()

    def convolve(x: str, name: str) -> str:
        shape = tuple(state[f"{name}.weight"].shape)
        side = shape[-1] // 2
        weight, bias = g.weight(f"{name}.weight", shape), g.weight(f"{name}.bias", shape[:1])
        return g.op("Conv", x, weight, bias, pads=[side] * 4)

    small = g.input("small", ("B", 3, "H", "W"))
    clamped = g.op("Clip", small, g.number(-1.0), g.number(1.0))
    x = g.op("Relu", convolve(clamped, "first"))
    for index in range(sum(name.startswith("body.") and name.endswith(".weight") for name in state)):
        x = g.op("Add", x, g.op("Relu", convolve(x, f"body.{index}")))
    x = g.op("Relu", g.op("DepthToSpace", convolve(x, "grow"), blocksize=2, mode="CRD"))
    x = g.op("Add", x, g.op("Relu", convolve(x, "middle")))
    residual = g.op("DepthToSpace", convolve(x, "last"), blocksize=2, mode="CRD")
    scales = g.constant(np.array([1, 1, SCALE, SCALE], np.float32))
    # -0.75 is torch's bicubic
    smooth = g.op("Resize", clamped, "", scales, mode="cubic", cubic_coeff_a=-0.75)
    large = g.op("Clip", g.op("Add", smooth, residual), g.number(-1.0), g.number(1.0))
    g.output("large", large, ("B", 3, "H4", "W4"))
    return g.model()
