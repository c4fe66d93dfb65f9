"""LoRAs of other programs on Z-Image: every way of writing one, attached whole or gated, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")
pytest.importorskip("peft", reason="diffusers loads LoRAs through it")

from diffusers import FlowMatchEulerDiscreteScheduler, ZImagePipeline
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from orthoplex.bases.foreign.gated import stand_in
from orthoplex.bases.foreign.reader import ForeignRefused, read_foreign
from orthoplex.bases.foreign.weights import foreign_attached
from orthoplex.bases.registry import add_base
from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.bases.zimage.base import ZBase, load_zimage
from orthoplex.bases.zimage.foreign import TRANSFORMER, lora_target
from orthoplex.bases.zimage.foreign_gated import gated_lora, with_gated
from orthoplex.cli import main
from orthoplex.sample import sample
from orthoplex.sample.sampler import denoise

from .conftest import in_fp32, random_adapter

SPEC = SampleSpec("ada smiling", 0, 64, 64, steps=2, guidance=1.0)
RANK, ALPHA = 3, 1.5
LAYERS = [
    *(f"layers.{block}.attention.{each}" for block in (0, 2) for each in ("to_q", "to_k", "to_v", "to_out.0")),
    "layers.1.feed_forward.w1", "layers.1.feed_forward.w2", "context_refiner.0.attention.to_out.0",
    "layers.1.adaLN_modulation.0",
]  # fmt: skip
Pair = tuple[Tensor, Tensor]


@pytest.fixture
def base(zimage_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ZBase:
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    in_fp32(monkeypatch)
    description = add_base(str(zimage_folder), "my-z", "My Z")
    return load_zimage(zimage_folder, description, torch.device("cpu"), torch.float32)


def random_layers(base: ZBase, names: list[str] = LAYERS) -> dict[str, Pair]:
    """down, up; queries, keys and values of one block share down, as a file has them that holds them in one."""
    generator = torch.Generator().manual_seed(5)
    layers = {}
    for name in names:
        out, inputs = base.model.get_submodule(name).weight.shape
        down, up = torch.randn(RANK, inputs, generator=generator), 0.2 * torch.randn(out, RANK, generator=generator)
        shared = layers.get(f"{name.rpartition('.')[0]}.to_q") if name.endswith(("to_k", "to_v")) else None
        layers[name] = (down if shared is None else shared[0], up)
    return layers


def written(
    layers: dict[str, Pair], halves: str, named: Callable[[str], str], alpha: float | None
) -> dict[str, Tensor]:
    """halves: `lora_A lora_B`, `lora_down lora_up` or `lora.down lora.up`."""
    tensors = {}
    for name, pair in layers.items():
        for half, tensor in zip(halves.split(), pair, strict=True):
            tensors[f"{named(name)}.{half}.weight"] = tensor.clone()
        if alpha is not None:
            tensors[f"{named(name)}.alpha"] = torch.tensor(alpha)
    return tensors


def first_code(name: str) -> str:
    return name.replace(".to_out.0", ".out")


def fused(layers: dict[str, Pair]) -> dict[str, Pair]:
    """As the model's first code names layers: queries, keys and values in one."""
    made = {}
    for name, (down, up) in layers.items():
        place, _, last = name.rpartition(".")
        if last == "to_q":
            made[f"{place}.qkv"] = (down, torch.cat([layers[f"{place}.to_{each}"][1] for each in "qkv"]))
        elif last not in ("to_k", "to_v"):
            made[first_code(name)] = (down, up)
    return made


