"""DoRA: the weights that PEFT's own layers merge to, in every way of writing the lengths; attached, gated, refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")
pytest.importorskip("peft", reason="its layers are the reference")

from diffusers import EulerDiscreteScheduler, FlowMatchEulerDiscreteScheduler, StableDiffusionPipeline, ZImagePipeline
from peft import LoraConfig, get_peft_model_state_dict, inject_adapter_in_model
from safetensors.torch import save_file
from torch import Tensor

from orthoplex.bases import AnyBase
from orthoplex.bases.foreign.reader import ForeignRefused, read_foreign
from orthoplex.bases.foreign.summary import summary_of
from orthoplex.bases.foreign.weights import foreign_attached
from orthoplex.bases.request import SampleSpec
from orthoplex.cli import main
from orthoplex.loras import NamedLora, target_of, with_loras
from orthoplex.sample import sample

RANK, ALPHA = 2, 3.0
LAYERS = {"sd": ["attn1.to_q", "attn2.to_k", "attn2.to_v", "conv1"], "zimage": ["to_q", "to_k", "to_out.0", "w1"]}
PREFIX = {"sd": "unet.", "zimage": "transformer."}
SPEC = SampleSpec("ada smiling", 0, 64, 64, steps=2, guidance=1.0)
Tensors = dict[str, Tensor]


@pytest.fixture(scope="module", params=["sd", "zimage"])
def base(request: pytest.FixtureRequest, bases: dict[str, Callable[[torch.dtype], AnyBase]]) -> AnyBase:
    return bases[request.param](torch.float32)


@pytest.fixture(scope="module")
def made(base: AnyBase) -> tuple[Tensors, Tensors]:
    """(PEFT's tensors by the model's own names, the weights that PEFT merges)."""
    torch.manual_seed(3)
    config = LoraConfig(
        r=RANK, lora_alpha=ALPHA, target_modules=LAYERS[family(base)], use_dora=True, init_lora_weights=False
    )
    model: Any = inject_adapter_in_model(config, copy.deepcopy(base.model))
    layers = {name: each for name, each in model.named_modules() if getattr(each, "lora_magnitude_vector", None)}
    with torch.no_grad():
        for each in layers.values():
            own = each.lora_magnitude_vector["default"].weight
            own.mul_(1 + 0.3 * torch.randn(own.shape))
    tensors = get_peft_model_state_dict(model)
    for each in layers.values():
        each.merge()
    return tensors, {name: each.base_layer.weight.detach() for name, each in layers.items()}


def family(base: AnyBase) -> str:
    return str(base.description["family"])


def prefixed(base: AnyBase, tensors: Tensors) -> Tensors:
    """As diffusers saves them."""
    return {f"{PREFIX[family(base)]}{name}": each.contiguous() for name, each in tensors.items()}


def settings(base: AnyBase) -> dict[str, str]:
    """What diffusers writes beside them."""
    own = {"lora_alpha": ALPHA, "r": RANK, "target_modules": LAYERS[family(base)], "use_dora": True}
    named = {f"{PREFIX[family(base)]}{name}": value for name, value in own.items()}
    return {"format": "pt", "lora_adapter_metadata": json.dumps(named)}


def kohya(tensors: Tensors, lengths: Callable[[Tensor, Tensor], Tensor]) -> Tensors:
    """Kohya's names. lengths: of PEFT's ones and `up`, as `dora_scale` has them."""
    written = {}
    for name, each in tensors.items():
        layer, _, ending = name.partition(".lora_")
        stem = f"lora_unet_{layer.replace('.', '_')}"
        if ending == "magnitude_vector":
            written[f"{stem}.dora_scale"] = lengths(each, tensors[f"{layer}.lora_B.weight"])
        else:
            half = {"A.weight": "down", "B.weight": "up"}[ending]
            written[f"{stem}.lora_{half}.weight"] = each.contiguous()
        written[f"{stem}.alpha"] = torch.tensor(ALPHA)
    return written


WAYS: dict[str, Callable[[AnyBase, Tensors], Tensors]] = {
    "PEFT": prefixed,
    "kohya's names of diffusers": lambda _, tensors: kohya(tensors, lambda own, _: own),
    "LyCORIS by output": lambda _, tensors: kohya(tensors, lambda own, up: own.reshape(-1, *(1,) * (up.dim() - 1))),
}


def check_weights(base: AnyBase, path: Path, expected: Tensors) -> None:
    """Attached at 1 the weights are those, at 0.5 half way to them, and then what they were, bit for bit."""
    target = target_of(base)
    lora = read_foreign(path, target)
    assert {name for _, name in lora.layers} == set(expected)
    before = {name: each.clone() for name, each in base.model.state_dict().items()}
    for strength in (1.0, 0.5):
        with foreign_attached(target, [(lora, strength)]):
            for name, each in expected.items():
                own, got = before[f"{name}.weight"], base.model.get_submodule(name).weight
                torch.testing.assert_close(got, own + strength * (each - own), atol=1e-5, rtol=1e-4, msg=name)
        assert all(torch.equal(each, before[name]) for name, each in base.model.state_dict().items())


@pytest.mark.parametrize("way", list(WAYS))
def test_the_weights_are_those_that_peft_merges(
    base: AnyBase, made: tuple[Tensors, Tensors], tmp_path: Path, way: str
) -> None:
    save_file(WAYS[way](base, made[0]), tmp_path / "lora.safetensors", settings(base))
    summary = summary_of(tmp_path / "lora.safetensors")
    assert summary is not None
    assert (summary["dora"], summary["kind"], summary["layers"]) == (True, None, len(made[1]))
    check_weights(base, tmp_path / "lora.safetensors", made[1])


def test_lengths_by_input_are_those_of_columns(base: AnyBase, made: tuple[Tensors, Tensors], tmp_path: Path) -> None:
    """LyCORIS without `wd_on_out`: W' = V m / |V|, over outputs and places of each input."""
    written, expected = kohya(made[0], lambda own, _: own), {}
    for name in made[1]:
        weight = base.model.get_submodule(name).weight.detach()
        down, up = (made[0][f"{name}.lora_{half}.weight"].flatten(1) for half in "AB")
        whole = weight + ALPHA / RANK * (up @ down).reshape(weight.shape)
        places = tuple(at for at in range(weight.dim()) if at != 1)
        lengths = 1.2 * torch.linalg.vector_norm(weight, dim=places, keepdim=True)
        written[f"lora_unet_{name.replace('.', '_')}.dora_scale"] = lengths
        expected[name] = whole * lengths / torch.linalg.vector_norm(whole, dim=places, keepdim=True)
    save_file(written, tmp_path / "lora.safetensors")
    check_weights(base, tmp_path / "lora.safetensors", expected)


