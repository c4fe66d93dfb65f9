"""Gated LoRAs of other programs on Z-Image: in the joint blocks every linear layer of the stream changes
    y(p) += strength m(p) B A x(p),
m 1 at the trigger's rows and the gate of the latest attention at the picture's (bases/foreign/gated.py); the first
block's queries, keys and values come before any gate and change at the rows alone. The text encoder, the blocks that
see words or picture alone, embedders and modulations are no part of the stream and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from orthoplex.bases.context import Context
from orthoplex.bases.foreign.gated import GatedLora, divided, gated_layers, with_foreign_members
from orthoplex.bases.foreign.reader import ForeignLora
from orthoplex.bases.sd.reading import SdReading
from orthoplex.bases.zimage.base import ZBase
from orthoplex.bases.zimage.foreign import TRANSFORMER
from orthoplex.ortho.gated import GatedAttachment

_STREAM = re.compile(r"layers\.\d+\.(?:attention|feed_forward)\..+")


def gated_lora(lora: ForeignLora, trigger: str, strength: float, base: ZBase) -> GatedLora:
    """The parts of a LoRA that a base can gate."""
    return divided(
        lora, trigger, strength, model=base.model,
        is_entry=lambda _: False,
        is_gated=lambda layer: layer[0] == TRANSFORMER and _STREAM.fullmatch(layer[1]) is not None,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class GatedZBase(ZBase):
    """The base with gated LoRAs beside the adapters of each composition."""

    gated: tuple[GatedLora, ...] = ()

    def encode(self, readings: Sequence[SdReading]) -> Context:
        return with_foreign_members(super().encode(readings), readings, self.gated, lambda *_: {})

    @contextmanager
    def attached(self, context: Context) -> Iterator[GatedAttachment | None]:
        with (
            super().attached(context) as attachment,
            gated_layers(self.model, attachment, context.members, self.gated, rows_whole=True),
        ):
            yield attachment


def with_gated(base: ZBase, loras: Sequence[GatedLora]) -> ZBase:
    """The same base, weights shared."""
    return GatedZBase(**vars(base), gated=tuple(loras))