def ways(layers: dict[str, Pair]) -> Iterator[tuple[str, dict[str, Tensor], dict[str, str], float]]:
    """(program, tensors, metadata, scale) of one LoRA as each writes it."""
    peft, kohya, scale = "lora_A lora_B", "lora_down lora_up", ALPHA / RANK

    def underscored(prefix: str) -> Callable[[str], str]:
        return lambda name: prefix + name.replace(".", "_")

    yield "diffusers", written(layers, peft, "transformer.{}".format, None), {}, 1.0
    said = {"lora_alpha": ALPHA, "r": RANK, "target_modules": list(layers)}
    settings = {"lora_adapter_metadata": json.dumps({f"transformer.{name}": value for name, value in said.items()})}
    yield "diffusers with PEFT's settings", written(layers, peft, "transformer.{}".format, None), settings, scale
    yield "PEFT itself", written(layers, peft, "base_model.model.{}".format, None), {}, 1.0
    yield "ai-toolkit", written(layers, peft, "diffusion_model.{}".format, None), {}, 1.0
    yield "ComfyUI", written(fused(layers), peft, "diffusion_model.{}".format, ALPHA), {}, scale
    yield "OneTrainer", written(layers, kohya, "transformer.{}".format, ALPHA), {}, scale
    yield "musubi-tuner", written(layers, kohya, underscored("lora_unet_"), ALPHA), {}, scale
    yield "kohya on the first code", written(fused(layers), kohya, underscored("lora_unet_"), ALPHA), {}, scale
    both = fused(layers) | layers  # Anime-Z's, for programs that read one or the other: diffusers' issue 13203
    yield "all names at once", written(both, "lora.down lora.up", underscored("lora_unet_"), ALPHA), {}, scale
    yield "LyCORIS", written(layers, kohya, underscored("lycoris_"), ALPHA), {}, scale
    yield "no prefix", written(layers, "lora.down lora.up", str, None), {}, 1.0


def test_every_lora_layout_gives_the_same_change_of_the_weights_and_another_picture(
    base: ZBase, tmp_path: Path
) -> None:
    layers, target, path = random_layers(base), lora_target(base), tmp_path / "lora.safetensors"
    before = {part: {n: t.clone() for n, t in model.state_dict().items()} for part, model in target.parts.items()}
    plain = pixels(sample(base, SPEC).images[0])
    for program, tensors, metadata, scale in ways(layers):
        save_file(tensors, path, metadata)
        lora = read_foreign(path, target)
        assert set(lora.layers) == {(TRANSFORMER, name) for name in layers}, program
        with foreign_attached(target, [(lora, 0.5)]):
            for name, (down, up) in layers.items():
                expected = before[TRANSFORMER][f"{name}.weight"] + 0.5 * scale * (up @ down)
                got = base.model.get_submodule(name).weight
                torch.testing.assert_close(got, expected, atol=1e-6, rtol=1e-5, msg=f"{program}: {name}")
            assert int(np.abs(pixels(sample(base, SPEC).images[0]) - plain).max()) > 1, program
        for part, model in target.parts.items():
            assert all(torch.equal(tensor, before[part][n]) for n, tensor in model.state_dict().items()), program
    assert np.array_equal(pixels(sample(base, SPEC).images[0]), plain)


# The other ways are not read by diffusers 0.42: it refuses them, or loads nothing.
READ_BY_DIFFUSERS = (
    "diffusers", "diffusers with PEFT's settings", "ai-toolkit", "musubi-tuner", "kohya on the first code",
    "all names at once",
)  # fmt: skip


@pytest.mark.parametrize("program", READ_BY_DIFFUSERS)
def test_an_unmodified_pipeline_with_the_same_file_draws_the_same_picture(
    base: ZBase, zimage_folder: Path, tmp_path: Path, program: str
) -> None:
    path = tmp_path / "lora.safetensors"
    layers = random_layers(base)
    ((tensors, metadata),) = [(each[1], each[2]) for each in ways(layers) if each[0] == program]
    save_file(tensors, path, {"format": "pt", **metadata})
    pipe: Any = ZImagePipeline.from_pretrained(zimage_folder, low_cpu_mem_usage=False)
    pipe.scheduler = FlowMatchEulerDiscreteScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    pipe.load_lora_weights(path)
    noise = base.noise(0, SPEC.canvas)[None]
    call = {"height": 64, "width": 64, "num_inference_steps": 2, "guidance_scale": 0.0, "latents": noise}
    theirs = pixels(pipe(SPEC.prompt, **call).images[0])
    target = lora_target(base)
    plain = pixels(sample(base, SPEC).images[0])
    with foreign_attached(target, [(read_foreign(path, target), 1.0)]):
        ours = pixels(sample(base, SPEC).images[0])
    assert int(np.abs(ours - theirs).max()) <= 1
    assert int(np.abs(ours - plain).max()) > 1


