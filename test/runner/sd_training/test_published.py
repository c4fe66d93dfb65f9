"""The published sd-mini: its description is that of its weights, and unmodified diffusers draws with it as we do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from diffusers import StableDiffusionPipeline

from orthoplex.bases import load_base, present_bases
from orthoplex.bases.request import Canvas, SampleSpec
from orthoplex.sample.sampler import denoise
from orthoplex.sd_training.network import BYTES_MAX
from orthoplex.sd_training.publish import ID, description_of

ROOT = Path(__file__).resolve().parents[3]
PIPELINE = ROOT / "gpu-runner" / "bases" / ID / "pipeline"


def test_its_description_is_derived_from_its_weights() -> None:
    assert json.loads((ROOT / "schema" / "bases" / f"{ID}.json").read_text("utf-8")) == description_of(PIPELINE)
    assert sum(path.stat().st_size for path in PIPELINE.rglob("*.safetensors")) <= BYTES_MAX


def test_the_sampler_and_unmodified_diffusers_draw_the_same_person() -> None:
    assert ID in present_bases()
    base = load_base(ID)
    prompt, steps = "a smiling person, brown hair, sky background", 12
    reading = base.read(SampleSpec(prompt, 3, 128, 128), [], 3)
    with torch.no_grad():
        latents = denoise(base, [reading], Canvas(128, 128, steps, "DDIM"), guidance=torch.tensor([3.0]))
    (ours,) = base.decode(latents, Canvas(128, 128, steps, "DDIM"))
    pipe = StableDiffusionPipeline.from_pretrained(PIPELINE)
    pipe.set_progress_bar_config(disable=True)
    noise = base.noise(3, Canvas(128, 128, steps))[None]
    drawn = pipe(prompt, num_inference_steps=steps, guidance_scale=3.0, latents=noise, height=128, width=128)
    (theirs,) = drawn.images
    difference = sum(abs(a - b) for a, b in zip(ours.tobytes(), theirs.tobytes(), strict=True)) / len(ours.tobytes())
    assert difference < 4  # of 255: our UNet computes in bfloat16 where the processor does
    colours = {theirs.getpixel((x, 2)) for x in range(0, 128, 8)}
    red, _, blue = max(colours, key=lambda colour: colour[2])
    assert blue > red  # the sky
