"""Reads LoRAs of other programs in every common layout: kohya's, PEFT's, diffusers' old and new, and our own import.

A foreign LoRA has no slot and no entries: it acts on every word and every place, so a composition with one is inexact.
What is not understood completely is refused by name; no part of a file is skipped silently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from orthoplex.bases.sd.base import SdBase
from orthoplex.bases.sd.names import TEXT, TEXT_2, UNET, LayerNames

FORMAT = "orthoplex.foreign/1"
# What else is called a LoRA, by the tensors that only it has.
OTHER_KINDS = {
    "hada_": "LoHa", "lokr_": "LoKr", "oft_": "OFT", "boft_": "BOFT", "dora_scale": "DoRA",
    "lora_magnitude_vector": "DoRA", "lora_mid": "LoCon in Tucker form", ".diff": "a difference of whole weights",
    "ia3": "IA3", ".on_input": "IA3", ".a1.weight": "GLoRA", "glora": "GLoRA",
}  # fmt: skip
_DOWN = (".lora_down.weight", ".lora_A.weight", ".lora_A.default.weight", ".lora.down.weight", "_lora.down.weight",
         ".lora_linear_layer.down.weight", ".down")  # fmt: skip
_UP = (".lora_up.weight", ".lora_B.weight", ".lora_B.default.weight", ".lora.up.weight", "_lora.up.weight",
       ".lora_linear_layer.up.weight", ".up")  # fmt: skip
# diffusers' attention processors of 2023, on the UNet and on text encoders
_PROCESSOR = re.compile(r"(.+?)\.(?:processor\.)?(to_[qkv]|to_out)$")
_ENCODERS_OLD = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}


class ForeignRefused(ValueError):  # noqa: N818 - a refusal
    """A file that is not loaded; the message says what it holds, or what this base lacks."""


@dataclass(frozen=True, eq=False)
class ForeignLora:
    """layers: (part, layer) -> (down (r, ...), up (out, r, ...), scale). metadata: what the file says of itself."""

    layers: Mapping[tuple[str, str], tuple[Tensor, Tensor, float]]
    metadata: Mapping[str, str]

    def change(self, layer: tuple[str, str], shape: torch.Size) -> Tensor:
        """scale * up @ down as the layer's weight is shaped, fp64; convolutions are taken at all their places."""
        down, up, scale = self.layers[layer]
        return (scale * (up.double().flatten(1) @ down.double().flatten(1))).reshape(shape)


def parts_of(base: SdBase) -> dict[str, nn.Module]:
    """What a LoRA can change."""
    encoders = {TEXT: base.text_encoder} | ({} if base.second is None else {TEXT_2: base.second.model})
    return {UNET: base.model, **encoders}


def names_of(base: SdBase) -> LayerNames:
    parts = parts_of(base)
    encoders = {part: model for part, model in parts.items() if part != UNET}
    return LayerNames(base.model, encoders, int(base.model.config.layers_per_block))


def read_foreign(path: Path, base: SdBase) -> ForeignLora:
    """The LoRA in a file. ForeignRefused if it is not a LoRA, of an unsupported kind, or for another base."""
    return foreign_of(str(path), path.read_bytes(), base)


def foreign_of(path: str, content: bytes, base: SdBase) -> ForeignLora:
    """The LoRA in the content of a file, which messages call `path`. ForeignRefused as of read_foreign."""
    try:
        tensors = load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except SafetensorError as error:
        raise ForeignRefused(f"{path} is no safetensors file: {error}") from error
    metadata: dict[str, str] = header.get("__metadata__") or {}
    for name in tensors:
        for mark, kind in OTHER_KINDS.items():
            if mark in name and (mark != ".diff" or name.endswith((".diff", ".diff_b"))):
                raise ForeignRefused(f"{path} holds {kind} ({name}), which is not loaded here")
    lora = ForeignLora(dict(_layers(path, tensors, metadata, names=names_of(base), base_id=base.id)), metadata)
    if not lora.layers:
        raise ForeignRefused(f"{path} holds no LoRA")
    _check_shapes(path, lora, base)
    return lora


