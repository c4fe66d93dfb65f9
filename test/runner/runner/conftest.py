"""The cast of the runner's tests: an edge double, and loops that talk to it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from edge_double import EdgeDouble
from serving import Serving

from orthoplex.runner.jobs import Job


@pytest.fixture
def edge() -> Iterator[EdgeDouble]:
    """An edge that listens."""
    double = EdgeDouble()
    yield double
    double.close()


@pytest.fixture
def serve(edge: EdgeDouble, tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    """Start loops with given jobs and settings; they end with the test."""
    started: list[Serving] = []

    def start(sample: Job, **settings: Any) -> Serving:
        started.append(Serving(edge, tmp_path, {"sample": sample, "train": sample}, **settings))
        return started[-1]

    yield start
    for serving in started:
        serving.end()
