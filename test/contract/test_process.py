"""A real runner process at a real edge: it draws, takes up a new key, leaves when asked to, and stops without a key."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest


class Worker(Protocol):
    url: str

    def enqueue(self) -> str: ...

    def status(self, job_id: str) -> str: ...

    def drain(self, runner_id: str, wanted: bool = True) -> None: ...

    def is_listed(self, runner_id: str) -> bool: ...

    def keys(self, method: str, path: str = "", **body: Any) -> dict[str, Any]: ...


class Process:
    """`python -m orthoplex run` with a key of its own."""

    def __init__(self, worker: Worker, folder: Path) -> None:
        self._worker = worker
        self.key = worker.keys("POST", name="suite", scopes=["runner"])
        self.file = folder / "key"
        self.file.write_text(self.key["key"])
        self._log = folder / "log"
        env = {
            **os.environ,
            "ORTHOPLEX_URL": worker.url,
            "ORTHOPLEX_RUNNER_TOKEN_FILE": str(self.file),
            "ORTHOPLEX_CACHE_DIR": str(folder / "cache"),
            "ORTHOPLEX_DEVICE": "cpu",
        }
        env.pop("ORTHOPLEX_RUNNER_TOKEN", None)
        with self._log.open("w") as log:
            self.child = subprocess.Popen([sys.executable, "-m", "orthoplex", "run"], env=env, stderr=log)

    def log(self, event: str) -> list[dict[str, Any]]:
        """The lines logged of one event."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def until(self, condition: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait until it is so, while the process lives."""
        ends = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < ends, self._log.read_text()
            assert self.child.poll() is None, self._log.read_text()
            time.sleep(0.1)

    def registered(self) -> str:
        """The runner's id, as soon as the edge knows it."""
        self.until(lambda: self.log("registered"))
        return str(self.log("registered")[0]["runner_id"])

    def draws(self) -> None:
        """A job ordered now is done by it."""
        job = self._worker.enqueue()
        self.until(lambda: self._worker.status(job) == "succeeded")


@pytest.fixture
def process(worker: Worker, tmp_path: Path) -> Iterator[Process]:
    started = Process(worker, tmp_path)
    yield started
    if started.child.poll() is None:
        started.child.kill()
        started.child.wait()


def test_a_runner_continues_with_a_rotated_key_and_leaves_when_asked_to(worker: Worker, process: Process) -> None:
    runner_id = process.registered()
    process.draws()
    fresh = worker.keys("POST", f"/{process.key['id']}/rotate", overlap_hours=1)
    process.file.write_text(fresh["key"])
    worker.keys("DELETE", f"/{process.key['id']}")
    process.draws()
    assert len(process.log("key_replaced")) == 1
    job = worker.enqueue()
    process.until(lambda: worker.status(job) != "queued")
    worker.drain(runner_id)
    assert process.child.wait(60) == 0
    assert worker.status(job) == "succeeded"
    assert not worker.is_listed(runner_id)


def test_a_runner_whose_key_is_revoked_ends_with_2_and_says_why(worker: Worker, process: Process) -> None:
    process.registered()
    worker.keys("DELETE", f"/{process.key['id']}")
    assert process.child.wait(60) == 2
    (line,) = process.log("edge_refused")
    assert line["code"] == "key_invalid"
    assert str(process.file) in line["detail"]
