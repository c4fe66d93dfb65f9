"""Convolutions in Tucker form: LoHa and LoKr as PEFT's own layers make them, LoCon as its three convolutions act."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")
pytest.importorskip("peft", reason="its layers are the reference")

from peft import LoHaConfig, LoKrConfig, get_peft_model_state_dict, inject_adapter_in_model
from safetensors.torch import save_file
from torch import Tensor

from orthoplex.bases import AnyBase
from orthoplex.bases.foreign.reader import ForeignRefused, read_foreign
from orthoplex.bases.foreign.weights import foreign_attached
from orthoplex.loras import target_of

RANK, ALPHA, CONV = 2, 5.0, "mid_block.resnets.0.conv1"
KINDS: dict[str, Any] = {"LoHa": LoHaConfig, "LoKr": LoKrConfig}


@pytest.fixture(scope="module")
def base(bases: dict[str, Callable[[torch.dtype], AnyBase]]) -> AnyBase:
    return bases["sd"](torch.float32)


def kohya(name: str) -> str:
    return f"lora_unet_{name.replace('.', '_')}"


@pytest.mark.parametrize("kind", list(KINDS))
def test_its_change_is_that_of_pefts_own_layers(base: AnyBase, tmp_path: Path, kind: str) -> None:
    torch.manual_seed(3)
    config = KINDS[kind](r=RANK, alpha=ALPHA, target_modules=["conv1"], init_weights=False, use_effective_conv2d=True)
    model: Any = inject_adapter_in_model(config, copy.deepcopy(base.model))
    with torch.no_grad():  # PEFT's own first numbers are products of five small ones
        for name, each in model.named_parameters():
            each.mul_(3) if "hada_" in name or "lokr_" in name else None
    written, tensors = {}, get_peft_model_state_dict(model)
    assert any(name.endswith("_t2") for name in tensors)
    for name, each in tensors.items():
        layer, _, ending = name.rpartition(".")
        written |= {f"{kohya(layer)}.{ending}": each.contiguous(), f"{kohya(layer)}.alpha": torch.tensor(ALPHA)}
    save_file(written, tmp_path / "lora.safetensors")
    target = target_of(base)
    lora = read_foreign(tmp_path / "lora.safetensors", target)
    for (_, name), change in lora.layers.items():
        theirs = model.get_submodule(name).get_delta_weight("default").detach()
        assert theirs.abs().max() > 1e-3
        torch.testing.assert_close(change.matrix().float(), theirs.flatten(1), atol=1e-6, rtol=1e-4, msg=name)
    before = {name: each.clone() for name, each in base.model.state_dict().items()}
    with foreign_attached(target, [(lora, 1.0)]):
        assert not torch.equal(base.model.get_submodule(CONV).weight, before[f"{CONV}.weight"])
    assert all(torch.equal(each, before[name]) for name, each in base.model.state_dict().items())


def test_a_locon_with_a_core_is_its_three_convolutions_one_behind_the_other(base: AnyBase, tmp_path: Path) -> None:
    conv = base.model.get_submodule(CONV)
    out, inputs = conv.weight.shape[:2]
    generator = torch.Generator().manual_seed(4)
    sizes = {"down": (RANK, inputs, 1, 1), "mid": (RANK, RANK, 3, 3), "up": (out, RANK, 1, 1)}
    made = {half: torch.randn(*size, generator=generator) for half, size in sizes.items()}
    path = tmp_path / "lora.safetensors"

    def written(parts: dict[str, Tensor]) -> None:
        tensors = {f"{kohya(CONV)}.lora_{half}.weight": each for half, each in parts.items()}
        save_file(tensors | {f"{kohya(CONV)}.alpha": torch.tensor(ALPHA)}, path)

    written(made)
    lora = read_foreign(path, target_of(base))
    x = torch.randn(1, inputs, 8, 8, generator=generator)
    expected = ALPHA / RANK * F.conv2d(F.conv2d(F.conv2d(x, made["down"]), made["mid"], padding=1), made["up"])
    change = lora.change(("unet", CONV), conv.weight).float()
    torch.testing.assert_close(F.conv2d(x, change, padding=1), expected, atol=1e-3, rtol=1e-4)

    for broken in (made | {"mid": torch.zeros(3, RANK, 3, 3)}, made | {"down": torch.zeros(RANK, inputs, 3, 3)}):
        written(broken)
        with pytest.raises(ForeignRefused, match=r"LoCon of .* in Tucker form that is not whole"):
            read_foreign(path, target_of(base))
    written(made | {"mid": torch.zeros(RANK, RANK, 5, 5)})
    with pytest.raises(ForeignRefused, match="another base"):
        read_foreign(path, target_of(base))
