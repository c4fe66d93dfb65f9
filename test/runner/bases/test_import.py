"""LoRAs of other programs: every way of writing one is read to the same weights, and what is not loaded is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")
pytest.importorskip("peft", reason="diffusers loads LoRAs through it")

from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from orthoplex.bases.foreign.facts import hashes_of
from orthoplex.bases.foreign.reader import ForeignRefused, read_foreign
from orthoplex.bases.foreign.weights import foreign_attached
from orthoplex.bases.registry import add_base
from orthoplex.bases.request import SampleSpec
from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.foreign import lora_target, names_of
from orthoplex.bases.sd.lora_files import lora_tensors
from orthoplex.bases.sd.names import UNET
from orthoplex.cli import main
from orthoplex.sample import sample

from .conftest import in_fp32

KINDS: dict[str, Any] = {"sd": StableDiffusionPipeline, "sdxl": StableDiffusionXLPipeline}
SPEC = SampleSpec("ada smiling", 0, 64, 64, steps=2, guidance=2.0)
RANK = 3


@pytest.fixture(params=["sd", "sdxl"])
def added(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path, SdBase]:
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    in_fp32(monkeypatch)
    folder: Path = request.getfixturevalue(f"{request.param}_folder")
    description = add_base(str(folder), "my-base", "My base")
    return str(request.param), folder, load_sd(folder, description, torch.device("cpu"))


def random_layers(base: SdBase) -> dict[str, tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(5)
    shapes = {name: (shape.out_features, shape.in_features) for name, shape in base.layout.layers.items()}
    shapes |= {name: (out, base.layout.tokens_shape[2]) for name, out in base.layout.entries.items()}
    return {
        name: (torch.randn(RANK, inputs, generator=generator), 0.05 * torch.randn(out, RANK, generator=generator))
        for name, (out, inputs) in shapes.items()
    }


def is_of_attention(name: str) -> bool:
    return ".attn" in name


ATTENTION_ONLY = ("diffusers of 2023", "the same, saved alone")  # its processors were those of attentions


def ways(base: SdBase) -> Iterator[tuple[str, dict[str, Tensor], dict[str, str], float]]:
    """(program, tensors, metadata, scale) of one LoRA as each writes it."""
    layers, names = random_layers(base), names_of(base)
    yield "peft", lora_tensors(layers, names, "peft"), {}, 1.0
    kohya = lora_tensors(layers, names, "kohya")
    yield "kohya", kohya, {}, 1.0
    halved = {name: tensor / 2 if name.endswith(".alpha") else tensor for name, tensor in kohya.items()}
    yield "kohya with another alpha", halved, {}, 0.5
    plain = {
        f"lora_unet_{name.replace('.', '_')}.lora_{half}.weight": tensor
        for name, pair in layers.items()
        for half, tensor in zip(("down", "up"), pair, strict=True)
    }
    yield "kohya with diffusers' names", plain, {}, 1.0
    settings = {"lora_adapter_metadata": json.dumps({"unet.lora_alpha": 2 * RANK, "unet.r": RANK})}
    yield "diffusers with PEFT's settings", lora_tensors(layers, names, "peft"), settings, 2.0
    old = {}
    for name in filter(is_of_attention, layers):
        down, up = layers[name]
        place, _, layer = name.removesuffix(".0").rpartition(".")
        old[f"unet.{place}.processor.{layer}_lora.down.weight"] = down
        old[f"unet.{place}.processor.{layer}_lora.up.weight"] = up
    yield ATTENTION_ONLY[0], old, {}, 1.0
    yield ATTENTION_ONLY[1], {name.removeprefix("unet."): tensor for name, tensor in old.items()}, {}, 1.0
    wrapped = {
        f"base_model.model.{name.removeprefix('unet.')}": t for name, t in lora_tensors(layers, names, "peft").items()
    }
    yield "PEFT itself", wrapped, {}, 1.0


def test_every_lora_layout_gives_the_same_change_of_the_weights(
    added: tuple[str, Path, SdBase], tmp_path: Path
) -> None:
    _, _, base = added
    layers = random_layers(base)
    before = {
        part: {n: t.clone() for n, t in model.state_dict().items()} for part, model in lora_target(base).parts.items()
    }
    for program, tensors, metadata, scale in ways(base):
        path = tmp_path / "lora.safetensors"
        save_file(tensors, path, metadata)
        lora = read_foreign(path, lora_target(base))
        written = set(filter(is_of_attention, layers)) if program in ATTENTION_ONLY else set(layers)
        assert {name for _, name in lora.layers} == written, program
        with foreign_attached(lora_target(base), [(lora, 0.5)]):
            for name in written:
                down, up = layers[name]
                expected = before[UNET][f"{name}.weight"] + 0.5 * scale * (up @ down)
                got = base.model.get_submodule(name).weight
                torch.testing.assert_close(got, expected, atol=1e-6, rtol=1e-5, msg=f"{program}: {name}")
        for part, model in lora_target(base).parts.items():
            assert all(torch.equal(tensor, before[part][n]) for n, tensor in model.state_dict().items()), program


def test_a_peft_lora_with_text_encoders_gives_the_same_picture(added: tuple[str, Path, SdBase], tmp_path: Path) -> None:
    """The file is diffusers' own, saved by save_lora_weights; the picture is that of the pipeline it came from."""
    from diffusers import EulerDiscreteScheduler
    from peft import LoraConfig, get_peft_model_state_dict, inject_adapter_in_model

    family, folder, base = added
    pipe: Any = KINDS[family].from_pretrained(folder, low_cpu_mem_usage=False)
    pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    torch.manual_seed(0)

    def changes(*layers: str) -> LoraConfig:
        return LoraConfig(r=RANK, lora_alpha=5, target_modules=list(layers), init_lora_weights=False)

    pipe.unet.add_adapter(changes("to_q", "to_k", "to_v", "to_out.0", "conv1"))
    saved: dict[str, Any] = {"unet_lora_layers": get_peft_model_state_dict(pipe.unet)}
    saved["unet_lora_adapter_metadata"] = {"lora_alpha": 5, "r": RANK}
    for part in ("text_encoder", "text_encoder_2"):
        encoder = getattr(pipe, part, None)
        if encoder is not None:
            inject_adapter_in_model(changes("q_proj", "v_proj"), encoder)
            saved[f"{part}_lora_layers"] = get_peft_model_state_dict(encoder)
            saved[f"{part}_lora_adapter_metadata"] = {"lora_alpha": 5, "r": RANK}
    KINDS[family].save_lora_weights(tmp_path, weight_name="theirs.safetensors", **saved)
    noise = base.noise(0, SPEC.canvas)[None]
    theirs = pipe(SPEC.prompt, height=64, width=64, num_inference_steps=2, guidance_scale=2.0, latents=noise).images[0]
    lora = read_foreign(tmp_path / "theirs.safetensors", lora_target(base))
    with foreign_attached(lora_target(base), [(lora, 1.0)]):
        (ours,) = sample(base, SPEC).images
    assert difference(ours, theirs) <= 1
    assert difference(ours, sample(base, SPEC).images[0]) > 1


