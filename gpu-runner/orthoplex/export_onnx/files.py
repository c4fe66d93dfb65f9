"""Every file of the preview, as bytes: three graphs, and cast.json with all that is not arithmetic."""

from __future__ import annotations

import json

from orthoplex.bases import descriptions_folder
from orthoplex.bases.cast.model import CastConfig
from orthoplex.export_onnx.denoiser import denoiser_graph
from orthoplex.export_onnx.language import language
from orthoplex.export_onnx.sharpener import sharpener_graph, sharpener_shapes
from orthoplex.export_onnx.text import text_graph
from orthoplex.ortho.layout import read_layout

BASE = "cast-2"  # the base whose shapes the graphs have; others of the same shapes use them too


def preview_files() -> dict[str, bytes]:
    """File name -> content. Equal code gives equal bytes."""
    layout = read_layout(descriptions_folder() / f"{BASE}.json")
    layers = list(layout.layers)
    config = CastConfig(vocabulary_size=0)
    shapes = {name: value for name, value in config.as_dict().items() if name != "vocabulary_size"}
    description = {
        "config": shapes,
        "marker": layout.marker,
        "sharpener": sharpener_shapes(),
        "layers": layers,
        "language": language(),
    }
    graphs = {"text": text_graph(config), "denoiser": denoiser_graph(config, layout), "sharpener": sharpener_graph()}
    return {
        **{f"{name}.onnx": graph.SerializeToString(deterministic=True) for name, graph in graphs.items()},
        "cast.json": (json.dumps(description, separators=(",", ":")) + "\n").encode(),
    }
