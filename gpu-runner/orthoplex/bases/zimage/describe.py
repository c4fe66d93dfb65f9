"""A base's description, derived from the folder of a Z-Image pipeline: layers, dimensions, sizes, hash of the weights.

Follows schema/contract/bases.ts. Reads the folder; writes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, ZImageTransformer2DModel

from orthoplex.bases.sd.describe import (
    GATE_GAIN,
    SIZE_STEP,
    TOKENS,
    in_common,
    rank_for,
    shapes_of,
    sizes_of,
    weights_sha256,
)
from orthoplex.bases.zimage.parts import PATCH, check_folder
from orthoplex.bases.zimage.schedule import DEFAULT_SAMPLER, SAMPLERS

ENTRIES = ("attention.to_k", "attention.to_v")
ATTENTION = ("attention.to_q", "attention.to_k", "attention.to_v", "attention.to_out.0")
FEED_FORWARD = ("feed_forward.w1", "feed_forward.w2", "feed_forward.w3")
GATED = (*ATTENTION, *FEED_FORWARD)
JOINT = "layers."  # blocks that picture and text share; refiners before them know one of both


def describe(folder: Path, base_id: str, title: str) -> dict[str, Any]:
    """The description of the pipeline in FOLDER. FolderRefused where it is none of this family."""
    check_folder(folder)
    config = ZImageTransformer2DModel.load_config(folder / "transformer", local_files_only=True)
    with torch.device("meta"):
        model = ZImageTransformer2DModel.from_config(config)
    vae = AutoencoderKL.load_config(folder / "vae", local_files_only=True)
    entries = {name: shape for name, shape in shapes_of(model, ENTRIES).items() if name.startswith(JOINT)}
    # The first block's queries, keys and values run before any attention to words was paid: no gate, no residual.
    layers = {
        name: shape
        for name, shape in shapes_of(model, GATED).items()
        if name.startswith(JOINT) and (not name.startswith(f"{JOINT}0.attention.") or name.endswith("to_out.0"))
    }
    # Trained at 1024 px; a model whose positions reach less far is a small one, made at an eighth of its reach.
    token_px = PATCH * 2 ** (len(vae["block_out_channels"]) - 1)
    whole = min(1024, int(config["axes_lens"][1]) * token_px // 8)
    half = max(SIZE_STEP, whole // 2)
    return {
        "id": base_id,
        "title": title,
        "description": "A Z-Image pipeline, registered from a folder.",
        "family": "zimage",
        "licence": {"spdx": "LicenseRef-unknown", "note": "The licence of the weights is that of their folder."},
        "weights_sha256": weights_sha256(folder),
        "basis": {"name": "signed-dct-2", "seed": 0},
        "rank": rank_for({inputs for _, inputs in layers.values()}),
        "tokens": {"count": TOKENS, "layers": 1, "dim": int(config["cap_feat_dim"])},
        "layers": [
            {"name": name, "in_features": inputs, "out_features": out} for name, (out, inputs) in layers.items()
        ],
        "entries": [{"name": name, "out_features": out} for name, (out, _) in entries.items()],
        "gate": {"gain": GATE_GAIN},
        "prediction": "flow",
        "prompt": {"kind": "text", "negative": True, "weights": False},
        "samplers": {"default": DEFAULT_SAMPLER, "names": list(SAMPLERS)},
        **sizes_of(half, whole),
        "steps": {"default": 9, "min": 1, "max": 100},
        "guidance": {"default": 1, "min": 0, "max": 20},
        **in_common(half),
    }
