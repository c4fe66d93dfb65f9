"""Exports: files that unmodified diffusers loads, the picture it then draws, and the loss that the files state."""

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

from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline, UNet2DConditionModel
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

from orthoplex.bases.registry import add_base
from orthoplex.bases.request import SampleSpec
from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.lora_files import lora_tensors
from orthoplex.bases.sd.names import TEXT, TEXT_2, UNET, LayerNames
from orthoplex.cli import main
from orthoplex.ortho.adapter import Adapter, write_adapter
from orthoplex.sample import AttachedAdapter, sample

from .conftest import in_fp32, random_adapter

KINDS: dict[str, Any] = {"sd": StableDiffusionPipeline, "sdxl": StableDiffusionXLPipeline}
SPEC = SampleSpec("<ada> and <bob>", 0, 64, 64, steps=3, guidance=3.0, sampler="Euler")


def pixels(image: Image.Image) -> Any:
    return np.asarray(image).astype(int)


@pytest.fixture(params=["sd", "sdxl"])
def added(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path, SdBase]:
    """A family, its folder, and the base that was added from it as my-base; its adapters lie in tmp_path."""
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    in_fp32(monkeypatch)
    folder: Path = request.getfixturevalue(f"{request.param}_folder")
    description = add_base(str(folder), "my-base", "My base")
    base = load_sd(folder, description, torch.device("cpu"))
    for slot, name in enumerate(("ada", "bob")):
        adapter = small(random_adapter(base, slot, f"<{name}>"))
        (tmp_path / f"{name}.safetensors").write_bytes(write_adapter(adapter, base.layout))
        words = replace(adapter, up={layer: torch.zeros_like(up) for layer, up in adapter.up.items()})
        (tmp_path / f"{name}-words.safetensors").write_bytes(write_adapter(words, base.layout))
    return str(request.param), folder, base


def small(adapter: Adapter) -> Adapter:
    return replace(adapter, entries={name: entry * 0.3 for name, entry in adapter.entries.items()})


def run(*arguments: object) -> int:
    return main([str(each) for each in arguments])


def export(tmp_path: Path, form: str, out: Path, *more: object, suffix: str = "", loss_max: float = 100) -> int:
    files = [tmp_path / f"{name}{suffix}.safetensors" for name in ("ada", "bob")]
    order = ("--base", "my-base", "--size", "64x64", "--steps", 3, "--guidance", 3, "--loss-max", loss_max)
    return run("export", *files, "--format", form, "--out", out, *order, *more)


def ordinary(family: str, folder: Path) -> Any:
    pipe = KINDS[family].from_pretrained(folder, low_cpu_mem_usage=False)
    pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def drawn(pipe: Any, base: SdBase, guidance: float = 3.0, **call: Any) -> Any:
    noise = base.noise(0, SPEC.canvas)[None]
    image = pipe(**call, height=64, width=64, num_inference_steps=3, guidance_scale=guidance, latents=noise).images[0]
    return pixels(image)


def ours(base: SdBase, tmp_path: Path, suffix: str = "", guidance: float = 3.0) -> Any:
    from orthoplex.ortho.adapter import read_adapter

    names = ("ada", "bob")
    read = [read_adapter((tmp_path / f"{name}{suffix}.safetensors").read_bytes(), base.layout) for name in names]
    members = [AttachedAdapter(each, each.trigger, each.strength) for each in read]
    return pixels(sample(base, replace(SPEC, guidance=guidance), members).images[0])


@pytest.mark.parametrize("form", ["peft", "kohya"])
def test_unmodified_diffusers_loads_the_lora_with_the_loss_that_the_file_states(
    added: tuple[str, Path, SdBase], tmp_path: Path, form: str
) -> None:
    family, folder, base = added
    out = tmp_path / "out" / "party.safetensors"
    assert export(tmp_path, form, out) == 0
    pipe = ordinary(family, folder)
    plain = drawn(pipe, base, prompt="person and person")
    pipe.load_lora_weights(str(out))
    for name in ("ada", "bob"):
        learn(pipe, out.with_name(f"party-{name}.safetensors"), f"<{name}>")
    theirs = drawn(pipe, base, prompt=SPEC.prompt)
    assert np.abs(theirs - plain).max() > 1
    with safe_open(out, "pt") as file:
        metadata = file.metadata()
    loss = json.loads(metadata["orthoplex.loss"])
    mean = np.abs(theirs - ours(base, tmp_path)).mean()
    # One of the pictures that the loss is the mean of.
    assert mean <= loss["mean"] * loss["pictures"] + 0.5
    assert loss["share"] == pytest.approx(loss["mean"] / loss["effect"], rel=1e-2)
    assert [each["trigger"] for each in json.loads(metadata["orthoplex.export"])["members"]] == ["<ada>", "<bob>"]


