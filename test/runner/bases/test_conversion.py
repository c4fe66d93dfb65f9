"""Foreign LoRAs made ours: gated by their trigger's attention, or distilled into an exact adapter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from orthoplex.bases.foreign.conversion import TEMPLATES, Conversion
from orthoplex.bases.foreign.gated import stand_in
from orthoplex.bases.foreign.reader import read_foreign
from orthoplex.bases.registry import add_base
from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.conversion import closed_form
from orthoplex.bases.sd.encoding import text_states
from orthoplex.bases.sd.foreign import lora_target, names_of
from orthoplex.bases.sd.foreign_gated import gated_lora, with_gated
from orthoplex.bases.sd.lora_files import lora_tensors
from orthoplex.bases.sd.reading import tokens_of
from orthoplex.cli import main
from orthoplex.sample.sampler import denoise

from .conftest import random_adapter

RANK = 3
SPEC = SampleSpec("<rex> in a park", 1, 128, 128, steps=2)


@pytest.fixture(params=["sd", "sdxl"])
def base(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SdBase:
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    folder: Path = request.getfixturevalue(f"{request.param}_folder")
    return load_sd(folder, add_base(str(folder), "my-base", "My base"), torch.device("cpu"), torch.float32)


def lora_file(base: SdBase, path: Path, *, entries: bool = True, residuals: bool = True) -> Path:
    generator = torch.Generator().manual_seed(5)
    shapes: dict[str, tuple[int, int]] = {}
    if residuals:
        shapes |= {name: (shape.out_features, shape.in_features) for name, shape in base.layout.layers.items()}
    if entries:
        shapes |= {name: (out, base.layout.tokens_shape[2]) for name, out in base.layout.entries.items()}
    layers = {
        name: (torch.randn(RANK, inputs, generator=generator), 0.2 * torch.randn(out, RANK, generator=generator))
        for name, (out, inputs) in shapes.items()
    }
    save_file(lora_tensors(layers, names_of(base), "kohya"), path, {"modelspec.trigger_phrase": "rexdog dog"})
    return path


def states(base: SdBase, spec: SampleSpec, members: list[AttachedAdapter]) -> Tensor:
    return denoise(base, [base.read(spec, members, spec.seed)], spec.canvas, guidance=torch.tensor([spec.guidance]))


def test_keys_and_values_convert_in_closed_form(base: SdBase, tmp_path: Path) -> None:
    target = lora_target(base)
    lora = read_foreign(lora_file(base, tmp_path / "rex.safetensors", residuals=False), target)
    # its words are the class word: B A x alone is left
    entries = closed_form(base, Conversion(lora, 0.5, "dog", "dog", target))
    prompts = [tokens_of(base.tokenizer, text.format("<c>"), {"<c>": "dog"}, base.words) for text in TEMPLATES]
    read, _ = text_states(base, prompts, base.words)
    rows = torch.stack([own[prompt.mentions["<c>"][0]] for own, prompt in zip(read, prompts, strict=True)])
    for name, entry in entries.items():
        change = lora.layers["unet", name].matrix().float()
        torch.testing.assert_close(entry[0], (0.5 * rows @ change.T).mean(dim=0), atol=1e-4, rtol=1e-3)
        assert torch.equal(entry[0], entry[3])


def test_a_gated_lora_acts_where_its_trigger_is_and_nowhere_without_it(base: SdBase, tmp_path: Path) -> None:
    lora = read_foreign(lora_file(base, tmp_path / "rex.safetensors"), lora_target(base))
    gated = gated_lora(lora, "<rex>", 1.0, base)
    assert gated.left_out == ()
    rex, ada = stand_in(gated, "dog"), AttachedAdapter(random_adapter(base, 0, "<ada>"), "<ada>", 1.0)
    other = with_gated(base, [gated])
    plain = states(base, SPEC, [])
    called = states(other, SPEC, [rex])
    assert float((called - plain).abs().max()) > 1e-3
    absent = SampleSpec("<ada> in a park", 1, 128, 128, steps=2)
    assert torch.equal(states(other, absent, [ada, rex]), states(base, absent, [ada]))
    assert torch.equal(states(base, SPEC, []), plain)  # nothing is left of it


def test_with_guidance_and_beside_an_adapter_the_gates_are_those_of_its_own_rows(base: SdBase, tmp_path: Path) -> None:
    """A LoRA of residuals alone: with the gates of the other member exchanged the picture would be another."""
    lora = read_foreign(lora_file(base, tmp_path / "rex.safetensors", entries=False), lora_target(base))
    ada = AttachedAdapter(random_adapter(base, 0, "<ada>"), "<ada>", 1.0)
    spec = SampleSpec("<ada> and <rex>", 1, 128, 128, steps=1, guidance=3.0)
    none = gated_lora(lora, "<rex>", 0.0, base)
    some = gated_lora(lora, "<rex>", 1.0, base)
    silent, loud = (states(with_gated(base, [each]), spec, [ada, stand_in(each, "dog")]) for each in (none, some))
    swapped = SampleSpec("<rex> and <ada>", 1, 128, 128, steps=1, guidance=3.0)
    loud_2 = states(with_gated(base, [some]), swapped, [stand_in(some, "dog"), ada])
    assert float((silent - loud).abs().max()) > 1e-4
    assert not torch.equal(loud, loud_2)


def test_a_lora_is_distilled_into_an_adapter_and_what_survived_is_said(
    base: SdBase, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orthoplex.converting.PICTURES", 2)
    monkeypatch.setattr("orthoplex.converting.LEVELS", 2)
    monkeypatch.setattr("orthoplex.converting.MEASURED_STEPS", 2)
    file, out = lora_file(base, tmp_path / "rex.safetensors"), tmp_path / "out.safetensors"
    words = ["convert", str(file), "--base", "my-base", "--class-word", "dog", "--trigger", "<rex>", "--slot", "3"]
    words += ["--steps", "2", "--sample-steps", "1", "--out", str(out), "--device", "cpu", "--json"]
    assert main([*words, "--share-min", "0.999"]) == 2
    assert "of its effect survived" in capsys.readouterr().err
    assert not out.exists()
    assert main([*words, "--share-min", "0.999", "--yes"]) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert said[0]["words"] == "rexdog dog"
    share = said[-1]["share"]
    assert share < 0.999
    assert main(["inspect", str(out), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out.splitlines()[0])
    assert facts["training"]["share"] == round(share, 4)
    assert len(facts["training"]["converted_from"]) == 64


def test_the_command_line_gates_a_lora_and_its_recipe_says_so(base: SdBase, tmp_path: Path) -> None:
    file = lora_file(base, tmp_path / "rex.safetensors")
    drawing = ["generate", "<rex> in a park", "--base", "my-base", "--steps", "1", "--device", "cpu", "--out"]
    assert main([*drawing, str(tmp_path), "--lora", f"{file}=0.5@<rex>"]) == 0
    with Image.open(tmp_path / "0.png") as drawn:
        recipe = json.loads(drawn.text["orthoplex"])  # type: ignore[attr-defined]
    (lora,) = recipe["loras"]
    assert (lora["trigger"], lora["words"], lora["strength"]) == ("<rex>", "rexdog dog", 0.5)
    assert recipe["exact"] is False
