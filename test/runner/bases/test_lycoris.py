"""LoHa and LoKr: the change that PEFT's own layers make, attached, gated, imported and taken off."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")
pytest.importorskip("peft", reason="its layers are the reference")

from diffusers import FlowMatchEulerDiscreteScheduler, ZImagePipeline
from peft import LoHaConfig, LoKrConfig, get_peft_model_state_dict, inject_adapter_in_model
from safetensors.torch import save_file
from torch import Tensor

from orthoplex.bases import AnyBase
from orthoplex.bases.foreign.changes import Dense, Kronecker
from orthoplex.bases.foreign.reader import ForeignRefused, read_foreign
from orthoplex.bases.foreign.weights import foreign_attached
from orthoplex.bases.registry import add_base, load_base
from orthoplex.bases.request import SampleSpec
from orthoplex.cli import main
from orthoplex.loras import NamedLora, target_of, with_loras
from orthoplex.sample import sample

from .conftest import in_fp32

RANK, ALPHA = 2, 5.0
LAYERS = {"sd": ["attn1.to_q", "attn2.to_k", "attn2.to_v", "conv1"], "zimage": ["to_q", "to_k", "to_out.0", "w1"]}
KINDS: dict[str, Callable[[list[str]], Any]] = {
    "LoHa": lambda names: LoHaConfig(r=RANK, alpha=ALPHA, target_modules=names, init_weights=False),
    "LoKr": lambda names: LoKrConfig(r=RANK, alpha=ALPHA, target_modules=names, init_weights=False),
    "LoKr of two ranks": lambda names: LoKrConfig(
        r=1, alpha=ALPHA, target_modules=names, init_weights=False, decompose_both=True
    ),
}
Made = tuple[dict[str, Tensor], dict[str, Tensor]]


@pytest.fixture(params=["sd", "zimage"])
def base(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AnyBase:
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    in_fp32(monkeypatch)
    add_base(str(request.getfixturevalue(f"{request.param}_folder")), "my-base", "My base")
    return load_base("my-base")


def made(base: AnyBase, kind: str) -> Made:
    """(tensors by the model's own names, what PEFT's layers add to each weight)."""
    torch.manual_seed(3)
    names = LAYERS[base.description["family"]]
    model: Any = inject_adapter_in_model(KINDS[kind](names), copy.deepcopy(base.model))
    tensors = {name: 0.3 * tensor for name, tensor in get_peft_model_state_dict(model).items()}
    model.load_state_dict(
        {name.replace(f".{name.split('.')[-1]}", f".{name.split('.')[-1]}.default"): t for name, t in tensors.items()},
        strict=False,
    )
    changes = {
        name: module.get_delta_weight("default").detach()
        for name, module in model.named_modules()
        if hasattr(module, "get_delta_weight")
    }
    return tensors, changes


def kohya(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """In LyCORIS' layout, with the alpha of each layer."""
    written = {}
    for name, tensor in tensors.items():
        layer, _, ending = name.rpartition(".")
        written[f"lora_unet_{layer.replace('.', '_')}.{ending}"] = tensor.contiguous()
        written[f"lora_unet_{layer.replace('.', '_')}.alpha"] = torch.tensor(ALPHA)
    return written


@pytest.mark.parametrize("kind", list(KINDS))
def test_its_change_is_that_of_pefts_own_layers_and_comes_off_bit_for_bit(
    base: AnyBase, tmp_path: Path, kind: str
) -> None:
    tensors, changes = made(base, kind)
    path, target = tmp_path / "lora.safetensors", target_of(base)
    save_file(kohya(tensors), path)
    lora = read_foreign(path, target)
    assert {name for _, name in lora.layers} == set(changes)
    before = {name: tensor.clone() for name, tensor in base.model.state_dict().items()}
    with foreign_attached(target, [(lora, 0.5)]):
        for name, change in changes.items():
            got = base.model.get_submodule(name).weight
            torch.testing.assert_close(got, before[f"{name}.weight"] + 0.5 * change, atol=1e-5, rtol=1e-4, msg=name)
    assert all(torch.equal(tensor, before[name]) for name, tensor in base.model.state_dict().items())


