"""When heartbeats are sent, on a clock that the test moves; what they say, at a real HTTP edge."""

import io
from collections.abc import Iterator

import pytest
from edge_contract import Job
from edge_double import TOKEN, EdgeDouble
from scripts_of_jobs import sample_job

from orthoplex.runner.edge import Edge
from orthoplex.runner.heartbeat import Heartbeats
from orthoplex.runner.log import open_log
from orthoplex.runner.run import Run
from orthoplex.runner.wire import parse_lease


class Bench:
    """Heartbeats whose thread is not started: the test says when to look."""

    def __init__(self, edge: EdgeDouble) -> None:
        self.now = 0.0
        self.stalls: list[int] = []
        self._edge = edge
        self.client = Edge(edge.url, TOKEN)
        self.beats = Heartbeats(
            self.client,
            open_log(io.StringIO()),
            heartbeat_seconds=10.0,
            progress_seconds=1.0,
            monotonic=lambda: self.now,
            on_stall=lambda: self.stalls.append(1),
        )

    def hold(self) -> tuple[Job, Run]:
        """A leased job and its run."""
        job = self._edge.enqueue(sample_job())
        runner = self.client.register(
            {"name": "t", "version": "0", "device": "cpu", "dtype": "f", "memory_bytes": 1, "bases": ["cast-3"]}
        )
        (message,) = self.client.lease(runner.runner_id, bases=["cast-3"], max_batch=1, wait_seconds=0, warm=[]).leases
        run = Run(parse_lease(message), monotonic=lambda: self.now)
        self.beats.hold(run)
        return job, run

    def at(self, seconds: float) -> None:
        """Look at this moment."""
        self.now = seconds
        self.beats.beat_due()


@pytest.fixture
def bench(edge: EdgeDouble) -> Iterator[Bench]:
    made = Bench(edge)
    yield made
    made.client.close()


def test_a_run_without_progress_sends_a_heartbeat_once_an_interval(bench: Bench) -> None:
    job, _ = bench.hold()
    counts = []
    for seconds in (0.0, 9.9, 10.0, 19.9, 20.0):
        bench.at(seconds)
        counts.append(len(job.beats))
    assert counts == [0, 0, 1, 1, 2]


def test_progress_is_reported_early_but_not_more_than_once_a_progress_interval(bench: Bench) -> None:
    job, run = bench.hold()
    run.report(1, 9, "drawing")
    bench.at(1.0)
    run.report(2, 9, "drawing")
    run.report(3, 9, "drawing")
    bench.at(1.5)
    bench.at(2.0)
    assert [beat["progress"]["step"] for beat in job.beats] == [1, 3]


def test_a_hanging_job_frees_all_leases(bench: Bench) -> None:
    (hung, run), (neighbour, other) = bench.hold(), bench.hold()
    for seconds in (10.0, 20.0):
        bench.at(seconds)
    run.report(1, 9, "drawing")
    # No run has moved for half an hour since: nothing is sent any more, and whoever ends the process is notified once.
    beats = []
    for seconds in (1_810.0, 1_821.0, 1_840.0):
        bench.at(seconds)
        beats.append((len(hung.beats), len(neighbour.beats)))
    assert beats[0][0] > 2
    assert beats[1] == beats[2] == beats[0]
    assert bench.stalls == [1]
    assert (run.ending, other.ending) == ("lost", "lost")


def test_a_job_with_progress_keeps_the_other_leases_alive(bench: Bench) -> None:
    (_, run), (neighbour, other) = bench.hold(), bench.hold()
    for step in range(6):
        run.report(step, 9, "drawing")
        bench.at(1_000.0 * (step + 1))
    assert len(neighbour.beats) == 6
    assert other.ending is None
    assert bench.stalls == []


def test_a_failed_heartbeat_is_retried_within_two_seconds(edge: EdgeDouble, bench: Bench) -> None:
    job, _ = bench.hold()
    edge.fail_next("heartbeat", 503)
    bench.at(10.0)
    assert not job.beats
    bench.at(12.0)
    assert len(job.beats) == 1
    bench.at(13.0)
    assert len(job.beats) == 1


def test_a_refused_heartbeat_loses_its_preview_and_not_the_lease(edge: EdgeDouble, bench: Bench) -> None:
    job, run = bench.hold()
    edge.fail_next("heartbeat", 413)
    run.report(1, 9, "drawing")
    bench.at(1.0)
    assert run.ending is None
    bench.at(11.0)
    assert job.beats == [{}]


def test_a_lost_lease_ends_its_run_and_its_heartbeats(edge: EdgeDouble, bench: Bench) -> None:
    job, run = bench.hold()
    edge.expire(job)
    bench.at(10.0)
    assert run.ending == "lost"
    calls = edge.count("heartbeat")
    bench.at(60.0)
    assert edge.count("heartbeat") == calls


def test_a_request_to_cancel_is_returned_by_a_heartbeat(bench: Bench) -> None:
    job, run = bench.hold()
    job.cancel = True
    bench.at(10.0)
    assert run.ending == "canceled"
    assert run.report(1, 9, "drawing") is False
