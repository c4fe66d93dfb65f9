"""In reserved channels the base says nothing: a residual that listens there hears its own tokens and nothing else."""

import copy
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from orthoplex.bases.cast.base import CastBase, to_images
from orthoplex.bases.cast.encoding import layer_contexts, null_context
from orthoplex.bases.cast.reading import CastReading, read
from orthoplex.bases.request import Canvas
from orthoplex.ortho.attach import attach
from orthoplex.ortho.merge import merged
from orthoplex.ortho.residual import Residual, residual_of
from orthoplex.sample import AttachedAdapter, SampleSpec, sample
from orthoplex.sample.sampler import denoise

from .conftest import random_adapter

PROMPTS = [
    "",
    "a smiling woman with long red hair, left; sky background",
    "an angry robot with sunglasses; a sad man; yellow dotted background",
    "<bo> laughing, right; mint background",
]
RESERVED = 128
steady = settings(derandomize=True, database=None, deadline=None, max_examples=60)


def ana(base: CastBase) -> AttachedAdapter:
    return AttachedAdapter(random_adapter(base, 0, "<ana>", 1), "<ana>", 1.0)


def others(base: CastBase, *slots: int) -> list[Residual]:
    """Residuals of concepts that nobody asked for, some at unusual strengths."""
    strengths = (1.0, -2.0, 0.6, 2.0)
    return [
        residual_of(random_adapter(base, slot, "<other>", 10 + slot), strengths[index % 4])
        for index, slot in enumerate(slots)
    ]


def predicted(base: CastBase, row: CastReading, cells: int) -> Tensor:
    """What the model makes of a row's words at one noise level, with whatever is attached or merged right now."""
    generator = torch.Generator().manual_seed(5)
    x_t = torch.randn(1, 3, base.config.cell_px, base.config.cell_px * cells, generator=generator)
    places = torch.arange(cells)[None]
    out: Tensor = base.model(x_t, torch.tensor([0.7]), layer_contexts(base, [row], places), places)
    return out


@steady
@given(seed=st.integers(0, 2**31), persons=st.integers(1, 3))
def test_no_word_of_the_base_reaches_a_reserved_channel(marked_base: CastBase, seed: int, persons: int) -> None:
    config, generator = marked_base.config, torch.Generator().manual_seed(seed)
    shape = (2, persons, config.words)
    words = torch.randint(config.vocabulary_size, shape, generator=generator)
    colours = torch.randn(*shape, 4, generator=generator)
    places = torch.randint(config.cells, (2, persons), generator=generator)
    context = marked_base.model.encode(words, colours, places)
    assert context.shape == (2, persons * config.words, config.width)
    assert not context[..., -RESERVED:].any()
    assert bool(context[..., :-RESERVED].abs().amax(-1).min() > 0)


def test_places_and_the_empty_caption_stay_out_of_the_reserved_channels(marked_base: CastBase) -> None:
    places = torch.arange(3)[None]
    assert not marked_base.model.place_words(places)[..., -RESERVED:].any()
    assert not null_context(marked_base, 1, places)[..., -RESERVED:].any()


@pytest.mark.parametrize("prompt", PROMPTS)
def test_residuals_leave_every_prompt_without_their_trigger_unchanged_bit_for_bit(
    marked_base: CastBase, prompt: str
) -> None:
    row = read(marked_base, SampleSpec(prompt, 3, 512, 256), [], 3)
    before = predicted(marked_base, row, 2)
    residuals = others(marked_base, 0, 7, 31, 40_000)
    with attach(marked_base.model, marked_base.layout, residuals):
        attached = predicted(marked_base, row, 2)
    with merged(marked_base.model, marked_base.layout, residuals):
        assert torch.equal(predicted(marked_base, row, 2), before)
    assert torch.equal(attached, before)


@pytest.mark.parametrize("prompt", PROMPTS[1:])
def test_a_picture_is_bit_for_bit_the_same_with_unnamed_residuals_merged(marked_base: CastBase, prompt: str) -> None:
    spec = SampleSpec(prompt, 3, 512, 256, steps=2)
    before = sample(marked_base, spec).images[0]
    with merged(marked_base.model, marked_base.layout, others(marked_base, 0, 7, 31)):
        assert sample(marked_base, spec).images[0].tobytes() == before.tobytes()


def test_a_trigger_activates_its_own_residual(marked_base: CastBase) -> None:
    row = read(marked_base, SampleSpec("<ana> smiling", 3, 256, 256), [ana(marked_base)], 3)
    silent = predicted(marked_base, row, 1)
    with merged(marked_base.model, marked_base.layout, row.residuals):
        assert float((predicted(marked_base, row, 1) - silent).abs().max()) > 0.01


def pictures(base: CastBase, row: CastReading, steps: int = 4) -> tuple[Tensor, Tensor]:
    """The clean picture of one cell, and its colours 0..255."""
    clean = denoise(base, [row], Canvas(256, 256, steps), guidance=torch.ones(1))
    (image,) = to_images(clean)
    return clean, torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).int()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("slots", [(1,), (5, 7), (1, 2, 3, 30)])
def test_a_concept_is_bit_for_bit_the_same_with_others_of_its_class_attached_or_merged(
    marked_base: CastBase, slots: tuple[int, ...], dtype: torch.dtype
) -> None:
    model = copy.deepcopy(marked_base.model).to(dtype)
    base = replace(marked_base, model=model, dtype=dtype)
    row = read(base, SampleSpec("<ana> smiling, sky background", 3, 256, 256), [ana(base)], 3)
    alone, _ = pictures(base, row)
    company = others(base, *slots)
    attached, _ = pictures(base, replace(row, residuals=row.residuals + company))
    assert torch.equal(attached, alone)
    with merged(base.model, base.layout, company):
        assert torch.equal(pictures(base, row)[0], alone)


def test_a_concept_in_the_same_slot_changes_the_picture(marked_base: CastBase) -> None:
    """What the test above would see if slots did not keep residuals apart."""
    row = read(marked_base, SampleSpec("<ana> smiling, sky background", 3, 256, 256), [ana(marked_base)], 3)
    alone, _ = pictures(marked_base, row)
    blended, _ = pictures(marked_base, replace(row, residuals=row.residuals + others(marked_base, 0)))
    assert float((blended - alone).abs().max()) > 0.01
