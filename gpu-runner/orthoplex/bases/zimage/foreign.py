"""What a LoRA of another program can change of a Z-Image base, and how files name it.

The same module has two names: diffusers' (`layers.0.attention.to_q`), which diffusers, ai-toolkit and OneTrainer write,
and that of the model's first code (`attention.qkv` in one, `attention.out`, `x_embedder`), which ComfyUI loads.
Around it: `transformer.` (diffusers, PEFT), `diffusion_model.` (ComfyUI, ai-toolkit), `lora_unet_` with underscores for
dots (musubi-tuner, kohya), `lora_transformer_` and `lycoris_` likewise.
As diffusers' ZImageLoraLoaderMixin and ComfyUI's z_image_to_diffusers
read them; musubi's as in the files of its issue 807.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from diffusers import ZImagePipeline
from torch import nn

from orthoplex.bases.foreign.target import Layer, LoraTarget
from orthoplex.bases.zimage.base import ZBase

MODEL = "Z-Image"
TRANSFORMER, TEXT = "transformer", "text_encoder"
_AROUND = re.compile(r"^(?:base_model\.model\.)?(?:transformer\.|(?:model\.)?diffusion_model\.)*")
_UNDERSCORED = re.compile(r"^(?:lora_unet_|lora_transformer_|lycoris_)")
_FIRST_CODE = (
    (re.compile(r"\.attention\.to_out\.0$"), ".attention.out"),
    (re.compile(r"^all_(x_embedder|final_layer)\.2-1"), r"\1"),
)


def lora_target(base: ZBase) -> LoraTarget:
    """The transformer, and the text encoder where a file has layers of it."""
    known = dict(_named(base.model))
    underscored = {name.replace(".", "_"): layers for name, layers in known.items()}
    texts = {name: ((TEXT, name),) for name in _linears(base.text_encoder)}

    def find(stem: str) -> tuple[Layer, ...]:
        if (kohya := _UNDERSCORED.sub("", stem)) != stem:
            return underscored.get(kohya, ())
        name = _AROUND.sub("", stem)
        if name.startswith(f"{TEXT}."):
            return texts.get(name.removeprefix(f"{TEXT}.").removeprefix("model."), ())
        return known.get(name, ())

    return LoraTarget(base.id, MODEL, {TRANSFORMER: base.model, TEXT: base.text_encoder}, find)


def whole(base: ZBase, folder: Path) -> tuple[Any, LoraTarget]:
    """The folder as an ordinary pipeline of diffusers, and its parts as a target of LoRAs that `base` has read."""
    pipe: Any = ZImagePipeline.from_pretrained(folder, dtype=torch.float32, low_cpu_mem_usage=False)
    parts = {TRANSFORMER: pipe.transformer, TEXT: pipe.text_encoder}
    return pipe, LoraTarget(base.id, MODEL, parts, lora_target(base).find)


def _named(model: nn.Module) -> Iterator[tuple[str, tuple[Layer, ...]]]:
    """Every name of a layer, with what it stands for."""
    for name in _linears(model):
        own = ((TRANSFORMER, name),)
        yield name, own
        for pattern, other in _FIRST_CODE:
            if (first := pattern.sub(other, name)) != name:
                yield first, own
        if name.endswith(".attention.to_q"):
            place = name.removesuffix("to_q")
            yield f"{place}qkv", tuple((TRANSFORMER, f"{place}to_{each}") for each in "qkv")


def _linears(model: nn.Module) -> list[str]:
    return [name for name, module in model.named_modules() if isinstance(module, nn.Linear)]