@pytest.mark.parametrize(
    "more", [{"alpha_pattern": {"layers.0.attention.to_k": 9.0, "to_out.0": 0.5}}, {"use_rslora": True}], ids=str
)
def test_settings_of_peft_scale_layers_as_an_unmodified_pipeline_does(
    base: ZBase, zimage_folder: Path, tmp_path: Path, more: dict[str, Any]
) -> None:
    path, layers, target = tmp_path / "lora.safetensors", random_layers(base), lora_target(base)
    said = {"lora_alpha": ALPHA, "r": RANK, "target_modules": list(layers), **more}
    settings = {"lora_adapter_metadata": json.dumps({f"transformer.{name}": value for name, value in said.items()})}
    save_file(written(layers, "lora_A lora_B", "transformer.{}".format, None), path, settings | {"format": "pt"})
    pipe: Any = ZImagePipeline.from_pretrained(zimage_folder, low_cpu_mem_usage=False)
    pipe.load_lora_weights(path)
    pipe.fuse_lora()
    with foreign_attached(target, [(read_foreign(path, target), 1.0)]):
        for name in layers:
            theirs = pipe.transformer.get_submodule(name).base_layer.weight
            torch.testing.assert_close(base.model.get_submodule(name).weight, theirs, atol=1e-5, rtol=1e-4, msg=name)


def test_alphas_by_a_pattern_are_refused(base: ZBase, tmp_path: Path) -> None:
    said = {"transformer.lora_alpha": ALPHA, "transformer.alpha_pattern": {"(a+)+b": 2.0}}
    path, tensors = tmp_path / "lora.safetensors", written(random_layers(base), "lora_A lora_B", str, None)
    save_file(tensors, path, {"lora_adapter_metadata": json.dumps(said)})
    with pytest.raises(ForeignRefused, match="pattern"):
        read_foreign(path, lora_target(base))


def test_a_file_of_another_model_is_refused_with_its_name(base: ZBase, tmp_path: Path) -> None:
    path = tmp_path / "lora.safetensors"

    def refused(tensors: dict[str, Tensor], says: str) -> None:
        save_file(tensors, path)
        with pytest.raises(ForeignRefused, match=says):
            read_foreign(path, lora_target(base))

    def halves(stem: str, out: int = 32, inputs: int = 32) -> dict[str, Tensor]:
        return {f"{stem}.lora_A.weight": torch.zeros(2, inputs), f"{stem}.lora_B.weight": torch.zeros(out, 2)}

    refused(halves("unet.down_blocks.0.attentions.0.proj_in"), r"another base \(Stable Diffusion; my-z is Z-Image\)")
    refused(halves("transformer.single_transformer_blocks.0.attn.to_q"), r"another base \(FLUX; my-z is Z-Image\)")
    refused(halves("diffusion_model.layers.3.attention.to_q"), "does not have, such as .*layers.3.*another base$")
    refused(
        halves("diffusion_model.layers.0.attention.to_q", inputs=40), r"\(32, 40\).*\(32, 32\): it is for another base"
    )
    refused(halves("diffusion_model.layers.0.attention.qkv", out=90), "90 rows; of my-z these are 96")
    twice = halves("diffusion_model.layers.0.attention.qkv", out=96) | halves("layers.0.attention.to_k")
    other = {name: torch.ones_like(tensor) if "to_k" in name else tensor for name, tensor in twice.items()}
    refused(other, "changes transformer.layers.0.attention.to_k in two ways")
    refused({"diffusion_model.layers.0.attention.to_q.lokr_w1": torch.zeros(2, 2)}, "LoKr .* not whole: .*lokr_w1")


def states(base: ZBase, spec: SampleSpec, members: list[AttachedAdapter]) -> Tensor:
    return denoise(base, [base.read(spec, members, spec.seed)], spec.canvas, guidance=torch.tensor([spec.guidance]))


def gated_file(base: ZBase, tmp_path: Path, names: list[str] = LAYERS) -> Path:
    path = tmp_path / "rex.safetensors"
    tensors = written(random_layers(base, names), "lora_A lora_B", "diffusion_model.{}".format, None)
    save_file(tensors, path, {"modelspec.trigger_phrase": "bob dog"})
    return path


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_a_gated_lora_acts_where_its_trigger_is_and_nowhere_without_it(
    base: ZBase, tmp_path: Path, guidance: float
) -> None:
    lora = read_foreign(gated_file(base, tmp_path), lora_target(base))
    gated = gated_lora(lora, "<rex>", 1.0, base)
    assert set(gated.left_out) == {f"{TRANSFORMER}.{name}" for name in LAYERS[-2:]}
    rex, ada = stand_in(gated, "dog"), AttachedAdapter(random_adapter(base, 0, "<ada>"), "<ada>", 1.0)
    other, silent = with_gated(base, [gated]), with_gated(base, [gated_lora(lora, "<rex>", 0.0, base)])
    called = SampleSpec("a <rex>", 1, 64, 64, steps=2, guidance=guidance)
    assert float((states(other, called, [rex]) - states(silent, called, [rex])).abs().max()) > 1e-3
    for absent, members in ((SampleSpec("<ada>", 1, 64, 64, steps=2, guidance=guidance), [ada]), (SPEC, [])):
        assert torch.equal(states(other, absent, [*members, rex]), states(base, absent, members))


