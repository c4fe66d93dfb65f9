"""Sampling: what a seed, a strength, a region and a neighbour may change, and what not."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.encoding import encode, layer_contexts
from orthoplex.bases.cast.flow import time_steps
from orthoplex.bases.cast.reading import CONCEPT_WORDS, read
from orthoplex.bases.cast.regions import box_mask, cell_mask, cell_of, region_weights
from orthoplex.ortho.slot import shared_columns
from orthoplex.sample import AttachedAdapter, Canceled, Region, SampleSpec, sample, sample_batch

from .conftest import random_adapter

ONE = SampleSpec("<ana> smiling, sky background", 3, 256, 256, steps=2)
TWO = SampleSpec("<ana> smiling, left; <bo> sad, right; sky background", 3, 512, 256, steps=2)


def pixels(base: CastBase, spec: SampleSpec, adapters: list[AttachedAdapter]) -> torch.Tensor:
    """(H, W, 3) of the first picture."""
    image = sample(base, spec, adapters).images[0]
    return torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(image.height, image.width, 3)


def ana(base: CastBase, strength: float = 1.0, region: Region | None = None) -> AttachedAdapter:
    return AttachedAdapter(random_adapter(base, 0, "<ana>", 1), "<ana>", strength, region)


def bo(base: CastBase, strength: float = 1.0) -> AttachedAdapter:
    return AttachedAdapter(random_adapter(base, 1, "<bo>", 2), "<bo>", strength)


def test_a_seed_gives_the_same_picture_every_time(random_base: CastBase) -> None:
    first, second = (pixels(random_base, ONE, [ana(random_base)]) for _ in range(2))
    assert torch.equal(first, second)


def test_an_adapter_changes_the_picture_and_leaves_the_base_unchanged(random_base: CastBase) -> None:
    before = pixels(random_base, ONE, [])
    adapted = pixels(random_base, ONE, [ana(random_base)])
    assert not torch.equal(before, adapted)
    assert torch.equal(before, pixels(random_base, ONE, []))


def test_the_order_of_adapters_does_not_matter(random_base: CastBase) -> None:
    a, b = ana(random_base), bo(random_base)
    one, two = pixels(random_base, TWO, [a, b]).int(), pixels(random_base, TWO, [b, a]).int()
    assert (one - two).abs().max() <= 1


def test_an_adapter_whose_trigger_is_not_in_the_prompt_is_left_out_with_a_warning(random_base: CastBase) -> None:
    with_bo = sample(random_base, ONE, [ana(random_base), bo(random_base)])
    assert with_bo.images[0].tobytes() == sample(random_base, ONE, [ana(random_base)]).images[0].tobytes()
    assert any("<bo>" in warning for warning in with_bo.warnings)


def test_each_picture_of_mixed_compositions_equals_the_picture_generated_alone(random_base: CastBase) -> None:
    jobs = [(TWO, [ana(random_base)]), (TWO, [ana(random_base), bo(random_base)]), (TWO, [])]
    together = sample_batch(random_base, jobs)
    for (spec, adapters), result in zip(jobs, together, strict=True):
        alone = pixels(random_base, spec, adapters).int()
        mixed = torch.frombuffer(bytearray(result.images[0].tobytes()), dtype=torch.uint8).view_as(alone).int()
        assert (alone - mixed).abs().max() <= 2


def test_count_generates_successive_seeds(random_base: CastBase) -> None:
    spec = SampleSpec("<ana>", 10, 256, 256, steps=1, count=3)
    result = sample(random_base, spec, [ana(random_base)])
    assert result.seeds == [10, 11, 12]
    assert len({image.tobytes() for image in result.images}) == 3


def test_pictures_have_the_requested_sizes(random_base: CastBase) -> None:
    for width in (256, 512, 768):
        assert sample(random_base, SampleSpec("", 0, width, 256, steps=1)).images[0].size == (width, 256)


def test_false_from_on_step_cancels(random_base: CastBase) -> None:
    seen: list[int] = []

    def stop_after_one(step: int, _total: int, _preview: object) -> bool:
        seen.append(step)
        return False

    with pytest.raises(Canceled):
        sample(random_base, ONE, [ana(random_base)], on_step=stop_after_one)
    assert seen == [1]


def test_a_batch_of_two_sizes_is_refused(random_base: CastBase) -> None:
    with pytest.raises(ValueError, match="one size"):
        sample_batch(random_base, [(ONE, []), (TWO, [])])


def test_a_region_covers_at_least_one_position(random_base: CastBase) -> None:
    config = random_base.config
    assert int(box_mask(Region(0, 0, 0.5, 1), config, 2).sum()) == 64
    assert torch.equal(box_mask(Region(0.5, 0, 0.5, 1), config, 2), cell_mask(1, config, 2))
    assert int(box_mask(Region(0.999, 0.999, 0.001, 0.001), config, 2).sum()) == 1
    assert cell_of(Region(0.4, 0, 0.5, 1), 2) == 1


def test_a_region_moves_the_person_to_its_cell(random_base: CastBase) -> None:
    left = sample(random_base, TWO, [ana(random_base), bo(random_base)])
    right = sample(random_base, TWO, [ana(random_base, region=Region(0.5, 0, 0.5, 1)), bo(random_base)])
    assert left.prompts[0].startswith("<ana>")
    assert right.prompts[0].startswith("<bo>")


def test_a_residual_responds_only_to_the_tokens_of_its_own_concept(marked_base: CastBase) -> None:
    """No mask says so: where it listens, words of the base are exactly 0 and tokens of another slot are orthogonal."""
    row = read(marked_base, TWO, [ana(marked_base), bo(marked_base)], 3)
    places = torch.arange(2)[None]
    for cell, residual in enumerate(row.residuals):
        own = [cell * marked_base.config.words + position for position in CONCEPT_WORDS]
        theirs = [(1 - cell) * marked_base.config.words + position for position in CONCEPT_WORDS]
        words = [position for position in range(32) if position not in own + theirs]
        down = marked_base.layout.down(residual.slot, marked_base.config.width).float()
        assert residual.masks == {}
        for context in layer_contexts(marked_base, [row], places):
            heard = (context[0] @ down.T).abs().amax(-1)  # (S P,)
            assert bool((heard[own] > 1).all())
            assert float(heard[theirs].max()) < 1e-5
            assert not heard[words].any()


def test_separated_people_attend_only_to_their_own_cell_and_words(random_base: CastBase) -> None:
    row = read(random_base, TWO, [ana(random_base)], 3)
    cells = [cell_mask(cell, random_base.config, 2) for cell in range(2)]
    neighbours = encode(random_base, [row]).conditions["neighbours"]
    assert torch.equal(neighbours[0, 0], torch.stack([cell[:, None] & cell for cell in cells]).any(0))
    regions = region_weights(random_base.config, [row.boxes], [row.apart], 2)
    for cell, (weight, mask) in enumerate(regions[:2]):
        assert torch.equal(weight[0, :, 0], cells[cell].float())
        assert mask.flatten().nonzero().flatten().tolist() == list(range(16 * cell, 16 * cell + 16))


def test_people_who_are_not_separated_attend_to_everybody(random_base: CastBase) -> None:
    row = read(random_base, replace(TWO, apart=False), [ana(random_base), bo(random_base)], 3)
    assert not row.apart
    context = encode(random_base, [row])
    assert "neighbours" not in context.conditions
    assert context.regions == ()


def test_people_without_adapters_are_not_separated(random_base: CastBase) -> None:
    assert not read(random_base, TWO, [], 3).apart


def test_a_concept_does_not_change_its_neighbour(random_base: CastBase) -> None:
    """Whatever the right person does, the left one is drawn as before."""
    adapters = [ana(random_base), bo(random_base)]
    sad, happy = (
        pixels(random_base, replace(TWO, prompt=f"<ana> smiling; <bo> {mood}; sky background"), adapters)[:, :240].int()
        for mood in ("sad", "laughing")
    )
    assert (sad - happy).abs().max() <= 1


def test_with_guidance_each_picture_of_a_mixed_batch_equals_the_picture_generated_alone(random_base: CastBase) -> None:
    spec = replace(TWO, guidance=2.0)
    jobs = [(spec, [ana(random_base), bo(random_base)]), (spec, [])]
    for (_, adapters), result in zip(jobs, sample_batch(random_base, jobs), strict=True):
        alone = pixels(random_base, spec, adapters).int()
        mixed = torch.frombuffer(bytearray(result.images[0].tobytes()), dtype=torch.uint8).view_as(alone).int()
        assert (alone - mixed).abs().max() <= 2


def test_a_box_across_two_cells_lets_both_attend_to_each_other(random_base: CastBase) -> None:
    wide = read(random_base, TWO, [ana(random_base, region=Region(0.1, 0, 0.6, 1))], 3)
    within = read(random_base, TWO, [ana(random_base, region=Region(0.1, 0, 0.3, 1))], 3)
    assert not wide.apart
    assert within.apart


def test_times_run_from_pure_noise_to_none() -> None:
    times = time_steps(24)
    assert (times[0], times[-1]) == (1.0, 0.0)
    assert all(a > b for a, b in pairwise(times))


def elsewhere(base: CastBase, trigger: str, slot: int) -> AttachedAdapter:
    """The same file as if it had been trained in another slot: nothing in it depends on that."""
    adapter = random_adapter(base, slot, trigger, seed=sum(map(ord, trigger)))
    return AttachedAdapter(adapter, trigger, 0.8)


def test_marked_adapters_whose_slots_share_columns_compose_as_if_they_shared_none(
    marked_base: CastBase,
) -> None:
    """The first adapters of two owners: their classes share a column, and a composition gives them other slots."""
    one_class = pixels(marked_base, TWO, [elsewhere(marked_base, "<ana>", 0), elsewhere(marked_base, "<bo>", 1)])
    source = random.Random(5)
    strangers = [(0, 31), (31, 62), (62, 0), *[tuple(source.sample(range(961), 2)) for _ in range(5)]]
    shared = [shared_columns(a, b, n=128, r=4, radix=31) for a, b in strangers]
    assert shared.count(1) >= 3
    for a, b in strangers:
        there = pixels(marked_base, TWO, [elsewhere(marked_base, "<ana>", a), elsewhere(marked_base, "<bo>", b)])
        assert torch.equal(there, one_class), (a, b)
    swapped = pixels(marked_base, TWO, [elsewhere(marked_base, "<bo>", 31), elsewhere(marked_base, "<ana>", 62)])
    assert (swapped.int() - one_class.int()).abs().max() <= 1
