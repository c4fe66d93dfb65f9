"""The development runner: SIGHUP puts a new process with the present code in place of the old one."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from edge_double import TOKEN, EdgeDouble

ROOT = Path(__file__).parents[3]
START_SECONDS = 60.0
VERSION = 'version("orthoplex")'


class Reloading:
    """`python -m orthoplex.reload run` with a copy of the package, which the test may change."""

    def __init__(self, edge: EdgeDouble, folder: Path) -> None:
        package = ROOT / "gpu-runner" / "orthoplex"
        shutil.copytree(package, folder / "orthoplex", ignore=shutil.ignore_patterns("__pycache__"))
        self.service = folder / "orthoplex" / "runner" / "service.py"
        self.log = folder / "runner.log"
        env = {
            **os.environ,
            "PYTHONPATH": str(folder),
            "ORTHOPLEX_URL": edge.url,
            "ORTHOPLEX_RUNNER_TOKEN": TOKEN,
            "ORTHOPLEX_CACHE_DIR": str(folder / "cache"),
            "ORTHOPLEX_BASES": str(ROOT / "gpu-runner" / "bases"),
            "ORTHOPLEX_BASE_DESCRIPTIONS": str(ROOT / "schema" / "bases"),
        }
        command = [sys.executable, "-m", "orthoplex.reload", "run"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=folder, env=env, stderr=log, start_new_session=True)

    def change(self, old: str, new: str) -> None:
        """Change the service's code and ask for a reload."""
        self.service.write_text(self.service.read_text().replace(old, new))
        os.kill(self.process.pid, signal.SIGHUP)

    def events(self, name: str) -> list[dict[str, Any]]:
        """The log's events of this name."""
        lines = (line for line in self.log.read_text().splitlines() if line.startswith("{"))
        return [event for event in map(json.loads, lines) if event["event"] == name]

    def until(self, text: str, times: int = 1, seconds: float = START_SECONDS) -> None:
        """Wait until the log has this text so many times."""
        deadline = time.monotonic() + seconds
        while self.log.read_text().count(text) < times:
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def end(self) -> int:
        """SIGTERM to the whole group, as a terminal or the start script sends it; the exit code."""
        os.killpg(self.process.pid, signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture
def reloading(edge: EdgeDouble, tmp_path: Path) -> Iterator[Reloading]:
    """The parent and its children; none outlives the test."""
    started = Reloading(edge, tmp_path)
    yield started
    if started.process.poll() is None:
        os.killpg(started.process.pid, signal.SIGKILL)
        started.process.wait()


def test_sighup_starts_the_changed_code_and_a_crash_waits_for_the_next_change(
    edge: EdgeDouble, reloading: Reloading
) -> None:
    reloading.until('"registered"')
    reloading.change(VERSION, '"changed"')
    reloading.until('"registered"', 2)
    assert reloading.events("registered")[1]["version"] == "changed"
    reloading.until('"stopped"')
    assert len(edge.runners) == 1  # the first has left

    reloading.change('"changed"', "this is no Python")
    reloading.until("The next change starts it again.")
    assert "SyntaxError" in reloading.log.read_text()
    assert reloading.process.poll() is None

    reloading.change("this is no Python", '"mended"')
    reloading.until('"registered"', 3)
    assert reloading.events("registered")[2]["version"] == "mended"
    assert reloading.end() == 0
    assert edge.runners == []
