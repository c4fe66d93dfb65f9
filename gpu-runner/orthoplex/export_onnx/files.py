"""Every file of the preview, as bytes: for each base three graphs and its data that are not arithmetic, and the
vocabulary of all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orthoplex.bases import descriptions_folder
from orthoplex.bases.cast.flow import TIME_SHIFT
from orthoplex.bases.cast.model import SIZES, CastConfig
from orthoplex.export_onnx.denoiser import denoiser_graph
from orthoplex.export_onnx.language import language
from orthoplex.export_onnx.sharpener import sharpener_graph, sharpener_shapes
from orthoplex.export_onnx.text import text_graph
from orthoplex.ortho.layout import Layout, read_layout

FINISHED_PX = 256  # a side of a cell of a finished picture: what sharpeners make


def described_bases() -> list[str]:
    """The cast bases that have a description: others are still in training and not offered."""
    return [base for base in SIZES if (descriptions_folder() / f"{base}.json").exists()]


def preview_files() -> dict[str, bytes]:
    """Path -> content. Equal code gives equal bytes."""
    files = {"language.json": _json(language())}
    for base in described_bases():
        layout = read_layout(descriptions_folder() / f"{base}.json")
        own = files_of_base(CastConfig(vocabulary_size=0, **SIZES[base]), layout)
        files |= {f"{base}/{name}": content for name, content in own.items()}
    return files


def files_of_base(config: CastConfig, layout: Layout) -> dict[str, bytes]:
    """The graphs of a base of these sizes, and shapes.json: what site/preview/shapes.ts reads."""
    enlarged = FINISHED_PX // config.cell_px
    description = {
        "config": {name: value for name, value in config.as_dict().items() if name != "vocabulary_size"},
        "marker": layout.marker,
        "time_shift": TIME_SHIFT * config.coarse,
        "enlarged": enlarged,
        "sharpener": sharpener_shapes(enlarged),
        "layers": [
            {"name": name, "in_features": shape.in_features, "out_features": shape.out_features}
            for name, shape in layout.layers.items()
        ],
        "entries": list(layout.entries),
    }
    graphs = {
        "text": text_graph(config, bool(layout.entries)),
        "denoiser": denoiser_graph(config, layout),
        "sharpener": sharpener_graph(enlarged),
    }
    return {
        **{f"{name}.onnx": graph.SerializeToString(deterministic=True) for name, graph in graphs.items()},
        "shapes.json": _json(description),
    }


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, separators=(",", ":")) + "\n").encode()
