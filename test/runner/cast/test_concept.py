"""Training a concept: what is trained, what stays, and that a break changes nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.flow import noise_levels
from orthoplex.bases.cast.pictures import ConceptScenes, fit, read_pictures
from orthoplex.ortho.adapter import Adapter, read_adapter, write_adapter
from orthoplex.sample import Canceled
from orthoplex.train.concept import Progress, TrainResult, TrainSpec, train_concept
from orthoplex.train.step import rate_at

SPEC = TrainSpec("ana", "person", "<ana>", slot=5, steps=4, batch=4, sample_every=100, sample_steps=1, prior_pictures=4)
Pictures = list[tuple[Image.Image, str | None]]


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    """Four transparent drawings with an expression each."""
    drawn: Pictures = []
    for index, expression in enumerate(["smiling", "sad", "angry", None]):
        image = Image.new("RGBA", (96, 96))
        ImageDraw.Draw(image).ellipse((20, 20, 76, 76 + index), fill=(200, 40 * index, 90, 255))
        drawn.append((image, expression))
    return drawn


def train(base: CastBase, pictures: Pictures, spec: TrainSpec = SPEC) -> Adapter:
    return train_concept(base, spec, pictures).adapter


def test_a_trained_adapter_is_a_publishable_file_in_its_slot(random_base: CastBase, pictures: Pictures) -> None:
    adapter = train(random_base, pictures)
    content = write_adapter(adapter, random_base.layout)
    assert read_adapter(content, random_base.layout, slot=5).trigger == "<ana>"
    assert any(bool(up.any()) for up in adapter.up.values())


def test_training_further_begins_with_an_adapters_weights(random_base: CastBase, pictures: Pictures) -> None:
    first = train(random_base, pictures)
    further = train_concept(random_base, replace(SPEC, steps=0), pictures, start=first).adapter
    assert all(torch.equal(further.up[name], up) for name, up in first.up.items())
    assert all(torch.equal(further.entries[name], entry) for name, entry in first.entries.items())
    more = train_concept(random_base, SPEC, pictures, start=first).adapter
    assert any(not torch.equal(more.up[name], up) for name, up in first.up.items())
    with pytest.raises(ValueError, match="slot 5"):
        train_concept(random_base, replace(SPEC, slot=6), pictures, start=first)


def test_training_leaves_the_base_unchanged(random_base: CastBase, pictures: Pictures) -> None:
    before = {name: parameter.clone() for name, parameter in random_base.model.named_parameters()}
    train(random_base, pictures)
    for name, parameter in random_base.model.named_parameters():
        assert torch.equal(parameter, before[name])
        assert parameter.grad is None


def test_the_same_pictures_and_seed_give_the_same_bytes(random_base: CastBase, pictures: Pictures) -> None:
    one, two = (write_adapter(train(random_base, pictures), random_base.layout) for _ in range(2))
    assert one == two


def test_a_canceled_and_resumed_training_equals_an_uninterrupted_one(
    random_base: CastBase, pictures: Pictures, tmp_path: Path
) -> None:
    whole = write_adapter(train(random_base, pictures), random_base.layout)
    checkpoint = tmp_path / "checkpoint.safetensors"
    with pytest.raises(Canceled):
        train_concept(random_base, SPEC, pictures, checkpoint=checkpoint, on_step=lambda progress: progress.step < 2)
    steps: list[int] = []

    def note(progress: Progress) -> bool:
        steps.append(progress.step)
        return True

    resumed = train_concept(random_base, SPEC, pictures, resume=checkpoint, on_step=note)
    assert steps == [3, 4]
    assert write_adapter(resumed.adapter, random_base.layout) == whole


def trained_with_prior_losses(base: CastBase, pictures: Pictures) -> tuple[TrainResult, list[float]]:
    """A training and the prior loss that each of its steps reported."""
    losses: list[float] = []

    def note(progress: Progress) -> bool:
        losses.append(progress.prior_loss)
        return True

    return train_concept(base, SPEC, pictures, on_step=note), losses


def test_a_base_that_needs_no_prior_preservation_has_none_in_its_summary(
    random_base: CastBase, pictures: Pictures
) -> None:
    result, losses = trained_with_prior_losses(random_base, pictures)
    assert losses == [0.0] * SPEC.steps
    for summary in (result.metrics, result.adapter.training):
        assert not {"prior_loss", "prior_share"} & set(summary)


def test_a_base_without_reserved_channels_preserves_its_prior_and_its_summary_states_the_loss(
    whole_base: CastBase, pictures: Pictures
) -> None:
    result, losses = trained_with_prior_losses(whole_base, pictures)
    assert losses[0] == pytest.approx(0, abs=1e-9)  # the first step begins at up = 0
    assert losses[-1] > 1e-6
    assert result.adapter.training["prior_share"] == SPEC.prior_share
    assert result.metrics["prior_loss"] == round(losses[-1], 6)


def test_a_published_token_is_a_word_without_its_mark(marked_base: CastBase, pictures: Pictures) -> None:
    adapter = train(marked_base, pictures)
    assert adapter.tokens.shape == marked_base.layout.tokens_shape
    assert adapter.tokens.shape[-1] == marked_base.config.word_width


def test_a_checkpoint_of_other_layers_is_refused(random_base: CastBase, pictures: Pictures, tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.safetensors"
    with pytest.raises(Canceled):
        train_concept(random_base, SPEC, pictures, checkpoint=checkpoint, on_step=lambda progress: progress.step < 2)
    names = list(random_base.layout.layers)
    for kept in (names[:-1], names[1:]):  # the layers of a base that has fewer now
        layers = {name: random_base.layout.layers[name] for name in kept}
        fewer = replace(random_base, layout=replace(random_base.layout, layers=layers))
        with pytest.raises(ValueError, match="other layers"):
            train_concept(fewer, SPEC, pictures, resume=checkpoint)


def test_a_checkpoint_of_another_training_is_refused(random_base: CastBase, pictures: Pictures, tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.safetensors"
    with pytest.raises(Canceled):
        train_concept(random_base, SPEC, pictures, checkpoint=checkpoint, on_step=lambda _: False)
    other = TrainSpec("bo", "person", "<bo>", slot=6, steps=4, batch=4, prior_pictures=4)
    with pytest.raises(ValueError, match="another training"):
        train_concept(random_base, other, pictures, resume=checkpoint)


def test_a_training_without_pictures_is_refused(random_base: CastBase) -> None:
    with pytest.raises(ValueError, match="pictures"):
        train_concept(random_base, SPEC, [])


def test_unknown_caption_words_are_reported(random_base: CastBase, pictures: Pictures) -> None:
    named: Pictures = [(image, "smiling wizard") for image, _ in pictures]
    assert "wizard" in train_concept(random_base, SPEC, named).warnings[0]


def test_a_transparent_picture_changes_its_background_and_an_opaque_one_keeps_it(
    random_base: CastBase, pictures: Pictures
) -> None:
    opaque = Image.new("RGB", (64, 64), (10, 200, 30))
    for (image, _), corner_varies in ((pictures[0], True), ((opaque, None), False)):
        scenes = ConceptScenes(random_base, read_pictures(random_base, [(image, None)] * 4))
        corners = scenes.make(8, torch.Generator().manual_seed(0)).pictures[:, :, 0, 0]
        assert bool((corners - corners[0]).abs().max() > 0.01) == corner_varies


def test_a_plain_border_becomes_the_background_word(random_base: CastBase) -> None:
    image = Image.new("RGB", (80, 80), (0, 128, 255))
    ImageDraw.Draw(image).rectangle((30, 40, 50, 80), fill=(90, 20, 20))
    data = read_pictures(random_base, [(image, None)])
    assert torch.allclose(data.borders[0], torch.tensor([0.0, 128 / 255, 1.0]), atol=0.01)


@pytest.mark.parametrize("size", [(300, 100), (100, 300), (3, 3), (64, 64)])
def test_a_picture_of_any_shape_is_fitted_completely_into_its_cell(size: tuple[int, int]) -> None:
    cell = fit(Image.new("RGB", size, "red"), 64)
    assert cell.size == (64, 64)
    covered = float((np.asarray(cell)[..., 3] > 250).mean())
    assert covered == pytest.approx(min(size) / max(size), abs=0.02)


def test_the_learning_rate_warms_up_and_falls() -> None:
    rates = [rate_at(step, 100) for step in range(100)]
    assert rates[0] < rates[4] <= 1.0
    assert rates[99] < 0.06


def test_the_configured_share_of_noise_levels_is_low() -> None:
    generator = torch.Generator().manual_seed(0)
    without, with_low = (noise_levels(4000, generator, 0.2, share) for share in (0.0, 0.15))
    assert float((without < 0.1).float().mean()) < 0.005
    assert 0.04 < float((with_low < 0.1).float().mean()) < 0.08
    assert float((with_low > 0.8).float().mean()) > 0.25