def _layers(
    path: str, tensors: Mapping[str, Tensor], metadata: Mapping[str, str], *, names: LayerNames, base_id: str
) -> Iterator[tuple[tuple[str, str], tuple[Tensor, Tensor, float]]]:
    downs, ups = (_by_stem(tensors, endings) for endings in (_DOWN, _UP))
    alphas = {name.removesuffix(".alpha"): float(value) for name, value in tensors.items() if name.endswith(".alpha")}
    written = _written_alphas(metadata)
    known = {f"{stem}.alpha" for stem in alphas}
    unknown = []
    for stem, (key, down) in downs.items():
        if stem not in ups:
            raise ForeignRefused(f"{path} has {key} without its other half")
        up_key, up = ups[stem]
        known |= {key, up_key}
        layer = names.find(_normal(stem))
        if layer is None:
            unknown.append(stem)
            continue
        alpha = alphas.get(stem, written.get(layer[0], float(len(down))))
        yield layer, (down.float(), up.float(), alpha / len(down))
    if unknown:
        raise ForeignRefused(
            f"{path} changes {len(unknown)} of {len(downs)} layers that {base_id} does not have, such as {unknown[0]}: "
            "it is for another base"
        )
    if left := sorted(set(tensors) - known):
        raise ForeignRefused(f"{path} holds {left[0]}, which belongs to no LoRA that is known here")


def _by_stem(tensors: Mapping[str, Tensor], endings: Sequence[str]) -> dict[str, tuple[str, Tensor]]:
    found = {}
    for name, tensor in tensors.items():
        for ending in endings:
            if name.endswith(ending):
                found[name.removesuffix(ending)] = (name, tensor)
                break
    return found


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


def _written_alphas(metadata: Mapping[str, str]) -> dict[str, float]:
    """Part -> alpha where diffusers wrote PEFT's settings beside the tensors; without them alpha is the rank."""
    try:
        settings = json.loads(metadata.get("lora_adapter_metadata", "{}"))
        return {
            key.removesuffix(".lora_alpha"): float(value)
            for key, value in settings.items()
            if key.endswith(".lora_alpha")
        }
    except (ValueError, TypeError, AttributeError):
        return {}


def _check_shapes(path: str, lora: ForeignLora, base: SdBase) -> None:
    parts = parts_of(base)
    for part, name in lora.layers:
        weight: Any = parts[part].get_submodule(name).weight
        down, up, _ = lora.layers[part, name]
        says = (up.shape[0], *down.shape[1:])
        fits = says == tuple(weight.shape) or (weight.dim() == 2 and says == (*weight.shape, 1, 1))
        fits = fits or (weight.dim() == 4 and weight.shape[2:] == (1, 1) and says == tuple(weight.shape[:2]))
        if not fits or len(down) != up.shape[1] or up[0, 0].numel() != 1:
            raise ForeignRefused(
                f"{path} changes {part}.{name} as {says}; of {base.id} it is {tuple(weight.shape)}: "
                "it is for another base"
            )


@contextmanager
def foreign_attached(base: SdBase, loras: Sequence[tuple[ForeignLora, float]]) -> Iterator[None]:
    """Inside the `with` block W = W0 + sum strength * change on every picture; then W0 again, bit for bit."""
    parts = parts_of(base)
    touched = dict.fromkeys(layer for lora, _ in loras for layer in lora.layers)
    own = {layer: _weight(parts, layer).detach().clone() for layer in touched}
    try:
        add_foreign(parts, loras)
        yield
    finally:
        with torch.no_grad():
            for layer, weight in own.items():
                _weight(parts, layer).copy_(weight)


@torch.no_grad()
def add_foreign(parts: Mapping[str, nn.Module], loras: Sequence[tuple[ForeignLora, float]]) -> None:
    """The sum in the weights, in fp64, whatever their precision."""
    for layer in dict.fromkeys(layer for lora, _ in loras for layer in lora.layers):
        weight = _weight(parts, layer)
        total = weight.double()
        for lora, strength in loras:
            if layer in lora.layers:
                total = total + strength * lora.change(layer, weight.shape).to(weight.device)
        weight.copy_(total)


def _weight(parts: Mapping[str, nn.Module], layer: tuple[str, str]) -> Tensor:
    return parts[layer[0]].get_parameter(f"{layer[1]}.weight")
