"""Training on Stable Diffusion bases: buckets, flips, masks, loss weights, checkpointed blocks, precision, memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from torch.autograd.graph import saved_tensors_hooks

from orthoplex.bases import AnyBase
from orthoplex.bases.options import LoadOptions, OptionRefused, PictureOptions
from orthoplex.bases.protocol import Concept
from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.buckets import BACKDROPS, bucket_of, bucket_sizes, on_backdrops
from orthoplex.bases.sd.describe import describe
from orthoplex.bases.sd.memory import training_memory
from orthoplex.bases.sd.pictures import snr_weights
from orthoplex.bases.sd.presets import PRESETS, preset_for
from orthoplex.ortho.adapter import write_adapter
from orthoplex.ortho.residual import trainable_residual
from orthoplex.sample import Canceled
from orthoplex.train.concept import TrainSpec, train_concept
from orthoplex.train.loss_scale import FIRST, LossScale

CPU = torch.device("cpu")
SPEC = TrainSpec("ada", "person", "<ada>", slot=5, steps=3, batch=2, sample_every=100, sample_steps=1)
Load = Callable[..., SdBase]


@pytest.fixture(scope="module", params=["sd", "sdxl"])
def folder(request: pytest.FixtureRequest, sd_folder: Path, sdxl_folder: Path) -> Path:
    return {"sd": sd_folder, "sdxl": sdxl_folder}[request.param]


@pytest.fixture(scope="module")
def load(folder: Path) -> Load:
    description = describe(folder, "tiny", "Tiny")
    return lambda **options: load_sd(
        folder, description, CPU, LoadOptions(**{"dtype": torch.float32, **options})
    )  # fmt: skip


@pytest.fixture(scope="module")
def base(load: Load) -> SdBase:
    return load()


def gradient(width: int, height: int, shade: int = 0) -> Image.Image:
    image = Image.linear_gradient("L").rotate(90).resize((width, height))
    return Image.merge("RGB", (image, Image.new("L", image.size, shade), image))


ITEMS: list[tuple[Image.Image, str | None]] = [
    (gradient(200, 100), "smiling"),
    (gradient(100, 200, 90), None),
    (gradient(100, 100, 200), "sad"),
    (gradient(210, 100, 40), None),
]


@settings(derandomize=True, database=None, max_examples=100)
@given(width=st.integers(64, 4000), height=st.integers(64, 4000), resolution=st.sampled_from([512, 768, 1024]))
def test_a_bucket_has_the_area_and_about_the_shape_of_its_pictures(width: int, height: int, resolution: int) -> None:
    across, down = bucket_of(width, height, resolution, 64)
    assert across % 64 == down % 64 == 0
    assert across * down <= resolution**2
    if 1 / 3 <= width / height <= 3:
        assert 0.79 <= (across / down) / (width / height) <= 1.27
    assert (resolution, resolution) in bucket_sizes(resolution, 64)


def test_batches_are_of_one_bucket_and_every_picture_comes_as_often(base: SdBase) -> None:
    data = base.pictures(ITEMS, "person", PictureOptions(resolution=128))
    assert {size: len(own) for size, own in data.buckets.items()} == {(192, 64): 2, (64, 192): 1, (128, 128): 1}
    generator = torch.Generator().manual_seed(0)
    shapes = [tuple(data.batch(2, generator).noisy.shape) for _ in range(60)]
    assert set(shapes) == {(2, 4, 8, 24), (2, 4, 24, 8), (2, 4, 16, 16)}
    assert 18 <= shapes.count((2, 4, 8, 24)) <= 42  # half of the pictures
    squares = base.pictures(ITEMS, "person", PictureOptions(resolution=128, buckets=False))
    assert set(squares.buckets) == {(128, 128)}


def test_a_picture_without_background_is_put_on_several_that_its_caption_names() -> None:
    cut_out = Image.new("RGBA", (100, 100))
    cut_out.paste((90, 30, 10, 255), (20, 20, 80, 100))
    placed = on_backdrops(cut_out, "smiling")
    assert [caption for _, caption in placed] == [f"smiling, {name} background" for name in BACKDROPS]
    assert [picture.getpixel((1, 1)) for picture, _ in placed] == [ImageColor.getrgb(rgb) for rgb in BACKDROPS.values()]
    assert {picture.getpixel((50, 60)) for picture, _ in placed} == {(90, 30, 10)}
    assert on_backdrops(cut_out, None)[0][1] == "white background"
    opaque = ITEMS[2][0].convert("RGBA")
    for picture, caption in ((cut_out, "on a red background"), (opaque, "smiling"), (ITEMS[2][0], None)):
        assert on_backdrops(picture, caption) == [(picture, caption)]


def test_a_picture_comes_as_often_with_a_background_as_without(base: SdBase) -> None:
    cut_out = Image.new("RGBA", (100, 100))
    cut_out.paste((90, 30, 10, 255), (20, 20, 80, 100))
    data = base.pictures([ITEMS[2], (cut_out, None), (cut_out, None)], "person")
    assert len(data.latents) == 3 * len(BACKDROPS)
    counted = Counter(id(latents) for latents in data.latents)
    assert sorted(counted.values()) == [2] * len(BACKDROPS) + [len(BACKDROPS)]  # the same picture is encoded once


def test_a_flipped_picture_is_what_the_mirrored_one_encodes_to(base: SdBase) -> None:
    flipped = base.pictures(ITEMS[2:3], "person", PictureOptions(flip=True)).latents[0]
    mirrored = [(ITEMS[2][0].transpose(Image.Transpose.FLIP_LEFT_RIGHT), None)]
    torch.testing.assert_close(flipped[1:], base.pictures(mirrored, "person").latents[0])


def test_what_a_mask_hides_does_not_count(base: SdBase) -> None:
    left = Image.new("L", (100, 100))
    left.paste(255, (0, 0, 50, 100))
    data = base.pictures(ITEMS[2:3], "person", PictureOptions(masks=(left,), min_snr=0))
    batch = data.batch(1, torch.Generator().manual_seed(0))
    assert batch.weights is not None
    assert torch.allclose(batch.weights.mean(), torch.tensor(1.0))
    right = torch.zeros_like(batch.target)
    right[..., batch.target.shape[-1] // 2 :] = 3.0
    nothing = replace(batch, target=torch.zeros_like(batch.target))
    assert float(base.loss(right, nothing)) == 0
    assert float(base.loss(right.flip(-1), nothing)) > 1
    with pytest.raises(OptionRefused, match="black everywhere"):
        base.pictures(ITEMS[:1], "person", PictureOptions(masks=(Image.new("L", (9, 9)),)))


def test_min_snr_weighs_noise_levels_as_the_paper_does(base: SdBase) -> None:
    alphas = base.pictures(ITEMS, "person").noiser.alphas_cumprod
    t = torch.arange(len(alphas))
    snr = alphas / (1 - alphas)
    torch.testing.assert_close(snr_weights(alphas, t, 5.0, "epsilon"), torch.minimum(snr, torch.tensor(5.0)) / snr)
    velocity = snr_weights(alphas, t, 5.0, "v_prediction")
    torch.testing.assert_close(velocity, torch.minimum(snr, torch.tensor(5.0)) / (snr + 1))
    assert base.pictures(ITEMS, "person", PictureOptions(min_snr=0)).batch(1, torch.Generator()).weights is None


def test_a_base_of_velocities_is_trained_on_velocities_with_its_own_loss(load: Load) -> None:
    base = load()
    config = {**base.scheduler_config, "prediction_type": "v_prediction"}
    data = replace(base, scheduler_config=config).pictures(ITEMS, "person")
    batch = data.batch(1, torch.Generator().manual_seed(1))
    kept = data.noiser.alphas_cumprod[batch.t][:, None, None, None]
    clean = kept.sqrt() * batch.noisy - (1 - kept).sqrt() * batch.target  # x0 = a x_t - s v
    nearest = min(float((clean - own[0]).abs().max()) for own in data.latents if own[0].shape == clean[0].shape)
    assert nearest < 1e-4
    assert batch.weights is None


def test_checkpointed_blocks_give_the_same_adapter_bit_for_bit(load: Load, base: SdBase) -> None:
    spec = replace(SPEC, up_rate=0.5, token_rate=0.5)  # far from zero, so that gates matter
    plain, checkpointed = (
        write_adapter(train_concept(each, spec, ITEMS).adapter, base.layout)
        for each in (base, load(checkpoint_gradients=True))
    )
    assert plain == checkpointed


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_trains_resumes_exactly_and_stays_finite(load: Load, tmp_path: Path, dtype: torch.dtype) -> None:
    base = load(dtype=dtype, checkpoint_gradients=True, offload=True)
    spec = replace(SPEC, accumulate=2, flip=True, resolution=64, batch=1)
    whole = write_adapter(train_concept(base, spec, ITEMS).adapter, base.layout)
    checkpoint = tmp_path / "checkpoint"
    with pytest.raises(Canceled):
        train_concept(base, spec, ITEMS, checkpoint=checkpoint, on_step=lambda progress: progress.step < 2)
    assert write_adapter(train_concept(base, spec, ITEMS, resume=checkpoint).adapter, base.layout) == whole


def test_two_batches_a_step_are_the_mean_of_both(base: SdBase) -> None:
    """Their gradients are added at half their size: with one picture and one noise level it is the larger batch."""
    results = {}
    for accumulate in (1, 2):
        spec = replace(SPEC, steps=1, accumulate=accumulate, batch=2 // accumulate)
        results[accumulate] = train_concept(base, spec, ITEMS[2:3]).metrics["loss"]
    assert results[1] != results[2]  # other noise, so other numbers
    assert abs(results[1] - results[2]) < max(results.values())


def test_the_loss_scale_is_halved_where_gradients_overflow_and_grows_again() -> None:
    parameter = torch.zeros(2, requires_grad=True)
    scale = LossScale.of(torch.float16)
    parameter.grad = torch.tensor([float("inf"), 1.0])
    assert not scale.unscaled([parameter])
    assert scale.value == FIRST / 2
    for _ in range(200):
        parameter.grad = torch.full((2,), FIRST)
        assert scale.unscaled([parameter])
        assert parameter.grad.tolist() == [FIRST / scale.value] * 2 or scale.value == FIRST
    assert scale.value == FIRST


def really_kept(base: AnyBase, batch: int) -> int:
    """Bytes of all storages that autograd keeps in a real forward pass, besides weights."""
    weights = {p.untyped_storage().data_ptr() for p in base.model.parameters()}
    held: dict[int, torch.Tensor] = {}

    def add(tensor: torch.Tensor) -> torch.Tensor:
        held.setdefault(tensor.untyped_storage().data_ptr(), tensor)
        return tensor

    data = base.pictures(ITEMS[2:3], "person").batch(batch, torch.Generator().manual_seed(0))
    entries = {name: torch.zeros(4, out, requires_grad=True) for name, out in base.layout.entries.items()}
    context = base.with_concept(data.context, Concept(trainable_residual(base.layout, 5), torch.zeros(0), entries))
    with saved_tensors_hooks(add, lambda tensor: tensor), base.attached(context):
        out = base.predict(data.noisy, data.t, context)
    assert out.requires_grad
    return sum(t.untyped_storage().nbytes() for at, t in held.items() if at not in weights)


def test_the_estimate_counts_what_a_real_step_keeps(base: SdBase, folder: Path) -> None:
    for batch in (1, 4):
        estimate = training_memory(
            folder, base.description, size=(128, 128), batch=batch, dtype=torch.float32, checkpointed=False
        )
        assert 0.85 <= estimate.kept / really_kept(base, batch) <= 1.2, batch
        assert estimate.loaded == base.memory_bytes - bytes_of_buffers(base)


def bytes_of_buffers(base: SdBase) -> int:
    second = [] if base.second is None else [base.second.model]
    modules = (base.model, base.text_encoder, base.vae, *second)
    return sum(b.numel() * b.element_size() for module in modules for b in module.buffers())


def test_checkpointing_halves_what_is_kept_and_presets_follow_the_card(base: SdBase, folder: Path) -> None:
    kept = [
        training_memory(
            folder, base.description, size=(256, 256), batch=4, dtype=torch.bfloat16, checkpointed=each
        ).kept
        for each in (False, True)
    ]  # fmt: skip
    assert kept[1] < kept[0] * 0.7
    assert preset_for(int(11.9e9)) is PRESETS[8]  # 11.9 GB are 11.1 GiB
    assert preset_for(24 << 30) is PRESETS[24]
    assert preset_for(4 << 30) is PRESETS[8]
    assert {preset.batch * preset.accumulate for preset in PRESETS.values()} == {4}
