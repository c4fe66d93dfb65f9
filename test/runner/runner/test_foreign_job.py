"""Sample jobs with LoRAs of other programs on each family that takes them: whole or gated, without effect on others."""

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

from orthoplex.bases import AnyBase
from orthoplex.bases.sd.base import load_sd
from orthoplex.bases.sd.describe import describe as describe_sd
from orthoplex.bases.zimage.base import load_zimage
from orthoplex.bases.zimage.describe import describe as describe_zimage
from orthoplex.runner.bases import LoadedBases
from orthoplex.runner.jobs.sample import SampleJob

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module", params=["sd", "zimage"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AnyBase:
    sys.path.insert(0, str(TESTS))
    try:
        from bases.tiny_sd import save_tiny_sd
        from bases.tiny_zimage import save_tiny_zimage
    finally:
        sys.path.pop(0)
    folder, cpu = tmp_path_factory.mktemp(request.param), torch.device("cpu")
    if request.param == "sd":
        folder = save_tiny_sd(folder)
        return load_sd(folder, describe_sd(folder, "cast-3", "Tiny SD"), cpu, torch.float32)
    folder = save_tiny_zimage(folder)
    return load_zimage(folder, describe_zimage(folder, "cast-3", "Tiny Z-Image"), cpu, torch.float32)


def lora_file(base: AnyBase, seed: int = 5, scale: float = 1.0) -> bytes:
    """Of every layer that the base describes, in kohya's layout with diffusers' names."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name in dict.fromkeys([*base.layout.layers, *base.layout.entries]):
        out, inputs = base.model.get_submodule(name).weight.shape
        stem = f"lora_unet_{name.replace('.', '_')}"
        tensors[f"{stem}.lora_down.weight"] = scale * torch.randn(3, inputs, generator=generator)
        tensors[f"{stem}.lora_up.weight"] = 0.2 * torch.randn(out, 3, generator=generator)
    return bytes(save(tensors))


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
def draw(edge: EdgeDouble, serve: Callable[..., Serving], base: AnyBase) -> Callable[..., list[Job]]:
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
    edge: EdgeDouble, draw: Callable[..., list[Job]], base: AnyBase
) -> None:
    (plain,) = draw(ordered("a dog"))
    lora = member(edge, lora_file(base), None)
    second = {**member(edge, lora_file(base, 6), None), "ref": "bob/fido:2", "trigger": "<fido>"}
    before, changed, after, other, both = draw(
        ordered("a dog"),
        ordered("a dog", lora),
        ordered("a dog"),
        ordered("a dog", second),
        ordered("a dog", lora, second),
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
    # how far each acts on the other's words is measured, and said to be no more than that
    assert both.settled is not None
    one, two = both.settled["metrics"]["crosstalk"]
    assert [(each["lora"], each["member"]) for each in (one, two)] == [
        ("ada/rex:1", "bob/fido:2"), ("bob/fido:2", "ada/rex:1"),
    ]  # fmt: skip
    assert one["share"] == pytest.approx(1)  # neither file names a word of its own
    assert one["exact"] is False
    assert any("measured on one prompt each, not exact" in text for text in both.settled["warnings"])
    assert changed.settled["metrics"]["crosstalk"] == []


def test_a_gated_lora_acts_where_its_trigger_is_named(
    edge: EdgeDouble, draw: Callable[..., list[Job]], base: AnyBase
) -> None:
    lora = member(edge, lora_file(base), "bob dog")
    plain, silent, called, words = draw(
        ordered("a dog"), ordered("a dog", lora), ordered("a <rex>", lora), ordered("a bob dog")
    )
    assert pixels(silent) == pixels(plain)
    assert pixels(called) not in (pixels(words), pixels(plain))
    (named,) = recipe(called)["loras"]
    assert (named["trigger"], named["words"]) == ("<rex>", "bob dog")


@pytest.mark.parametrize("words", [None, "bob dog"])
def test_a_lora_beyond_all_numbers_fails_its_own_job_with_the_reason_in_place_of_a_black_picture(
    edge: EdgeDouble, draw: Callable[..., list[Job]], base: AnyBase, words: str | None
) -> None:
    lora = member(edge, lora_file(base, scale=1e30), words)  # each weight is finite, the picture is not
    before, broken, after = draw(ordered("a dog"), ordered("a <rex>", lora), ordered("a dog"))
    assert pixels(before) == pixels(after)
    assert broken.settled is not None
    error = broken.settled["error"]
    assert (error["code"], error["retryable"]) == ("input_invalid", False)
    assert "No picture comes out" in error["message"]


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
