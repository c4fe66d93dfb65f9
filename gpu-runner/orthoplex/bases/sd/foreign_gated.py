"""A foreign LoRA that acts at its trigger alone: gated by the attention that is paid to it, like a concept of ours.

In the prompt `<trigger>` stands for the LoRA's own words. Keys and values change at the rows of their last token alone,
    K[s] = (W + strength B A) x[s],
and the other linear layers of attentions by the gate of the latest cross-attention: y(p) += strength g(p) B A x(p).
What cannot be gated (text encoders, convolutions, feed-forward layers, the first block) is left out and named. A LoRA
was not trained so and has no slot: it stays inexact, though other concepts' rows keep their keys and values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from orthoplex.bases.context import Context
from orthoplex.bases.request import AttachedAdapter
from orthoplex.bases.sd.base import SdBase
from orthoplex.bases.sd.foreign import ForeignLora
from orthoplex.bases.sd.names import UNET
from orthoplex.bases.sd.reading import SdReading
from orthoplex.ortho.adapter import Adapter
from orthoplex.ortho.gated import GatedAttachment, Member
from orthoplex.ortho.layout import Layout


@dataclass(frozen=True, eq=False)
class GatedLora:
    """changes: layer -> (down (r, in), strength * up (out, r)), of layers that the base gates or adds entries to."""

    trigger: str
    entries: Mapping[str, tuple[Tensor, Tensor]]
    residuals: Mapping[str, tuple[Tensor, Tensor]]
    left_out: tuple[str, ...]


def gated_lora(lora: ForeignLora, trigger: str, strength: float, layout: Layout) -> GatedLora:
    """The parts of a LoRA that can be gated."""
    entries, residuals, left = {}, {}, []
    for (part, name), (down, up, scale) in lora.layers.items():
        pair = (down.flatten(1), strength * scale * up.flatten(1))
        if part == UNET and name in layout.entries:
            entries[name] = pair
        elif part == UNET and name in layout.layers:
            residuals[name] = pair
        else:
            left.append(f"{part}.{name}")
    return GatedLora(trigger, entries, residuals, tuple(left))


def stand_in(lora: GatedLora, words: str) -> AttachedAdapter:
    """An empty adapter by which a reading finds the trigger's rows; `words` are what the text encoder reads there."""
    none = torch.zeros(0, 0, 0)
    return AttachedAdapter(Adapter(0, {}, none, lora.trigger.strip("<>"), words, lora.trigger), lora.trigger, 1.0)


@dataclass(frozen=True, eq=False)
class ForeignMember(Member):
    """A LoRA's rows in one picture."""

    trigger: str = ""


@dataclass(frozen=True, eq=False)
class GatedSdBase(SdBase):
    """The base with gated LoRAs beside the adapters of each composition."""

    gated: tuple[GatedLora, ...] = ()

    def encode(self, readings: Sequence[SdReading]) -> Context:
        context = super().encode(readings)
        (states,) = context.states
        by_trigger = {lora.trigger: lora for lora in self.gated}
        pictures = []
        for own, members, reading in zip(states, context.members, readings, strict=True):
            called = zip(members, (each.trigger for each in reading.members), strict=True)
            pictures.append(
                tuple(_filled(each, by_trigger[t], own) if t in by_trigger else each for each, t in called)
            )  # fmt: skip
        return replace(context, members=tuple(pictures))

    @contextmanager
    def attached(self, context: Context) -> Iterator[GatedAttachment | None]:
        with super().attached(context) as attachment, ExitStack() as stack:
            if attachment is not None:
                for lora in self.gated:
                    places = [_place(picture, lora.trigger) for picture in context.members]
                    for name, pair in lora.residuals.items():
                        hook = _hook(attachment, places, pair)
                        stack.callback(self.model.get_submodule(name).register_forward_hook(hook).remove)
            yield attachment


def with_gated(base: SdBase, loras: Sequence[GatedLora]) -> SdBase:
    """The same base, weights shared."""
    return GatedSdBase(**vars(base), gated=tuple(loras))


def _filled(member: Member, lora: GatedLora, states: Tensor) -> ForeignMember:
    """With the entries that the LoRA gives its rows. All mentions read nearly the same row; the first's counts."""
    rows = states[member.positions[0].to(states.device)].float()
    entries = {name: (rows @ down.T.to(rows) @ up.T.to(rows)).cpu() for name, (down, up) in lora.entries.items()}
    return ForeignMember(member.slot, entries, {}, member.positions, member.strength, member.mask, lora.trigger)


def _place(picture: Sequence[Member], trigger: str) -> int | None:
    """Where a picture's gates have the LoRA: members stand there in the order of their rows."""
    ordered = sorted(picture, key=lambda member: int(member.positions.min()))
    named = (n for n, each in enumerate(ordered) if isinstance(each, ForeignMember) and each.trigger == trigger)
    return next(named, None)


def _hook(attachment: GatedAttachment, places: Sequence[int | None], pair: tuple[Tensor, Tensor]) -> Any:
    """Adds gate * up @ down @ x to a layer's output."""

    def add(_module: nn.Module, inputs: tuple[Any, ...], y: Tensor) -> Tensor:
        gates = attachment.gates_at(inputs[0].shape[1])
        if gates is None:
            return y
        own = [
            torch.zeros_like(gates[b, :, :1]) if place is None else gates[b, :, place : place + 1]
            for b, place in enumerate(places)
        ]
        down, up = (each.to(y.device, y.dtype) for each in pair)
        changed: Tensor = y + torch.stack(own).to(y.dtype) * (inputs[0] @ down.T @ up.T)
        return changed

    return add
