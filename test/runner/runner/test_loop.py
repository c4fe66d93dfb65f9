"""The loop against a real HTTP edge: one settle a job, and a clean end, whatever the network and the edge do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from edge_contract import Job
from edge_double import EdgeDouble
from scripts_of_jobs import STEPS, HandStepped, sample_job, train_spec
from serving import Serving

from orthoplex.runner.edge import Refused
from orthoplex.runner.failure import JobFailed
from orthoplex.runner.key import Key
from orthoplex.runner.loop import DeviceBroken

Serve = Callable[..., Serving]


def done(job: Job) -> Callable[[], bool]:
    return lambda: job.settled is not None


def test_a_job_is_settled_with_its_outputs(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    serving = serve(HandStepped(free=True))
    edge.until(done(job))
    assert serving.end() is None
    assert job.status == "succeeded"
    assert job.settled is not None
    assert [output["name"] for output in job.settled["outputs"]] == ["image-0.png"]
    assert job.settled["warnings"] == ["a warning"]
    assert job.uploads["image-0.png"].startswith(b"\x89PNG")


def test_a_job_that_is_queued_during_a_long_poll_is_taken_at_once(edge: EdgeDouble, serve: Serve) -> None:
    serve(HandStepped(free=True))
    edge.until(lambda: "/runner/v1/lease" in edge.calls)
    job = edge.enqueue(sample_job())
    edge.until(done(job))


def test_every_line_of_the_log_about_a_run_names_its_job_run_and_lease(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    serving = serve(HandStepped(free=True))
    edge.until(done(job))
    serving.end()
    for event in ("leased", "settled"):
        line = next(line for line in serving.log if line["event"] == event)
        assert line["job_id"] == job.job_id
        assert line["run_id"].startswith("run_")
        assert line["lease_id"].startswith("lse_")


def test_all_leases_of_a_batch_are_kept_alive_while_the_first_runs(edge: EdgeDouble, serve: Serve) -> None:
    jobs = [edge.enqueue(sample_job()) for _ in range(3)]
    script = HandStepped()
    serve(script, max_batch=3)
    edge.until(lambda: all(len(job.beats) >= 3 for job in jobs))
    assert script.ran == [jobs[0].job_id]
    script.go.set()
    edge.until(lambda: all(job.status == "succeeded" for job in jobs))


def test_each_job_of_a_batch_is_settled_as_soon_as_it_is_done(edge: EdgeDouble, serve: Serve) -> None:
    first, second = edge.enqueue(sample_job()), edge.enqueue(sample_job())

    def job(runs: Any, storage: Any) -> Any:
        free = HandStepped(free=True)
        yield from free(runs[:1], storage)
        # Only after the first has been settled does the second begin.
        edge.until(done(first))
        assert second.settled is None
        yield from free(runs[1:], storage)

    serve(job, max_batch=2)
    edge.until(done(second))


def test_progress_and_a_preview_within_bounds_reach_the_edge(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    script = HandStepped()
    serve(script)
    edge.until(lambda: any("preview" in beat for beat in job.beats))
    beat = next(beat for beat in job.beats if "preview" in beat)
    assert beat["progress"] == {"step": 1, "total": STEPS, "message": "drawing"}


def test_a_canceled_job_ends_between_two_steps(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    script = HandStepped()
    serve(script)
    assert script.entered.wait(5)
    job.cancel = True
    edge.until(done(job))
    assert job.settled == {"outcome": "canceled"}


def test_a_lost_lease_drops_the_work_without_another_message(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    script = HandStepped()
    serving = serve(script, max_batch=1)
    assert script.entered.wait(5)
    taken = edge.enqueue(sample_job())  # so that the runner shows it goes on
    edge.expire(job)
    job.status = "running"  # somebody else has it now
    edge.until(lambda: taken.status == "running")
    script.go.set()
    edge.until(done(taken))
    assert job.settled is None
    assert not job.uploads
    assert [line["level"] for line in serving.log if line["event"] == "work_dropped"] == ["info"]


def test_a_lease_lost_just_before_the_settle_is_dropped_too(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())

    def script(runs: Any, storage: Any) -> Any:
        for run, end in HandStepped(free=True)(runs, storage):
            edge.expire(job)
            job.status = "running"
            yield run, end

    serving = serve(script, heartbeat_seconds=60.0)
    edge.until(lambda: "/runner/v1/leases" in str(edge.calls) and job.lease_id is None)
    again = edge.enqueue(sample_job())
    edge.until(lambda: again.attempts == 1)
    serving.end()
    assert job.settled is None


def test_a_job_is_finished_and_settled_through_an_edge_restart(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    script = HandStepped()
    serving = serve(script)
    assert script.entered.wait(5)
    edge.close()
    script.go.set()
    serving.until_logged("heartbeat_failed")
    edge.open()
    edge.until(done(job))
    assert job.status == "succeeded"
    assert job.attempts == 1


def test_an_idle_runner_survives_an_edge_restart(edge: EdgeDouble, serve: Serve) -> None:
    serving = serve(HandStepped(free=True))
    edge.until(lambda: "/runner/v1/lease" in edge.calls)
    edge.close()
    serving.until_logged("edge_unreachable")
    edge.open()
    job = edge.enqueue(sample_job())
    edge.until(done(job))
    assert "edge_reached" in [line["event"] for line in serving.log]


def test_a_runner_that_starts_before_its_edge_waits_for_it(edge: EdgeDouble, serve: Serve) -> None:
    edge.close()
    serve(HandStepped(free=True))
    edge.open()
    job = edge.enqueue(sample_job())
    edge.until(done(job))


@pytest.mark.parametrize("path", ["register", "/lease", "heartbeat", "uploads", "/upload", "settle"])
@pytest.mark.parametrize("status", [503, 429])
def test_a_gateway_error_at_any_call_is_retried(edge: EdgeDouble, serve: Serve, path: str, status: int) -> None:
    edge.fail_next(path, status, times=2)
    job = edge.enqueue(sample_job())
    script = HandStepped()
    serve(script)
    edge.until(lambda: len(job.beats) > 0)
    script.go.set()
    edge.until(done(job))
    assert job.status == "succeeded"
    assert not edge.faults


def test_a_failure_is_reported_without_its_stack_trace(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    serving = serve(HandStepped(free=True, error=KeyError("/srv/models/private.bin")))
    edge.until(done(job))
    assert job.settled is not None
    assert job.settled["error"]["code"] == "runner_error"
    assert job.settled["error"]["retryable"] is True
    assert "private" not in job.settled["error"]["message"]
    serving.end()
    assert "private" in next(line for line in serving.log if line["event"] == "run_failed")["exception"]


def test_an_expected_failure_is_final_and_has_its_own_message(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    serve(
        HandStepped(
            free=True,
            error=JobFailed("input_invalid", "Picture 2: cut off.", retryable=False),
        )
    )
    edge.until(done(job))
    assert job.status == "failed"
    assert job.settled is not None
    assert job.settled["error"] == {
        "code": "input_invalid",
        "message": "Picture 2: cut off.",
        "retryable": False,
    }


def test_a_device_fault_ends_the_process_and_leaves_its_single_job_to_others(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    error = torch.AcceleratorError("device-side assert triggered")
    serving = serve(HandStepped(free=True, error=error), max_batch=1)
    assert isinstance(serving.join(), DeviceBroken)
    assert job.settled is not None
    assert job.settled["error"]["retryable"] is True
    assert edge.runners == []


def test_a_device_fault_ends_the_process_and_releases_a_batch(edge: EdgeDouble, serve: Serve) -> None:
    jobs = [edge.enqueue(sample_job()) for _ in range(2)]
    error = torch.AcceleratorError("device-side assert triggered")
    serving = serve(HandStepped(free=True, error=error), max_batch=2)
    assert isinstance(serving.join(), DeviceBroken)
    assert [(job.settled, len(job.releases)) for job in jobs] == [(None, 1), (None, 1)]
    assert edge.runners == []


def test_an_output_that_the_edge_refuses_fails_the_run_at_once(edge: EdgeDouble, serve: Serve) -> None:
    edge.fail_next("uploads", 422)
    job = edge.enqueue(sample_job())
    serve(HandStepped(free=True))
    edge.until(done(job))
    assert job.settled is not None
    assert job.settled["outcome"] == "failed"


def test_a_runner_that_the_edge_no_longer_knows_registers_again(edge: EdgeDouble, serve: Serve) -> None:
    serve(HandStepped(free=True), wait_seconds=0.0)
    edge.until(lambda: len(edge.runners) == 1)
    with edge.changed:
        edge.runners.clear()
    job = edge.enqueue(sample_job())
    edge.until(done(job))


def test_a_refused_key_ends_the_runner(serve: Serve) -> None:
    serving = serve(HandStepped(free=True), key="opx_wrong")
    error = serving.join()
    assert isinstance(error, Refused)
    assert error.code == "key_invalid"


def test_a_key_that_was_replaced_in_its_file_is_used_without_losing_the_job(
    edge: EdgeDouble, serve: Serve, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text("opx_test")
    job = edge.enqueue(sample_job())
    script = HandStepped()
    serving = serve(script, key=Key("opx_test", file))
    assert script.entered.wait(5)
    edge.keys.add("opx_next")
    file.write_text("opx_next\n")
    beats = len(job.beats)
    edge.until(lambda: len(job.beats) > beats + 1)
    edge.keys.remove("opx_test")
    script.go.set()
    edge.until(done(job))
    edge.until(done(edge.enqueue(sample_job())))
    assert serving.end() is None
    assert (job.status, job.attempts) == ("succeeded", 1)


def test_a_key_that_is_revoked_drops_the_work_at_once_and_ends_the_runner(edge: EdgeDouble, serve: Serve) -> None:
    jobs = [edge.enqueue(sample_job()) for _ in range(2)]
    script = HandStepped()
    serving = serve(script, max_batch=2)
    assert script.entered.wait(5)
    edge.keys.clear()
    error = serving.join()
    assert isinstance(error, Refused)
    assert error.code == "key_invalid"
    assert [line["code"] for line in serving.log if line["event"] == "key_refused"] == ["key_invalid"]
    # Nothing was delivered and nothing given back: the leases run out, and others take the jobs.
    assert [(job.settled, job.releases) for job in jobs] == [(None, []), (None, [])]


def test_a_lease_of_an_unknown_form_fails_with_a_report(
    edge: EdgeDouble, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = edge.enqueue(
        Job(
            "train",
            {key: value for key, value in train_spec().items() if key != "slot"},
        )
    )
    monkeypatch.setattr(edge, "lease", lenient(edge))
    serve(HandStepped(free=True))
    edge.until(done(job))
    assert job.settled is not None
    assert "update" in job.settled["error"]["message"]


def lenient(edge: EdgeDouble) -> Callable[[Any], tuple[str, Any]]:
    """A lease call whose answer is not checked, as a newer contract would give."""
    strict = edge.lease
    return lambda body: ("", strict(body)[1])
