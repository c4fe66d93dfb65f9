"""The cast of the runner's tests: an edge double, loops that talk to it, and the command line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from edge_double import EdgeDouble
from serving import Serving
from tiny_base import tiny_base

from orthoplex import local, local_training
from orthoplex.cli import main
from orthoplex.runner.jobs import Job

Command = Callable[..., int]


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


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line with the tiny base in place of the large one."""
    monkeypatch.setattr(local, "load_base", lambda _base, _device: tiny_base())
    monkeypatch.setattr(local_training, "load_base", lambda _base, _device: tiny_base())
    return lambda *arguments: main([str(argument) for argument in arguments])
