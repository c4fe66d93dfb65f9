"""Whoever trained them: members of any owners, in whatever slots, however many, leave one another alone.

200 pairs and 50 triples of slots are drawn at random, shared columns included. Of each the exact argument is tested and
not a finished picture: what a person's cell is made of holds nothing of the others, bit for bit.
"""

import copy
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest
import torch
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.reading import read
from orthoplex.bases.request import AttachedAdapter, Region, SampleSpec
from orthoplex.ortho.gate import gate_overlap, reach_overlap
from orthoplex.ortho.gated import attach_gated
from orthoplex.ortho.slot import shared_columns
from orthoplex.sample.sampler import sample

from .conftest import random_adapter

CAST = ("<ana>", "<bo>", "<cy>")
MARGIN = 16  # pixels at a border of cells that the decoder's windows reach over


def prompt_of(people: int) -> str:
    return "; ".join(f"{trigger} smiling" for trigger in CAST[:people]) + "; sky background"


def spec_of(people: int) -> SampleSpec:
    return SampleSpec(prompt_of(people), 3, 256 * people, 256, steps=2)


def members(base: CastBase, slots: Sequence[int], seed: int = 0) -> list[AttachedAdapter]:
    return [
        AttachedAdapter(random_adapter(base, slot, trigger, seed=seed + place), trigger, 1.0)
        for place, (slot, trigger) in enumerate(zip(slots, CAST, strict=False))
    ]


def prediction(base: CastBase, attached: Sequence[AttachedAdapter], people: int) -> Tensor:
    """What the denoiser makes of noise: one step, (3, E, E P)."""
    context = base.encode([base.read(spec_of(people), attached, 3)])
    canvas = spec_of(people).canvas
    with torch.no_grad(), base.attached(context):
        return base.predict(base.noise(3, canvas)[None], torch.ones(1), context)[0]


