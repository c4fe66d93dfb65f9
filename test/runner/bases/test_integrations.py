"""Our files for other programs: an ordinary diffusers pipeline and a ComfyUI node draw what our own sampler draws."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline
from PIL import Image

from orthoplex.bases.registry import add_base
from orthoplex.bases.request import Region, SampleSpec
from orthoplex.bases.sd.base import load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.ortho.adapter import write_adapter
from orthoplex.sample import AttachedAdapter, sample

from .conftest import random_adapter

INTEGRATIONS = Path(__file__).resolve().parents[3] / "gpu-runner" / "integrations"


def module_at(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def difference(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(np.asarray(one).astype(int) - np.asarray(other).astype(int)).max())


@pytest.mark.parametrize("family", ["sd", "sdxl"])
@pytest.mark.parametrize("guidance", [1.0, 5.0])
def test_a_diffusers_pipeline_gives_the_picture_of_our_sampler(
    request: pytest.FixtureRequest, family: str, guidance: float
) -> None:
    folder = request.getfixturevalue(f"{family}_folder")
    description = describe(folder, "tiny", "Tiny")
    base = load_sd(folder, description, torch.device("cpu"), torch.float32)
    members = [
        AttachedAdapter(random_adapter(base, 0, "<ada>"), "<ada>", 1.0, Region(0.0, 0.0, 0.5, 1.0)),
        AttachedAdapter(random_adapter(base, 1, "<bob>"), "<bob>", 0.7),
        AttachedAdapter(random_adapter(base, 2, "<other>"), "<other>", 1.0),
    ]
    spec = SampleSpec("<ada> smiling and <bob>", 3, 64, 64, steps=3, guidance=guidance, negative_prompt="sad")
    (ours,) = sample(base, spec, members).images
    (plain,) = sample(base, spec).images

    kind = StableDiffusionPipeline if family == "sd" else StableDiffusionXLPipeline
    pipe: Any = kind.from_pretrained(folder, low_cpu_mem_usage=False)
    pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    latents = base.noise(3, spec.canvas)[None]
    composed = module_at(INTEGRATIONS / "diffusers" / "orthoplex_diffusers.py").composed
    with composed(
        pipe, description, members, spec.prompt, height=64, width=64, negative_prompt="sad", guided=guidance > 1
    ) as call:
        theirs = pipe(**call, num_inference_steps=3, guidance_scale=guidance, latents=latents).images[0]
    assert difference(ours, theirs) <= 1
    assert difference(ours, plain) > 1
    assert not pipe.unet._forward_pre_hooks


def test_the_comfyui_node_gives_the_picture_of_our_sampler(
    sd_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    description = add_base(str(sd_folder), "my-sd", "My SD")
    base = load_sd(sd_folder, description, torch.device("cpu"))
    ada = random_adapter(base, 0, "<ada>")
    file = tmp_path / "ada.safetensors"
    file.write_bytes(write_adapter(ada, base.layout))
    module = module_at(INTEGRATIONS / "comfyui" / "orthoplex_node.py")
    node = module.NODE_CLASS_MAPPINGS["OrthoplexGenerate"]
    asked = node.INPUT_TYPES()
    assert "my-sd" in asked["required"]["base"][0]
    order = {"prompt": "<ada> smiling", "seed": 3, "width": 64, "height": 64, "steps": 2, "guidance": 2.0}
    images, warnings = getattr(node(), node.FUNCTION)(base="my-sd", adapters=f"{file}=0.5\n", **order)
    spec = SampleSpec("<ada> smiling", 3, 64, 64, steps=2, guidance=2.0)
    (ours,) = sample(base, spec, [AttachedAdapter(ada, "<ada>", 0.5)]).images
    assert (images.shape, images.dtype, warnings) == ((1, 64, 64, 3), torch.float32, "")
    assert difference(Image.fromarray((images[0] * 255).round().byte().numpy()), ours) == 0
    with pytest.raises(ValueError, match="has the samplers"):
        getattr(node(), node.FUNCTION)(base="my-sd", adapters="", **order, sampler="Heun")
