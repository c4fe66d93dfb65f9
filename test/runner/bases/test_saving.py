"""Pipelines written as folders: whatever this machine computes in, unmodified diffusers loads and runs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline
from safetensors.torch import load_file, save_file

from orthoplex.bases.registry import add_base
from orthoplex.bases.sd.base import load_sd
from orthoplex.bases.sd.foreign import names_of
from orthoplex.bases.sd.lora_files import lora_tensors
from orthoplex.bases.sd.saving import save_pipeline, stored_dtype
from orthoplex.cli import main
from orthoplex.ortho.adapter import write_adapter

from .conftest import random_adapter

KINDS: dict[str, Any] = {"sd": StableDiffusionPipeline, "sdxl": StableDiffusionXLPipeline}
CALL = {"height": 64, "width": 64, "num_inference_steps": 1}


@pytest.fixture(params=["sd fp32", "sd fp16", "sd bf16", "sdxl fp16"])
def source(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, torch.dtype]:
    """A kind of pipeline and the precision of its files; my-base is added from them, on a processor that has bf16."""
    family, dtype = request.param.split()
    stored = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[dtype]
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    kind = KINDS[family]
    folder = request.getfixturevalue(f"{family}_folder")
    save_pipeline(kind.from_pretrained(folder, dtype=torch.float32), tmp_path / "source", stored)
    assert stored_dtype(tmp_path / "source") == stored
    description = add_base(str(tmp_path / "source"), "my-base", "My base")
    base = load_sd(tmp_path / "source", description, torch.device("cpu"))
    assert base.dtype == torch.bfloat16
    (tmp_path / "ada.safetensors").write_bytes(write_adapter(random_adapter(base, 1, "<ada>"), base.layout))
    name, shape = next(iter(base.layout.layers.items()))
    pair = (torch.randn(2, shape.in_features), torch.randn(shape.out_features, 2))
    save_file(lora_tensors({name: pair}, names_of(base), "peft"), tmp_path / "lora.safetensors")
    return kind, stored


def loaded(kind: Any, folder: Path, stored: torch.dtype) -> Any:
    """As a user loads it who says no dtype; every file is in the precision of the source."""
    for path in folder.glob("*/*.safetensors"):
        assert {tensor.dtype for tensor in load_file(path).values() if tensor.is_floating_point()} == {stored}, path
    pipe = kind.from_pretrained(folder)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def test_a_folder_of_a_composition_runs_in_an_unmodified_pipeline(
    source: tuple[Any, torch.dtype], tmp_path: Path
) -> None:
    out = tmp_path / "party"
    order = ["--base", "my-base", "--size", "64x64", "--steps", "1", "--loss-max", "100"]
    assert main(["export", str(tmp_path / "ada.safetensors"), "--format", "folder", "--out", str(out), *order]) == 0
    call = load_file(out / "prompt.safetensors")
    assert loaded(source[0], out, source[1])(**call, **CALL).images[0].size == (64, 64)


def test_a_base_with_loras_in_its_weights_runs_in_an_unmodified_pipeline(
    source: tuple[Any, torch.dtype], tmp_path: Path
) -> None:
    out = tmp_path / "merged"
    assert main(["merge", str(tmp_path / "lora.safetensors"), "--base", "my-base", "--out", str(out)]) == 0
    assert loaded(source[0], out, source[1])("a dog", **CALL).images[0].size == (64, 64)
