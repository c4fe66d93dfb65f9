"""How a runner leaves: a stop gives back what it holds, a drain finishes it, whoever asks for it."""

import time
from collections.abc import Callable

from edge_contract import Job
from edge_double import EdgeDouble
from scripts_of_jobs import HandStepped, sample_job
from serving import Serving

Serve = Callable[..., Serving]


def done(job: Job) -> Callable[[], bool]:
    return lambda: job.settled is not None


def test_a_stop_releases_the_running_jobs_and_deregisters(edge: EdgeDouble, serve: Serve) -> None:
    jobs = [edge.enqueue(sample_job()) for _ in range(2)]
    script = HandStepped()
    serving = serve(script, max_batch=2)
    assert script.entered.wait(5)
    assert serving.end() is None
    assert [(job.status, job.attempts) for job in jobs] == [
        ("queued", 1),
        ("queued", 1),
    ]
    assert all(job.releases for job in jobs)
    assert edge.runners == []


def test_a_stop_while_waiting_for_work_ends_at_once(edge: EdgeDouble, serve: Serve) -> None:
    serving = serve(HandStepped(free=True))
    edge.until(lambda: "/runner/v1/lease" in edge.calls)
    assert serving.end() is None
    assert edge.runners == []


def test_a_stop_ends_the_runner_even_if_the_edge_is_unreachable(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    script = HandStepped()
    serving = serve(script)
    assert script.entered.wait(5)
    edge.close()
    assert serving.end() is None
    assert job.settled is None


def test_a_drain_finishes_the_held_jobs_and_takes_no_other(edge: EdgeDouble, serve: Serve) -> None:
    held = [edge.enqueue(sample_job()) for _ in range(2)]
    script = HandStepped()
    serving = serve(script, max_batch=2)
    assert script.entered.wait(5)
    left = edge.enqueue(sample_job())
    serving.loop.request_drain()
    script.go.set()
    assert serving.join() is None
    assert [job.status for job in held] == ["succeeded", "succeeded"]
    assert (left.status, left.attempts) == ("queued", 0)
    assert edge.runners == []


def test_a_drain_while_waiting_for_work_ends_at_once(edge: EdgeDouble, serve: Serve) -> None:
    serving = serve(HandStepped(free=True))
    edge.until(lambda: "/runner/v1/lease" in edge.calls)
    began = time.monotonic()
    serving.loop.request_drain()
    assert serving.join() is None
    assert time.monotonic() - began < 3.0  # of the poll's five
    assert edge.runners == []


def test_a_drain_ends_while_the_edge_is_unreachable(edge: EdgeDouble, serve: Serve) -> None:
    edge.close()
    serving = serve(HandStepped(free=True))
    serving.loop.request_drain()
    assert serving.join() is None


def test_a_stop_after_a_drain_releases_what_is_still_held(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    script = HandStepped()
    serving = serve(script)
    assert script.entered.wait(5)
    serving.loop.request_drain()
    serving.loop.request_stop()
    assert serving.join() is None
    assert (job.status, len(job.releases)) == ("queued", 1)


def drained_at_work(edge: EdgeDouble, serve: Serve) -> tuple[Job, HandStepped, Serving]:
    """A runner that has learned of the operator's request while it works on a job."""
    job = edge.enqueue(sample_job())
    script = HandStepped()
    serving = serve(script)
    assert script.entered.wait(5)
    edge.drain_all()
    serving.until_logged("drain_asked")
    return job, script, serving


def test_a_request_to_drain_reaches_a_waiting_runner(edge: EdgeDouble, serve: Serve) -> None:
    serving = serve(HandStepped(free=True), wait_seconds=20.0)
    edge.until(lambda: "/runner/v1/lease" in edge.calls)
    edge.drain_all()
    assert serving.join() is None
    assert edge.runners == []


def test_a_request_to_drain_reaches_a_working_runner_which_finishes_first(edge: EdgeDouble, serve: Serve) -> None:
    job, script, serving = drained_at_work(edge, serve)
    left = edge.enqueue(sample_job())
    script.go.set()
    assert serving.join() is None
    assert (job.status, left.status) == ("succeeded", "queued")
    assert edge.runners == []


def test_a_drain_request_that_is_withdrawn_in_time_changes_nothing(edge: EdgeDouble, serve: Serve) -> None:
    job, script, serving = drained_at_work(edge, serve)
    edge.drain_all(wanted=False)
    serving.until_logged("drain_taken_back")
    script.go.set()
    edge.until(done(job))
    edge.until(done(edge.enqueue(sample_job())))
    assert serving.end() is None
