"""The process: one signal ends it in order, two at once, and its exit code says which it was."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from edge_double import TOKEN, EdgeDouble
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

    def run(
        *,
        hears: bool = True,
        stop_seconds: float = 10.0,
        drain_seconds: float = 0.0,
        token: str = TOKEN,
        stall_seconds: float = 60.0,
    ) -> ForkServerProcess:
        settings = {
            "hears": hears,
            "stop_seconds": stop_seconds,
            "drain_seconds": drain_seconds,
            "token": token,
            "stall_seconds": stall_seconds,
        }
        process = SERVER.Process(target=serve, args=(edge.url, str(tmp_path)), kwargs=settings)
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
def test_a_signal_releases_the_work_deregisters_and_exits_0(
    edge: EdgeDouble, start: Start, number: signal.Signals
) -> None:
    job = edge.enqueue(sample_job())
    process = start()
    edge.until(lambda: bool(job.beats), seconds=30)
    os.kill(process.pid or 0, number)
    assert ended(process) == 0
    assert (job.status, len(job.releases)) == ("queued", 1)
    assert edge.runners == []


def until_heard(edge: EdgeDouble, folder: Path, number: signal.Signals) -> None:
    """Two signals of one number that come before the first was taken are one."""
    edge.until(lambda: f'"{number.name}"' in (folder / "log").read_text(), seconds=30)


def test_a_second_signal_ends_the_process_at_once(edge: EdgeDouble, start: Start, tmp_path: Path) -> None:
    job = edge.enqueue(sample_job())
    process = start(hears=False)
    edge.until(lambda: bool(job.beats), seconds=30)
    os.kill(process.pid or 0, signal.SIGTERM)
    until_heard(edge, tmp_path, signal.SIGTERM)
    process.join(0.2)
    assert process.is_alive()
    os.kill(process.pid or 0, signal.SIGTERM)
    assert ended(process) == 128 + signal.SIGTERM


def test_a_job_that_ignores_a_stop_delays_the_exit_for_a_bounded_time(edge: EdgeDouble, start: Start) -> None:
    job = edge.enqueue(sample_job())
    process = start(hears=False, stop_seconds=0.2)
    edge.until(lambda: bool(job.beats), seconds=30)
    os.kill(process.pid or 0, signal.SIGTERM)
    assert ended(process) == 1


def test_a_hanging_job_ends_the_process_and_its_lease(edge: EdgeDouble, start: Start) -> None:
    job = edge.enqueue(sample_job())
    process = start(hears=False, stall_seconds=0.5)
    edge.until(lambda: bool(job.beats), seconds=30)
    assert ended(process) == 1
    assert (job.settled, job.releases) == (None, [])


@pytest.mark.parametrize(("number", "drain_seconds"), [(signal.SIGUSR1, 0.0), (signal.SIGTERM, 30.0)])
def test_a_drain_finishes_the_work_deregisters_and_exits_0(
    edge: EdgeDouble, start: Start, tmp_path: Path, *, number: signal.Signals, drain_seconds: float
) -> None:
    job = edge.enqueue(sample_job())
    process = start(drain_seconds=drain_seconds)
    edge.until(lambda: bool(job.beats), seconds=30)
    left = edge.enqueue(sample_job())
    os.kill(process.pid or 0, number)
    process.join(0.3)
    assert process.is_alive()
    (tmp_path / "go").touch()
    assert ended(process) == 0
    assert (job.status, job.releases, left.status) == ("succeeded", [], "queued")
    assert edge.runners == []


def test_a_drain_that_takes_too_long_releases_the_work(edge: EdgeDouble, start: Start) -> None:
    job = edge.enqueue(sample_job())
    process = start(drain_seconds=0.3)
    edge.until(lambda: bool(job.beats), seconds=30)
    os.kill(process.pid or 0, signal.SIGTERM)
    assert ended(process) == 0
    assert (job.status, len(job.releases)) == ("queued", 1)


def test_signals_after_a_drain_first_stop_and_then_end_the_process(
    edge: EdgeDouble, start: Start, tmp_path: Path
) -> None:
    job = edge.enqueue(sample_job())
    process = start(drain_seconds=30.0)
    edge.until(lambda: bool(job.beats), seconds=30)
    for _ in range(2):
        os.kill(process.pid or 0, signal.SIGUSR1)  # again and again: it drains no more than it does
    os.kill(process.pid or 0, signal.SIGTERM)
    until_heard(edge, tmp_path, signal.SIGTERM)
    process.join(0.3)
    assert process.is_alive()
    os.kill(process.pid or 0, signal.SIGTERM)
    assert ended(process) == 0
    assert (job.status, len(job.releases)) == ("queued", 1)


def test_a_refused_key_exits_2_and_says_what_to_do(start: Start, tmp_path: Path) -> None:
    process = start(token="opx_revoked")
    assert ended(process) == 2
    assert "Put a key into the file." in (tmp_path / "log").read_text()