def test_an_unmodified_pipeline_draws_the_same_picture(
    base: AnyBase, made: tuple[Tensors, Tensors], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """With PEFT's lengths: diffusers 0.42 leaves `dora_scale` out of any file, with a warning."""
    own, path = family(base), tmp_path / "lora.safetensors"
    save_file(prefixed(base, made[0]), path, settings(base))
    kind: Any = {"sd": StableDiffusionPipeline, "zimage": ZImagePipeline}[own]
    pipe = kind.from_pretrained(request.getfixturevalue(f"{own}_folder"), low_cpu_mem_usage=False)
    scheduler = {"sd": EulerDiscreteScheduler, "zimage": FlowMatchEulerDiscreteScheduler}[own]
    pipe.scheduler = scheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    pipe.load_lora_weights(path)
    call = {"height": 64, "width": 64, "num_inference_steps": 2, "guidance_scale": {"sd": 1.0, "zimage": 0.0}[own]}
    theirs = pipe(SPEC.prompt, **call, latents=base.noise(0, SPEC.canvas)[None]).images[0]
    target = target_of(base)
    with foreign_attached(target, [(read_foreign(path, target), 1.0)]):
        ours = sample(base, SPEC).images[0]
    assert difference(ours, theirs) <= 1
    assert difference(ours, sample(base, SPEC).images[0]) > 1


def difference(one: Any, other: Any) -> int:
    return int(np.abs(np.asarray(one).astype(int) - np.asarray(other).astype(int)).max())


def test_a_gated_one_acts_at_its_trigger_alone_by_its_change_of_the_base(
    base: AnyBase, made: tuple[Tensors, Tensors], tmp_path: Path
) -> None:
    path, target = tmp_path / "rex.safetensors", target_of(base)
    save_file(prefixed(base, made[0]), path, settings(base))
    lora = read_foreign(path, target)
    whole, gated = NamedLora(lora, 0.7, "w", ""), NamedLora(lora, 0.5, "rex", "", "<rex>", "bob dog")
    with with_loras(base, [whole, gated]) as (attached, _):
        (own,) = attached.gated
        assert len(own.entries) + len(own.residuals) > 3
    for name, matrices in {**own.entries, **own.residuals}.items():
        weight = base.model.get_submodule(name).weight.detach()
        (change,) = matrices
        torch.testing.assert_close(change, 0.5 * (made[1][name] - weight), atol=1e-5, rtol=1e-4)
    drawn = {}
    for prompt in ("a dog", "a <rex>"):
        for named in ([], [gated]):
            with with_loras(base, named) as (attached, stands):
                spec = SampleSpec(prompt, 0, 64, 64, steps=2, guidance=1.0)
                drawn[prompt, bool(named)] = sample(attached, spec, stands).images[0]
    assert difference(drawn["a dog", True], drawn["a dog", False]) == 0
    assert difference(drawn["a <rex>", True], drawn["a <rex>", False]) > 0


def test_an_import_holds_its_change_of_that_base_and_of_no_other(
    base: AnyBase, made: tuple[Tensors, Tensors], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = tmp_path / "rex.safetensors", tmp_path / "foreign.safetensors"
    save_file(prefixed(base, made[0]), path, settings(base))
    monkeypatch.setattr("orthoplex.importing.load_base", lambda *_: base)
    assert main(["import", str(path), "--base", base.id, "--out", str(out)]) == 0
    target = target_of(base)
    imported = read_foreign(out, target)
    for (_, name), change in imported.layers.items():
        expected = (made[1][name] - base.model.get_submodule(name).weight.detach()).flatten(1)
        torch.testing.assert_close(change.matrix().float(), expected, atol=2e-3, rtol=1e-2, msg=name)
    with pytest.raises(ForeignRefused, match=f"a DoRA as it changes {base.id}: for another import it"):
        read_foreign(out, replace(target, base_id="another"))


def test_lengths_that_fit_no_layer_or_do_not_say_what_they_are_of_are_refused(
    base: AnyBase, made: tuple[Tensors, Tensors], tmp_path: Path
) -> None:
    path, target = tmp_path / "lora.safetensors", target_of(base)

    def refused(tensors: Tensors, says: str) -> None:
        save_file(tensors, path)
        with pytest.raises(ForeignRefused, match=says):
            read_foreign(path, target)

    refused(kohya(made[0], lambda own, _: own[..., :3].clone()), r"DoRA of .*lengths; the layer is")
    halves = {name: t for name, t in kohya(made[0], lambda own, _: own).items() if ".lora_" not in name}
    refused(halves, "a DoRA's length without its LoRA")
    if family(base) == "sd":
        conv = {name: t for name, t in made[0].items() if "mid_block.resnets.0.conv1" in name}
        assert len(conv) == 3
        refused(kohya(conv, lambda own, _: own), "DoRA of which no layer says whether it is by inputs or by outputs")
    else:
        name = "diffusion_model.layers.0.attention.qkv"
        fused = {f"{name}.lora_A.weight": torch.randn(2, 32), f"{name}.lora_B.weight": torch.randn(96, 2)}
        save_file(fused | {f"{name}.dora_scale": torch.rand(96, 1)}, path)
        assert len(read_foreign(path, target).lengths) == 3
        refused(fused | {f"{name}.dora_scale": torch.rand(1, 32)}, "DoRA by inputs of several layers in one")
