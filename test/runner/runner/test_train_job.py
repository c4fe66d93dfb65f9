"""The train job on a real base through a real loop: an adapter comes out, and a stop loses little."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from edge_contract import Job
from edge_double import EdgeDouble
from PIL import Image
from scripts_of_jobs import picture, png_bytes, train_spec
from serving import Serving
from tiny_base import tiny_base, tiny_bases

from orthoplex.ortho.adapter import read_adapter
from orthoplex.runner.jobs.train import TrainJob

Serve = Callable[..., Serving]


def train_job(edge: EdgeDouble, pictures: list[bytes] | None = None, **changes: Any) -> Job:
    """A queued train job whose pictures the edge has."""
    contents = [png_bytes(picture(64 + n)) for n in range(4)] if pictures is None else pictures
    names = [edge.add_blob(f"picture-{n}", content) for n, content in enumerate(contents)]
    images = [{"input": name, "caption": ""} for name in names]
    return edge.enqueue(Job("train", train_spec(images=images, sample_prompts=["<ada>"], **changes), inputs=names))


def steps_reported(job: Job) -> list[int]:
    """The steps that heartbeats reported while it trained."""
    reported = [beat["progress"] for beat in job.beats if "progress" in beat]
    return [progress["step"] for progress in reported if progress["message"].startswith("training")]


def test_a_training_delivers_an_adapter_in_its_slot_and_sample_pictures(edge: EdgeDouble, serve: Serve) -> None:
    job = train_job(edge, steps=2)
    serve(TrainJob(tiny_bases()))
    edge.until(lambda: job.settled is not None)
    assert job.status == "succeeded", job.settled
    assert job.settled is not None
    assert [(output["role"], output["name"]) for output in job.settled["outputs"]] == [
        ("adapter", "adapter.safetensors"),
        ("sample", "sample-0.png"),
    ]
    adapter = read_adapter(job.uploads["adapter.safetensors"], tiny_base().layout, slot=3)
    assert (adapter.trigger, adapter.concept) == ("<ada>", "Ada")
    sample = Image.open(io.BytesIO(job.uploads["sample-0.png"]))
    assert "trainedAlgorithmicMedia" in sample.text["XML:com.adobe.xmp"]  # type: ignore[attr-defined]


def test_a_stopped_training_keeps_a_checkpoint_from_which_the_next_run_resumes(edge: EdgeDouble, serve: Serve) -> None:
    job = train_job(edge, steps=200)
    first = serve(TrainJob(tiny_bases()))
    edge.until(lambda: any(step >= 3 for step in steps_reported(job)))
    assert first.end() is None
    assert job.releases
    assert "checkpoint.safetensors" in job.kept
    reached = max(steps_reported(job))
    job.beats.clear()
    job.spec["resume_input"] = "checkpoint.safetensors"
    serve(TrainJob(tiny_bases()))
    edge.until(lambda: bool(steps_reported(job)))
    assert steps_reported(job)[0] > reached


def test_a_training_with_a_damaged_or_foreign_checkpoint_starts_from_the_beginning(
    edge: EdgeDouble, serve: Serve
) -> None:
    job = train_job(edge, steps=1)
    job.kept["checkpoint.safetensors"] = b"not a checkpoint"
    job.spec["resume_input"] = "checkpoint.safetensors"
    serve(TrainJob(tiny_bases()))
    edge.until(lambda: job.settled is not None)
    assert job.status == "succeeded", job.settled


def test_a_training_goes_on_from_the_version_that_the_job_carries(edge: EdgeDouble, serve: Serve) -> None:
    first = train_job(edge, steps=2)
    serve(TrainJob(tiny_bases()))
    edge.until(lambda: first.settled is not None)
    start = first.uploads["adapter.safetensors"]
    further = train_job(edge, steps=1)
    further.inputs.append(edge.add_blob("start.safetensors", start))
    edge.until(lambda: further.settled is not None)
    anew = train_job(edge, steps=1)
    edge.until(lambda: anew.settled is not None)
    assert (further.status, anew.status) == ("succeeded", "succeeded")
    layout = tiny_base().layout
    began = read_adapter(start, layout).up
    distances = [
        sum(float((up - began[name]).abs().sum()) for name, up in read_adapter(content, layout).up.items())
        for content in (further.uploads["adapter.safetensors"], anew.uploads["adapter.safetensors"])
    ]
    assert distances[0] < distances[1]


def test_a_training_does_not_go_on_from_a_file_of_another_slot(edge: EdgeDouble, serve: Serve) -> None:
    job = train_job(edge, steps=1)
    job.inputs.append(edge.add_blob("start.safetensors", b"not an adapter"))
    serve(TrainJob(tiny_bases()))
    edge.until(lambda: job.settled is not None)
    assert job.settled is not None
    assert job.settled["error"]["code"] == "input_invalid"


def test_a_canceled_training_ends_without_outputs(edge: EdgeDouble, serve: Serve) -> None:
    job = train_job(edge, steps=2000)
    serve(TrainJob(tiny_bases()))
    edge.until(lambda: bool(steps_reported(job)))
    job.cancel = True
    edge.until(lambda: job.settled is not None)
    assert job.settled == {"outcome": "canceled"}
    assert not job.uploads


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "no bytes"), (b"GIF89a" + b"\0" * 40, "PNG, JPEG or WebP"), (b"\x89PNG\r\n\x1a\n", "")]
)
def test_an_invalid_picture_fails_the_training_and_is_named(
    edge: EdgeDouble, serve: Serve, content: bytes, says: str
) -> None:
    good = png_bytes(picture())
    job = train_job(edge, [good, good, content, good])
    serve(TrainJob(tiny_bases()))
    edge.until(lambda: job.settled is not None)
    assert job.settled is not None
    error = job.settled["error"]
    assert (error["code"], error["retryable"]) == ("input_invalid", False)
    assert error["message"].startswith("Picture 3: ")
    assert says in error["message"]


def test_a_training_reports_its_certificate_and_its_self_check(edge: EdgeDouble, serve: Serve) -> None:
    job = train_job(edge, steps=2)
    for image, caption in zip(job.spec["images"], ("smiling, with glasses", "sad", "sad, no glasses", ""), strict=True):
        image["caption"] = caption
    serve(TrainJob(tiny_bases()))
    edge.until(lambda: job.settled is not None)
    assert job.settled is not None
    certificate, check = job.settled["certificate"], job.settled["self_check"]
    assert certificate["unchanged"] is True
    assert certificate["with"] == certificate["without"]
    assert len(set(certificate["without"])) == 3
    assert {each["name"]: each["drawn"] for each in check["expressions"]} == {"sad": 2, "smiling": 2}
    assert any("contradict each other about glasses" in warning for warning in job.settled["warnings"])
    assert any("samples drawn afterwards" in warning for warning in job.settled["warnings"])
