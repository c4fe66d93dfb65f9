"""Stable Diffusion XL: as diffusers without adapters; what its UNet is given beside the words knows no trigger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline

from orthoplex.bases.request import SampleSpec
from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.sample import AttachedAdapter, sample

from .conftest import random_adapter


@pytest.fixture(scope="module")
def xl(sdxl_folder: Path) -> SdBase:
    return load_sd(sdxl_folder, describe(sdxl_folder, "tiny-sdxl", "Tiny XL"), torch.device("cpu"), torch.float32)


@pytest.mark.parametrize(("guidance", "negative"), [(1.0, ""), (5.0, "smiling"), (5.0, "")])
def test_without_adapters_the_picture_equals_that_of_an_unmodified_pipeline(
    xl: SdBase, sdxl_folder: Path, guidance: float, negative: str
) -> None:
    spec = SampleSpec("a sad dog", 3, 128, 64, steps=4, guidance=guidance, negative_prompt=negative)
    pipeline: Any = StableDiffusionXLPipeline.from_pretrained(
        sdxl_folder, add_watermarker=False, low_cpu_mem_usage=False
    )
    pipeline.scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    theirs = pipeline(
        spec.prompt, height=64, width=128, num_inference_steps=4, guidance_scale=guidance,
        negative_prompt=negative or None, latents=xl.noise(3, spec.canvas)[None],
    ).images[0]  # fmt: skip
    (ours,) = sample(xl, spec).images
    assert np.abs(np.asarray(ours).astype(int) - np.asarray(theirs).astype(int)).max() <= 1


def test_the_pooled_vector_sees_the_class_word_and_never_the_trigger(xl: SdBase) -> None:
    ada = AttachedAdapter(random_adapter(xl, 0, "<ada>"), "<ada>", 1.0)
    called = xl.encode([xl.read(SampleSpec("<ada> smiling", 0, 64, 64), [ada], 0)])
    plain = xl.encode([xl.read(SampleSpec("person smiling", 0, 64, 64), [], 0)])
    assert torch.equal(called.conditions["pooled"], plain.conditions["pooled"])
    (own,) = called.members[0][0].positions.tolist()
    others = [row for row in range(77) if row != own[0]]
    assert torch.equal(called.states[0][:, others], plain.states[0][:, others])


def test_the_unet_is_given_the_size_of_the_picture(xl: SdBase) -> None:
    context = xl.encode([xl.read(SampleSpec("a dog", 0, 128, 64), [], 0)])
    assert context.conditions["time_ids"].tolist() == [[64, 128, 0, 0, 64, 128]]


def test_both_encoders_are_concatenated_and_each_pads_with_its_own_token(xl: SdBase) -> None:
    assert xl.second is not None
    assert xl.second.pad != xl.tokenizer.pad_token_id
    reading = xl.read(SampleSpec("a dog", 0, 64, 64), [], 0)
    assert xl.encode([reading]).states[0].shape == (1, 77, 2 * xl.text_encoder.config.hidden_size)
    assert reading.tokens.padded_with(xl.second.pad)[-1] == xl.second.pad


def test_the_vae_computes_in_fp32_whatever_the_rest_does(sdxl_folder: Path) -> None:
    description = describe(sdxl_folder, "tiny-sdxl", "Tiny XL")
    half = load_sd(sdxl_folder, description, torch.device("cpu"), torch.bfloat16)
    assert {parameter.dtype for parameter in half.vae.parameters()} == {torch.float32}
    assert {parameter.dtype for parameter in half.model.parameters()} == {torch.bfloat16}
