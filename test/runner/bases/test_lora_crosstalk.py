"""How far LoRAs of other programs act on others' words: the equation, from inputs that are recorded apart from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from safetensors.torch import save_file
from torch import Tensor

from orthoplex.bases import AnyBase
from orthoplex.bases.foreign.reader import read_foreign
from orthoplex.bases.registry import add_base
from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.cli import main
from orthoplex.lora_crosstalk import PAIRS_MAX, Crosstalk, called_by, measured_crosstalk, worst
from orthoplex.loras import NamedLora, target_of
from orthoplex.ortho.adapter import write_adapter
from orthoplex.sample import sample

from .conftest import in_fp32, random_adapter

LAYER = {
    "sd": "mid_block.attentions.0.transformer_blocks.0.attn2.to_k",
    "zimage": "layers.1.attention.to_v",
}


@pytest.fixture(scope="module", params=["sd", "zimage"])
def base(request: pytest.FixtureRequest, bases: dict[str, Callable[[torch.dtype], AnyBase]]) -> AnyBase:
    return bases[request.param](torch.float32)


def layer_of(base: AnyBase) -> str:
    return LAYER[str(base.description["family"])]


def lora_file(base: AnyBase, path: Path, words: str, size: float = 1.0) -> Path:
    name = layer_of(base)
    out, inputs = base.model.get_submodule(name).weight.shape
    generator = torch.Generator().manual_seed(len(words))
    halves = {
        "down": torch.randn(2, inputs, generator=generator),
        "up": size * torch.randn(out, 2, generator=generator),
    }
    stem = f"lora_unet_{name.replace('.', '_')}"
    save_file({f"{stem}.lora_{half}.weight": each for half, each in halves.items()}, path,
              {"modelspec.trigger_phrase": words})  # fmt: skip
    return path


def named(base: AnyBase, path: Path, ref: str = "rex", **more: Any) -> NamedLora:
    return NamedLora(read_foreign(path, target_of(base)), more.pop("strength", 1.0), ref, "", **more)


@contextmanager
def recorded(base: AnyBase) -> Iterator[list[Tensor]]:
    """Inputs (rows, in) of the layer, one for each step."""
    seen: list[Tensor] = []
    layer = base.model.get_submodule(layer_of(base))
    handle = layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][0].detach().double()))
    yield seen
    handle.remove()


def test_a_share_is_what_is_added_to_the_members_prompt_by_what_is_added_to_its_own(
    base: AnyBase, tmp_path: Path
) -> None:
    rex = named(base, lora_file(base, tmp_path / "rex.safetensors", "bob dog"))
    ada = AttachedAdapter(random_adapter(base, 0, "<ada>"), "<ada>", 1.0)
    before = {name: each.clone() for name, each in base.model.state_dict().items()}
    (found,) = measured_crosstalk(base, [rex], [("ada.safetensors", ada)])
    assert all(torch.equal(each, before[name]) for name, each in base.model.state_dict().items())
    ((_, change),) = rex.lora.layers.items()
    energy = []
    width, height = base.training.sample_size
    for prompt, members in (("a photo of bob dog", []), ("a photo of <ada>", [ada])):
        with recorded(base) as inputs:
            sample(base, SampleSpec(prompt, 0, width, height, steps=2, guidance=1.0), members)
        assert len(inputs) == 2
        energy.append(sum(float((x @ change.matrix().T).square().sum(1).mean()) for x in inputs))
    assert found.share == pytest.approx((energy[1] / energy[0]) ** 0.5, rel=1e-4)
    assert found.share is not None
    assert 0.01 < found.share != pytest.approx(1, abs=1e-3)
    half = named(base, tmp_path / "rex.safetensors", strength=0.5)
    assert measured_crosstalk(base, [half], [("ada.safetensors", ada)]) == [found]


def test_one_that_adds_nothing_has_no_share_and_a_gated_one_says_so(base: AnyBase, tmp_path: Path) -> None:
    nothing = named(base, lora_file(base, tmp_path / "none.safetensors", "bob dog", 0.0), "none")
    gated = named(base, lora_file(base, tmp_path / "rex.safetensors", "x"), trigger="<rex>", words="sad (dog:9) {a|b}")
    assert called_by(gated) == "sad  dog:9   a b"
    first, second = measured_crosstalk(base, [nothing, gated], [])
    assert first.share is None
    assert "nothing at all" in first.text
    assert second.gated
    assert "times its gate (measured on one prompt each, not exact)" in second.text
    assert worst([first, second]) == [second]
    assert worst([Crosstalk("a", "b", 0.2, gated=False), Crosstalk("a", "c", 0.5, gated=False)])[0].member == "c"


def test_pairs_are_bounded(base: AnyBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orthoplex.lora_crosstalk._response", lambda *_: 1.0)
    rex = named(base, lora_file(base, tmp_path / "rex.safetensors", "bob dog"))
    loras = [NamedLora(rex.lora, 1.0, f"rex-{number}", "") for number in range(16)]
    assert len(measured_crosstalk(base, loras, [])) == PAIRS_MAX


def test_inspect_and_generate_say_what_was_measured(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    in_fp32(monkeypatch)
    add_base(str(request.getfixturevalue("sd_folder")), "tiny-sd", "Tiny SD")
    base = request.getfixturevalue("bases")["sd"](torch.float32)
    rex, ada = lora_file(base, tmp_path / "rex.safetensors", "bob dog"), tmp_path / "ada.safetensors"
    ada.write_bytes(write_adapter(random_adapter(base, 0, "<ada>"), base.layout))
    assert main(["inspect", str(rex), str(ada), "--base", "tiny-sd", "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["lora"], said["member"], said["exact"], said["measured"]) == (str(rex), str(ada), False, True)
    order = ["generate", "a <ada>", "--base", "tiny-sd", "--lora", str(rex), "--adapter", str(ada), "--steps", "1"]
    assert main([*order, "--size", "64x64", "--out", str(tmp_path / "out"), "--json"]) == 0
    note = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert note["crosstalk"]["share"] == said["share"]