def learn(pipe: Any, path: Path, trigger: str) -> None:
    """As their documentation loads embeddings of SD 1.x and of XL."""
    vectors = load_file(path)
    if "emb_params" in vectors:
        pipe.load_textual_inversion(str(path), token=trigger)
        return
    for part, tokenizer, encoder in (
        ("clip_l", pipe.tokenizer, pipe.text_encoder),
        ("clip_g", pipe.tokenizer_2, pipe.text_encoder_2),
    ):
        pipe.load_textual_inversion(vectors[part], token=trigger, tokenizer=tokenizer, text_encoder=encoder)


@pytest.mark.parametrize("form", ["peft", "kohya"])
def test_a_lora_that_is_loaded_is_the_sum_in_the_weights(added: tuple[str, Path, SdBase], form: str) -> None:
    family, folder, base = added
    generator = torch.Generator().manual_seed(0)
    layers = {
        name: tuple(
            torch.randn(*size, generator=generator) for size in ((3, shape.in_features), (shape.out_features, 3))
        )
        for name, shape in base.layout.layers.items()
    }
    encoders = {TEXT: base.text_encoder} | ({} if base.second is None else {TEXT_2: base.second.model})
    names = LayerNames(base.model, encoders, int(base.model.config.layers_per_block))
    pipe = ordinary(family, folder)
    pipe.load_lora_weights(lora_tensors(layers, names, form))
    pipe.fuse_lora()
    for name, (down, up) in layers.items():
        fused = pipe.unet.get_submodule(name)
        fused = getattr(fused, "base_layer", fused).weight
        torch.testing.assert_close(fused, base.model.get_submodule(name).weight + up @ down, atol=1e-4, rtol=1e-4)


@pytest.mark.usefixtures("added")
def test_a_loss_above_the_bound_is_refused_with_the_exact_ways(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "party.safetensors"
    assert export(tmp_path, "kohya", out, loss_max=0.0001) == 2
    said = capsys.readouterr().err
    assert "of its effect" in said
    assert "gpu-runner/integrations/diffusers" in said
    assert not out.exists()


def test_a_folder_of_words_alone_is_exact_in_an_ordinary_pipeline(
    added: tuple[str, Path, SdBase], tmp_path: Path
) -> None:
    family, _, base = added
    out = tmp_path / "party"
    assert export(tmp_path, "folder", out, "--guidance", 1, suffix="-words", loss_max=0.01) == 0
    pipe = ordinary(family, out)
    assert pipe.unet.config.cross_attention_dim == base.layout.tokens_shape[2] + 8
    theirs = drawn(pipe, base, 1.0, **load_file(out / "prompt.safetensors"))
    assert np.abs(theirs - ours(base, tmp_path, "-words", 1.0)).max() <= 1
    assert export(tmp_path, "folder", out, suffix="-words") == 2, "it is there already"


def test_an_exported_folder_states_the_loss_from_guidance_and_gates(
    added: tuple[str, Path, SdBase], tmp_path: Path
) -> None:
    family, _, base = added
    out = tmp_path / "party"
    assert export(tmp_path, "folder", out) == 0
    with safe_open(out / "prompt.safetensors", "pt") as file:
        loss = json.loads(file.metadata()["orthoplex.loss"])
    theirs = drawn(ordinary(family, out), base, **load_file(out / "prompt.safetensors"))
    assert np.abs(theirs - ours(base, tmp_path)).mean() <= loss["mean"] * loss["pictures"] + 0.5
    assert loss["guidance"] == 3


def test_kohya_names_of_the_real_xl_are_those_of_stabilitys_code() -> None:
    """Names and counts as files on the hub have them: 70 blocks, attention from the second level on."""
    with torch.device("meta"):
        unet = UNet2DConditionModel(
            block_out_channels=(320, 640, 1280), layers_per_block=2, transformer_layers_per_block=(1, 2, 10),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=2048, attention_head_dim=(5, 10, 20), use_linear_projection=True,
        )  # fmt: skip
    names = LayerNames(unet, {TEXT: torch.nn.Module(), TEXT_2: torch.nn.Module()}, 2)
    found = {
        "down_blocks.1.attentions.0.proj_in": "input_blocks_4_1_proj_in",
        "down_blocks.2.attentions.1.transformer_blocks.9.ff.net.2": "input_blocks_8_1_transformer_blocks_9_ff_net_2",
        "mid_block.attentions.0.transformer_blocks.3.attn2.to_v": "middle_block_1_transformer_blocks_3_attn2_to_v",
        "up_blocks.1.attentions.0.proj_in": "output_blocks_3_1_proj_in",
        "up_blocks.0.upsamplers.0.conv": "output_blocks_2_2_conv",
        "down_blocks.1.downsamplers.0.conv": "input_blocks_6_0_op",
        "down_blocks.1.resnets.0.conv_shortcut": "input_blocks_4_0_skip_connection",
    }
    assert {name: names.kohya[UNET, name].removeprefix("lora_unet_") for name in found} == found
    assert sum(name.endswith("attn2.to_k") for _, name in names.kohya) == 70
    assert len(set(names.kohya.values())) == len(names.kohya)
