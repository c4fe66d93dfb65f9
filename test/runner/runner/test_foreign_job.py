"""Sample jobs with LoRAs of other programs on a small Stable Diffusion: whole or gated, without effect on others."""

import copy
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from edge_contract import Job, new_id
from edge_double import EdgeDouble
from PIL import Image
from safetensors.torch import save
from scripts_of_jobs import sample_job
from serving import Serving

from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.bases.sd.foreign import names_of
from orthoplex.bases.sd.lora_files import lora_tensors
from orthoplex.runner.bases import LoadedBases
from orthoplex.runner.jobs.sample import SampleJob

BASES = Path(__file__).resolve().parents[1] / "bases"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> SdBase:
    sys.path.insert(0, str(BASES))
    try:
        from tiny_sd import save_tiny_sd
    finally:
        sys.path.pop(0)
    folder = save_tiny_sd(tmp_path_factory.mktemp("sd"))
    return load_sd(folder, describe(folder, "cast-3", "Tiny SD"), torch.device("cpu"), torch.float32)


def lora_file(base: SdBase, seed: int = 5) -> bytes:
    generator = torch.Generator().manual_seed(seed)
    shapes = {name: (shape.out_features, shape.in_features) for name, shape in base.layout.layers.items()}
    shapes |= {name: (out, base.layout.tokens_shape[2]) for name, out in base.layout.entries.items()}
    layers = {
        name: (torch.randn(3, inputs, generator=generator), 0.2 * torch.randn(out, 3, generator=generator))
        for name, (out, inputs) in shapes.items()
    }
    return bytes(save(lora_tensors(layers, names_of(base), "kohya")))


def member(edge: EdgeDouble, content: bytes, words: str | None) -> dict[str, Any]:
    name = edge.add_blob(f"{new_id('ver')}.safetensors", content)
    about = {"version_id": new_id("ver"), "ref": "ada/rex:1", "trigger": "<rex>", "strength": 0.8, "input": name}
    return {**about, "slot": None, "region": None, "foreign": {"words": words}}


def ordered(prompt: str, *members: dict[str, Any]) -> Job:
    job = sample_job(prompt=prompt, width=64, height=64, steps=2, sampler="Euler")
    job.spec["adapters"] = list(members)
    job.inputs = [each["input"] for each in members]
    return job


@pytest.fixture
def draw(edge: EdgeDouble, serve: Callable[..., Serving], base: SdBase) -> Callable[..., list[Job]]:
    def run(*jobs: Job) -> list[Job]:
        for job in jobs:
            edge.enqueue(job)
        loaded = LoadedBases("cpu", load=lambda _id, _device: copy.deepcopy(base), expect=lambda _id, _device: 0)
        serve(SampleJob(loaded, 16), max_batch=len(jobs))
        edge.until(lambda: all(job.settled is not None for job in jobs))
        return list(jobs)

    return run


def picture(job: Job) -> Image.Image:
    assert job.status == "succeeded", job.settled
    (content,) = job.uploads.values()
    return Image.open(io.BytesIO(content))


def pixels(job: Job) -> bytes:
    return picture(job).convert("RGB").tobytes()


def recipe(job: Job) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(picture(job).text["orthoplex"])  # type: ignore[attr-defined]
    return found


def test_a_whole_lora_changes_its_own_picture_and_no_other_of_its_batch(
    edge: EdgeDouble, draw: Callable[..., list[Job]], base: SdBase
) -> None:
    (plain,) = draw(ordered("a dog"))
    lora = member(edge, lora_file(base), None)
    before, changed, after, other = draw(
        ordered("a dog"),
        ordered("a dog", lora),
        ordered("a dog"),
        ordered("a dog", member(edge, lora_file(base, 6), None)),
    )
    assert pixels(before) == pixels(after) == pixels(plain)
    assert len({pixels(plain), pixels(changed), pixels(other)}) == 3
    found = recipe(changed)
    assert (found["adapters"], found["exact"]) == ([], False)
    (named,) = found["loras"]
    assert (named["ref"], named["version_id"], named["strength"]) == ("ada/rex:1", lora["version_id"], 0.8)
    assert "trigger" not in named
    assert changed.settled is not None
    assert "not exact" in changed.settled["warnings"][0]
    assert "loras" not in recipe(plain)


def test_a_gated_lora_acts_where_its_trigger_is_named(
    edge: EdgeDouble, draw: Callable[..., list[Job]], base: SdBase
) -> None:
    lora = member(edge, lora_file(base), "bob dog")
    plain, silent, called, words = draw(
        ordered("a dog"), ordered("a dog", lora), ordered("a <rex>", lora), ordered("a bob dog")
    )
    assert pixels(silent) == pixels(plain)
    assert pixels(called) not in (pixels(words), pixels(plain))
    (named,) = recipe(called)["loras"]
    assert (named["trigger"], named["words"]) == ("<rex>", "bob dog")


@pytest.mark.parametrize("content", [b"no tensors at all", "another base"])
def test_a_file_that_this_base_cannot_take_fails_its_job_for_good(
    edge: EdgeDouble, draw: Callable[..., list[Job]], content: bytes | str
) -> None:
    if isinstance(content, str):
        stem = "lora_unet_down_blocks_9_attentions_0_transformer_blocks_0_attn1_to_q"
        halves = {"down": torch.zeros(2, 32), "up": torch.zeros(32, 2)}
        content = save({f"{stem}.lora_{half}.weight": tensor for half, tensor in halves.items()})
    (job,) = draw(ordered("a dog", member(edge, content, None)))
    assert job.settled is not None
    error = job.settled["error"]
    assert (error["code"], error["retryable"]) == ("input_invalid", False)
    assert "ada/rex:1" in error["message"]
