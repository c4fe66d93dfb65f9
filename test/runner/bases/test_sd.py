"""Stable Diffusion 1.x: equal to diffusers without adapters, and what it makes of prompts, boxes, samplers, folders."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline
from jsonschema import Draft202012Validator
from PIL import Image

from orthoplex.bases.request import Region, SampleSpec
from orthoplex.bases.sd.attention import box_masks
from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.describe import describe, weights_sha256
from orthoplex.bases.sd.encoding import class_state
from orthoplex.bases.sd.parts import FolderRefused, load_parts
from orthoplex.bases.sd.reading import tokens_of
from orthoplex.bases.sd.schedule import SAMPLERS, SamplerUnknown
from orthoplex.sample import AttachedAdapter, sample

from .conftest import random_adapter

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def sd(sd_folder: Path) -> SdBase:
    return load_sd(sd_folder, describe(sd_folder, "tiny-sd", "Tiny SD"), torch.device("cpu"), torch.float32)


@pytest.mark.parametrize("guidance", [1.0, 5.0])
def test_without_adapters_the_picture_equals_that_of_an_unmodified_pipeline(
    sd: SdBase, sd_folder: Path, guidance: float
) -> None:
    spec = SampleSpec("a sad dog", 3, 64, 64, steps=4, guidance=guidance, negative_prompt="smiling")
    pipeline: Any = StableDiffusionPipeline.from_pretrained(sd_folder, safety_checker=None, low_cpu_mem_usage=False)
    pipeline.scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    theirs = pipeline(
        spec.prompt, height=64, width=64, num_inference_steps=4, guidance_scale=guidance, negative_prompt="smiling",
        latents=sd.noise(3, spec.canvas)[None],
    ).images[0]  # fmt: skip
    (ours,) = sample(sd, spec).images
    assert np.abs(np.asarray(ours).astype(int) - np.asarray(theirs).astype(int)).max() <= 1


@pytest.mark.parametrize("sampler", list(SAMPLERS))
def test_every_sampler_gives_a_seed_the_same_picture_in_any_batch(sd: SdBase, sampler: str) -> None:
    spec = SampleSpec("a dog", 5, 64, 64, steps=3, count=2, sampler=sampler)
    both = sample(sd, spec).images
    alone = sample(sd, SampleSpec("a dog", 6, 64, 64, steps=3, sampler=sampler)).images[0]
    assert np.abs(np.asarray(both[1]).astype(int) - np.asarray(alone).astype(int)).max() <= 1
    assert np.asarray(both[0]).std() > 0


def test_a_sampler_that_is_unknown_is_refused_by_name(sd: SdBase) -> None:
    with pytest.raises(SamplerUnknown, match="Known: Euler, Euler a,"):
        sample(sd, SampleSpec("a dog", 0, 64, 64, steps=1, sampler="Heun 9"))


def test_the_encoder_reads_the_class_word_where_the_trigger_stands(sd: SdBase) -> None:
    tokens = tokens_of(sd.tokenizer, "a <Ada> smiling in a park", {"<ada>": "person"}, 77)
    plain = tokens_of(sd.tokenizer, "a person smiling in a park", {}, 77)
    assert tokens.ids == plain.ids
    assert tokens.text == plain.text == "a person smiling in a park"
    (row,) = tokens.mentions["<ada>"]
    assert sd.tokenizer.decode([tokens.ids[row]]).strip() == "person"


def test_a_prompt_of_plain_words_is_tokenized_as_clip_does_it(sd: SdBase) -> None:
    text = "a smiling woman, sad dog 7 and of."
    theirs = sd.tokenizer(text, padding="max_length", max_length=77, truncation=True).input_ids
    assert list(tokens_of(sd.tokenizer, text, {}, 77).ids) == theirs


@settings(derandomize=True, database=None, deadline=None, max_examples=60)
@given(before=st.integers(0, 90), after=st.integers(0, 90))
def test_a_prompt_that_is_too_long_keeps_77_positions_and_reports_what_was_cut(
    sd: SdBase, before: int, after: int
) -> None:
    tokens = tokens_of(sd.tokenizer, f"{'dog ' * before}<ada> {'sad ' * after}", {"<ada>": "person"}, 77)
    assert len(tokens.ids) == 77
    assert (tokens.ids[0], tokens.ids[-1]) == (sd.tokenizer.bos_token_id, sd.tokenizer.eos_token_id)
    assert bool(tokens.cut) == (before + 1 + after > 75)
    assert ("<ada>" in tokens.mentions) == (before < 75)
    for row in tokens.mentions.get("<ada>", ()):
        assert sd.tokenizer.decode([tokens.ids[row]]).strip() == "person"


def test_sixteen_members_leave_all_positions_to_the_words_of_a_prompt(sd: SdBase) -> None:
    names = [f"<m{number}>" for number in range(16)]
    members = [AttachedAdapter(random_adapter(sd, 0, name), name, 1.0) for name in names]
    reading = sd.read(SampleSpec(" and ".join(names), 0, 64, 64), members, 0)
    context = sd.encode([reading])
    assert context.states[0].shape[1] == 77 + 16 * 3
    rows = torch.cat([member.positions.flatten() for member in context.members[0]])
    assert len(set(rows.tolist())) == 16 * 4


def test_a_concept_reads_one_vector_wherever_a_prompt_names_it_and_in_training(sd: SdBase) -> None:
    names = ("<ada>", "<bo>")
    members = [AttachedAdapter(random_adapter(sd, slot, name), name, 1.0) for slot, name in enumerate(names)]
    prompts = ("a <ada>", "a dog and a <bo>, sad, beside an <ada> and another <ada>", "a (<bo>:1.5)")
    context = sd.encode([sd.read(SampleSpec(prompt, 0, 64, 64), members, 0) for prompt in prompts])
    rows = [
        context.states[0][picture, row]
        for picture, called in enumerate(context.members)
        for member in called
        for row in member.positions.flatten()
    ]
    assert len(rows) == 4 * (1 + 3 + 1)  # tokens of every mention
    plain = class_state(sd, "person")
    assert all(torch.equal(row, plain) for row in rows[:-4])
    assert all(torch.equal(row, 1.5 * plain) for row in rows[-4:])
    trained = sd.pictures([(Image.new("RGB", (64, 64)), "a dog beside <ada>")], "person")
    batch = trained.batch(1, torch.Generator()).context
    own = batch.states[0][0, batch.conditions["concept_rows"][0]]
    assert torch.equal(own, plain.expand(4, -1))


@settings(derandomize=True, database=None, deadline=None, max_examples=60)
@given(
    x=st.floats(0, 0.9), y=st.floats(0, 0.9), width=st.floats(0.01, 1), height=st.floats(0.01, 1),
    level=st.sampled_from([(8, 8), (4, 8), (1, 1)]),
)  # fmt: skip
def test_a_box_covers_at_least_one_position(
    x: float, y: float, width: float, height: float, *, level: tuple[int, int]
) -> None:
    box = Region(x, y, min(width, 1 - x), min(height, 1 - y))
    seen = box_masks(torch.tensor([[[box.x, box.y, box.x + box.width, box.y + box.height], [0, 0, 1, 1]]]), *level)
    assert seen.shape == (1, level[0] * level[1], 2)
    assert bool(seen[0, :, 0].any())
    assert bool(seen[0, :, 1].all())


def test_a_folder_that_is_not_a_supported_pipeline_is_refused_with_the_reason(sd_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderRefused, match="no model_index"):
        load_parts(tmp_path, {}, torch.device("cpu"))
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": "FluxPipeline"}))
    with pytest.raises(FolderRefused, match="holds a FluxPipeline"):
        describe(tmp_path, "x", "X")
    shutil.copytree(sd_folder, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "vae")
    with pytest.raises(FolderRefused, match="lacks vae"):
        describe(tmp_path / "copy", "x", "X")


def test_a_description_names_its_weights_by_their_hash(sd_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(sd_folder, folder)
    assert weights_sha256(folder) == weights_sha256(sd_folder) == describe(folder, "x", "X")["weights_sha256"]
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")
    assert weights_sha256(folder) != weights_sha256(sd_folder)


def test_a_description_fits_the_contract(sd: SdBase) -> None:
    contract = json.loads((ROOT / "schema/contract/contract.json").read_text("utf-8"))
    schema = {**contract, "$ref": "#/$defs/Base"}
    assert list(Draft202012Validator(schema).iter_errors(sd.description)) == []
