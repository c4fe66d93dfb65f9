"""Results are sent beside the work: nothing waits for an upload, and no lease is lost or left while it is sent."""

from collections.abc import Callable
from typing import Any

import pytest
from edge_contract import Job
from edge_double import EdgeDouble
from scripts_of_jobs import HandStepped, sample_job
from serving import Serving

from orthoplex.runner.service import SENDER_THREADS
from orthoplex.runner.settle import Settler

Serve = Callable[..., Serving]


class Gate:
    """Uploads of the edge double wait here until it is opened."""

    def __init__(self, edge: EdgeDouble, monkeypatch: pytest.MonkeyPatch) -> None:
        self._edge, self._is_open, self.waiting = edge, False, 0
        real = edge.put

        def put(ticket: str, content: bytes, content_type: str) -> None:
            self.waiting += 1
            edge.changed.notify_all()
            edge.changed.wait_for(lambda: self._is_open)
            real(ticket, content, content_type)

        monkeypatch.setattr(edge, "put", put)

    def open(self) -> None:
        with self._edge.changed:
            self._is_open = True
            self._edge.changed.notify_all()


@pytest.fixture
def gate(edge: EdgeDouble, monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(edge, monkeypatch)


def test_the_next_job_is_leased_and_drawn_while_a_result_is_being_sent(
    edge: EdgeDouble, serve: Serve, gate: Gate
) -> None:
    first = edge.enqueue(sample_job())
    script = HandStepped(free=True)
    serve(script)
    edge.until(lambda: gate.waiting == 1)
    second = edge.enqueue(sample_job())
    edge.until(lambda: script.ran == [first.job_id, second.job_id])
    assert first.settled is None
    gate.open()
    edge.until(lambda: (first.status, second.status) == ("succeeded", "succeeded"))


def test_a_lease_is_kept_alive_until_its_result_is_settled(edge: EdgeDouble, serve: Serve, gate: Gate) -> None:
    job = edge.enqueue(sample_job())
    serve(HandStepped(free=True))
    edge.until(lambda: gate.waiting == 1)
    beats = len(job.beats)
    edge.until(lambda: len(job.beats) > beats + 3)
    gate.open()
    edge.until(lambda: job.status == "succeeded")


def test_no_more_results_than_one_batch_wait_to_be_sent(edge: EdgeDouble, serve: Serve, gate: Gate) -> None:
    jobs = [edge.enqueue(sample_job()) for _ in range(4)]
    script = HandStepped(free=True)
    serving = serve(script, max_batch=1)
    edge.until(lambda: jobs[1].attempts == 1 and len(jobs[1].beats) > 3)
    # The second is drawn and waits for the first to be sent; the third is not even leased.
    assert script.ran == [job.job_id for job in jobs[:2]]
    assert jobs[2].attempts == 0
    gate.open()
    edge.until(lambda: all(job.status == "succeeded" for job in jobs))
    assert serving.end() is None


def test_the_results_of_one_batch_are_sent_side_by_side(edge: EdgeDouble, serve: Serve, gate: Gate) -> None:
    jobs = [sample_job() for _ in range(SENDER_THREADS)]
    with edge.changed:
        edge.jobs += jobs
    serve(HandStepped(free=True), max_batch=SENDER_THREADS)
    edge.until(lambda: gate.waiting == SENDER_THREADS)
    gate.open()
    edge.until(lambda: all(job.status == "succeeded" for job in jobs))


def test_a_drain_waits_for_what_is_being_sent_before_the_runner_signs_off(
    edge: EdgeDouble, serve: Serve, gate: Gate
) -> None:
    job = edge.enqueue(sample_job())
    serving = serve(HandStepped(free=True))
    edge.until(lambda: gate.waiting == 1)
    serving.loop.request_drain()
    beats = len(job.beats)
    edge.until(lambda: len(job.beats) > beats + 3)
    assert len(edge.runners) == 1
    gate.open()
    assert serving.join() is None
    assert (job.status, edge.runners) == ("succeeded", [])


def test_a_stop_gives_back_what_cannot_be_sent_in_time(edge: EdgeDouble, serve: Serve) -> None:
    edge.fail_next("uploads", 503, times=10_000)
    job = edge.enqueue(sample_job())
    serving = serve(HandStepped(free=True))
    serving.until_logged("leased")
    edge.until(lambda: edge.count("uploads") > 1)
    assert serving.end() is None
    assert (job.status, job.settled) == ("queued", None)
    # A second time where the poll under way was given it once more.
    assert len(job.releases) >= 1


def test_a_lease_that_is_lost_before_its_result_is_sent_drops_it(edge: EdgeDouble, serve: Serve, gate: Gate) -> None:
    taken = [sample_job() for _ in range(1 + SENDER_THREADS)]
    with edge.changed:
        edge.jobs += taken
    serving = serve(HandStepped(free=True), max_batch=len(taken))
    edge.until(lambda: gate.waiting == SENDER_THREADS)
    lost = taken[-1]
    edge.until(lambda: len(lost.beats) > 1)
    with edge.changed:
        edge.expire(lost)
        lost.status = "running"  # somebody else has it now
    gate.open()
    edge.until(lambda: all(job.status == "succeeded" for job in taken[:-1]))
    serving.until_logged("work_dropped")
    assert (lost.settled, lost.uploads) == (None, {})


def test_a_result_that_breaks_its_sender_costs_its_own_lease_and_no_other(
    edge: EdgeDouble, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [sample_job() for _ in range(3)]
    real = Settler.finish

    def finish(self: Settler, run: Any, end: Any, log: Any) -> Any:
        if run.lease.job_id == jobs[0].job_id:
            raise ZeroDivisionError
        return real(self, run, end, log)

    monkeypatch.setattr(Settler, "finish", finish)
    with edge.changed:
        edge.jobs += jobs
    serving = serve(HandStepped(free=True), max_batch=3)
    edge.until(lambda: all(job.status == "succeeded" for job in jobs[1:]))
    serving.until_logged("send_broken")
    later: Job = edge.enqueue(sample_job())
    edge.until(lambda: later.status == "succeeded")
    assert jobs[0].settled is None
