"""Readings of a cast base as contexts: words encoded, a concept's tokens in their positions, regions as masks.

Symbols: B pictures, P cells side by side, S words a cell, C channels of the context, T = 64 P positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from orthoplex.bases.cast.parts import CastParts
from orthoplex.bases.cast.reading import CONCEPT_CELL, CONCEPT_WORDS, CastReading
from orthoplex.bases.cast.regions import as_one, neighbours_of, region_weights
from orthoplex.bases.cast.scene import NULL, PAD
from orthoplex.bases.context import Context
from orthoplex.bases.protocol import Concept
from orthoplex.ortho.gated import Member


def places_of(base: CastParts, batch: int, cells: int) -> Tensor:
    """(B, P) cell numbers of whole canvases."""
    return torch.arange(cells, device=base.device).expand(batch, cells).contiguous()


def layer_contexts(base: CastParts, readings: Sequence[CastReading], places: Tensor) -> list[Tensor]:
    """Context (B, S P, C) for each layer: encoded words, with the learned tokens of that layer in their positions."""
    words = torch.stack([reading.words for reading in readings]).to(base.device)
    colours = torch.stack([reading.colours for reading in readings]).to(base.device, base.dtype)
    shared = base.model.encode(words, colours, places)
    if base.layout.entries:
        return [_with_class_vectors(base, shared, readings, places)]
    if not any(reading.tokens for reading in readings):
        return [shared] * base.config.layers
    contexts = [shared.clone() for _ in range(base.config.layers)]
    place_vectors = base.model.place_words(torch.arange(base.config.cells, device=base.device))  # (cells, C)
    for index, reading in enumerate(readings):
        for cell, tokens in reading.tokens.items():
            at = [cell * base.config.words + position for position in CONCEPT_WORDS]
            here = place_vectors[places[index, cell]]
            for layer, context in enumerate(contexts):
                context[index, at] = tokens[:, layer].to(base.device, base.dtype) + here
    return contexts


def _with_class_vectors(base: CastParts, shared: Tensor, readings: Sequence[CastReading], places: Tensor) -> Tensor:
    """Encoded words with "a person" where a concept is named: its entries are added to these rows' keys and values."""
    context = shared.clone()
    vectors = class_context(base)
    for index, reading in enumerate(readings):
        for cell in {int(at) // base.config.words for member in reading.members for at in member.positions[:, 0]}:
            at = [cell * base.config.words + position for position in CONCEPT_WORDS]
            context[index, at] = vectors.to(context) + base.model.place_words(places[index, cell])
    return context


def class_context(base: CastParts) -> Tensor:
    """The class vectors as cross-attention reads them: (count, C) fp32."""
    return F.pad(base.class_vectors, (0, base.config.reserved))


def null_context(base: CastParts, batch: int, places: Tensor) -> Tensor:
    """The context of no caption at all, for guidance: (batch, S P, C)."""
    cells = places.shape[1]
    words = torch.full((batch, cells, base.config.words), base.world.vocabulary[PAD], device=base.device)
    words[:, :, 0] = base.world.vocabulary[NULL]
    colours = torch.zeros(batch, cells, base.config.words, 4, device=base.device, dtype=base.dtype)
    return base.model.encode(words, colours, places)


def encode(base: CastParts, readings: Sequence[CastReading]) -> Context:
    """The context of readings of one size."""
    places = places_of(base, len(readings), readings[0].cells)
    return _whole(base, readings, tuple(layer_contexts(base, readings, places)), places)


def negative(base: CastParts, readings: Sequence[CastReading]) -> Context:
    """No caption, in the places and regions of the readings, with their residuals."""
    places = places_of(base, len(readings), readings[0].cells)
    whole = _whole(base, readings, (null_context(base, len(readings), places),), places)
    return replace(whole, members=tuple(() for _ in whole.members))


def _whole(base: CastParts, readings: Sequence[CastReading], states: tuple[Tensor, ...], places: Tensor) -> Context:
    cells, apart = readings[0].cells, [reading.apart for reading in readings]
    neighbours = neighbours_of(base.config, apart, cells)
    regions = as_one(region_weights(base.config, [reading.boxes for reading in readings], apart, cells))
    conditions = {"places": places}
    if neighbours is not None:
        conditions["neighbours"] = neighbours.to(base.device)
    return Context(
        states=states,
        residuals=tuple(tuple(reading.residuals) for reading in readings),
        members=tuple(tuple(reading.members) for reading in readings) if base.layout.entries else (),
        conditions=conditions,
        regions=tuple((weight.to(base.device), mask.to(base.device)) for weight, mask in regions),
    )


def with_tokens(base: CastParts, context: Context, tokens: Tensor) -> Context:
    """Training contexts with tokens (count, layers, C) in the concept's positions of each layer.

    Every word carries the vector of its place, the concept's tokens as well.
    """
    (shared,) = context.states
    places, cells = context.conditions["places"], concept_cells(context)
    rows = torch.arange(len(shared), device=shared.device)
    with torch.no_grad():
        here = base.model.place_words(places[rows, cells])[:, None]  # (B, 1, C)
    at = concept_positions(base, cells)
    states = []
    for layer in range(tokens.shape[1]):
        values = (tokens[:, layer].to(shared)[None] + here).to(shared)
        states.append(shared.index_put((rows[:, None], at), values))
    return replace(context, states=tuple(states))


def concept_cells(context: Context) -> Tensor:
    """Which cell is the concept's, (B,); the first where the batch does not say."""
    places = context.conditions["places"]
    return context.conditions.get(CONCEPT_CELL, torch.zeros_like(places[:, 0]))


def concept_positions(base: CastParts, cells: Tensor) -> Tensor:
    """Context positions (B, count) of the concept's tokens, which stand in that cell (B,)."""
    return cells[:, None] * base.config.words + torch.tensor(CONCEPT_WORDS, device=cells.device)


def with_entries(base: CastParts, context: Context, concept: Concept) -> Context:
    """Training contexts with class vectors in the concept's positions, and the entries that are added to them."""
    residual = concept.residual
    named = with_tokens(base, context, class_context(base)[:, None])  # one context for all layers
    positions = concept_positions(base, concept_cells(context)).cpu()
    members = tuple((Member(residual.slot, concept.entries, residual.up, at[None]),) for at in positions)
    return replace(named, members=members)
