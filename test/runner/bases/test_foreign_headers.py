"""The same files of other programs are taken and refused here and at the edge (schema/examples/foreign.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from safetensors.torch import save_file

from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.bases.sd.foreign import ForeignRefused, read_foreign
from orthoplex.bases.sd.foreign_facts import facts_of

EXAMPLES = json.loads((Path(__file__).parents[3] / "schema" / "examples" / "foreign.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def tiny(sd_folder: Path, sdxl_folder: Path) -> dict[str, SdBase]:
    folders = {"sd": sd_folder, "sdxl": sdxl_folder}
    described = {name: describe(folder, f"tiny-{name}", f"Tiny {name}") for name, folder in folders.items()}
    cpu = torch.device("cpu")
    return {name: load_sd(folder, described[name], cpu, torch.float32) for name, folder in folders.items()}


def file_of(example: dict[str, Any], folder: Path) -> Path:
    tensors = {name: torch.zeros(shape, dtype=torch.float16) for name, (_, shape) in example["tensors"].items()}
    save_file(tensors, folder / "lora.safetensors", example["metadata"])
    return folder / "lora.safetensors"


@pytest.mark.parametrize("family", ["sd", "sdxl"])
def test_the_examples_are_of_these_bases(tiny: dict[str, SdBase], family: str) -> None:
    known = EXAMPLES["bases"][family]
    assert known == {name: tiny[family].description[name] for name in known}


@pytest.mark.parametrize("example", EXAMPLES["taken"], ids=lambda example: example["name"])
def test_a_lora_is_taken(tiny: dict[str, SdBase], tmp_path: Path, example: dict[str, Any]) -> None:
    path = file_of(example, tmp_path)
    lora, facts = read_foreign(path, tiny[example["base"]]), facts_of(path, example["metadata"])
    assert len(lora.layers) == example["facts"]["layers"]
    said = {"triggers": facts["triggers"], "trained_on": facts["family"], "licence": facts["licence"]}
    assert said == {name: example["facts"][name] for name in said}


@pytest.mark.parametrize("example", EXAMPLES["refused"], ids=lambda example: example["name"])
def test_a_lora_is_refused(tiny: dict[str, SdBase], tmp_path: Path, example: dict[str, Any]) -> None:
    with pytest.raises(ForeignRefused, match=example.get("says")):
        read_foreign(file_of(example, tmp_path), tiny[example["base"]])
