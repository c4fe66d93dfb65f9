"""What a run reports and how it learns that it must end."""

import base64
import io
import random
import threading

import pytest
from edge_contract import LIMITS, new_id
from PIL import Image
from scripts_of_jobs import picture, sample_spec

from orthoplex.runner.run import Run, RunEnded, encode_preview
from orthoplex.runner.wire import parse_lease


def lease() -> dict[str, object]:
    ids = {"lease_id": new_id("lse"), "run_id": new_id("run"), "job_id": new_id("job")}
    return {**ids, "attempt": 1, "kind": "sample", "base": "cast-3", "inputs": [], "spec": sample_spec()}


def test_a_preview_fits_the_contract_even_if_the_picture_is_pure_noise() -> None:
    side = 1024
    noise = Image.frombytes("RGB", (side, side), random.Random(1).randbytes(3 * side * side))
    encoded = encode_preview(noise)
    assert encoded is not None
    content = base64.b64decode(encoded)
    assert len(content) <= LIMITS["PREVIEW_FRAME_MAX_BYTES"]
    assert Image.open(io.BytesIO(content)).format == "PNG"


def test_a_preview_frame_is_made_only_when_one_is_due() -> None:
    now = [0.0]
    drawn: list[float] = []

    def draw() -> Image.Image:
        drawn.append(now[0])
        return picture()

    run = Run(parse_lease(lease()), frame_seconds=1.0, monotonic=lambda: now[0])
    for now[0] in (0.0, 0.5, 0.9, 1.1, 1.2):
        run.report(1, 9, "drawing", draw)
    assert drawn == [0.0, 1.1]


def test_a_preview_frame_that_was_not_sent_is_kept_for_the_next_heartbeat() -> None:
    run = Run(parse_lease(lease()), frame_seconds=100.0)
    run.report(1, 9, "drawing", picture)
    run.report(2, 9, "drawing", picture)
    report = run.take_report()
    assert report is not None
    assert (report.step, report.preview is not None) == (2, True)
    assert run.take_report() is None


def test_a_lost_lease_overrides_every_other_end() -> None:
    run = Run(parse_lease(lease()))
    run.end("canceled")
    run.end("lost")
    run.end("canceled")
    assert run.ending == "lost"
    with pytest.raises(RunEnded):
        run.check()


def test_a_stopping_runner_ends_all_its_runs() -> None:
    stop = threading.Event()
    run = Run(parse_lease(lease()), stop=stop)
    assert run.report(1, 9, "drawing")
    stop.set()
    assert not run.report(2, 9, "drawing")
    assert run.ending == "stopping"