def difference(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(np.asarray(one).astype(int) - np.asarray(other).astype(int)).max())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("lora_unet_x.hada_w1_a", "LoHa of lora_unet_x that is not whole"),
        ("lora_unet_x.lokr_w1", "LoKr of lora_unet_x that is not whole"),
        ("lora_unet_x.hada_t1", "LoHa of lora_unet_x that is not whole"),
        ("lora_unet_x.lokr_t2", "LoKr of lora_unet_x that is not whole"),
        ("lora_unet_x.dora_scale", "DoRA"),
        ("unet.x.lora_magnitude_vector", "DoRA"),
        ("lora_unet_x.lora_mid.weight", "belongs to no LoRA"),
        ("lora_unet_x.oft_blocks", "OFT"),
        ("lora_unet_mid_block_attentions_0_proj_in_x.lora_down.weight", "without its other half"),
    ],
)
def test_unsupported_lora_kinds_are_refused_by_name(sd_base: SdBase, tmp_path: Path, name: str, says: str) -> None:
    path = tmp_path / "other.safetensors"
    save_file({name: torch.zeros(2, 2)}, path)
    with pytest.raises(ForeignRefused, match=says):
        read_foreign(path, lora_target(sd_base))


@pytest.fixture
def sd_base(sd_folder: Path) -> SdBase:
    from orthoplex.bases.sd.describe import describe

    return load_sd(sd_folder, describe(sd_folder, "my-base", "My base"), torch.device("cpu"))


