"""Reads LoRAs of other programs in every common layout: kohya's, PEFT's, diffusers' old and new, and our own import.

A foreign LoRA has no slot and no entries: it acts on every word and every place, so a composition with one is inexact.
What is not understood completely is refused by name; no part of a file is skipped silently.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from orthoplex.bases.foreign import lycoris
from orthoplex.bases.foreign.changes import Change, Dense, LowRank, Tucker
from orthoplex.bases.foreign.dora import Magnitude, MagnitudeRefused, magnitude_names, magnitude_of
from orthoplex.bases.foreign.peft_settings import peft_settings
from orthoplex.bases.foreign.target import Layer, LoraTarget

FORMAT = "orthoplex.foreign/1"
# What else is called a LoRA, by the tensors that only it has.
OTHER_KINDS = {
    "oft_": "OFT", "boft_": "BOFT",
    ".diff": "a difference of whole weights", "ia3": "IA3", ".on_input": "IA3", ".a1.weight": "GLoRA", "glora": "GLoRA",
}  # fmt: skip
DOWN = (".lora_down.weight", ".lora_A.weight", ".lora_A.default.weight", ".lora.down.weight", "_lora.down.weight",
         ".lora_linear_layer.down.weight", ".down")  # fmt: skip
UP = (".lora_up.weight", ".lora_B.weight", ".lora_B.default.weight", ".lora.up.weight", "_lora.up.weight",
       ".lora_linear_layer.up.weight", ".up")  # fmt: skip
MID = ".lora_mid.weight"  # the core of a LoCon in Tucker form
DTYPES = ("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2")
SAME = 2**-7  # a rounding of bfloat16, as a share


class ForeignRefused(ValueError):  # noqa: N818 - a refusal
    """A file that is not loaded; the message says what it holds, or what this base lacks."""


@dataclass(frozen=True, eq=False)
class ForeignLora:
    """layers: what is added to the weights of each. metadata: what the file says of itself. lengths: of DoRA."""

    layers: Mapping[Layer, Change]
    metadata: Mapping[str, str]
    lengths: Mapping[Layer, Magnitude] = field(default_factory=dict)

    def change(self, layer: Layer, weight: Tensor) -> Tensor:
        """What is added to this weight, shaped like it, fp64; convolutions are taken at all their places.

        weight: the base's own, without other LoRAs: that of DoRA follows from it.
        """
        matrix, own = self.layers[layer].matrix(), self.lengths.get(layer)
        return matrix.reshape(weight.shape) if own is None else own.change(weight, matrix)

    def factors(self, layer: Layer, weight: Tensor) -> tuple[Tensor, Tensor]:
        """down (r, inputs) and up (out, r), fp32, of the same."""
        if layer not in self.lengths:
            return self.layers[layer].factors()
        return Dense(self.change(layer, weight).flatten(1)).factors()

    def matrices(self, layer: Layer, weight: Tensor) -> tuple[Tensor, ...]:
        """What rows are multiplied with in turn, each (out, in), for the same: down and up where it is of low rank.

        Else one matrix, in the weight's precision: of a large model it takes what the weight takes.
        """
        if layer not in self.lengths and isinstance(self.layers[layer], LowRank):
            made: tuple[Tensor, ...] = self.layers[layer].factors()
        else:
            made = (self.change(layer, weight).flatten(1).to(weight.dtype).cpu(),)
        check_finite(layer, *made)
        return made


def check_finite(layer: Layer, *values: Tensor) -> None:
    """ForeignRefused where a precision did not hold them: pictures with them would be black."""
    if not all(bool(each.isfinite().all()) for each in values):
        raise ForeignRefused(f"A LoRA changes {'.'.join(layer)} beyond what {values[-1].dtype} holds")


def read_foreign(path: Path, target: LoraTarget) -> ForeignLora:
    """The LoRA in a file. ForeignRefused if it is not a LoRA, of an unsupported kind, or for another base."""
    return foreign_of(str(path), path.read_bytes(), target)


def foreign_of(path: str, content: bytes, target: LoraTarget) -> ForeignLora:
    """The LoRA in the content of a file, which messages call `path`. ForeignRefused as of read_foreign."""
    try:
        tensors = load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except SafetensorError as error:
        raise ForeignRefused(f"{path} is no safetensors file: {error}") from error
    except KeyError as error:  # a type that torch has not, as safetensors' loader ends
        raise ForeignRefused(f"{path} holds numbers as {error.args[0]}, none of {', '.join(DTYPES)}") from error
    metadata: dict[str, str] = header.pop("__metadata__", None) or {}
    # An alpha is one number, in whatever type; whole numbers elsewhere are another program's quantization.
    if odd := [name for name, at in header.items() if at["dtype"] not in DTYPES and not name.endswith(".alpha")]:
        raise ForeignRefused(f"{path} holds {odd[0]} as {header[odd[0]]['dtype']}, none of {', '.join(DTYPES)}")
    if (found := other_kind(tensors)) is not None:
        raise ForeignRefused(f"{path} holds {found[1]} ({found[0]}), which is not loaded here")
    if (own := metadata.get("dora_of", target.base_id)) != target.base_id:
        raise ForeignRefused(
            f"{path} is a DoRA as it changes {own}: for {target.base_id} import it from its own file again"
        )
    if (name := _not_finite(tensors)) is not None:
        raise ForeignRefused(f"{path} holds {name} with a value that is not finite")
    layers: dict[Layer, tuple[Change, Magnitude | None]] = {}
    for stem, layer, change in _layers(path, tensors, metadata, target=target):
        # Some files name a layer in two ways, for two programs.
        if layer in layers and not _is_same(layers[layer], change):
            raise ForeignRefused(f"{path} changes {'.'.join(layer)} in two ways, the second as {stem}")
        layers.setdefault(layer, change)
    if not layers:
        raise ForeignRefused(f"{path} holds no LoRA")
    lengths = {layer: own for layer, (_, own) in layers.items() if own is not None}
    return ForeignLora({layer: change for layer, (change, _) in layers.items()}, metadata, lengths)


def _not_finite(tensors: Mapping[str, Tensor]) -> str | None:
    """The first tensor with a value that fp32 does not hold."""
    return next((name for name, tensor in tensors.items() if not bool(tensor.float().isfinite().all())), None)


def _is_same(one: tuple[Change, Magnitude | None], other: tuple[Change, Magnitude | None]) -> bool:
    """To the precision of bfloat16."""
    (a, lengths), (b, other_lengths) = (one[0].matrix(), one[1]), (other[0].matrix(), other[1])
    if (lengths is None) != (other_lengths is None):
        return False
    if lengths is not None and other_lengths is not None and not lengths.is_same(other_lengths, SAME):
        return False
    return a.shape == b.shape and bool((a - b).norm() <= SAME * a.norm())


def other_kind(names: Iterable[str]) -> tuple[str, str] | None:
    """The first tensor that no LoRA has, and what has it; None where there is none."""
    for name in names:
        for mark, kind in OTHER_KINDS.items():
            if mark in name and (mark != ".diff" or name.endswith((".diff", ".diff_b"))):
                return name, kind
    return None


def _layers(
    path: str, tensors: Mapping[str, Tensor], metadata: Mapping[str, str], *, target: LoraTarget
) -> Iterator[tuple[str, Layer, tuple[Change, Magnitude | None]]]:
    changes = {**_loras(path, tensors, metadata, target=target), **_lycoris(path, tensors)}
    if unknown := [stem for stem in changes if not target.find(stem)]:
        raise ForeignRefused(
            f"{path} changes {len(unknown)} of {len(changes)} layers that {target.base_id} does not have, such as "
            f"{unknown[0]}: {target.mismatch(unknown)}"
        )
    names = magnitude_names(tensors)
    if alone := [name for stem, name in names.items() if stem not in changes]:
        raise ForeignRefused(f"{path} holds {alone[0]}, a DoRA's length without its LoRA")
    known = {key for _, keys in changes.values() for key in keys} | set(names.values())
    if left := sorted(key for key in tensors if key not in known and not key.endswith(".alpha")):
        raise ForeignRefused(f"{path} holds {left[0]}, which belongs to no LoRA that is known here")
    written = {name: tensors[name] for name in names.values()}
    for stem, (change, _) in changes.items():
        layers = target.find(stem)
        sizes = [len(target.weight(layer)) for layer in layers]
        if len(layers) > 1 and change.shape[0] != sum(sizes):
            raise ForeignRefused(
                f"{path} changes {stem} in {change.shape[0]} rows; of {target.base_id} these are {sum(sizes)}: "
                "it is for another base"
            )
        stretches = [change] if len(layers) == 1 else change.rows(sizes)
        for layer, own in zip(layers, stretches, strict=True):
            _check_shape(path, layer, own, target)
        lengths: Sequence[Magnitude | None] = [None] * len(layers)
        if (name := names.get(stem)) is not None:
            try:
                shape = (sum(sizes), *target.weight(layers[0]).shape[1:])
                length = magnitude_of(name, tensors[name], shape, written)
                lengths = [length] if len(layers) == 1 else length.rows(sizes)
            except MagnitudeRefused as error:
                raise ForeignRefused(f"{path}: {name} {error}, which is not loaded here") from error
        yield from ((stem, *each) for each in zip(layers, zip(stretches, lengths, strict=True), strict=True))


def _loras(
    path: str, tensors: Mapping[str, Tensor], metadata: Mapping[str, str], *, target: LoraTarget
) -> dict[str, tuple[Change, tuple[str, ...]]]:
    """Name of a layer in the file -> its change and the tensors that this is made of."""
    downs, ups = (halves(tensors, endings) for endings in (DOWN, UP))
    try:
        settings = peft_settings(metadata)
    except ValueError as error:
        raise ForeignRefused(f"{path} {error}, which is not read here") from error
    found: dict[str, tuple[Change, tuple[str, ...]]] = {}
    for stem, key in downs.items():
        if stem not in ups:
            raise ForeignRefused(f"{path} has {key} without its other half")
        down, up = tensors[key], tensors[ups[stem]]
        if min(down.dim(), up.dim()) < 2 or len(down) == 0:
            raise ForeignRefused(
                f"{path} holds no LoRA of {stem}: {key} is {tuple(down.shape)}, {ups[stem]} {tuple(up.shape)}"
            )
        if len(down) != up.shape[1] and f"{stem}{MID}" not in tensors:
            raise ForeignRefused(
                f"{path} has halves of {stem} of ranks apart: {key} of {len(down)}, {ups[stem]} of {up.shape[1]}"
            )
        alpha, scale = _alpha(path, tensors, stem), 1.0
        if alpha is not None:
            scale = alpha / len(down)
        elif (layers := target.find(stem)) and layers[0][0] in settings:
            scale = settings[layers[0][0]].scale(layers[0][1], len(down))
        if not math.isfinite(scale):
            raise ForeignRefused(f"{path} scales {stem} by {scale}, which is not finite")
        keys: tuple[str, ...] = (key, ups[stem])
        change: Change = LowRank(down.float(), up.float(), scale)
        if (core := tensors.get(f"{stem}{MID}")) is not None:
            change = Tucker(core.float(), up.float().flatten(1).T, down.float().flatten(1), scale)
            keys = (*keys, f"{stem}{MID}")
            if not change.is_whole or max((*up.shape[2:], *down.shape[2:]), default=1) > 1:
                raise ForeignRefused(
                    f"{path} holds a LoCon of {stem} in Tucker form that is not whole: {', '.join(keys)}"
                )
        found[stem] = change, keys
    return found


def _lycoris(path: str, tensors: Mapping[str, Tensor]) -> dict[str, tuple[Change, tuple[str, ...]]]:
    found: dict[str, tuple[Change, tuple[str, ...]]] = {}
    for stem, keys in lycoris.groups(tensors).items():
        change = lycoris.change_of({ending: tensors[key] for ending, key in keys.items()}, _alpha(path, tensors, stem))
        if change is None:
            kind = lycoris.KINDS[next(iter(keys))[:4]]
            raise ForeignRefused(f"{path} holds a {kind} of {stem} that is not whole: {', '.join(sorted(keys))}")
        found[stem] = change, tuple(keys.values())
    return found


def _alpha(path: str, tensors: Mapping[str, Tensor], stem: str) -> float | None:
    if (alpha := tensors.get(f"{stem}.alpha")) is None:
        return None
    if alpha.numel() != 1:
        raise ForeignRefused(f"{path} holds {stem}.alpha of {tuple(alpha.shape)}, which is no number")
    return float(alpha)


def halves(names: Iterable[str], endings: Sequence[str]) -> dict[str, str]:
    """Name of a layer in a file -> the tensor of one of its halves."""
    found = {}
    for name in names:
        for ending in endings:
            if name.endswith(ending):
                found[name.removesuffix(ending)] = name
                break
    return found


def _check_shape(path: str, layer: Layer, change: Change, target: LoraTarget) -> None:
    weight = target.weight(layer)
    says, whole = change.shape, tuple(weight.shape)
    fits = says == whole or (weight.dim() == 2 and says == (*whole, 1, 1))
    fits = fits or (weight.dim() == 4 and (weight.shape[2:] == (1, 1) or not isinstance(change, LowRank))
                    and says == (whole[0], weight[0].numel()))  # fmt: skip
    if not fits or (isinstance(change, LowRank) and not change.is_whole):
        raise ForeignRefused(
            f"{path} changes {'.'.join(layer)} as {says}; of {target.base_id} it is {whole}: it is for another base"
        )
