"""A foreign LoRA that acts at its trigger alone: gated by the attention that is paid to it, like a concept of ours.

In the prompt `<trigger>` stands for the LoRA's own words. At positions p of the picture y(p) += strength g(p) D x(p), D
the change of the weight (B A of a LoRA) and g of the latest attention to words before the layer; how the trigger's own
rows change is a family's part. What cannot be gated is left out and named. A LoRA was not trained so and has no slot:
it stays inexact, though other concepts' rows keep their keys and values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import torch
from torch import Tensor, nn

from orthoplex.bases.context import Context
from orthoplex.bases.foreign.reader import ForeignLora
from orthoplex.bases.foreign.target import Layer
from orthoplex.bases.request import AttachedAdapter
from orthoplex.ortho.adapter import Adapter
from orthoplex.ortho.gated import GatedAttachment, Member

Matrices = tuple[Tensor, ...]


@dataclass(frozen=True, eq=False)
class GatedLora:
    """layer -> what rows are multiplied with in turn, strength included (ForeignLora.matrices).

    entries: of layers that get entries; residuals: of those that are gated.
    """

    trigger: str
    entries: Mapping[str, Matrices]
    residuals: Mapping[str, Matrices]
    left_out: tuple[str, ...]


def divided(
    lora: ForeignLora, trigger: str, strength: float, *, model: nn.Module, is_entry: Callable[[Layer], bool],
    is_gated: Callable[[Layer], bool],
) -> GatedLora:  # fmt: skip
    """The parts of a LoRA that can be gated. model: the denoiser that has them, without other LoRAs in its weights."""
    entries: dict[str, Matrices] = {}
    residuals: dict[str, Matrices] = {}
    left: list[str] = []
    for layer in lora.layers:
        if not (is_entry(layer) or is_gated(layer)):
            left.append(".".join(layer))
            continue
        *before, last = lora.matrices(layer, model.get_parameter(f"{layer[1]}.weight").detach())
        (entries if is_entry(layer) else residuals)[layer[1]] = (*before, strength * last)
    return GatedLora(trigger, entries, residuals, tuple(left))


def multiplied(rows: Tensor, matrices: Matrices) -> Tensor:
    """D x of every row x, in the rows' precision and on their device."""
    for each in matrices:
        rows = rows @ each.to(rows).T
    return rows


def stand_in(lora: GatedLora, words: str) -> AttachedAdapter:
    """An empty adapter by which a reading finds the trigger's rows; `words` are what the text encoder reads there."""
    none = torch.zeros(0, 0, 0)
    return AttachedAdapter(Adapter(0, {}, none, lora.trigger.strip("<>"), words, lora.trigger), lora.trigger, 1.0)


@dataclass(frozen=True, eq=False)
class ForeignMember(Member):
    """A LoRA's rows in one picture."""

    trigger: str = ""


def with_foreign_members(
    context: Context, readings: Sequence[Any], loras: Sequence[GatedLora],
    entries_of: Callable[[GatedLora, Member, Tensor], Mapping[str, Tensor]],
) -> Context:  # fmt: skip
    """The context whose members that stand for LoRAs are ForeignMembers.

    entries_of: what a LoRA adds at a member's rows, from the states (S, D) of its picture.
    """
    (states,) = context.states
    by_trigger = {lora.trigger: lora for lora in loras}

    def own(member: Member, trigger: str, picture: Tensor) -> Member:
        if trigger not in by_trigger:
            return member
        entries = entries_of(by_trigger[trigger], member, picture)
        return ForeignMember(member.slot, entries, {}, member.positions, member.strength, member.mask, trigger)

    pictures = tuple(
        tuple(own(member, each.trigger, picture) for member, each in zip(members, reading.members, strict=True))
        for picture, members, reading in zip(states, context.members, readings, strict=True)
    )
    return replace(context, members=pictures)


@contextmanager
def gated_layers(
    model: nn.Module, attachment: GatedAttachment | None, pictures: Sequence[Sequence[Member]],
    loras: Sequence[GatedLora], *, rows_whole: bool,
) -> Iterator[None]:  # fmt: skip
    """Inside the `with` block the residuals of LoRAs act as far as `attachment`, that of these pictures, has gates.

    rows_whole: the words' rows run through these layers as positions, and the trigger's own change whole.
    """
    with ExitStack() as stack:
        for lora in loras if attachment is not None else ():
            places = [_place(picture, lora.trigger) for picture in pictures]
            rows = [_rows(picture, lora.trigger) if rows_whole else None for picture in pictures]
            for name, matrices in lora.residuals.items():
                hook = _hook(cast("GatedAttachment", attachment), matrices, places, rows)
                stack.callback(model.get_submodule(name).register_forward_hook(hook).remove)
        yield


def _place(picture: Sequence[Member], trigger: str) -> int | None:
    """Where a picture's gates have the LoRA: members stand there in the order of their rows."""
    ordered = sorted(picture, key=lambda member: int(member.positions.min()))
    named = (n for n, each in enumerate(ordered) if isinstance(each, ForeignMember) and each.trigger == trigger)
    return next(named, None)


def _rows(picture: Sequence[Member], trigger: str) -> Tensor | None:
    """The positions of the LoRA's rows in a picture; None where the prompt does not name it."""
    found = [each for each in picture if isinstance(each, ForeignMember) and each.trigger == trigger]
    return torch.cat([each.positions.flatten().long() for each in found]) if found else None


def _hook(
    attachment: GatedAttachment, matrices: Matrices, places: Sequence[int | None], rows: Sequence[Tensor | None]
) -> Callable[[nn.Module, tuple[Any, ...], Tensor], Tensor]:
    """Adds m D x to a layer's output (B, P, out); m is the gate of the LoRA's place, and 1 at its rows."""

    def add(_module: nn.Module, inputs: tuple[Any, ...], y: Tensor) -> Tensor:
        gates = attachment.gates_at(inputs[0].shape[1])
        share = y.new_zeros(*y.shape[:2], 1)
        for b, (place, own) in enumerate(zip(places, rows, strict=True)):
            if gates is not None and place is not None:
                share[b, :, 0] = gates[b, :, place]
            if own is not None:
                share[b, own.to(y.device)] = 1
        changed: Tensor = y + share * multiplied(inputs[0].to(y), matrices)
        return changed

    return add
