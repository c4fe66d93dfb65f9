"""Exports of Z-Image: a LoRA and the prompt's embeddings that unmodified diffusers loads, and the stated loss."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")
pytest.importorskip("peft", reason="diffusers loads LoRAs through it")

from diffusers import ZImagePipeline
from safetensors import safe_open
from safetensors.torch import load_file

from orthoplex.bases.foreign.reader import read_foreign
from orthoplex.bases.foreign.weights import foreign_attached
from orthoplex.bases.registry import add_base
from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.bases.zimage.base import ZBase, load_zimage
from orthoplex.bases.zimage.foreign import lora_target
from orthoplex.cli import main
from orthoplex.ortho.adapter import read_adapter, write_adapter
from orthoplex.sample import sample

from .conftest import in_fp32, random_adapter

SPEC = SampleSpec("<ada> and <bob>", 0, 64, 64, steps=2, guidance=2.0)


@pytest.fixture
def base(zimage_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ZBase:
    """Added as my-z; its adapters lie in tmp_path."""
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    in_fp32(monkeypatch)
    description = add_base(str(zimage_folder), "my-z", "My Z")
    base = load_zimage(zimage_folder, description, torch.device("cpu"), torch.float32)
    for slot, name in enumerate(("ada", "bob")):
        own = random_adapter(base, slot, f"<{name}>")
        own = replace(own, entries={layer: entry * 0.3 for layer, entry in own.entries.items()})
        (tmp_path / f"{name}.safetensors").write_bytes(write_adapter(own, base.layout))
    return base


def export(folder: Path, out: Path, *more: object, form: str = "peft") -> int:
    files = [str(folder / f"{name}.safetensors") for name in ("ada", "bob")]
    order = ["--base", "my-z", "--size", "64x64", "--steps", "2", "--guidance", "2", "--format", form]
    return main(["export", *files, *order, "--out", str(out), *map(str, more)])


def pixels(image: Any) -> Any:
    return np.asarray(image).astype(int)


def test_an_unmodified_pipeline_draws_from_the_files_what_they_state(
    base: ZBase, zimage_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "party.safetensors"
    assert export(tmp_path, out, "--loss-max", 100) == 0
    pipe: Any = ZImagePipeline.from_pretrained(zimage_folder, low_cpu_mem_usage=False)
    pipe.set_progress_bar_config(disable=True)
    call: dict[str, Any] = {name: [each] for name, each in load_file(tmp_path / "party-prompt.safetensors").items()}
    call |= {"height": 64, "width": 64, "num_inference_steps": 2, "guidance_scale": 1.0}
    noise = base.noise(0, SPEC.canvas)[None]
    plain = pixels(pipe(**call, latents=noise).images[0])
    pipe.load_lora_weights(str(out))
    theirs = pixels(pipe(**call, latents=noise).images[0])
    assert np.abs(theirs - plain).max() > 1
    # the same picture as of our own sum in the weights
    other: Any = ZImagePipeline.from_pretrained(zimage_folder, low_cpu_mem_usage=False)
    other.set_progress_bar_config(disable=True)
    target = replace(lora_target(base), parts={"transformer": other.transformer})
    with foreign_attached(target, [(read_foreign(out, target), 1.0)]):
        assert np.abs(pixels(other(**call, latents=noise).images[0]) - theirs).max() <= 1
    with safe_open(out, "pt") as file:
        metadata = file.metadata()
    loss = json.loads(metadata["orthoplex.loss"])
    read = [read_adapter((tmp_path / f"{name}.safetensors").read_bytes(), base.layout) for name in ("ada", "bob")]
    ours = pixels(sample(base, SPEC, [AttachedAdapter(each, each.trigger, each.strength) for each in read]).images[0])
    assert np.abs(theirs - ours).mean() <= loss["mean"] * loss["pictures"] + 0.5
    assert (metadata["prompt"], loss["guidance"]) == ("<ada> and <bob>", 2)


@pytest.mark.usefixtures("base")
def test_a_loss_above_the_bound_and_other_formats_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "party.safetensors"
    assert export(tmp_path, out, "--loss-max", 0.0001) == 2
    assert "of its effect" in capsys.readouterr().err
    assert export(tmp_path, out, form="kohya") == 2
    assert "--format peft alone" in capsys.readouterr().err
    assert not out.exists()
