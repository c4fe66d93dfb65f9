"""Files that no program writes: each is refused by a ForeignRefused, before anything of its claimed size is made."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from safetensors.torch import save_file
from torch import Tensor

from orthoplex.bases import AnyBase
from orthoplex.bases.foreign.reader import ForeignRefused, read_foreign
from orthoplex.bases.foreign.weights import foreign_attached
from orthoplex.bases.sd.base import load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.bases.zimage.base import load_zimage
from orthoplex.bases.zimage.describe import describe as describe_zimage
from orthoplex.loras import target_of

LAYERS = {
    "sd": "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q",
    "zimage": "lora_unet_layers_0_attention_to_q",
}
MANY = 300_000


@pytest.fixture(scope="module", params=["sd", "zimage"])
def base(request: pytest.FixtureRequest) -> AnyBase:
    folder: Path = request.getfixturevalue(f"{request.param}_folder")
    cpu = torch.device("cpu")
    if request.param == "sd":
        return load_sd(folder, describe(folder, "tiny-sd", "Tiny"), cpu, torch.float32)
    return load_zimage(folder, describe_zimage(folder, "tiny-zimage", "Tiny"), cpu, torch.float32)


def layer_of(base: AnyBase) -> tuple[str, int, int]:
    """The name of an attention layer in a file, its outputs and its inputs."""
    name = LAYERS[base.description["family"]]
    target = target_of(base)
    (layer,) = target.find(name)
    outputs, inputs = target.weight(layer).shape
    return name, outputs, inputs


def lora(outputs: int, inputs: int, rank: int = 2) -> dict[str, Tensor]:
    return {"lora_down.weight": torch.ones(rank, inputs), "lora_up.weight": torch.ones(outputs, rank)}


def refused(base: AnyBase, folder: Path, own: dict[str, Tensor], metadata: dict[str, str] | None = None) -> str:
    name, _, _ = layer_of(base)
    save_file({f"{name}.{ending}": tensor for ending, tensor in own.items()}, folder / "lora.safetensors", metadata)
    with pytest.raises(ForeignRefused) as caught:
        read_foreign(folder / "lora.safetensors", target_of(base))
    return str(caught.value)


@pytest.mark.parametrize("shape", [(2,), (0,), (1, 2)], ids=lambda shape: "x".join(map(str, shape)))
def test_an_alpha_that_is_no_number_is_refused(base: AnyBase, tmp_path: Path, shape: tuple[int, ...]) -> None:
    _, outputs, inputs = layer_of(base)
    assert ".alpha" in refused(base, tmp_path, {**lora(outputs, inputs), "alpha": torch.ones(shape)})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("where", ["alpha", "lora_up.weight", "lora_down.weight", "dora_scale"])
def test_what_is_not_finite_is_refused(base: AnyBase, tmp_path: Path, where: str, value: float) -> None:
    _, outputs, inputs = layer_of(base)
    own = {**lora(outputs, inputs), "alpha": torch.tensor(1.0), "dora_scale": torch.ones(outputs)}
    own[where].view(-1)[-1] = value
    assert "not finite" in refused(base, tmp_path, own)


@pytest.mark.parametrize("alpha", ["NaN", "Infinity", "1e999"])
def test_a_scale_in_the_settings_that_is_not_finite_is_refused(base: AnyBase, tmp_path: Path, alpha: str) -> None:
    _, outputs, inputs = layer_of(base)
    part = next(iter(target_of(base).parts))
    settings = {"lora_adapter_metadata": f'{{"{part}.lora_alpha": {alpha}}}'}
    assert "not finite" in refused(base, tmp_path, lora(outputs, inputs), settings)


def test_ranks_of_zero_are_refused(base: AnyBase, tmp_path: Path) -> None:
    _, outputs, inputs = layer_of(base)
    one = torch.tensor(1.0)
    refused(base, tmp_path, {**lora(outputs, inputs, 0), "alpha": one})
    sides = {"a": torch.ones(outputs, 0), "b": torch.ones(0, inputs)}
    products = {f"hada_w{n}_{side}": tensor.clone() for n in (1, 2) for side, tensor in sides.items()}
    refused(base, tmp_path, {**products, "alpha": one})
    factors = {f"lokr_w2_{side}": t for side, t in sides.items()}
    refused(base, tmp_path, {"lokr_w1": torch.ones(1, 1), **factors, "alpha": one})


def test_halves_without_dimensions_are_refused(base: AnyBase, tmp_path: Path) -> None:
    _, outputs, inputs = layer_of(base)
    own = lora(outputs, inputs)
    for name in own:
        for shape in [(), (outputs,)]:
            refused(base, tmp_path, {**own, name: torch.ones(shape)})


def test_a_lokr_is_not_written_out_before_its_size_is_known_to_fit(base: AnyBase, tmp_path: Path) -> None:
    for one, other in [("lokr_w1", "lokr_w2"), ("lokr_w2", "lokr_w1")]:
        own = {one: torch.ones(1, 1), f"{other}_a": torch.ones(MANY, 1), f"{other}_b": torch.ones(1, MANY)}
        assert "another base" in refused(base, tmp_path, own)


@pytest.mark.parametrize("kind", ["LoRA", "DoRA"])
def test_what_the_weights_cannot_hold_is_refused_and_leaves_them_as_they_were(
    base: AnyBase, tmp_path: Path, kind: str
) -> None:
    name, outputs, inputs = layer_of(base)
    own = lora(outputs, inputs)
    if kind == "LoRA":
        own |= {"alpha": torch.tensor(3e38), "lora_up.weight": 1e3 * own["lora_up.weight"]}
    else:
        own["dora_scale"] = torch.full((outputs,), 3e38)
    save_file({f"{name}.{ending}": tensor for ending, tensor in own.items()}, tmp_path / "lora.safetensors")
    target = target_of(base)
    read = read_foreign(tmp_path / "lora.safetensors", target)
    (layer,) = read.layers
    weight = target.weight(layer)
    before = weight.detach().clone()
    with pytest.raises(ForeignRefused, match="beyond what"), foreign_attached(target, [(read, 100.0)]):
        pass
    assert torch.equal(weight, before)
    with pytest.raises(ForeignRefused, match="beyond what"):
        read.matrices(layer, weight.detach().half())


@pytest.mark.parametrize("own", [0.0, 1e-40, 1.0])
def test_rows_without_a_length_stay_finite_in_a_dora(base: AnyBase, tmp_path: Path, own: float) -> None:
    name, outputs, inputs = layer_of(base)
    target = target_of(base)
    tensors = lora(outputs, inputs) | {"dora_scale": torch.ones(outputs)}
    tensors["lora_up.weight"].zero_()
    save_file({f"{name}.{ending}": tensor for ending, tensor in tensors.items()}, tmp_path / "lora.safetensors")
    read = read_foreign(tmp_path / "lora.safetensors", target)
    (layer,) = read.layers
    weight = torch.full_like(target.weight(layer).detach(), own)
    assert bool(read.change(layer, weight).isfinite().all())
