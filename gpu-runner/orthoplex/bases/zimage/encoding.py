"""Readings of a Z-Image base as contexts: the text encoder's vectors, and rows for each concept's tokens.

A concept of n tokens has the row of its class word and n - 1 copies of it behind the prompt. In the model's stream the
picture's tokens come first, so a row s of the text is position `picture_rows + s`; entries and gates count from there.
Symbols: B pictures, S rows of the text, D channels of the text encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.sd.encoding import WHOLE, rows_of
from orthoplex.bases.sd.reading import SdReading, Tokens
from orthoplex.bases.zimage.parts import ZParts, picture_rows
from orthoplex.ortho.gated import Member


@torch.no_grad()
def text_states(base: ZParts, prompt: Tokens) -> Tensor:
    """(S, D): the layer before the last, as ZImagePipeline reads it. Each prompt alone: neighbours change nothing."""
    with base.at_work(base.text_encoder):
        ids = torch.tensor([prompt.ids], device=base.device)
        states: Tensor = base.text_encoder(ids, output_hidden_states=True).hidden_states[-2][0]
    return states


def _mentions(reading: SdReading) -> list[tuple[int, ...]]:
    return [reading.tokens.mentions[member.trigger] for member in reading.members]


def _own_length(base: ZParts, reading: SdReading) -> int:
    return len(reading.tokens.ids) + (base.layout.tokens_shape[0] - 1) * sum(map(len, _mentions(reading)))


def _length(base: ZParts, readings: Sequence[SdReading]) -> int:
    """S of a batch: of the longest prompt or negative prompt, so that both contexts can be joined."""
    return max(max(_own_length(base, reading), len(reading.negative.ids)) for reading in readings)


@torch.no_grad()
def encode(base: ZParts, readings: Sequence[SdReading]) -> Context:
    """The context of readings of one size."""
    length = _length(base, readings)
    states, lengths, members = [], [], []
    boxes = torch.tensor([0.0, 0.0, 1.0, 1.0]).repeat(len(readings), length, 1)
    for b, reading in enumerate(readings):
        own = text_states(base, reading.tokens)
        rows = rows_of(_mentions(reading), base.layout.tokens_shape[0], len(own))
        for each, member in zip(rows, reading.members, strict=True):
            own = torch.cat([own, *(own[at[:1]].repeat(len(at) - 1, 1) for at in each)])
            boxes[b, each] = torch.tensor((member.region or WHOLE).corners)
        first = picture_rows(_latents(base, reading))
        members.append(
            tuple(
                Member(one.adapter.slot, one.adapter.entries, one.adapter.up, each + first, one.strength)
                for each, one in zip(rows, reading.members, strict=True)
            )
        )
        states.append(own)
        lengths.append(len(own))
    return _context(
        base, states, length, members=tuple(members), boxes=boxes, latents=[_latents(base, each) for each in readings]
    )


@torch.no_grad()
def negative(base: ZParts, readings: Sequence[SdReading]) -> Context:
    """The negative prompts, padded like the prompts."""
    states = [text_states(base, reading.negative) for reading in readings]
    length = _length(base, readings)
    boxes = torch.tensor([0.0, 0.0, 1.0, 1.0]).repeat(len(readings), length, 1)
    latents = [_latents(base, each) for each in readings]
    return _context(base, states, length, members=((),) * len(readings), boxes=boxes, latents=latents)


def training_context(
    base: ZParts, texts: Sequence[Tensor], *, mentions: Sequence[int], latents: tuple[int, int],
    copies: int | None = None,
) -> Context:  # fmt: skip
    """Captions, copies of the class word's row behind each; what the concept adds comes later.

    copies: without it as many as the concept's further tokens.
    """
    copies = base.layout.tokens_shape[0] - 1 if copies is None else copies
    states = [torch.cat([own, own[row : row + 1].repeat(copies, 1)]) for own, row in zip(texts, mentions, strict=True)]
    first = picture_rows(latents)
    own_rows = torch.tensor(
        [
            [first + row, *range(first + len(text), first + len(text) + copies)]
            for text, row in zip(texts, mentions, strict=True)
        ]
    )
    length = max(map(len, states))
    boxes = torch.tensor([0.0, 0.0, 1.0, 1.0]).repeat(len(states), length, 1)
    context = _context(
        base, states, length, members=((),) * len(states), boxes=boxes, latents=[latents] * len(states)
    )  # fmt: skip
    return replace(context, conditions={**context.conditions, "concept_rows": own_rows})


def _latents(base: ZParts, reading: SdReading) -> tuple[int, int]:
    return reading.height // base.latent_px, reading.width // base.latent_px


def _context(
    base: ZParts, states: Sequence[Tensor], length: int, *, members: tuple[tuple[Member, ...], ...], boxes: Tensor,
    latents: Sequence[tuple[int, int]],
) -> Context:  # fmt: skip
    """states of any lengths up to `length`; latents: rows and columns of each picture."""
    stacked = torch.zeros(len(states), length, states[0].shape[-1], dtype=states[0].dtype, device=base.device)
    for b, own in enumerate(states):
        stacked[b, : len(own)] = own
    return Context(
        states=(stacked,),
        residuals=((),) * len(states),
        members=members,
        conditions={
            "lengths": torch.tensor([len(own) for own in states]),
            "boxes": boxes.to(base.device),
            "latents": torch.tensor(list(latents)),
        },
    )
