"""The same files of other programs are taken and refused here and at the edge (schema/examples/foreign.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from safetensors.torch import save_file

from orthoplex.bases import AnyBase
from orthoplex.bases.foreign.facts import facts_of
from orthoplex.bases.foreign.reader import ForeignRefused, read_foreign
from orthoplex.bases.sd.base import load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.bases.zimage.base import load_zimage
from orthoplex.bases.zimage.describe import describe as describe_zimage
from orthoplex.loras import target_of

EXAMPLES = json.loads((Path(__file__).parents[3] / "schema" / "examples" / "foreign.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def tiny(sd_folder: Path, sdxl_folder: Path, zimage_folder: Path) -> dict[str, AnyBase]:
    cpu = torch.device("cpu")
    made: dict[str, AnyBase] = {
        name: load_sd(folder, describe(folder, f"tiny-{name}", f"Tiny {name}"), cpu, torch.float32)
        for name, folder in {"sd": sd_folder, "sdxl": sdxl_folder}.items()
    }
    described = describe_zimage(zimage_folder, "tiny-zimage", "Tiny zimage")
    return made | {"zimage": load_zimage(zimage_folder, described, cpu, torch.float32)}


def file_of(example: dict[str, Any], folder: Path) -> Path:
    tensors = {name: torch.zeros(shape, dtype=torch.float16) for name, (_, shape) in example["tensors"].items()}
    save_file(tensors, folder / "lora.safetensors", example["metadata"])
    return folder / "lora.safetensors"


@pytest.mark.parametrize("family", ["sd", "sdxl", "zimage"])
def test_the_examples_are_of_these_bases(tiny: dict[str, AnyBase], family: str) -> None:
    known = EXAMPLES["bases"][family]
    assert known == {name: tiny[family].description[name] for name in known}


@pytest.mark.parametrize("example", EXAMPLES["taken"], ids=lambda example: example["name"])
def test_a_lora_is_taken(tiny: dict[str, AnyBase], tmp_path: Path, example: dict[str, Any]) -> None:
    path = file_of(example, tmp_path)
    lora, facts = read_foreign(path, target_of(tiny[example["base"]])), facts_of(path, example["metadata"])
    assert len(lora.layers) == example["facts"]["layers"]
    said = {"triggers": facts["triggers"], "trained_on": facts["family"], "licence": facts["licence"]}
    assert said == {name: example["facts"][name] for name in said}


@pytest.mark.parametrize("example", EXAMPLES["refused"], ids=lambda example: example["name"])
def test_a_lora_is_refused(tiny: dict[str, AnyBase], tmp_path: Path, example: dict[str, Any]) -> None:
    with pytest.raises(ForeignRefused, match=example.get("says")):
        read_foreign(file_of(example, tmp_path), target_of(tiny[example["base"]]))
