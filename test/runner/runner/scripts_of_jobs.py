"""Jobs that a test steps through by hand, and the specs of the jobs that an edge would hand out."""

import io
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from edge_contract import Job, new_id
from PIL import Image

from orthoplex.runner.jobs import Result
from orthoplex.runner.run import Run, RunEnded
from orthoplex.runner.storage import OutputFile, Storage

STEPS = 3


def sample_spec(**changes: Any) -> dict[str, Any]:
    """A sample spec as it travels."""
    spec = {
        "prompt": "a smiling person",
        "negative_prompt": "",
        "seed": 7,
        "steps": STEPS,
        "guidance": 2.5,
        "width": 256,
        "height": 256,
        "count": 1,
        "adapters": [],
    }
    return {**spec, **changes}


def train_spec(**changes: Any) -> dict[str, Any]:
    """A train spec as it travels."""
    spec = {
        "adapter_id": new_id("adp"),
        "concept": "Ada",
        "class_word": "person",
        "trigger": "<ada>",
        "rank": 4,
        "slot": 3,
        "steps": STEPS,
        "seed": 1,
        "images": [],
        "sample_prompts": [],
        "resume_input": None,
    }
    return {**spec, **changes}


def sample_job(**changes: Any) -> Job:
    """A queued sample job."""
    return Job("sample", sample_spec(**changes))


def picture(side: int = 64) -> Image.Image:
    """A picture with something on it."""
    return Image.linear_gradient("L").resize((side, side)).convert("RGB")


def png_bytes(image: Image.Image) -> bytes:
    """The picture as a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


class HandStepped:
    """A job of STEPS steps whose steps wait for the test, unless it runs free.

    `entered` is set when the first step has been reported; `go` lets the steps through.
    """

    def __init__(self, *, free: bool = False, error: Exception | None = None) -> None:
        self.entered = threading.Event()
        self.go = threading.Event()
        if free:
            self.go.set()
        self.error = error
        self.ran: list[str] = []

    def __call__(self, runs: Sequence[Run], _storage: Storage) -> Iterator[tuple[Run, Result | Exception]]:
        for run in runs:
            yield run, self._work(run)

    def _work(self, run: Run) -> Result | Exception:
        self.ran.append(run.lease.job_id)
        for step in range(1, STEPS + 1):
            goes_on = run.report(step, STEPS, "drawing", lambda: picture(512))
            self.entered.set()
            if not goes_on:
                return RunEnded(str(run.ending))
            while not self.go.wait(0.01):
                if run.ending is not None:
                    return RunEnded(str(run.ending))
        if self.error is not None:
            return self.error
        image = OutputFile(
            "image-0.png",
            "image",
            "image/png",
            png_bytes(picture(256)),
            {"width": 256, "height": 256},
        )
        return Result([image], ["a warning"], {"sample_seconds": 0.1})