def drawn_slots(base: CastBase, people: int, count: int) -> list[tuple[int, ...]]:
    """Slots of different owners: of different classes, a third of the sets at the lowest slots of theirs."""
    source = random.Random(people)
    radix = base.layout.radix
    sets = []
    while len(sets) < count:
        if len(sets) % 3 == 0:
            slots = tuple(radix * each for each in source.sample(range(radix), people))
        else:
            slots = tuple(source.sample(range(radix**3), people))
        if len({slot // radix for slot in slots}) == people:
            sets.append(slots)
    return sets


SETS = [(2, 200), (3, 50)]


@pytest.mark.parametrize(("people", "count"), SETS)
def test_marked_members_are_read_in_the_slots_of_the_composition(
    marked_base: CastBase, people: int, count: int
) -> None:
    """The reading is all that a picture depends on, so equal readings are equal pictures."""
    layout = marked_base.layout
    own = members(marked_base, range(people))
    wanted = read(marked_base, spec_of(people), own, 3)
    n = layout.slot_features(256)
    sets = drawn_slots(marked_base, people, count)
    met = sum(
        any(shared_columns(a, b, n=n, r=layout.rank, radix=layout.radix) for a, b in combinations(slots, 2))
        for slots in sets
    )
    assert met > count / 4, "too few of the sets share a column"
    for slots in sets:
        moved = [replace(each, adapter=replace(each.adapter, slot=s)) for each, s in zip(own, slots, strict=True)]
        found = read(marked_base, spec_of(people), moved, 3)
        assert [residual.slot for residual in found.residuals] == list(range(people))
        assert all(a.up is b.up for a, b in zip(found.residuals, wanted.residuals, strict=True))
        assert found.tokens.keys() == wanted.tokens.keys()
        assert all(torch.equal(found.tokens[cell], tokens) for cell, tokens in wanted.tokens.items())
        assert torch.equal(found.words, wanted.words)


@pytest.mark.parametrize(("people", "count"), SETS)
def test_a_gated_members_cell_is_unchanged_by_the_others_bit_for_bit(
    small_gated_base: CastBase, people: int, count: int
) -> None:
    """Beside strangers whose slots may share columns, and beside others of its own class: the same cell.

    The strangers are other concepts in other slots, so if anything of them reached the cell it would differ.
    """
    base = small_gated_base
    layout, edge = base.layout, base.config.cell_px
    met = 0
    for slots in drawn_slots(base, people, count):
        met += any(
            shared_columns(a, b, n=base.config.width, r=layout.rank, radix=layout.radix)
            for a, b in combinations(slots, 2)
        )
        together = prediction(base, members(base, slots), people)
        first = slots[0] - slots[0] % layout.radix
        class_of_first = [slots[0], *(s for s in range(first, first + people) if s != slots[0])][:people]
        neighbours = members(base, class_of_first, seed=50)
        beside = prediction(base, [members(base, slots)[0], *neighbours[1:]], people)
        assert torch.equal(together[:, :, : edge - MARGIN], beside[:, :, : edge - MARGIN]), slots
        assert not torch.equal(together[:, :, edge + MARGIN :], beside[:, :, edge + MARGIN :])
    assert met > count / 4, "too few of the sets share a column"


@pytest.mark.parametrize("people", [2, 3])
def test_every_cell_equals_the_cell_generated_alone(small_gated_base: CastBase, people: int) -> None:
    """Alone: the others' words stand there and nothing of their adapters. At most 3 of 255 in the worst value."""
    base = small_gated_base
    radix, edge = base.layout.radix, base.config.cell_px
    cast = members(base, [radix * place for place in range(people)])
    together = prediction(base, cast, people)
    for place, one in enumerate(cast):
        others = [replace(each, strength=0.0) if each is not one else one for each in cast]
        alone = prediction(base, others, people)
        begin, end = edge * place + MARGIN * (place > 0), edge * (place + 1) - MARGIN * (place < people - 1)
        worst = (together - alone)[:, :, begin:end].abs().max() * 127.5
        assert float(worst) <= 3, one.trigger
        assert float((together - alone).abs().max()) > 0.01


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("count", [1, 8, 100, 1000])
def test_concepts_outside_the_prompt_change_nothing_bit_for_bit(
    small_gated_base: CastBase, dtype: torch.dtype, count: int
) -> None:
    base = replace(small_gated_base, dtype=dtype, model=copy.deepcopy(small_gated_base.model).to(dtype))
    one = random_adapter(base, 0, "<p>")
    strangers = [
        AttachedAdapter(replace(one, slot=slot, trigger=f"<p{slot}>"), f"<p{slot}>", 1.0) for slot in range(count)
    ]
    nobody = SampleSpec("a smiling person; sky background", 3, 256, 256, steps=2)
    assert picture(base, nobody, strangers) == picture(base, nobody, [])
    ana = AttachedAdapter(random_adapter(base, 5, "<ana>", seed=9), "<ana>", 1.0)
    alone = picture(base, spec_of(1), [ana])
    assert picture(base, spec_of(1), [*strangers, ana]) == alone
    assert picture(base, spec_of(1), [ana, *reversed(strangers)]) == alone
    assert picture(base, spec_of(1), []) != alone


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_strength_0_attaches_nothing(small_gated_base: CastBase, dtype: torch.dtype) -> None:
    """The base draws "a person" where a trained one is named: one picture, whoever it is."""
    base = replace(small_gated_base, dtype=dtype, model=copy.deepcopy(small_gated_base.model).to(dtype))
    ana, other = (replace(members(base, [slot], seed)[0], strength=0.0) for slot, seed in ((0, 1), (7, 2)))
    assert picture(base, spec_of(1), [ana]) == picture(base, spec_of(1), [other])
    context = base.encode([base.read(spec_of(1), [ana], 3)])
    x = base.noise(3, spec_of(1).canvas)[None]
    with torch.no_grad():
        with base.attached(context):
            attached = base.predict(x, torch.ones(1), context)
        assert torch.equal(attached, base.predict(x, torch.ones(1), context))


def picture(base: CastBase, spec: SampleSpec, attached: Sequence[AttachedAdapter]) -> bytes:
    return sample(base, spec, attached).images[0].tobytes()


@pytest.mark.parametrize(
    "boxes",
    [
        (None, None),
        (Region(0.0, 0.0, 0.5, 1.0), None),
        (Region(0.0, 0.0, 0.6, 0.5), Region(0.4, 0.5, 0.6, 0.5)),
        (Region(0.1, 0.0, 0.7, 1.0), None),
        (Region(0.0, 0.0, 0.7, 1.0), Region(0.3, 0.0, 0.7, 1.0)),
    ],
)
def test_gates_overlap_only_where_crosstalk_predicts_it(
    small_gated_base: CastBase, boxes: tuple[Region | None, Region | None]
) -> None:
    base = small_gated_base
    cast = [replace(each, region=box) for each, box in zip(members(base, [0, base.layout.radix]), boxes, strict=True)]
    reading = base.read(spec_of(2), cast, 3)
    context = base.encode([reading])
    gates: list[Tensor] = []
    with (
        torch.no_grad(),
        attach_gated(base.model, base.layout, context.members, length=context.states[0].shape[1]) as there,
    ):
        name = "transformer_blocks.1.attn2.to_out"
        handle = base.model.get_submodule(name).register_forward_hook(lambda *_: gates.append(there.gates[0]))  # type: ignore[index]
        base.predict(base.noise(3, spec_of(2).canvas)[None], torch.ones(1), context)
        handle.remove()
    predicted = reach_overlap(*(box and (box.x, box.y, box.width, box.height) for box in boxes), apart=reading.apart)
    met = float(gate_overlap(gates[0].float())[0, 1])
    assert (met == 0) == (predicted == 0)
    assert gates[0].max() > 0
