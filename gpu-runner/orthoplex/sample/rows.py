"""One picture as rows of tensors: captions, concept tokens, residuals and regions of one casting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.casting import Casting, cast_prompt
from orthoplex.bases.cast.model import CastConfig
from orthoplex.bases.cast.prompt import Prompt, parse_prompt
from orthoplex.bases.cast.scene import NULL, colour_entry
from orthoplex.bases.cast.world import encode_captions, rgb
from orthoplex.ortho.marker import marked
from orthoplex.ortho.residual import Residual, residual_of
from orthoplex.sample.spec import AttachedAdapter, Region, SampleSpec

CONCEPT_WORDS = (1, 2, 3, 4)  # caption positions that hold a concept's learned tokens


@dataclass(frozen=True, eq=False)
class Row:
    """One picture to draw. P cells, S words each, T = 64 P positions."""

    words: Tensor  # (P, S)
    colours: Tensor  # (P, S, 4)
    tokens: dict[int, Tensor]  # cell -> (count, layers, C): learned tokens, marked, in place of words
    residuals: list[Residual]
    boxes: dict[int, Tensor]  # cell -> (T,) bool: where the person of that cell was told to stand
    seed: int
    prompt: str
    warnings: tuple[str, ...]
    apart: bool = False  # persons of different cells do not attend to one another


def box_mask(region: Region, config: CastConfig, cells: int) -> Tensor:
    """Positions (T,) whose centre lies in the region; at least the nearest one."""
    columns = (torch.arange(config.grid * cells) + 0.5) / (config.grid * cells)
    rows = (torch.arange(config.grid) + 0.5) / config.grid
    inside_x = (columns >= region.x) & (columns <= region.x + region.width)
    inside_y = (rows >= region.y) & (rows <= region.y + region.height)
    if not inside_x.any():
        inside_x[(columns - region.x - region.width / 2).abs().argmin()] = True
    if not inside_y.any():
        inside_y[(rows - region.y - region.height / 2).abs().argmin()] = True
    return (inside_y[:, None] & inside_x[None]).flatten()


def cell_mask(cell: int, config: CastConfig, cells: int) -> Tensor:
    """Positions (T,) of one cell."""
    return box_mask(Region(cell / cells, 0.0, 1 / cells, 1.0), config, cells)


def cell_of(region: Region, cells: int) -> int:
    """The cell that a region covers most of; the leftmost of equals."""

    def overlap(cell: int) -> float:
        return min(region.x + region.width, (cell + 1) / cells) - max(region.x, cell / cells)

    return max(range(cells), key=overlap)


def _place(prompt: Prompt, adapters: Sequence[AttachedAdapter], cells: int) -> Prompt:
    """Persons whose adapter has a region stand in the cell of that region, whatever the words say."""
    regions = {each.trigger: each.region for each in adapters if each.region}
    persons = tuple(
        replace(person, place=cell_of(regions[person.trigger], cells)) if person.trigger in regions else person
        for person in prompt.persons
    )
    return replace(prompt, persons=persons)


def written_out(casting: Casting) -> str:
    """The casting as one line: every word drawn, so that a recipe says exactly what was asked of the base."""

    def entry(word: str, colour: str | None) -> str:
        return f"{word}#{colour}" if colour else word

    roles = [" ".join([role.trigger or "", *(entry(*word) for word in role.caption)]).strip() for role in casting.roles]
    return "; ".join([*roles, entry(*casting.background)])


def make_row(base: CastBase, spec: SampleSpec, adapters: Sequence[AttachedAdapter], seed: int) -> Row:
    """The row of one picture. PromptRefused when the prompt does not fit the canvas."""
    config, world = base.config, base.world
    cells = spec.width // spec.height
    prompt = _place(parse_prompt(spec.prompt, world.palettes), adapters, cells)
    casting = cast_prompt(prompt, cells, world, seed)
    warnings = list(casting.warnings)
    by_trigger = {each.trigger: each for each in adapters}
    captions = []
    for role in casting.roles:
        gap = ((PAD_WORD, None),) * len(CONCEPT_WORDS) if role.trigger in by_trigger else ()
        captions.append([*gap, *role.caption])
    encoded = encode_captions(world, captions, config.words)
    word, colour = casting.background
    encoded.words[:, 0] = world.vocabulary[word]
    assert colour is not None
    encoded.colours[:, 0] = colour_entry(rgb(colour))
    tokens, residuals, boxes = {}, [], {}
    cells_of = {trigger: [role.place for role in casting.roles if role.trigger == trigger] for trigger in by_trigger}
    warnings += [
        f"{trigger} is not in the prompt, so its adapter was left out" for trigger, at in cells_of.items() if not at
    ]
    drawn = [attached for trigger, attached in by_trigger.items() if cells_of[trigger]]
    slots = base.layout.composed_slots([attached.adapter.slot for attached in drawn])
    for attached, slot in zip(drawn, slots, strict=True):
        for cell in cells_of[attached.trigger]:
            tokens[cell] = marked(attached.adapter.tokens.float(), base.layout, slot)
            if attached.region:
                boxes[cell] = box_mask(attached.region, config, cells)
        residuals.append(replace(residual_of(attached.adapter, attached.strength), slot=slot))
    for role in casting.roles:
        if role.trigger and role.trigger not in by_trigger:
            warnings.append(f"no adapter with the trigger {role.trigger} is in this composition")
    inside = all(not (box & ~cell_mask(cell, config, cells)).any() for cell, box in boxes.items())
    return Row(
        encoded.words,
        encoded.colours,
        tokens,
        residuals,
        boxes,
        seed,
        written_out(casting),
        tuple(dict.fromkeys(warnings)),
        apart=spec.apart and bool(residuals) and inside,
    )


PAD_WORD = "pad"


def layer_contexts(base: CastBase, rows: Sequence[Row], places: Tensor) -> list[Tensor]:
    """Context (B, S P, C) for each layer: encoded words, with the learned tokens of that layer in their positions."""
    words = torch.stack([row.words for row in rows]).to(base.device)
    colours = torch.stack([row.colours for row in rows]).to(base.device, base.dtype)
    shared = base.model.encode(words, colours, places)
    if not any(row.tokens for row in rows):
        return [shared] * base.config.layers
    contexts = [shared.clone() for _ in range(base.config.layers)]
    place_vectors = base.model.place_words(torch.arange(base.config.cells, device=base.device))  # (cells, C)
    for index, row in enumerate(rows):
        for cell, tokens in row.tokens.items():
            at = [cell * base.config.words + position for position in CONCEPT_WORDS]
            here = place_vectors[places[index, cell]]
            for layer, context in enumerate(contexts):
                context[index, at] = tokens[:, layer].to(base.device, base.dtype) + here
    return contexts


def null_context(base: CastBase, batch: int, places: Tensor) -> Tensor:
    """The context of no caption at all, for guidance: (batch, S P, C)."""
    cells = places.shape[1]
    words = torch.full((batch, cells, base.config.words), base.world.vocabulary[PAD_WORD], device=base.device)
    words[:, :, 0] = base.world.vocabulary[NULL]
    colours = torch.zeros(batch, cells, base.config.words, 4, device=base.device, dtype=base.dtype)
    return base.model.encode(words, colours, places)


def neighbours_of(base: CastBase, rows: Sequence[Row], cells: int) -> Tensor | None:
    """Who may attend to whom in self-attention, (B, 1, T, T), or None where everybody may.

    An adapted cell's keys and values are unlike any that its neighbours were trained beside, and through them one
    person's colours appear on another. Cells do not need one another: backgrounds follow from place and words.
    """
    if cells == 1 or not any(row.apart for row in rows):
        return None
    cell = torch.stack([cell_mask(index, base.config, cells) for index in range(cells)]).int().argmax(0)  # (T,)
    same = cell[:, None] == cell[None]
    apart = torch.tensor([row.apart for row in rows])
    return (same[None] | ~apart[:, None, None])[:, None].to(base.device)


def region_weights(base: CastBase, rows: Sequence[Row], cells: int) -> list[tuple[Tensor, Tensor]] | None:
    """Regionally controlled cross-attention of a batch, or None when nobody needs it.

    A position inside boxes takes the mean of their persons' words; outside it takes the words of everybody without
    a box and all background words. Where persons are kept apart, a cell without a box is the box of its person.
    """
    if not any(row.boxes or (row.apart and cells > 1) for row in rows):
        return None
    config = base.config
    positions, length = config.grid**2 * cells, config.words * cells
    weights = torch.zeros(cells + 1, len(rows), positions, 1)
    masks = torch.zeros(cells + 1, len(rows), 1, 1, length, dtype=torch.bool)
    for index, row in enumerate(rows):
        boxes = row.boxes
        if row.apart:
            boxes = {cell: cell_mask(cell, config, cells) for cell in range(cells)} | boxes
        outside = torch.ones(length, dtype=torch.bool)
        covered = torch.zeros(positions)
        for cell, box in boxes.items():
            own = slice(cell * config.words, (cell + 1) * config.words)
            masks[cell, index, 0, 0, own] = True
            outside[cell * config.words + 1 : (cell + 1) * config.words] = False
            covered += box
        for cell, box in boxes.items():
            weights[cell, index, :, 0] = box / covered.clamp(min=1)
        weights[cells, index, :, 0] = (covered == 0).float()
        masks[cells, index, 0, 0] = outside
        for cell in range(cells):
            if cell not in boxes:
                masks[cell, index] = True  # no row of a mask may be empty; its weight is zero
    return [(weight.to(base.device), mask.to(base.device)) for weight, mask in zip(weights, masks, strict=True)]


def as_one(regions: list[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
    """The same regions as a single attention with one mask, where no two of them overlap; else as they are."""
    weights = torch.stack([weight for weight, _ in regions])  # (G, B, T, 1)
    if not bool(((weights == 0) | (weights == 1)).all()):
        return regions
    masks = torch.stack([mask for _, mask in regions])  # (G, B, 1, 1, S)
    together = ((weights > 0).unsqueeze(2) & masks).any(0)  # (B, 1, T, S)
    return [(torch.ones_like(weights[0, :, :1]), together)]
