"""Foreign LoRAs of Z-Image made ours: entries in closed form, and distilled by the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from safetensors.torch import save_file
from torch import Tensor

from orthoplex.bases.foreign.conversion import TEMPLATES, Conversion, spec_of
from orthoplex.bases.foreign.reader import read_foreign
from orthoplex.bases.registry import add_base
from orthoplex.bases.request import SampleSpec
from orthoplex.bases.zimage.base import ZBase, load_zimage
from orthoplex.bases.zimage.conversion import LEVEL, closed_form
from orthoplex.bases.zimage.foreign import lora_target
from orthoplex.bases.zimage.parts import picture_rows
from orthoplex.bases.zimage.reading import tokens_of
from orthoplex.cli import main


@pytest.fixture
def base(zimage_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ZBase:
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    description = add_base(str(zimage_folder), "my-z", "My Z")
    return load_zimage(zimage_folder, description, torch.device("cpu"), torch.float32)


def lora_file(base: ZBase, path: Path) -> Path:
    generator = torch.Generator().manual_seed(5)
    tensors = {}
    for name in dict.fromkeys([*base.layout.entries, *base.layout.layers]):
        out, inputs = base.model.get_submodule(name).weight.shape
        tensors[f"diffusion_model.{name}.lora_A.weight"] = torch.randn(3, inputs, generator=generator)
        tensors[f"diffusion_model.{name}.lora_B.weight"] = 0.2 * torch.randn(out, 3, generator=generator)
    save_file(tensors, path, {"modelspec.trigger_phrase": "bob dog"})
    return path


def outputs_at(base: ZBase, prompt: str, word: str, name: str) -> Tensor:
    """What a layer gives the word's row of an ordinary prompt, at the level of the closed form."""
    spec = spec_of(base, 1)
    reading = base.read(SampleSpec(prompt.format(word), 0, spec.width, spec.height), [], 0)
    row = tokens_of(base.tokenizer, prompt.format("<c>"), {"<c>": word}).mentions["<c>"][0]
    row += picture_rows((spec.height // base.latent_px, spec.width // base.latent_px))
    seen: list[Any] = []
    handle = base.model.get_submodule(name).register_forward_hook(lambda _m, _i, y: seen.append(y[0, row].clone()))
    with torch.no_grad():
        base.predict(base.noise(0, spec.canvas)[None], torch.tensor([LEVEL]), base.encode([reading]))
    handle.remove()
    return seen[0]


def test_entries_in_closed_form_make_the_class_words_keys_and_values_the_loras(base: ZBase, tmp_path: Path) -> None:
    target = lora_target(base)
    lora = read_foreign(lora_file(base, tmp_path / "rex.safetensors"), target)
    conversion = Conversion(lora, 0.5, "bob dog", "dog", target)
    entries = closed_form(base, conversion)
    assert set(entries) == set(base.layout.entries)
    for name in list(entries)[::3]:
        plain = torch.stack([outputs_at(base, text, "dog", name) for text in TEMPLATES]).mean(dim=0)
        with conversion.attached():
            theirs = torch.stack([outputs_at(base, text, "bob dog", name) for text in TEMPLATES]).mean(dim=0)
        torch.testing.assert_close(plain + entries[name][0], theirs, atol=1e-4, rtol=1e-3)
        assert torch.equal(entries[name][0], entries[name][3])
        assert float(entries[name].abs().max()) > 1e-2


def test_a_lora_is_distilled_into_an_adapter_and_what_survived_is_said(
    base: ZBase, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PICTURES": 2, "LEVELS": 2, "MEASURED_STEPS": 2}.items():
        monkeypatch.setattr(f"orthoplex.converting.{name}", value)
    file, out = lora_file(base, tmp_path / "rex.safetensors"), tmp_path / "out.safetensors"
    words = ["convert", str(file), "--base", "my-z", "--class-word", "dog", "--trigger", "<rex>", "--slot", "3"]
    words += ["--steps", "12", "--sample-steps", "1", "--out", str(out), "--device", "cpu", "--json"]
    assert main([*words, "--share-min", "0.999"]) == 2
    assert "of its effect survived" in capsys.readouterr().err
    assert not out.exists()
    assert main([*words, "--share-min", "0", "--yes"]) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert said[0]["words"] == "bob dog"
    assert main(["inspect", str(out), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out.splitlines()[0])
    assert facts["training"]["share"] == round(said[-1]["share"], 4)
    drawn = ["generate", "a <rex>", "--base", "my-z", "--adapter", str(out), "--steps", "1", "--size", "64x64"]
    assert main([*drawn, "--device", "cpu", "--out", str(tmp_path / "pictures")]) == 0
