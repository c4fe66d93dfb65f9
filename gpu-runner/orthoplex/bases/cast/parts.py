"""The parts of a cast base: weights, vocabulary and description, read from files. What the parts do is implemented
elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from orthoplex.bases.cast.model import CastConfig, CastModel
from orthoplex.bases.cast.scene import PAD
from orthoplex.bases.cast.sharpener import Sharpener, sharpener_of
from orthoplex.bases.cast.world import World
from orthoplex.bases.device import compute_dtype
from orthoplex.ortho.layout import Layout, layout_from


@dataclass(frozen=True, eq=False)
class CastParts:
    """Everything is frozen: `model` never requires grad; adapters are attached to it, not merged, unless asked."""

    id: str
    description: dict[str, Any]
    layout: Layout
    model: CastModel
    sharpener: Sharpener
    world: World
    device: torch.device
    dtype: torch.dtype

    @property
    def config(self) -> CastConfig:
        return self.model.config

    @cached_property
    def class_vectors(self) -> torch.Tensor:
        """(count, word_width) fp32: the vectors at a concept's words before training, "a person".

        The mean of what the base's own styles look like to cross-attention, then of what follows a style.
        """
        vocabulary = self.world.vocabulary
        styles = [index for word, index in vocabulary.items() if word.startswith("style:")]
        words = torch.full((len(styles), self.config.words), vocabulary[PAD], device=self.device)
        words[:, 1] = torch.tensor(styles, device=self.device)
        colours = torch.zeros(len(styles), self.config.words, 4, device=self.device, dtype=self.dtype)
        with torch.no_grad():
            encoded = self.model.text_encoder(words, colours).float()  # (styles, S, word_width)
        style, nothing_more = encoded[:, 1].mean(0), encoded[:, 2].mean(0)
        return torch.stack([style, *[nothing_more] * (self.layout.tokens_shape[0] - 1)])


def load_parts(folder: Path, description: dict[str, Any], device: torch.device) -> CastParts:
    """Reads FOLDER/{model,sharpener}.safetensors and world.json. FileNotFoundError names what is missing."""
    world = World.read(folder / "world.json")
    with safe_open(folder / "model.safetensors", "pt") as file:
        config = CastConfig(**json.loads(file.metadata()["config"]))
    if config.vocabulary_size != len(world.vocabulary):
        raise ValueError(f"{folder}: weights know {config.vocabulary_size} words, world.json {len(world.vocabulary)}")
    dtype = compute_dtype(device)
    model = CastModel(config)
    model.load_state_dict({name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()})
    _check_reserved(model, folder)
    stored = {name: tensor.float() for name, tensor in load_file(folder / "sharpener.safetensors").items()}
    sharpener = sharpener_of(stored)
    for module in (model, sharpener):
        module.to(device).requires_grad_(False).eval()
    return CastParts(
        id=str(description["id"]),
        description=description,
        layout=layout_from(description),
        model=model.to(dtype),
        sharpener=sharpener,
        world=world,
        device=device,
        dtype=dtype,
    )


def _check_reserved(model: CastModel, folder: Path) -> None:
    """ValueError where keys or values read reserved channels: a mark would then move the picture, by its slot."""
    for name, weight in model.state_dict().items():
        if name.endswith(("attn2.to_k.weight", "attn2.to_v.weight")) and weight[:, model.config.word_width :].any():
            raise ValueError(f"{folder}: {name} reads the channels that are reserved for adapters")


def save_model(model: CastModel, state: dict[str, torch.Tensor], path: Path) -> None:
    """Weights in fp16 with the configuration in the header."""
    tensors = {name: tensor.detach().to("cpu", torch.float16).contiguous() for name, tensor in state.items()}
    save_file(tensors, path, {"format": "pt", "config": json.dumps(model.config.as_dict())})