def test_a_lora_of_another_base_is_refused_with_the_layer_that_does_not_fit(sd_base: SdBase, tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    layer = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k"
    for tensors in (
        {f"{layer}.lora_A.weight": torch.zeros(2, 768), f"{layer}.lora_B.weight": torch.zeros(32, 2)},
        {"unet.other.lora_A.weight": torch.zeros(2, 2), "unet.other.lora_B.weight": torch.zeros(2, 2)},
    ):
        save_file(tensors, path)
        with pytest.raises(ForeignRefused, match="for another base"):
            read_foreign(path, lora_target(sd_base))
    path.write_bytes(b"PK\x03\x04 no such file at all")
    with pytest.raises(ForeignRefused, match="no safetensors"):
        read_foreign(path, lora_target(sd_base))


def test_an_imported_lora_keeps_its_hashes_licence_and_triggers_and_is_composed_as_inexact(
    added: tuple[str, Path, SdBase], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, base = added
    source, out = tmp_path / "ada.safetensors", tmp_path / "ada-foreign.safetensors"
    said = {
        "ss_base_model_version": "sd_v1", "ss_output_name": "ada_v2",
        "ss_tag_frequency": json.dumps({"10_ada woman": {"smiling": 7, "park": 2}}),
    }  # fmt: skip
    save_file(lora_tensors(random_layers(base), names_of(base), "kohya"), source, said)
    assert main(["import", str(source), "--base", "my-base", "--licence", "CC-BY-4.0", "--out", str(out)]) == 0
    assert "not exact" in capsys.readouterr().out
    with safe_open(out, "pt") as file:
        about = file.metadata()
    assert (about["format"], about["exact"], about["licence"]) == ("orthoplex.foreign/1", "false", "CC-BY-4.0")
    assert (about["family"], about["title"]) == ("sd_v1", "ada_v2")
    assert json.loads(about["triggers"]) == ["ada woman", "smiling", "park"]
    assert json.loads(about["source"]) == {"name": "ada.safetensors", **hashes_of(source)}
    one, other = (read_foreign(path, lora_target(base)) for path in (source, out))
    for layer in one.layers:
        weight = lora_target(base).weight(layer)
        torch.testing.assert_close(other.change(layer, weight), one.change(layer, weight), atol=1e-3, rtol=1e-2)

    order = ["generate", "ada", "--base", "my-base", "--lora", f"{out}=0.5", "--size", "64x64", "--steps", "2"]
    assert main([*order, "--out", str(tmp_path / "pictures"), "--json"]) == 0
    picture, note = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert picture["recipe"]["exact"] is False
    assert picture["recipe"]["loras"][0]["strength"] == 0.5
    assert "not exact" in note["note"]


def test_loras_merge_into_a_folder_that_any_pipeline_loads(added: tuple[str, Path, SdBase], tmp_path: Path) -> None:
    family, folder, base = added
    lora, out = tmp_path / "lora.safetensors", tmp_path / "merged"
    layers = random_layers(base)
    save_file(lora_tensors(layers, names_of(base), "peft"), lora)
    assert main(["merge", f"{lora}=0.5", str(lora), "--base", "my-base", "--out", str(out)]) == 0
    merged, plain = (load_file(each / "unet" / "diffusion_pytorch_model.safetensors") for each in (out, folder))
    for name, (down, up) in layers.items():
        expected = plain[f"{name}.weight"] + 1.5 * up @ down
        torch.testing.assert_close(merged[f"{name}.weight"], expected, atol=1e-5, rtol=1e-4)
    KINDS[family].from_pretrained(out, low_cpu_mem_usage=False)
    assert add_base(str(out), "merged", "Merged")["layers"] == base.description["layers"]
