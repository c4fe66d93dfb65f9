"""Gated LoRAs of other programs on Stable Diffusion: keys and values change at the trigger's rows alone,
    K[s] = (W + strength B A) x[s],
and the other linear layers of a block, feed-forward ones too, by the gate of the latest cross-attention
(bases/foreign/gated.py). Text encoders, convolutions and the first block's self-attention have no gate: left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.foreign.gated import GatedLora, divided, gated_layers, multiplied, with_foreign_members
from orthoplex.bases.foreign.reader import ForeignLora
from orthoplex.bases.sd.base import SdBase
from orthoplex.bases.sd.names import UNET
from orthoplex.bases.sd.reading import SdReading
from orthoplex.ortho.gated import GatedAttachment, Member


def gated_lora(lora: ForeignLora, trigger: str, strength: float, base: SdBase) -> GatedLora:
    """The parts of a LoRA that a base can gate."""
    layout = base.layout
    return divided(
        lora, trigger, strength, model=base.model,
        is_entry=lambda layer: layer[0] == UNET and layer[1] in layout.entries,
        is_gated=lambda layer: layer[0] == UNET and layer[1] in layout.layers,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class GatedSdBase(SdBase):
    """The base with gated LoRAs beside the adapters of each composition."""

    gated: tuple[GatedLora, ...] = ()

    def encode(self, readings: Sequence[SdReading]) -> Context:
        return with_foreign_members(super().encode(readings), readings, self.gated, _entries)

    @contextmanager
    def attached(self, context: Context) -> Iterator[GatedAttachment | None]:
        with (
            super().attached(context) as attachment,
            gated_layers(self.model, attachment, context.members, self.gated, rows_whole=False),
        ):
            yield attachment


def with_gated(base: SdBase, loras: Sequence[GatedLora]) -> SdBase:
    """The same base, weights shared."""
    return GatedSdBase(**vars(base), gated=tuple(loras))


def _entries(lora: GatedLora, member: Member, states: Tensor) -> Mapping[str, Tensor]:
    """What the LoRA gives its rows. All mentions read nearly the same row; the first's counts."""
    rows = states[member.positions[0].to(states.device)].float()
    return {name: multiplied(rows, matrices).cpu() for name, matrices in lora.entries.items()}
