"""Readings of a Stable Diffusion base as contexts: contextual vectors, and rows for each concept's tokens.

A concept of n tokens has the row of its class word and n - 1 rows behind the prompt, so that it takes no room from the
75 words; cross-attention knows no order of rows. All n rows are the class word's vector from a prompt of its own: what
a concept's entries are added to is the same wherever and beside whomever a prompt names it. Rows that a picture does
not use are masked.
Symbols: B pictures, S rows of the context, D channels of the text encoder, n tokens of a concept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.protocol import Concept
from orthoplex.bases.request import Region
from orthoplex.bases.sd.parts import SdParts
from orthoplex.bases.sd.reading import SdReading, Tokens, tokens_of
from orthoplex.ortho.gated import Member

CONCEPT = "<concept>"
WHOLE = Region(0.0, 0.0, 1.0, 1.0)


def rows_of(mentions: Sequence[Sequence[int]], count: int, words: int) -> list[Tensor]:
    """The rows of the concepts of one prompt, in their order: (mentions, count) each, the class word's row first.

    mentions: rows of each concept's class words; words: rows of the prompt, behind which copies stand.
    """
    rows, free = [], words
    for at in mentions:
        own = []
        for row in at:
            own.append([row, *range(free, free + count - 1)])
            free += count - 1
        rows.append(torch.tensor(own))
    return rows


def text_states(
    base: SdParts, prompts: Sequence[Tokens], length: int, skips: Sequence[int] = ()
) -> tuple[Tensor, Tensor | None]:
    """Contextual vectors (B, length, D), 0 behind the prompt's own rows; of XL also the pooled vectors (B, P).

    skips: which of the last layers each prompt is read from, 1 for the last. XL's are those before: it was trained so.
    """
    modules = [base.text_encoder] if base.second is None else [base.text_encoder, base.second.model]
    with base.at_work(*modules):
        return _text_states(base, prompts, length, skips or [1] * len(prompts))


def _text_states(
    base: SdParts, prompts: Sequence[Tokens], length: int, chosen: Sequence[int]
) -> tuple[Tensor, Tensor | None]:
    ids = torch.tensor([prompt.ids for prompt in prompts], device=base.device)
    read = base.text_encoder(ids, output_hidden_states=True)
    pooled = None
    if base.second is None:
        # diffusers norms what an earlier layer gives as the encoder norms its last
        norm = base.text_encoder.final_layer_norm
        layers = [
            read.last_hidden_state[b] if skip == 1 else norm(read.hidden_states[-skip][b])
            for b, skip in enumerate(chosen)
        ]
    else:
        other_ids = torch.tensor([prompt.padded_with(base.second.pad) for prompt in prompts], device=base.device)
        other = base.second.model(other_ids, output_hidden_states=True)
        pooled = other.text_embeds
        layers = [
            torch.cat([read.hidden_states[-skip - 1][b], other.hidden_states[-skip - 1][b]], dim=-1)
            for b, skip in enumerate(chosen)
        ]
    hidden = torch.stack([_weighted(layer, prompt) for layer, prompt in zip(layers, prompts, strict=True)])
    return F.pad(hidden, (0, 0, 0, length - base.words)), pooled


def _weighted(hidden: Tensor, prompt: Tokens) -> Tensor:
    """hidden (S, D) with each row times its weight, and the mean of all as it was, as AUTOMATIC1111 does it."""
    if all(weight == 1 for weight in prompt.weights):
        return hidden
    weights = torch.tensor(prompt.weights, device=hidden.device, dtype=hidden.dtype)
    scaled = hidden * weights[:, None]
    mean = scaled.float().mean()
    return scaled if mean == 0 else scaled * (hidden.float().mean() / mean).to(hidden.dtype)


@torch.no_grad()
def class_state(base: SdParts, class_word: str, skip: int = 1) -> Tensor:
    """(D,): the last token of the class word in a prompt that says nothing else."""
    tokens = tokens_of(base.tokenizer, f"a {CONCEPT}", {CONCEPT: class_word}, base.words)
    states, _ = text_states(base, [tokens], base.words, [skip])
    return states[0, tokens.mentions[CONCEPT][0]]


def _mentions(reading: SdReading) -> list[tuple[int, ...]]:
    return [reading.tokens.mentions[member.trigger] for member in reading.members]


def _length(base: SdParts, readings: Sequence[SdReading]) -> int:
    """S of a batch: rows of the prompt, and those behind it of the picture that has most."""
    extra = base.layout.tokens_shape[0] - 1
    return base.words + extra * max(sum(map(len, _mentions(reading))) for reading in readings)


@torch.no_grad()
def encode(base: SdParts, readings: Sequence[SdReading]) -> Context:
    """The context of readings of one size."""
    length = _length(base, readings)
    skips = [reading.clip_skip for reading in readings]
    states, pooled = text_states(base, [reading.tokens for reading in readings], length, skips)
    visible = (torch.arange(length) < base.words).repeat(len(readings), 1)
    boxes = torch.tensor([0.0, 0.0, 1.0, 1.0]).repeat(len(readings), length, 1)
    members = []
    called: dict[tuple[str, int], Tensor] = {}
    for b, reading in enumerate(readings):
        rows = rows_of(_mentions(reading), base.layout.tokens_shape[0], base.words)
        for own, member in zip(rows, reading.members, strict=True):
            weights = torch.tensor([reading.tokens.weights[row] for row in own[:, 0].tolist()])
            key = member.adapter.class_word, reading.clip_skip
            if key not in called:  # members mostly share a class word: the text encoder reads it once
                called[key] = class_state(base, *key)
            states[b, own] = called[key] * weights.to(called[key])[:, None, None]
            visible[b, own] = True
            boxes[b, own] = torch.tensor((member.region or WHOLE).corners)
        members.append(
            tuple(
                Member(each.adapter.slot, each.adapter.entries, each.adapter.up, own, each.strength)
                for own, each in zip(rows, reading.members, strict=True)
            )
        )
    return _context(
        base,
        states,
        members=tuple(members),
        visible=visible,
        boxes=boxes,
        latents=_sizes(base, readings),
        pooled=pooled,
    )


@torch.no_grad()
def negative(base: SdParts, readings: Sequence[SdReading]) -> Context:
    """The negative prompts, in as many rows as the prompts have."""
    length = _length(base, readings)
    skips = [reading.clip_skip for reading in readings]
    states, pooled = text_states(base, [reading.negative for reading in readings], length, skips)
    if base.second is not None and pooled is not None and base.second.zero_negative:
        said = torch.tensor([reading.negative.text != "" for reading in readings], device=base.device)
        states, pooled = states * said[:, None, None], pooled * said[:, None]
    visible = (torch.arange(length) < base.words).repeat(len(readings), 1)
    boxes = torch.tensor([0.0, 0.0, 1.0, 1.0]).repeat(len(readings), length, 1)
    return _context(
        base,
        states,
        members=((),) * len(readings),
        visible=visible,
        boxes=boxes,
        latents=_sizes(base, readings),
        pooled=pooled,
    )


class EncodedTexts:
    """Captions of a training, each encoded once: contextual vectors (S, D) and pooled vectors, kept on the CPU."""

    def __init__(self, base: SdParts, prompts: Sequence[Tokens]) -> None:
        self.states: list[Tensor] = []
        self.pooled: list[Tensor] = []
        self._index: list[int] = []
        found: dict[tuple[object, ...], int] = {}
        for prompt in prompts:
            key = (prompt.ids, prompt.weights)
            if key not in found:
                found[key] = len(self.states)
                with torch.no_grad():
                    states, pooled = text_states(base, [prompt], base.words)
                self.states.append(states[0].cpu())
                if pooled is not None:
                    self.pooled.append(pooled[0].cpu())
            self._index.append(found[key])

    def of(self, chosen: Sequence[int], device: torch.device) -> tuple[Tensor, Tensor | None]:
        """(B, S, D) and, of XL, (B, P)."""
        at = [self._index[index] for index in chosen]
        states = torch.stack([self.states[index] for index in at]).to(device)
        return states, torch.stack([self.pooled[index] for index in at]).to(device) if self.pooled else None


def training_context(
    base: SdParts, texts: EncodedTexts, chosen: Sequence[int], *, mentions: Sequence[int], called: Tensor,
    latents: tuple[int, int],
) -> Context:  # fmt: skip
    """Captions with the class word in the concept's place and rows of it behind; what the concept adds comes later.

    chosen: numbers of the captions; mentions: the class word's row in each; called (D,): see class_state; latents: rows
    and columns of the pictures.
    """
    count = base.layout.tokens_shape[0]
    length = base.words + count - 1
    states, pooled = texts.of(chosen, base.device)
    states = F.pad(states, (0, 0, 0, count - 1))
    own = torch.tensor([[row, *range(base.words, length)] for row in mentions])  # (B, n)
    states[torch.arange(len(chosen))[:, None], own] = called.to(states)
    visible = torch.ones(len(chosen), length, dtype=torch.bool)
    boxes = torch.tensor([0.0, 0.0, 1.0, 1.0]).repeat(len(chosen), length, 1)
    context = _context(
        base, states, members=((),) * len(chosen), visible=visible, boxes=boxes,
        latents=torch.tensor([latents] * len(chosen)), pooled=pooled,
    )  # fmt: skip
    return replace(context, conditions={**context.conditions, "concept_rows": own})


def with_concept(context: Context, concept: Concept) -> Context:
    """The concept as it is now at its rows of a training batch; gradients reach its entries and residuals."""
    rows = context.conditions["concept_rows"]
    slot, up = concept.residual.slot, concept.residual.up
    return replace(context, members=tuple((Member(slot, concept.entries, up, own[None]),) for own in rows))


def _sizes(base: SdParts, readings: Sequence[SdReading]) -> Tensor:
    return torch.tensor([[each.height // base.latent_px, each.width // base.latent_px] for each in readings])


def _context(
    base: SdParts, states: Tensor, *, members: tuple[tuple[Member, ...], ...], visible: Tensor, boxes: Tensor,
    latents: Tensor, pooled: Tensor | None,
) -> Context:  # fmt: skip
    """latents (B, 2): rows and columns of the pictures' latents, the UNet's finest grid.

    time_ids (B, 6) of XL: original height and width, where the crop begins, the height and width wanted.
    """
    own = {}
    if pooled is not None:
        size = latents * base.latent_px
        own = {"pooled": pooled, "time_ids": torch.cat([size, torch.zeros_like(size), size], dim=1).to(base.device)}
    return Context(
        states=(states,),
        residuals=((),) * len(states),
        members=members,
        conditions={"visible": visible.to(base.device), "boxes": boxes.to(base.device), "latents": latents, **own},
    )
