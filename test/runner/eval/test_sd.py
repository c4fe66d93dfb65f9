"""The paper's table on a Stable Diffusion base: the network of sd-mini with random weights, two steps of training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.eval.__main__ import Log, main, measure_table
from orthoplex.eval.attributes import AttributeReader
from orthoplex.eval.cache import Cache
from orthoplex.eval.judging import Judge
from orthoplex.eval.renders import Character
from orthoplex.eval.report import Provenance, write_table
from orthoplex.eval.sd.lab import ED_LORA, OURS, SLOTS, SdLab, SdTrainer, prompt_of, training_pictures
from orthoplex.eval.sd.learner import ungated_layout, words_replaced
from orthoplex.eval.settings import SD_TINY
from orthoplex.sd_training.network import make_pipeline
from orthoplex.sd_training.train import export

WORDS = ("a", "person", "smiling", "sad", "neutral", "background", "sky", "mint")
# what a random base learns in two steps is seen at high rates alone
SETTINGS = replace(SD_TINY, seeds=(0,), prompts=1, draw_steps=1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> SdBase:
    folder = tmp_path_factory.mktemp("mini")
    export(make_pipeline(WORDS, folder / "words"), folder / "pipeline")
    description = describe(folder / "pipeline", "mini", "Mini")
    return load_sd(folder / "pipeline", description, torch.device("cpu"), torch.float32)


@pytest.fixture
def lab(base: SdBase, characters: list[Character], tmp_path: Path, judged_by: Callable[[Any], Judge]) -> SdLab:
    drawn = [replace(character, cell_px=128) for character in characters]
    cache = Cache(tmp_path)
    return SdLab(
        base=base, settings=SETTINGS, cache=cache, trainer=SdTrainer(base, SETTINGS, cache), judge=judged_by(drawn),
        characters={each.name: each for each in drawn},
    )  # fmt: skip


@pytest.fixture
def judged_by() -> Callable[[Any], Judge]:
    from .conftest import MiddleColour

    return lambda drawn: Judge(MiddleColour().eval(), AttributeReader().eval(), drawn)


def test_the_table_has_every_method_and_ours_merged_is_ours_alone(lab: SdLab, tmp_path: Path) -> None:
    results: dict[str, Any] = {
        "embedder": dict.fromkeys(
            ("people", "eer_same_style", "eer_any_style", "threshold", "false_accept_rate", "impostor_scores",
             "detected_renders"), 0,
        ),
        "attributes": dict.fromkeys(("expression", "background", "colour", "people", "glasses"), 0.0),
        "base": {"id": "mini", "cell_px": 128},
    }  # fmt: skip
    measure_table(lab, results, Log())
    rows = {row["method"]: row for row in results["main"]}
    assert list(rows) == [method.name for method in lab.lineup.methods]
    ours, merged = rows["entries + gated slots (ours)"], rows["ED-LoRA, FedAvg"]
    assert ours["merged"]["1.0"]["distance"]["mean"] == ours["single"]["distance"]["mean"]
    assert merged["merged"]["1.0"]["distance"]["mean"] != merged["single"]["distance"]["mean"]
    write_table(lab, results, Provenance("here", "now", "this", "mini", "w", 1.0), tmp_path / "page.md")
    text = (tmp_path / "page.md").read_text()
    assert "orthogonal slots" in text
    assert (tmp_path / "page" / "methods.webp").exists()


def test_slots_keep_their_rows_and_loras_train_both_factors(lab: SdLab) -> None:
    names = lab.names
    layout = ungated_layout(lab.base)
    one, two = (lab.trained(name, SLOTS) for name in names[:2])
    assert set(one.residuals) == set(layout.layers)
    for layer, each in one.residuals.items():
        down, other = each.down, two.residuals[layer].down
        assert down is not None
        assert other is not None
        assert float((down @ other.T).abs().max()) < 1e-5
        assert bool(each.up.any())
    lora = lab.trained(names[0], ED_LORA)
    assert bool((lora.tokens[0] != lora.tokens[1]).any())
    ours = lab.trained(names[0], OURS)
    assert set(ours.entries) == set(lab.base.layout.entries)
    assert set(ours.residuals) == set(lab.base.layout.layers)


def test_two_words_are_replaced_in_their_own_prompts_alone(base: SdBase) -> None:
    def read(text: str) -> torch.Tensor:
        ids: torch.Tensor = base.tokenizer([text], padding="max_length", max_length=77, return_tensors="pt").input_ids
        return ids

    own, other = read("a person person, smiling"), read("a person, sad")
    before = [base.text_encoder(ids).last_hidden_state for ids in (own, other)]
    with words_replaced(base, own, torch.tensor([[2, 3]]), torch.randn(2, before[0].shape[-1])):
        after = [base.text_encoder(ids).last_hidden_state for ids in (own, other)]
    assert not torch.equal(before[0][:, 2:], after[0][:, 2:])
    assert torch.equal(before[0][:, :2], after[0][:, :2])  # it reads from left to right
    assert torch.equal(before[1], after[1])
    assert torch.equal(base.text_encoder(own).last_hidden_state, before[0])


def test_a_character_is_not_trained_on_the_very_pictures_that_are_asked(characters: list[Character]) -> None:
    character = replace(characters[0], cell_px=128)
    trained = {caption for _, caption in training_pictures(character, 0)}
    asked = {prompt_of(character.trigger, ask) for ask in character.asks(len(character.pictures))}
    assert trained
    assert not trained & asked


def test_a_base_is_measured_in_the_sizes_of_its_family(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["eval", "--base", "cast-3", "--quick"])
    with pytest.raises(SystemExit):
        main()
    assert "on cast-3 the sizes are" in capsys.readouterr().err
