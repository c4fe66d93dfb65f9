"""One picture as a cast base understood its prompt: captions, concept tokens, residuals and boxes of one casting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from orthoplex.bases.cast.casting import Casting, cast_prompt
from orthoplex.bases.cast.parts import CastParts
from orthoplex.bases.cast.prompt import Prompt, parse_prompt
from orthoplex.bases.cast.regions import Boxes, box_mask, cell_mask, cell_of
from orthoplex.bases.cast.scene import PAD, colour_entry
from orthoplex.bases.cast.world import encode_captions, rgb
from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.ortho.gated import Member
from orthoplex.ortho.marker import marked
from orthoplex.ortho.residual import Residual, residual_of

CONCEPT_WORDS = (1, 2, 3, 4)  # caption positions that hold a concept's learned tokens
CONCEPT_CELL = "concept"  # a condition of training contexts: which cell is the concept's, (B,)


@dataclass(frozen=True, eq=False)
class CastReading:
    """One picture to draw. P cells, S words each, T = 64 P positions."""

    words: Tensor  # (P, S)
    colours: Tensor  # (P, S, 4)
    tokens: dict[int, Tensor]  # cell -> (count, layers, C): learned tokens, marked, in place of words
    residuals: list[Residual]
    members: list[Member]  # of bases whose tokens add entries; tokens and residuals are then empty
    boxes: Boxes  # cell -> (T,) bool: the region of that cell's person
    seed: int
    prompt: str
    warnings: tuple[str, ...]
    apart: bool = False  # persons of different cells do not attend to one another

    @property
    def cells(self) -> int:
        return len(self.words)


def _place(prompt: Prompt, adapters: Sequence[AttachedAdapter], cells: int) -> Prompt:
    """Persons whose adapter has a region are placed in the cell of that region, whatever the prompt says."""
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


def _member(attached: AttachedAdapter, slot: int, positions: list[list[int]]) -> Member:
    """An adapter as it acts in one picture. Its box is a region of cross-attention, so its gate stays inside it."""
    adapter = attached.adapter
    return Member(slot, adapter.entries, adapter.up, torch.tensor(positions), attached.strength)


def read(base: CastParts, spec: SampleSpec, adapters: Sequence[AttachedAdapter], seed: int) -> CastReading:
    """The reading of one picture. PromptRefused when the prompt does not fit the canvas."""
    config, world = base.config, base.world
    cells = spec.width // spec.height
    prompt = _place(parse_prompt(spec.prompt, world.palettes), adapters, cells)
    casting = cast_prompt(prompt, cells, world, seed)
    warnings = list(casting.warnings)
    by_trigger = {each.trigger: each for each in adapters}
    captions = []
    for role in casting.roles:
        gap = ((PAD, None),) * len(CONCEPT_WORDS) if role.trigger in by_trigger else ()
        captions.append([*gap, *role.caption])
    encoded = encode_captions(world, captions, config.words)
    word, colour = casting.background
    encoded.words[:, 0] = world.vocabulary[word]
    assert colour is not None
    encoded.colours[:, 0] = colour_entry(rgb(colour))
    tokens: dict[int, Tensor] = {}
    residuals: list[Residual] = []
    members: list[Member] = []
    boxes: dict[int, Tensor] = {}
    cells_of = {trigger: [role.place for role in casting.roles if role.trigger == trigger] for trigger in by_trigger}
    warnings += [
        f"{trigger} is not in the prompt, so its adapter was left out" for trigger, at in cells_of.items() if not at
    ]
    called = [attached for trigger, attached in by_trigger.items() if cells_of[trigger]]
    slots = base.layout.composed_slots([attached.adapter.slot for attached in called])
    for attached, slot in zip(called, slots, strict=True):
        places = cells_of[attached.trigger]
        if attached.region:
            boxes |= {cell: box_mask(attached.region, config, cells) for cell in places}
        if base.layout.entries:
            members.append(
                _member(attached, slot, [[cell * config.words + at for at in CONCEPT_WORDS] for cell in places])
            )
            continue
        tokens |= {cell: marked(attached.adapter.tokens.float(), base.layout, slot) for cell in places}
        residuals.append(replace(residual_of(attached.adapter, attached.strength), slot=slot))
    for role in casting.roles:
        if role.trigger and role.trigger not in by_trigger:
            warnings.append(f"no adapter with the trigger {role.trigger} is in this composition")
    if spec.negative_prompt:
        warnings.append(f"{base.id} does not use a negative prompt")
    inside = all(not (box & ~cell_mask(cell, config, cells)).any() for cell, box in boxes.items())
    return CastReading(
        encoded.words,
        encoded.colours,
        tokens,
        residuals,
        members,
        boxes,
        seed,
        written_out(casting),
        tuple(dict.fromkeys(warnings)),
        apart=spec.apart and bool(called) and inside,
    )