def test_a_gated_lora_changes_its_rows_whole_and_the_picture_by_its_gate(base: ZBase, tmp_path: Path) -> None:
    """One layer behind an attention: what it adds is the LoRA's own change times rows and gates, elsewhere 0."""
    name = "layers.2.attention.to_out.0"
    lora = read_foreign(gated_file(base, tmp_path, [name]), lora_target(base))
    gated = gated_lora(lora, "<rex>", 0.5, base)
    other, spec = with_gated(base, [gated]), SampleSpec("a <rex> smiling", 1, 64, 64, steps=1)
    context = other.encode([other.read(spec, [stand_in(gated, "dog")], 1)])
    x, seen = other.noise(1, spec.canvas)[None], {}
    layer = other.model.get_submodule(name)
    with other.attached(context) as attachment, torch.no_grad():
        handle = layer.register_forward_hook(lambda module, inputs, y: seen.update(x=inputs[0], y=y, w=module.weight))
        other.predict(x, torch.tensor([500.0]), context)
        handle.remove()
        assert attachment is not None
        gates = attachment.gates_at(seen["x"].shape[1])
    assert gates is not None
    (member,) = context.members[0]
    share = gates.clone()
    share[0, member.positions.flatten()] = 1
    assert 0 < int((share > 0).sum()) < share.numel()
    change = lora.layers[TRANSFORMER, name].matrix().float()
    bias = 0 if layer.bias is None else layer.bias
    expected = seen["x"] @ seen["w"].T + bias + share * 0.5 * (seen["x"] @ change.T)
    torch.testing.assert_close(seen["y"], expected, atol=1e-5, rtol=1e-4)


def test_the_command_line_imports_generates_inspects_and_merges(
    base: ZBase, zimage_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = gated_file(base, tmp_path), tmp_path / "foreign.safetensors"
    assert main(["import", str(source), "--base", "my-z", "--out", str(out)]) == 0
    with safe_open(out, "pt") as file:
        assert (file.metadata()["base"], file.metadata()["exact"]) == ("my-z", "false")
    capsys.readouterr()
    assert main(["inspect", str(source), str(out), "--json"]) == 0
    one, other, pair = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (one["model"], one["layers"], one["rank"], one["exact"]) == ("Z-Image", len(LAYERS), RANK, False)
    assert (one["triggers"], other["base"], pair["exact"]) == (["bob dog"], "my-z", False)

    order = ["generate", "--base", "my-z", "--size", "64x64", "--steps", "2", "--device", "cpu", "--json"]
    drawn = []
    for name, prompt, more in (
        ("plain", "a bob dog", []), ("whole", "a bob dog", ["--lora", f"{out}=0.5"]),
        ("gated", "a <rex>", ["--lora", f"{out}=0.5@<rex>:bob dog"]),
    ):  # fmt: skip
        assert main([*order, prompt, *more, "--out", str(tmp_path / f"{name}.png")]) == 0
        said = json.loads(capsys.readouterr().out.splitlines()[0])
        assert said["recipe"].get("exact", True) is (name == "plain")
        with Image.open(tmp_path / f"{name}.png") as image:
            drawn.append(image.convert("RGB").tobytes())
    assert len(set(drawn)) == 3

    merged = tmp_path / "merged"
    assert main(["merge", f"{source}=0.5", "--base", "my-z", "--out", str(merged)]) == 0
    weights, plain = (
        load_file(each / TRANSFORMER / "diffusion_pytorch_model.safetensors") for each in (merged, zimage_folder)
    )
    for name, (down, up) in random_layers(base).items():
        expected = plain[f"{name}.weight"] + 0.5 * up @ down
        torch.testing.assert_close(weights[f"{name}.weight"], expected, atol=1e-5, rtol=1e-4)
    assert add_base(str(merged), "merged", "Merged")["layers"] == base.description["layers"]


def pixels(image: Image.Image) -> Any:
    return np.asarray(image.convert("RGB")).astype(int)
