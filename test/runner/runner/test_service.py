"""The process: one signal ends it in order, two at once, and its exit code tells which it was."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from edge_double import EdgeDouble
from scripts_of_jobs import sample_job
from served_process import serve

Start = Callable[..., ForkServerProcess]

# Importing torch takes seconds: one process imports it, the runners are forked from that one.
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["orthoplex.runner.service"])


@pytest.fixture
def start(edge: EdgeDouble, tmp_path: Path) -> Iterator[Start]:
    """Start runner processes; none outlives the test."""
    started: list[ForkServerProcess] = []

    def run(*, hears: bool = True, stop_seconds: float = 10.0) -> ForkServerProcess:
        process = SERVER.Process(target=serve, args=(edge.url, str(tmp_path), hears, stop_seconds))
        process.start()
        started.append(process)
        return process

    yield run
    for process in started:
        if process.is_alive():
            process.kill()
        process.join()


def ended(process: ForkServerProcess) -> int | None:
    process.join(10)
    return process.exitcode


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_gives_the_work_back_deregisters_and_exits_0(
    edge: EdgeDouble, start: Start, number: signal.Signals
) -> None:
    job = edge.enqueue(sample_job())
    process = start()
    edge.until(lambda: bool(job.beats), seconds=30)
    os.kill(process.pid or 0, number)
    assert ended(process) == 0
    assert (job.status, len(job.releases)) == ("queued", 1)
    assert edge.runners == []


def test_a_second_signal_ends_the_process_at_once(edge: EdgeDouble, start: Start) -> None:
    job = edge.enqueue(sample_job())
    process = start(hears=False)
    edge.until(lambda: bool(job.beats), seconds=30)
    os.kill(process.pid or 0, signal.SIGTERM)
    process.join(0.2)
    assert process.is_alive()
    os.kill(process.pid or 0, signal.SIGTERM)
    assert ended(process) == 128 + signal.SIGTERM


def test_a_job_that_hears_nothing_holds_the_process_up_only_so_long(edge: EdgeDouble, start: Start) -> None:
    job = edge.enqueue(sample_job())
    process = start(hears=False, stop_seconds=0.2)
    edge.until(lambda: bool(job.beats), seconds=30)
    os.kill(process.pid or 0, signal.SIGTERM)
    assert ended(process) == 1
