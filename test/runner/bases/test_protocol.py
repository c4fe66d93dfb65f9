"""What every base must hold to, whatever its family: the loops of sampling and training ask for nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from orthoplex.bases import AnyBase
from orthoplex.bases.protocol import Concept
from orthoplex.bases.request import AttachedAdapter, Region, SampleSpec
from orthoplex.ortho.adapter import read_adapter, write_adapter
from orthoplex.ortho.residual import Residual, trainable_residual
from orthoplex.sample import Canceled, sample, sample_batch
from orthoplex.sample.sampler import denoise
from orthoplex.train.concept import TrainResult, TrainSpec, train_concept

from .conftest import random_adapter


def size_of(base: AnyBase) -> tuple[int, int]:
    width, _, height = base.description["default_size"].partition("x")
    return int(width), int(height)


def spec_of(base: AnyBase, prompt: str = "<ada> smiling", seed: int = 3, steps: int = 2, **more: object) -> SampleSpec:
    return replace(SampleSpec(prompt, seed, *size_of(base), steps=steps), **more)  # type: ignore[arg-type]


def member(
    base: AnyBase, slot: int, trigger: str, *, strength: float = 1.0, region: Region | None = None
) -> AttachedAdapter:
    return AttachedAdapter(random_adapter(base, slot, trigger), trigger, strength, region)


def residents(base: AnyBase, count: int) -> list[AttachedAdapter]:
    """Members whose triggers nobody says; their slots are of several classes, and some are Ada's own."""
    return [member(base, slot * 7 % 40, f"<other{slot}>", strength=(1.0, -2.0, 0.6)[slot % 3]) for slot in range(count)]


def pixels(images: list[Image.Image]) -> Tensor:
    return torch.from_numpy(np.stack([np.asarray(image) for image in images]).astype(np.int64))


def states(base: AnyBase, spec: SampleSpec, members: list[AttachedAdapter]) -> Tensor:
    """The final states of one picture, before they become pixels."""
    reading = base.read(spec, members, spec.seed)
    return denoise(base, [reading], spec.canvas, guidance=torch.tensor([spec.guidance]))


def test_members_that_the_prompt_does_not_name_change_nothing_bit_for_bit(precise_base: AnyBase) -> None:
    slow = precise_base.dtype == torch.bfloat16  # on most CPUs
    spec = spec_of(precise_base, guidance=1.0 if slow else 2.0, steps=1 if slow else 2)
    ada = member(precise_base, 0, "<ada>")
    alone = states(precise_base, spec, [ada])
    for count in (1, 8, 100):
        assert torch.equal(states(precise_base, spec, [ada, *residents(precise_base, count)]), alone), count


def test_unnamed_members_give_the_same_picture_as_no_members(precise_base: AnyBase) -> None:
    spec = spec_of(precise_base, "a person smiling", steps=1)
    assert torch.equal(states(precise_base, spec, residents(precise_base, 8)), states(precise_base, spec, []))


def test_a_named_member_changes_the_picture_and_leaves_the_base_unchanged(base: AnyBase) -> None:
    spec = spec_of(base)
    before = {name: tensor.clone() for name, tensor in base.model.state_dict().items()}
    with_ada, without = states(base, spec, [member(base, 0, "<ada>")]), states(base, spec, [])
    assert float((with_ada - without).abs().max()) > 0.01
    assert all(torch.equal(tensor, before[name]) for name, tensor in base.model.state_dict().items())
    assert torch.equal(states(base, spec, []), without)


def test_the_order_of_members_changes_nothing(base: AnyBase) -> None:
    spec = spec_of(base, "<ada> smiling and a dog" if base.id != "cast-3" else "<ada> smiling")
    ada, bob = member(base, 0, "<ada>"), member(base, 1, "<bob>")
    one, two = (sample(base, spec, members).images for members in ([ada, bob], [bob, ada]))
    assert torch.equal(pixels(one), pixels(two))


def test_a_seed_gives_the_same_picture_again(base: AnyBase) -> None:
    spec = spec_of(base, count=2)
    first, second = (sample(base, spec, [member(base, 0, "<ada>")]) for _ in range(2))
    assert first.seeds == [3, 4]
    assert torch.equal(pixels(first.images), pixels(second.images))
    assert not torch.equal(pixels(first.images[:1]), pixels(first.images[1:]))


def test_each_picture_of_a_mixed_batch_equals_the_picture_generated_alone(base: AnyBase) -> None:
    spec = spec_of(base, guidance=2.0)
    jobs = [(spec, [member(base, 0, "<ada>")]), (replace(spec, seed=9), []), (replace(spec, prompt="a dog"), [])]
    for (each, members), result in zip(jobs, sample_batch(base, jobs), strict=True):
        alone = pixels(sample(base, each, members).images)
        assert int((pixels(result.images) - alone).abs().max()) <= 2


def test_pictures_have_the_size_that_was_asked_for(base: AnyBase) -> None:
    for size in base.description["sizes"]:
        spec = SampleSpec("", 0, size["width"], size["height"], steps=1)
        assert sample(base, spec).images[0].size == (size["width"], size["height"])


def test_members_that_the_prompt_does_not_name_are_reported(base: AnyBase) -> None:
    warnings = sample(base, spec_of(base, "<bob> smiling", steps=1), [member(base, 0, "<ada>")]).warnings
    assert any("<ada> is not in the prompt" in warning for warning in warnings)
    assert any("<bob>" in warning and "no adapter" in warning for warning in warnings)


