"""A base's description, derived from a pipeline folder: layers, dimensions, sizes and the hash of its weights.

Follows schema/contract/bases.ts. Reads the folder; writes nothing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import nn

from orthoplex.bases.sd.parts import FolderRefused, check_folder
from orthoplex.bases.sd.schedule import DEFAULT_SAMPLER, SAMPLERS
from orthoplex.ortho.slot import radix_of

TOKENS = 4
RANKS = (8, 4, 2, 1)  # the first that the narrowest layer has slots for
GATE_GAIN = 4.0  # what won on cast bases; not yet measured here
ENTRIES = ("attn2.to_k", "attn2.to_v")
SIZE_STEP = 64  # as users of these models choose sizes; every level of the UNet halves them evenly
ATTENTION = ("attn1.to_q", "attn1.to_k", "attn1.to_v", "attn1.to_out.0", "attn2.to_q", "attn2.to_out.0")
FEED_FORWARD = ("ff.net.0.proj", "ff.net.2")  # without them a concept learned far less (docs/log.md)
GATED = (*ATTENTION, *FEED_FORWARD)


def shapes_of(model: nn.Module, endings: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """Name -> (out_features, in_features) of the linear layers of those names in every block, in module order."""
    return {
        name: (module.out_features, module.in_features)
        for name, module in model.named_modules()
        if name.endswith(endings) and isinstance(module, nn.Linear)
    }


def gated_shapes(model: nn.Module) -> dict[str, tuple[int, int]]:
    """Name -> (out_features, in_features) of the layers whose residuals are gated.

    The first block's self-attention and queries run before any attention to words was paid: no gate, no residual.
    """
    first = next(name for name, _ in model.named_modules() if name.endswith("attn1")).removesuffix("attn1")
    ungated = (f"{first}attn1.", f"{first}attn2.to_q")
    return {name: shape for name, shape in shapes_of(model, GATED).items() if not name.startswith(ungated)}


def rank_for(dimensions: set[int]) -> int:
    """The largest rank of RANKS for which every layer has slots."""
    for rank in RANKS:
        try:
            radix_of(dimensions, rank)
        except ValueError:
            continue
        return rank
    raise FolderRefused(f"layers of {min(dimensions)} channels are too narrow for any slot")


def weights_sha256(folder: Path) -> str:
    """Hash of the lines `<path> <sha256>` of all weight files, sorted by path: which weights adapters are bound to."""
    lines = []
    for path in sorted(folder.glob("*/*.safetensors")):
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        lines.append(f"{path.relative_to(folder).as_posix()} {digest.hexdigest()}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def prediction_of(folder: Path) -> str:
    """What the denoiser predicts, as the scheduler's configuration says it."""
    config = json.loads((folder / "scheduler" / "scheduler_config.json").read_text("utf-8"))
    return str(config.get("prediction_type", "epsilon"))


def layers_of_text(folder: Path) -> int:
    """How many of the last layers can be read: of each encoder at least its first is left."""
    paths = sorted(folder.glob("text_encoder*/config.json"))
    return min(int(json.loads(path.read_text("utf-8"))["num_hidden_layers"]) for path in paths)


def describe(folder: Path, base_id: str, title: str) -> dict[str, Any]:
    """The description of the pipeline in FOLDER. FolderRefused if it is not a pipeline of this family."""
    is_xl = check_folder(folder) == "StableDiffusionXLPipeline"
    config = UNet2DConditionModel.load_config(folder / "unet", local_files_only=True)
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(config)
    entries, layers = shapes_of(unet, ENTRIES), gated_shapes(unet)
    (dim,) = {in_features for _, in_features in entries.values()}
    vae = AutoencoderKL.load_config(folder / "vae", local_files_only=True)
    native = int(config["sample_size"]) * 2 ** (len(vae["block_out_channels"]) - 1)
    half, whole = max(64, native // 2), native
    return {
        "id": base_id,
        "title": title,
        "description": f"A Stable Diffusion {'XL' if is_xl else '1.x'} pipeline, registered from a folder.",
        "family": "sd",
        "licence": {"spdx": "LicenseRef-unknown", "note": "The licence of the weights is that of their folder."},
        "weights_sha256": weights_sha256(folder),
        "basis": {"name": "signed-dct-2", "seed": 0},
        "rank": rank_for({inputs for _, inputs in layers.values()}),
        "tokens": {"count": TOKENS, "layers": 1, "dim": dim},
        "layers": [
            {"name": name, "in_features": inputs, "out_features": out} for name, (out, inputs) in layers.items()
        ],
        "entries": [{"name": name, "out_features": out} for name, (out, _) in entries.items()],
        "gate": {"gain": GATE_GAIN},
        "prediction": prediction_of(folder),
        "prompt": {"kind": "text", "negative": True, "weights": True},
        "clip_skip": {"max": layers_of_text(folder)},
        "samplers": {"default": DEFAULT_SAMPLER, "names": list(SAMPLERS)},
        **sizes_of(half, whole),
        "steps": {"default": 25, "min": 1, "max": 100},
        "guidance": {"default": 5.0 if is_xl else 7.5, "min": 0, "max": 20},
        **in_common(half),
    }


def sizes_of(half: int, whole: int) -> dict[str, Any]:
    """A square of `whole` px, two of half its height or width, and all between half and twice."""
    side = {"min": half, "max": 2 * whole, "step": SIZE_STEP}
    return {
        "sizes": [
            {"width": width, "height": height} for width, height in ((whole, whole), (whole, half), (half, whole))
        ],
        "size_range": {"width": side, "height": side, "pixels_max": 2 * whole * whole},
        "default_size": f"{whole}x{whole}",
    }


def in_common(side_min: int) -> dict[str, Any]:
    """What this software chooses for every pipeline; side_min: of training pictures, in px."""
    return {
        "count": {"default": 1, "max": 4},
        "strength": {"default": 1, "min": -2, "max": 2},
        "training": {
            "images": {"min": 4, "max": 16},
            "picture": {"side_min": side_min, "pixels_max": 16_000_000},
            "steps": {"default": 500, "min": 1, "max": 2000},
            "presets": [
                {"name": "quick", "title": "Quick", "steps": 250},
                {"name": "standard", "title": "Standard", "steps": 500},
                {"name": "long", "title": "Long", "steps": 1500},
            ],
        },
        "prompts": {"preview": "a photo of {trigger}", "samples": ["{trigger}", "a photo of {trigger} in a park"]},
        "residual_norm_max": 256,
        "words": {},
    }