@pytest.mark.parametrize("kind", ["LoHa", "LoKr"])
def test_an_import_keeps_the_change_and_a_gate_lets_it_act_at_its_trigger_alone(
    base: AnyBase, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tensors, changes = made(base, kind)
    path, out, target = tmp_path / "rex.safetensors", tmp_path / "rex-foreign.safetensors", target_of(base)
    save_file(kohya(tensors), path, {"modelspec.trigger_phrase": "bob dog"})
    assert main(["import", str(path), "--base", "my-base", "--out", str(out)]) == 0
    capsys.readouterr()
    assert main(["inspect", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["layers"], said["rank"], said["kind"], said["triggers"]) == (len(changes), RANK, None, ["bob dog"])
    lora, imported = read_foreign(path, target), read_foreign(out, target)
    for layer, change in lora.layers.items():
        torch.testing.assert_close(imported.layers[layer].matrix(), change.matrix(), atol=1e-2, rtol=1e-2)
    gated = NamedLora(lora, 1.0, "rex", "", "<rex>", "bob dog")
    drawn = {}
    for prompt in ("a dog", "a <rex>"):
        for named in ([], [gated]):
            with with_loras(base, named) as (attached, stands):
                spec = SampleSpec(prompt, 0, 128, 128, steps=2, guidance=1.0)
                drawn[prompt, bool(named)] = np.asarray(sample(attached, spec, stands).images[0])
    assert np.array_equal(drawn["a dog", True], drawn["a dog", False])
    assert not np.array_equal(drawn["a <rex>", True], drawn["a <rex>", False])


def test_an_unmodified_pipeline_draws_the_same_picture_with_a_lokr(
    zimage_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    in_fp32(monkeypatch)
    add_base(str(zimage_folder), "my-base", "My base")
    base: Any = load_base("my-base")
    tensors, path = made(base, "LoKr")[0], tmp_path / "lokr.safetensors"
    layers = {name.rpartition(".")[0] for name in tensors}
    alphas = {f"diffusion_model.{layer}.alpha": torch.tensor(ALPHA) for layer in layers}
    save_file({f"diffusion_model.{name}": t.contiguous() for name, t in tensors.items()} | alphas, path)
    pipe: Any = ZImagePipeline.from_pretrained(zimage_folder, low_cpu_mem_usage=False)
    pipe.scheduler = FlowMatchEulerDiscreteScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    pipe.load_lora_weights(path)
    spec = SampleSpec("ada smiling", 0, 64, 64, steps=2, guidance=1.0)
    call = {"height": 64, "width": 64, "num_inference_steps": 2, "guidance_scale": 0.0}
    theirs = np.asarray(pipe(spec.prompt, **call, latents=base.noise(0, spec.canvas)[None]).images[0]).astype(int)
    plain = np.asarray(sample(base, spec).images[0]).astype(int)
    target = target_of(base)
    with foreign_attached(target, [(read_foreign(path, target), 1.0)]):
        ours = np.asarray(sample(base, spec).images[0]).astype(int)
    assert int(np.abs(ours - theirs).max()) <= 1
    assert int(np.abs(ours - plain).max()) > 1


def test_factors_of_other_sizes_or_ranks_are_refused(base: AnyBase, tmp_path: Path) -> None:
    path, target = tmp_path / "lora.safetensors", target_of(base)
    tensors = kohya(made(base, "LoHa")[0])
    for changed, says in (
        ({name: t[:, :1] if name.endswith("w2_a") else t for name, t in tensors.items()}, "not whole"),
        ({name: t[:, :8] if name.endswith("_b") else t for name, t in tensors.items()}, "for another base"),
    ):
        save_file({name: t.contiguous() for name, t in changed.items()}, path)
        with pytest.raises(ForeignRefused, match=says):
            read_foreign(path, target)


def test_a_kronecker_product_of_a_convolution_has_its_places() -> None:
    left, right = torch.randn(2, 3), torch.randn(4, 5, 3, 3)
    change = Kronecker(Dense(left), Dense(right), 0.5)
    assert change.shape == (8, 15, 3, 3)
    whole = change.matrix().reshape(change.shape)
    torch.testing.assert_close(whole[4:, 5:10].float(), 0.5 * left[1, 1] * right)
