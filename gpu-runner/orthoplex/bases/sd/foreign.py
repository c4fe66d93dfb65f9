"""What a LoRA of another program can change of a Stable Diffusion base, and how files name it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from torch import nn

from orthoplex.bases.foreign.target import Layer, LoraTarget
from orthoplex.bases.sd.base import SdBase
from orthoplex.bases.sd.names import TEXT, TEXT_2, UNET, LayerNames
from orthoplex.bases.sd.stock import whole_pipeline

MODEL = "Stable Diffusion"
# diffusers' attention processors of 2023, on the UNet and on text encoders
_PROCESSOR = re.compile(r"(.+?)\.(?:processor\.)?(to_[qkv]|to_out)$")
_ENCODERS_OLD = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}


def lora_target(base: SdBase) -> LoraTarget:
    """The UNet and the text encoders."""
    names = names_of(base)

    def find(stem: str) -> tuple[Layer, ...]:
        layer = names.find(_normal(stem))
        return () if layer is None else (layer,)

    return LoraTarget(base.id, MODEL, _parts(base), find)


def whole(base: SdBase, folder: Path) -> tuple[Any, LoraTarget]:
    """The folder as an ordinary pipeline of diffusers, and its parts as a target of LoRAs that `base` has read."""
    pipe = whole_pipeline(base, folder)
    parts: dict[str, Any] = {UNET: pipe.unet, TEXT: pipe.text_encoder, TEXT_2: getattr(pipe, "text_encoder_2", None)}
    return pipe, LoraTarget(base.id, MODEL, parts, lora_target(base).find)


def _parts(base: SdBase) -> dict[str, nn.Module]:
    encoders = {TEXT: base.text_encoder} | ({} if base.second is None else {TEXT_2: base.second.model})
    return {UNET: base.model, **encoders}


def names_of(base: SdBase) -> LayerNames:
    encoders = {part: model for part, model in _parts(base).items() if part != UNET}
    return LayerNames(base.model, encoders, int(base.model.config.layers_per_block))


def _normal(stem: str) -> str:
    """A layer's name without what a program put around it."""
    name = stem.removeprefix("base_model.model.")
    if name.startswith("lora_"):
        return name
    if (found := _PROCESSOR.fullmatch(name)) is not None and not name.endswith((".to_out.0", ".0")):
        place, layer = found[1], found[2]
        if place.startswith("text_encoder"):
            return f"{place}.{_ENCODERS_OLD[layer]}"
        name = f"{place}.{layer}.0" if layer == "to_out" else f"{place}.{layer}"
    return name if name.startswith((f"{UNET}.", "text_encoder")) else f"{UNET}.{name}"
