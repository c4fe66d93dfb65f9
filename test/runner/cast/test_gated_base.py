"""A base with entries and gates, from training to picture: what a concept may change, and what not."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.request import AttachedAdapter, Region, SampleSpec
from orthoplex.ortho.adapter import read_adapter, write_adapter
from orthoplex.sample.result import Canceled
from orthoplex.sample.sampler import sample, sample_batch
from orthoplex.train.concept import Progress, TrainSpec, train_concept

from .conftest import random_adapter

TWO = SampleSpec("<ana> smiling; <bo> sad; sky background", 3, 512, 256, steps=2)
ONE = SampleSpec("<ana> smiling; sky background", 3, 256, 256, steps=2)
NOBODY = SampleSpec("a smiling person; sky background", 3, 256, 256, steps=2)


def member(base: CastBase, trigger: str, slot: int, **more: object) -> AttachedAdapter:
    adapter = random_adapter(base, slot, trigger, seed=sum(map(ord, trigger)))
    return AttachedAdapter(adapter, trigger, 1.0, **more)  # type: ignore[arg-type]


def pixels(base: CastBase, spec: SampleSpec, adapters: list[AttachedAdapter]) -> torch.Tensor:
    image = sample(base, spec, adapters).images[0]
    return torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(image.height, image.width, 3)


def test_a_picture_has_the_requested_size_and_a_concept_changes_it(gated_base: CastBase) -> None:
    ana = member(gated_base, "<ana>", 0)
    drawn = pixels(gated_base, ONE, [ana])
    assert drawn.shape == (256, 256, 3)
    without = replace(ana, strength=0.0)
    assert (drawn.int() - pixels(gated_base, ONE, [without]).int()).abs().float().mean() > 1


def test_concepts_that_the_prompt_does_not_name_change_nothing_bit_for_bit(gated_base: CastBase) -> None:
    strangers = [member(gated_base, f"<p{index}>", index) for index in range(40)]
    assert torch.equal(pixels(gated_base, NOBODY, strangers), pixels(gated_base, NOBODY, []))
    ana = member(gated_base, "<ana>", 41)
    assert torch.equal(pixels(gated_base, ONE, [*strangers, ana]), pixels(gated_base, ONE, [ana]))


def test_the_order_of_members_changes_nothing_bit_for_bit(gated_base: CastBase) -> None:
    ana, bo = member(gated_base, "<ana>", 0), member(gated_base, "<bo>", 1)
    assert torch.equal(pixels(gated_base, TWO, [ana, bo]), pixels(gated_base, TWO, [bo, ana]))


def test_separated_people_do_not_change_one_another(gated_base: CastBase) -> None:
    """Each attends to its own cell's words and positions alone, so the other's entries and gates never reach it."""
    ana, bo, other = (member(gated_base, trigger, slot) for trigger, slot in (("<ana>", 0), ("<bo>", 1), ("<bo>", 7)))
    other = replace(other, adapter=random_adapter(gated_base, 7, "<bo>", seed=99))
    one, two = pixels(gated_base, TWO, [ana, bo]), pixels(gated_base, TWO, [ana, other])
    margin = 16  # the decoder's and the sharpener's windows reach over the border between cells
    difference = (one.int() - two.int()).abs().float()
    assert difference[:, 256:].mean() > 1
    assert difference[:, : 256 - margin].mean() < 0.05


def test_guidance_moves_away_from_the_empty_caption_without_concepts(gated_base: CastBase) -> None:
    ana = member(gated_base, "<ana>", 0)
    plain, guided = pixels(gated_base, ONE, [ana]), pixels(gated_base, replace(ONE, guidance=2.0), [ana])
    assert not torch.equal(plain, guided)


def test_each_job_of_a_batch_equals_the_job_generated_alone(gated_base: CastBase) -> None:
    ana, bo = member(gated_base, "<ana>", 0), member(gated_base, "<bo>", 1)
    jobs = [(ONE, [ana]), (NOBODY, []), (replace(ONE, prompt=["<bo> sad", " <ana>"][0]), [bo])]
    together = sample_batch(gated_base, jobs)
    for (spec, adapters), result in zip(jobs, together, strict=True):
        alone = sample(gated_base, spec, adapters).images[0]
        a, b = (torch.frombuffer(bytearray(i.tobytes()), dtype=torch.uint8).int() for i in (alone, result.images[0]))
        assert (a - b).abs().max() <= 1


def test_a_box_confines_a_person(gated_base: CastBase) -> None:
    box = Region(0.0, 0.0, 0.5, 1.0)
    boxed = member(gated_base, "<ana>", 0, region=box)
    assert not torch.equal(pixels(gated_base, ONE, [boxed]), pixels(gated_base, ONE, [member(gated_base, "<ana>", 0)]))


@pytest.fixture(scope="module")
def pictures() -> list[tuple[Image.Image, str | None]]:
    made: list[tuple[Image.Image, str | None]] = []
    for colour, caption in (("red", "smiling"), ("darkred", "sad"), ("crimson", None), ("tomato", "angry")):
        image = Image.new("RGBA", (200, 260))
        ImageDraw.Draw(image).ellipse((30, 40, 170, 240), fill=colour)
        made.append((image, caption))
    return made


SPEC = TrainSpec(
    concept="Ana", class_word="person", trigger="<ana>", slot=5, steps=4, batch=2, sample_steps=2, sample_every=2
)


def test_training_makes_a_file_of_entries_and_ups_that_can_be_sampled(
    gated_base: CastBase, pictures: list[tuple[Image.Image, str | None]]
) -> None:
    result = train_concept(gated_base, SPEC, pictures)
    content = write_adapter(result.adapter, gated_base.layout)
    adapter = read_adapter(content, gated_base.layout, slot=5)
    assert all(entry.any() for entry in adapter.entries.values())
    assert adapter.tokens.numel() == 0
    # No cross-attention comes before the first block's self-attention: nothing gates that, so nothing trains it.
    assert {name for name, up in adapter.up.items() if not up.any()} == {"transformer_blocks.0.attn1.to_out"}
    assert len(result.samples) == 1
    assert not torch.equal(
        pixels(gated_base, ONE, [AttachedAdapter(adapter, "<ana>", 1.0)]),
        pixels(gated_base, ONE, [AttachedAdapter(adapter, "<ana>", 0.0)]),
    )


def test_an_interrupted_training_equals_an_uninterrupted_one(
    gated_base: CastBase, pictures: list[tuple[Image.Image, str | None]], tmp_path: Path
) -> None:
    whole = train_concept(gated_base, SPEC, pictures).adapter

    def stop(progress: Progress) -> bool:
        return progress.step < 2

    checkpoint = tmp_path / "checkpoint.safetensors"
    with pytest.raises(Canceled):
        train_concept(gated_base, SPEC, pictures, checkpoint=checkpoint, on_step=stop)
    resumed = train_concept(gated_base, SPEC, pictures, resume=checkpoint).adapter
    assert all(torch.equal(resumed.entries[name], entry) for name, entry in whole.entries.items())
    assert all(torch.equal(resumed.up[name], up) for name, up in whole.up.items())