def test_steps_are_reported_with_a_preview_and_false_from_the_callback_cancels(base: AnyBase) -> None:
    seen: list[tuple[int, int]] = []

    def stop(step: int, total: int, preview: object) -> bool:
        assert callable(preview)
        assert preview().width > 0
        seen.append((step, total))
        return step < 2

    with pytest.raises(Canceled):
        sample(base, spec_of(base, steps=3), on_step=stop)
    assert seen == [(1, 3), (2, 3)]


def test_guidance_moves_away_from_the_negative_context(base: AnyBase) -> None:
    spec = spec_of(base, "a person smiling", guidance=1.0)
    plain, guided = states(base, spec, []), states(base, replace(spec, guidance=4.0), [])
    assert not torch.equal(plain, guided)


def test_a_region_keeps_a_member_to_its_box(base: AnyBase) -> None:
    spec = spec_of(base)
    free = states(base, spec, [member(base, 0, "<ada>")])
    boxed = states(base, spec, [member(base, 0, "<ada>", region=Region(0.0, 0.0, 0.5, 0.5))])
    assert not torch.equal(free, boxed)


def pictures() -> list[tuple[Image.Image, str | None]]:
    drawn: list[tuple[Image.Image, str | None]] = []
    for index, caption in enumerate(["smiling", None, "sad", None]):
        image = Image.new("RGB", (96, 80 + index), (250, 250, 240))
        ImageDraw.Draw(image).ellipse((20, 10, 70, 70 + index), fill=(200, 40 * index, 90))
        drawn.append((image, caption))
    return drawn


def short(**changes: object) -> TrainSpec:
    spec = TrainSpec("ada", "person", "<ada>", slot=5, steps=4, batch=2, sample_every=100, sample_steps=1)
    return replace(spec, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def trained(base: AnyBase) -> TrainResult:
    """A short training, one for all tests that look at one; the base stays as it was."""
    before = {name: tensor.clone() for name, tensor in base.model.state_dict().items()}
    result = train_concept(base, short(steps=12), pictures())
    assert all(torch.equal(tensor, before[name]) for name, tensor in base.model.state_dict().items())
    assert all(parameter.grad is None for parameter in base.model.parameters())
    return result


def test_training_makes_a_publishable_adapter_and_leaves_the_base_unchanged(
    base: AnyBase, trained: TrainResult
) -> None:
    adapter = read_adapter(write_adapter(trained.adapter, base.layout), base.layout, slot=5)
    # Where gates act, layers before the first cross-attention have none, and so nothing to learn.
    assert sum(bool(up.any()) for up in adapter.up.values()) > len(adapter.up) / 2
    assert trained.samples[0].size == base.training.sample_size


@torch.no_grad()
def loss_of(base: AnyBase, concept: Concept) -> float:
    """On 8 of the training pictures, always with the same noise."""
    batch = base.pictures(pictures(), "person").batch(8, torch.Generator().manual_seed(99))
    context = base.with_concept(batch.context, concept)
    with base.attached(context):
        return float(base.loss(base.predict(batch.noisy, batch.t, context), batch))


def untrained(base: AnyBase) -> Concept:
    count = base.layout.tokens_shape[0]
    entries = {name: torch.zeros(count, out) for name, out in base.layout.entries.items()}
    return Concept(trainable_residual(base.layout, 5), base.initial_tokens("person"), entries)


def test_training_lowers_the_loss_on_its_pictures(base: AnyBase, trained: TrainResult) -> None:
    adapter = trained.adapter
    residual = Residual(5, {name: up.float() for name, up in adapter.up.items()})
    entries = {name: entry.float() for name, entry in adapter.entries.items()}
    assert loss_of(base, Concept(residual, adapter.tokens.float(), entries)) < loss_of(base, untrained(base))


def test_a_canceled_and_resumed_training_equals_an_uninterrupted_one(base: AnyBase, tmp_path: Path) -> None:
    spec, checkpoint = short(), tmp_path / "checkpoint.safetensors"
    whole = write_adapter(train_concept(base, spec, pictures()).adapter, base.layout)
    with pytest.raises(Canceled):
        train_concept(base, spec, pictures(), checkpoint=checkpoint, on_step=lambda progress: progress.step < 2)
    resumed = train_concept(base, spec, pictures(), resume=checkpoint)
    assert write_adapter(resumed.adapter, base.layout) == whole


def test_an_untrained_concept_predicts_what_its_class_word_does(base: AnyBase) -> None:
    """Training begins at the base itself: residuals and entries of zeros move nothing beyond rounding."""
    batch = base.pictures(pictures(), "person").batch(2, torch.Generator().manual_seed(0))
    concept = untrained(base)
    ups = {name: up + 0.5 for name, up in concept.residual.up.items()}
    entries = {name: entry + 0.5 for name, entry in concept.entries.items()}
    moved = replace(concept, residual=replace(concept.residual, up=ups), entries=entries)
    predictions = []
    with torch.no_grad():
        for each in (concept, moved):
            context = base.with_concept(batch.context, each)
            with base.attached(context):
                predictions.append(base.predict(batch.noisy, batch.t, context))
        context = base.with_concept(batch.context, concept)
        plain = base.predict(batch.noisy, batch.t, context)
    torch.testing.assert_close(predictions[0], plain, atol=1e-5, rtol=1e-4)
    assert float((predictions[1] - plain).abs().max()) > 1e-2


def test_the_base_reports_the_memory_it_takes(base: AnyBase) -> None:
    assert base.memory_bytes >= sum(p.numel() * p.element_size() for p in base.model.parameters())
