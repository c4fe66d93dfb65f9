"""LoRA and embedding files as other programs read them: PEFT's (diffusers) and kohya's. Writes; foreign.py reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from orthoplex.bases.sd.names import TEXT, TEXT_2, UNET, LayerNames
from orthoplex.whole_files import whole_file

LORA_FORMATS = ("peft", "kohya")
Layers = Mapping[str, tuple[Tensor, Tensor]]


def lora_tensors(layers: Layers, names: LayerNames, form: str) -> dict[str, Tensor]:
    """The tensors of a LoRA of the UNet: layers[name] = (down (r, in), up (out, r)), of scale 1.

    kohya's files say their scale as alpha / r, so alpha is r.
    """
    tensors: dict[str, Tensor] = {}
    for name, (down, up) in layers.items():
        if form == "peft":
            tensors[f"{UNET}.{name}.lora_A.weight"] = down.contiguous()
            tensors[f"{UNET}.{name}.lora_B.weight"] = up.contiguous()
        else:
            own = names.kohya[UNET, name]
            tensors[f"{own}.lora_down.weight"] = down.contiguous()
            tensors[f"{own}.lora_up.weight"] = up.contiguous()
            tensors[f"{own}.alpha"] = torch.tensor(float(len(down)), dtype=down.dtype)
    return tensors


def embedding_tensors(parts: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Of SD 1.x `emb_params`, of XL `clip_l` and `clip_g`, as web UIs, ComfyUI and diffusers take them."""
    if TEXT_2 in parts:
        return {"clip_l": parts[TEXT].contiguous(), "clip_g": parts[TEXT_2].contiguous()}
    return {"emb_params": parts[TEXT].contiguous()}


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as part:
        save_file(dict(tensors), str(part), {"format": "pt", **metadata})
