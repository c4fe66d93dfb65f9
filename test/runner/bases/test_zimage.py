"""Z-Image: equal to diffusers without adapters, gates and entries by token index, samplers, registration."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from jsonschema import Draft202012Validator

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from diffusers import ZImagePipeline

from orthoplex.bases import load_base
from orthoplex.bases.options import LoadOptions
from orthoplex.bases.registry import add_base
from orthoplex.bases.request import PromptRefused, Region, SampleSpec
from orthoplex.bases.zimage.base import ZBase, load_zimage
from orthoplex.bases.zimage.describe import describe
from orthoplex.bases.zimage.memory import training_memory
from orthoplex.bases.zimage.parts import picture_rows
from orthoplex.bases.zimage.reading import tokens_of
from orthoplex.bases.zimage.schedule import SAMPLERS
from orthoplex.ortho.adapter import write_adapter
from orthoplex.sample import AttachedAdapter, sample
from orthoplex.sample.sampler import denoise
from orthoplex.train.concept import TrainSpec, train_concept

from .conftest import random_adapter
from .test_sd_training import ITEMS, really_kept

ROOT = Path(__file__).resolve().parents[3]
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def base(zimage_folder: Path) -> ZBase:
    return load_zimage(zimage_folder, describe(zimage_folder, "tiny-zimage", "Tiny Z"), CPU, torch.float32)


@pytest.mark.parametrize("guidance", [1.0, 4.0])
def test_without_adapters_it_draws_what_an_unmodified_pipeline_draws(
    base: ZBase, zimage_folder: Path, guidance: float
) -> None:
    spec = SampleSpec("a sad dog", 3, 128, 64, steps=4, guidance=guidance, negative_prompt="smiling")
    pipeline: Any = ZImagePipeline.from_pretrained(zimage_folder, low_cpu_mem_usage=False)
    pipeline.set_progress_bar_config(disable=True)
    theirs = pipeline(
        spec.prompt, height=64, width=128, num_inference_steps=4, guidance_scale=guidance - 1,  # theirs is 0 for none
        negative_prompt="smiling", latents=base.noise(3, spec.canvas)[None],
    ).images[0]  # fmt: skip
    (ours,) = sample(base, spec).images
    assert np.abs(np.asarray(ours).astype(int) - np.asarray(theirs).astype(int)).max() <= 1


def test_the_encoder_reads_the_class_word_where_the_trigger_stands(base: ZBase) -> None:
    tokens = tokens_of(base.tokenizer, " a <Ada> smiling in a <ada>", {"<ada>": "person"})
    assert tokens.ids == tokens_of(base.tokenizer, "a person smiling in a person", {}).ids
    assert [base.tokenizer.decode([tokens.ids[row]]).strip() for row in tokens.mentions["<ada>"]] == ["person"] * 2


@pytest.mark.parametrize("prompt", ["a (dog:1.2)", "(<ada>: .8) in a park", "((sad dog:1.3), smiling)"])
def test_weights_of_words_are_refused_by_name(base: ZBase, prompt: str) -> None:
    for words in ({"prompt": prompt}, {"prompt": "a dog", "negative_prompt": prompt}):
        with pytest.raises(PromptRefused, match=r"weighs words, which tiny-zimage cannot"):
            base.read(SampleSpec(**{"seed": 0, "width": 64, "height": 64, **words}), [], 0)


@pytest.mark.parametrize(
    ("prompt", "read"), [("(dog) 16:9 (at 10:30)", None), (r"a dog \(sad: 3\)", "a dog (sad: 3)"), ("[dog:1.2]", None)]
)
def test_other_brackets_are_text(base: ZBase, prompt: str, read: str | None) -> None:
    assert base.read(SampleSpec(prompt, 0, 64, 64), [], 0).prompt == (read or prompt)


def test_a_weight_could_change_nothing_for_all_vectors_of_words_are_brought_to_one_length(base: ZBase) -> None:
    spec = SampleSpec("a dog smiling", 1, 64, 64)
    context, x = base.encode([base.read(spec, [], 1)]), base.noise(1, spec.canvas)[None]
    one, other = (  # as loud as a trained encoder's, for which what the norm adds to a square (1e-5) is nothing
        base.predict(x, torch.tensor([500.0]), replace(context, states=(context.states[0] * loud,)))
        for loud in (100, 150)
    )
    torch.testing.assert_close(other, one, atol=1e-4, rtol=1e-4)


def test_gates_are_the_share_of_attention_to_words_and_0_outside_the_picture(base: ZBase) -> None:
    ada = AttachedAdapter(random_adapter(base, 0, "<ada>"), "<ada>", 1.0)
    spec = SampleSpec("a <ada>", 0, 64, 64, steps=1)
    context = base.encode([base.read(spec, [ada], 0)])
    x = base.noise(0, spec.canvas)[None]
    with base.attached(context) as attachment, torch.no_grad():
        base.predict(x, torch.tensor([500.0]), context)
        assert attachment is not None
        assert attachment.gates is not None
        gates = attachment.gates[0, :, 0]
    assert picture_rows((8, 8)) == 32  # 16 tokens and padding
    assert bool((gates[:16] > 0).all())
    assert bool((gates[16:] == 0).all())
    assert float(gates.max()) <= 1


def test_a_region_closes_the_gates_outside_it(base: ZBase) -> None:
    ada = AttachedAdapter(random_adapter(base, 0, "<ada>"), "<ada>", 1.0, Region(0.0, 0.0, 0.5, 1.0))
    spec = SampleSpec("a <ada>", 0, 64, 64, steps=1)
    context = base.encode([base.read(spec, [ada], 0)])
    with base.attached(context) as attachment, torch.no_grad():
        base.predict(base.noise(0, spec.canvas)[None], torch.tensor([500.0]), context)
        assert attachment is not None
        assert attachment.gates is not None
        gates = attachment.gates[0, :16, 0].reshape(4, 4)
    assert bool((gates[:, :2] > 0).all())
    assert bool((gates[:, 2:] == 0).all())


@pytest.mark.parametrize("sampler", list(SAMPLERS))
def test_every_sampler_gives_a_seed_the_same_picture_whoever_shares_its_batch(base: ZBase, sampler: str) -> None:
    spec = SampleSpec("a dog", 5, 64, 64, steps=3, count=2, sampler=sampler)
    both = sample(base, spec).images
    alone = sample(base, SampleSpec("a dog", 6, 64, 64, steps=3, sampler=sampler)).images[0]
    assert np.abs(np.asarray(both[1]).astype(int) - np.asarray(alone).astype(int)).max() <= 1
    assert np.asarray(both[0]).std() > 0


def test_checkpointed_blocks_give_the_same_adapter_bit_for_bit(base: ZBase, zimage_folder: Path) -> None:
    spec = TrainSpec("ada", "person", "<ada>", slot=5, steps=3, batch=2, sample_every=100, sample_steps=1, up_rate=0.5)
    options = LoadOptions(dtype=torch.float32, checkpoint_gradients=True)
    other = load_zimage(zimage_folder, base.description, CPU, options)
    plain, checkpointed = (
        write_adapter(train_concept(each, spec, ITEMS).adapter, base.layout) for each in (base, other)
    )
    assert plain == checkpointed


def test_the_estimate_of_memory_counts_what_a_real_step_keeps(base: ZBase, zimage_folder: Path) -> None:
    words = len(base.pictures(ITEMS[2:3], "person").prompts[0].ids)
    size: dict[str, Any] = {"size": (128, 128), "dtype": torch.float32, "words": words}
    parts = (base.model, base.text_encoder, base.vae)
    for batch in (1, 4):
        plain, checkpointed = (
            training_memory(zimage_folder, base.description, batch=batch, checkpointed=each, **size)
            for each in (False, True)
        )
        assert 0.85 <= plain.kept / really_kept(base, batch) <= 1.2, batch
        assert plain.loaded == sum(p.numel() * 4 for part in parts for p in part.parameters())
        assert checkpointed.kept < plain.kept * 0.7


def test_a_description_is_one_of_the_contract(base: ZBase) -> None:
    contract = json.loads((ROOT / "schema/contract/contract.json").read_text("utf-8"))
    assert list(Draft202012Validator({**contract, "$ref": "#/$defs/Base"}).iter_errors(base.description)) == []


def test_a_folder_is_added_and_loaded_by_its_class(
    zimage_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path))
    assert add_base(str(zimage_folder), "my-z", "My Z")["family"] == "zimage"
    loaded = load_base("my-z")
    spec = SampleSpec("a dog", 0, 64, 64, steps=1)
    reading = loaded.read(spec, [], 0)
    assert denoise(loaded, [reading], spec.canvas, guidance=torch.tensor([1.0])).shape == (1, 16, 8, 8)
