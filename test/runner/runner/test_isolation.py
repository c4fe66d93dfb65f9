"""One job's fault stays its own: its neighbours in the batch are finished, or given back without losing an attempt."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
from edge_contract import Job
from edge_double import EdgeDouble
from scripts_of_jobs import HandStepped, sample_job
from serving import Serving
from test_loop import lenient
from tiny_base import tiny_bases

from orthoplex.runner.jobs import Result
from orthoplex.runner.jobs import sample as sample_module
from orthoplex.runner.jobs.sample import SampleJob
from orthoplex.runner.loop import DeviceBroken
from orthoplex.runner.storage import OutputFile
from orthoplex.sample import Canceled

Serve = Callable[..., Serving]
POISON = "a poisoned person"


def batch(edge: EdgeDouble, serve: Serve, job: Any, *, poison_at: int = 1, **settings: Any) -> tuple[Job, list[Job]]:
    """Three jobs leased as one batch, one of them with the poisoned prompt."""
    jobs = [sample_job(prompt=POISON if place == poison_at else "a smiling person") for place in range(3)]
    with edge.changed:
        edge.jobs += jobs
    serve(job, max_batch=3, **settings)
    return jobs[poison_at], [each for place, each in enumerate(jobs) if place != poison_at]


def is_poison(run: Any) -> bool:
    return bool(run.lease.spec.prompt == POISON)


def raises_before_any_end(runs: Any, storage: Any) -> Any:
    for run in runs:
        if is_poison(run):
            raise KeyError("poison")
    yield from HandStepped(free=True)(runs, storage)


def raises_on_the_way(runs: Any, storage: Any) -> Any:
    for run in runs:
        if is_poison(run):
            raise ZeroDivisionError
        yield from HandStepped(free=True)([run], storage)


def exits_the_process(runs: Any, storage: Any) -> Any:
    if any(is_poison(run) for run in runs):
        sys.exit(3)
    yield from HandStepped(free=True)(runs, storage)


def skips_one(runs: Any, storage: Any) -> Any:
    for run in runs:
        if not is_poison(run):
            yield from HandStepped(free=True)([run], storage)


def ends_one_twice(runs: Any, storage: Any) -> Any:
    for run in runs:
        yield from HandStepped(free=True, error=KeyError() if is_poison(run) else None)([run], storage)
        if is_poison(run):
            yield run, KeyError()


def makes_a_result_that_cannot_be_reported(runs: Any, storage: Any) -> Any:
    for run, end in HandStepped(free=True)(runs, storage):
        if is_poison(run):
            assert isinstance(end, Result)
            end = Result(end.outputs, ["half a character: \ud83d"], {"loss": float("nan")})
        yield run, end


def makes_an_output_without_bytes(runs: Any, storage: Any) -> Any:
    for run, end in HandStepped(free=True)(runs, storage):
        if is_poison(run):
            end = Result([OutputFile("image-0.png", "image", "image/png", None)])  # type: ignore[arg-type]
        yield run, end


@pytest.mark.parametrize("poison_at", [0, 1, 2])
@pytest.mark.parametrize(
    "job",
    [
        raises_before_any_end,
        raises_on_the_way,
        exits_the_process,
        skips_one,
        ends_one_twice,
        makes_a_result_that_cannot_be_reported,
        makes_an_output_without_bytes,
    ],
)
def test_a_faulty_job_does_not_stop_the_other_jobs_of_its_lease(
    edge: EdgeDouble, serve: Serve, job: Any, poison_at: int
) -> None:
    poison, neighbours = batch(edge, serve, job, poison_at=poison_at)
    edge.until(lambda: all(each.settled is not None for each in [poison, *neighbours]))
    assert [(each.status, each.attempts) for each in neighbours] == [("succeeded", 1)] * 2
    assert poison.settled is not None
    assert poison.settled["outcome"] == "failed"
    assert poison.settled["error"]["code"] == "runner_error"


def test_a_device_fault_in_a_batch_counts_against_no_job_and_alone_against_its_job(
    edge: EdgeDouble, serve: Serve
) -> None:
    def breaks(runs: Any, storage: Any) -> Any:
        if any(is_poison(run) for run in runs):
            raise torch.AcceleratorError("device-side assert triggered")
        yield from HandStepped(free=True)(runs, storage)

    poison, neighbours = batch(edge, serve, breaks)
    edge.until(lambda: all(each.releases for each in [poison, *neighbours]))
    assert all(each.settled is None for each in [poison, *neighbours])
    # The next process is given the job alone: now the fault has an owner.
    with edge.changed:
        edge.jobs[:] = [poison]
    again = serve(breaks)
    assert isinstance(again.join(), DeviceBroken)
    assert poison.settled is not None
    assert poison.settled["error"]["retryable"] is True


def test_an_unreadable_answer_does_not_stop_the_heartbeats_of_other_jobs(
    edge: EdgeDouble, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = edge.heartbeat
    first: list[str] = []

    def beat(job: Job, body: Any) -> tuple[str, Any]:
        first.append(job.job_id)
        return ("bytes", b"\xff\xfe not JSON") if job.job_id == first[0] else real(job, body)

    monkeypatch.setattr(edge, "heartbeat", beat)
    jobs = [edge.enqueue(sample_job()) for _ in range(2)]
    script = HandStepped()
    serve(script, max_batch=2)
    edge.until(lambda: all(len(job.beats) > 2 for job in jobs if job.job_id != first[0]) if first else False)
    script.go.set()
    edge.until(lambda: all(job.status == "succeeded" for job in jobs))


def test_progress_that_cannot_be_sent_does_not_stop_the_heartbeats_of_other_jobs(
    edge: EdgeDouble, serve: Serve
) -> None:
    def reports_badly(runs: Any, storage: Any) -> Any:
        for run in runs:
            run.report(float("nan") if is_poison(run) else 1, 9, "half a character: \ud83d")
        edge.until(lambda: all(len(each.beats) > 2 for each in neighbours))
        yield from HandStepped(free=True)(runs, storage)

    jobs = [sample_job(prompt=prompt) for prompt in (POISON, "a person", "a person")]
    poison, neighbours = jobs[0], jobs[1:]
    with edge.changed:
        edge.jobs += jobs
    serve(reports_badly, max_batch=3)
    edge.until(lambda: all(each.settled is not None for each in jobs))
    assert [(each.status, each.attempts) for each in neighbours] == [("succeeded", 1)] * 2
    assert poison.settled is not None


def test_other_leases_are_kept_alive_while_an_unreadable_one_is_refused(
    edge: EdgeDouble, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable, good = sample_job(steps="many"), sample_job()
    monkeypatch.setattr(edge, "lease", lenient(edge))
    with edge.changed:
        edge.jobs += [unreadable, good]
    edge.fail_next("settle", 503, times=1000)
    script = HandStepped(free=True)
    serve(script, max_batch=2)
    edge.until(lambda: len(good.beats) > 0)
    edge.faults.clear()
    edge.until(lambda: good.status == "succeeded" and unreadable.settled is not None)


def test_an_empty_lease_does_not_affect_the_other_leases(
    edge: EdgeDouble, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = sample_job()
    real = lenient(edge)
    monkeypatch.setattr(edge, "lease", lambda body: ("", {"leases": [17, *real(body)[1]["leases"]], "drain": False}))
    edge.enqueue(good)
    serve(HandStepped(free=True))
    edge.until(lambda: good.status == "succeeded")


@pytest.mark.parametrize("text", ["half a \ud83d", "\udc00", "nothing \u0000 here"])
@pytest.mark.parametrize("place", ["prompt", "negative_prompt"])
def test_a_text_that_no_file_can_carry_fails_its_job_alone_and_without_retry(
    edge: EdgeDouble, serve: Serve, monkeypatch: pytest.MonkeyPatch, *, text: str, place: str
) -> None:
    monkeypatch.setattr(edge, "lease", lenient(edge))
    poison, good = sample_job(**{place: text}), sample_job()
    with edge.changed:
        edge.jobs += [poison, good]
    serve(SampleJob(tiny_bases(), 16), max_batch=2)
    edge.until(lambda: poison.settled is not None and good.settled is not None)
    assert (good.status, good.attempts) == ("succeeded", 1)
    assert poison.settled is not None
    assert (poison.status, poison.settled["error"]["code"]) == ("failed", "prompt_invalid")


@pytest.mark.parametrize("part", ["_spec_of", "cut", "_collect", "write_png", "recipe_of"])
def test_a_fault_in_any_step_of_a_picture_fails_its_own_job_alone(
    edge: EdgeDouble, serve: Serve, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    real = getattr(sample_module, part)
    calls: list[int] = []

    def fails_second(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("poison")
        return real(*arguments, **named)

    monkeypatch.setattr(sample_module, part, fails_second)
    jobs = [sample_job(seed=seed) for seed in range(3)]
    with edge.changed:
        edge.jobs += jobs
    generate = SampleJob(tiny_bases(), 16)

    def job_of_the_last_batch(runs: Any, storage: Any) -> Any:
        edge.drain_all()  # so that the failed one is not run again while its neighbours are still being sent
        yield from generate(runs, storage)

    serve(job_of_the_last_batch, max_batch=3)
    edge.until(lambda: all(job.settled is not None for job in jobs))
    assert sorted(job.settled["outcome"] for job in jobs if job.settled) == ["failed", "succeeded", "succeeded"]
    assert [job.attempts for job in jobs] == [1, 1, 1]


def test_a_cancel_that_ends_one_part_of_a_batch_does_not_end_the_others(
    edge: EdgeDouble, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sample_module.sample_batch

    def parts(base: Any, pieces: Any, on_step: Any) -> Any:
        if len(pieces) > 1:
            raise MemoryError
        if pieces[0][0].seed == 1:
            raise Canceled
        return real(base, pieces, on_step)

    monkeypatch.setattr(sample_module, "sample_batch", parts)
    jobs = [sample_job(seed=seed) for seed in range(3)]
    with edge.changed:
        edge.jobs += jobs
    serve(SampleJob(tiny_bases(), 16), max_batch=3)
    edge.until(lambda: jobs[0].settled is not None and jobs[2].settled is not None)
    assert (jobs[0].status, jobs[2].status) == ("succeeded", "succeeded")
    assert (jobs[0].attempts, jobs[2].attempts) == (1, 1)


def test_a_job_that_the_edge_cannot_settle_loses_an_attempt(
    edge: EdgeDouble, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = edge.enqueue(sample_job())
    serving = serve(HandStepped(free=True))
    serving.retry_policy.answered_seconds = 0.3
    real = edge.settle

    def settle(job: Job, body: Any) -> tuple[str, Any]:
        if body["outcome"] == "succeeded":
            edge.fail_next("settle", 500, times=1)
        return real(job, body)

    monkeypatch.setattr(edge, "settle", settle)
    edge.fail_next("settle", 500, times=200)
    edge.until(lambda: edge.count("settle") > 3)
    edge.until(lambda: serving.log[-1]["event"] == "run_failed" or job.releases != [], 8.0)
    edge.faults.clear()
    edge.until(lambda: job.settled is not None and job.settled["outcome"] == "failed")
    assert job.releases == []
