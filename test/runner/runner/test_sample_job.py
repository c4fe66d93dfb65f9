"""The sample job on a real base through a real loop: pictures with recipes, neighbours that do not disturb."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from edge_contract import Job, new_id
from edge_double import EdgeDouble
from PIL import Image
from scripts_of_jobs import sample_job
from serving import Serving
from tiny_base import adapter_file, tiny_bases

from orthoplex.runner.bases import LoadedBases
from orthoplex.runner.jobs.sample import SampleJob

Serve = Callable[..., Serving]


def member(edge: EdgeDouble, slot: int, trigger: str, **changes: Any) -> dict[str, Any]:
    """A member of a composition whose file the edge has."""
    name = edge.add_blob(f"adapter-{slot}.safetensors", adapter_file(slot, trigger))
    entry = {
        "version_id": new_id("ver"),
        "ref": f"ada/{trigger.strip('<>')}:1",
        "trigger": trigger,
        "strength": 0.6,
        "slot": slot,
        "input": name,
        "region": None,
    }
    return {**entry, **changes}


def with_members(job: Job, *members: dict[str, Any]) -> Job:
    job.spec["adapters"] = list(members)
    job.inputs = [each["input"] for each in members]
    return job


def images_of(job: Job) -> list[Image.Image]:
    assert job.status == "succeeded", job.settled
    return [Image.open(io.BytesIO(content)) for _, content in sorted(job.uploads.items())]


def pixels_of(job: Job) -> list[bytes]:
    return [image.convert("RGB").tobytes() for image in images_of(job)]


@pytest.fixture
def draw(edge: EdgeDouble, serve: Serve) -> Callable[..., list[Job]]:
    """Run jobs to their end; `pictures_max` is what the device can draw at once."""

    def run(*jobs: Job, pictures_max: int = 16) -> list[Job]:
        for job in jobs:
            edge.enqueue(job)
        serve(SampleJob(tiny_bases(), pictures_max), max_batch=len(jobs))
        edge.until(lambda: all(job.settled is not None for job in jobs))
        return list(jobs)

    return run


def test_each_picture_of_a_job_is_uploaded_with_its_seed_and_recipe(
    edge: EdgeDouble, draw: Callable[..., list[Job]]
) -> None:
    region = {"x": 0.0, "y": 0.0, "width": 0.5, "height": 1.0}
    ada = member(edge, 3, "<ada>", region=region)
    (job,) = draw(with_members(sample_job(prompt="<ada> smiling", width=512, count=2), ada))
    assert job.settled is not None
    assert [output["meta"]["seed"] for output in job.settled["outputs"]] == [7, 8]
    assert all((image.width, image.height) == (512, 256) for image in images_of(job))
    recipe = json.loads(images_of(job)[1].text["orthoplex"])  # type: ignore[attr-defined]
    assert recipe == job.settled["outputs"][1]["meta"]["recipe"]
    assert (recipe["seed"], recipe["size"], recipe["adapters"][0]["region"]) == (8, "512x256", region)
    assert recipe["adapters"][0]["slot"] == 3


def test_the_same_job_gives_the_same_bytes_in_any_batch(edge: EdgeDouble, draw: Callable[..., list[Job]]) -> None:
    ada, bob = member(edge, 3, "<ada>"), member(edge, 4, "<bob>")
    (alone,) = draw(with_members(sample_job(prompt="<ada>"), ada))
    together, _ = draw(
        with_members(sample_job(prompt="<ada>"), ada), with_members(sample_job(prompt="<bob> sad", seed=1), bob)
    )
    assert close(pixels_of(alone), pixels_of(together))


def test_a_job_larger_than_a_device_batch_gives_the_same_pictures(
    draw: Callable[..., list[Job]],
) -> None:
    (whole,) = draw(sample_job(count=3))
    (cut,) = draw(sample_job(count=3), pictures_max=2)
    assert len(pixels_of(cut)) == 3
    assert close(pixels_of(whole), pixels_of(cut))


def close(first: list[bytes], second: list[bytes]) -> bool:
    """Equal up to one step of a colour: another batch size may sum in another order."""
    pairs = zip(first, second, strict=True)
    return all(abs(a - b) <= 1 for left, right in pairs for a, b in zip(left, right, strict=True))


def test_the_seconds_of_a_job_exclude_the_delivery_of_other_jobs(
    draw: Callable[..., list[Job]],
) -> None:
    first, second = (job.settled for job in draw(sample_job(), sample_job(seed=1)))
    assert first is not None
    assert second is not None
    assert first["metrics"]["sample_seconds"] == second["metrics"]["sample_seconds"] > 0


def test_a_prompt_that_does_not_fit_fails_its_job_alone(draw: Callable[..., list[Job]]) -> None:
    good, crowded, other = draw(
        sample_job(), sample_job(prompt="a person on the left; a person on the right"), sample_job(seed=2)
    )
    assert (good.status, crowded.status, other.status) == ("succeeded", "failed", "succeeded")
    assert crowded.settled is not None
    assert crowded.settled["error"]["code"] == "prompt_invalid"
    assert crowded.settled["error"]["retryable"] is False


def test_a_picture_is_enlarged_to_the_requested_size_and_its_recipe_states_it(draw: Callable[..., list[Job]]) -> None:
    plain, large = draw(sample_job(), sample_job(enlarge_to={"width": 384, "height": 512}))
    (small,), (image,) = images_of(plain), images_of(large)
    assert (small.size, image.size) == ((256, 256), (384, 512))
    assert large.settled is not None
    assert large.settled["warnings"] == ["cast-3 draws no 384x512: drawn at 256x256 and enlarged"]
    meta = large.settled["outputs"][0]["meta"]
    assert (meta["width"], meta["height"]) == (384, 512)
    assert (meta["recipe"]["size"], meta["recipe"]["enlarged_to"]) == ("256x256", "384x512")
    assert "Hires resize: 384x512, Hires upscaler: Lanczos" in image.text["parameters"]  # type: ignore[attr-defined]
    # As large as fits, at the bottom; above it the first row fades into its median colour, without a seam.
    pixels = np.asarray(image.convert("RGB")).astype(int)
    assert (pixels[:100] == np.round(np.median(pixels[128], axis=0))).all()
    assert np.abs(pixels[127] - pixels[128]).max() <= 16
    assert (pixels[128:] == np.asarray(small.convert("RGB").resize((384, 384), Image.Resampling.LANCZOS))).all()


def test_two_adapters_of_one_trigger_fail_their_job(edge: EdgeDouble, draw: Callable[..., list[Job]]) -> None:
    job = with_members(sample_job(prompt="<ada> smiling"), member(edge, 3, "<ada>"), member(edge, 4, "<ada>"))
    (twice,) = draw(job)
    assert twice.settled is not None
    assert twice.settled["error"]["code"] == "input_invalid"
    assert "both answer to <ada>" in twice.settled["error"]["message"]


def test_unknown_words_are_returned_as_warnings(draw: Callable[..., list[Job]]) -> None:
    (job,) = draw(sample_job(prompt="a smiling person with a flugelhorn"))
    assert job.settled is not None
    assert any("flugelhorn" in warning for warning in job.settled["warnings"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no bytes"),
        (adapter_file(3, "<ada>")[:-7], "need"),
        (b"\x80\x04not a tensor", "pickle"),
        (adapter_file(4, "<ada>"), "slot 4"),
    ],
)
def test_an_invalid_adapter_file_fails_its_job_and_names_the_adapter(
    edge: EdgeDouble, draw: Callable[..., list[Job]], content: bytes, says: str
) -> None:
    bad = member(edge, 3, "<ada>")
    edge.add_blob(bad["input"], content)
    broken, fine = draw(with_members(sample_job(prompt="<ada>"), bad), sample_job())
    assert fine.status == "succeeded"
    assert broken.settled is not None
    assert broken.settled["error"]["code"] == "input_invalid"
    assert broken.settled["error"]["message"].startswith("ada/ada:1: ")
    assert says in broken.settled["error"]["message"]


def test_an_adapter_is_fetched_once_and_then_read_from_disk(edge: EdgeDouble, draw: Callable[..., list[Job]]) -> None:
    ada = member(edge, 3, "<ada>")
    draw(with_members(sample_job(prompt="<ada>"), ada))
    draw(with_members(sample_job(prompt="<ada> sad"), ada))
    assert edge.count("/download") == 1


def test_only_the_first_job_of_a_batch_is_sent_previews(edge: EdgeDouble, draw: Callable[..., list[Job]]) -> None:
    # long enough that a heartbeat falls into it: the tiny base takes a millisecond or two a step
    first, second = draw(sample_job(steps=100), sample_job(steps=100, seed=9))
    assert any("preview" in beat for beat in first.beats)
    assert not any("preview" in beat for beat in second.beats)
    assert edge.count("heartbeat") > 0


def test_a_job_of_a_missing_base_is_left_to_another_runner(
    edge: EdgeDouble, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path))
    job = edge.enqueue(sample_job())
    serve(SampleJob(LoadedBases("cpu"), 4))
    edge.until(lambda: job.settled is not None)
    assert job.settled is not None
    assert job.settled["error"]["code"] == "base_missing"
    assert job.settled["error"]["retryable"] is True


def test_a_certificate_job_settles_with_its_result(edge: EdgeDouble, draw: Callable[..., list[Job]]) -> None:
    plain, asked = draw(
        with_members(sample_job(prompt="<ada>"), member(edge, 3, "<ada>")),
        with_members(sample_job(prompt="<ada>", certify=True), member(edge, 3, "<ada>")),
    )
    assert plain.settled is not None
    assert asked.settled is not None
    assert "certificate" not in plain.settled
    certificate = asked.settled["certificate"]
    assert certificate["unchanged"] is True
    assert len(set(certificate["without"])) == 3
    assert certificate["with"] == certificate["without"]
