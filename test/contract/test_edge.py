"""What a runner may rely on, whichever edge it talks to: leases are fenced, settles idempotent, uploads checked."""

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import httpx
import pytest
from scripts_of_jobs import picture, png_bytes

from orthoplex.runner.edge import Edge, LeaseLost, Refused
from orthoplex.runner.wire import Lease, LeaseReply, parse_lease

PNG = png_bytes(picture(256))
PROGRESS = {"step": 1, "total": 3, "message": "drawing"}


class AnEdge(Protocol):
    url: str
    token: str

    def enqueue(self) -> str: ...

    def drain(self, runner_id: str, wanted: bool = True) -> None: ...


class Runner:
    """A registered runner that does by hand what the loop does."""

    def __init__(self, an_edge: AnEdge) -> None:
        self.edge = Edge(an_edge.url, an_edge.token)
        about = {"name": "suite", "version": "0", "device": "cpu", "dtype": "float32", "memory_bytes": 1}
        self.id = self.edge.register({**about, "bases": ["cast-3"]}).runner_id

    def lease(self, job_id: str, wait_seconds: float = 5.0) -> Lease:
        """The lease of this job; others that wait in the queue, as a job may that pauses, are given back afterwards."""
        found, others, ends = None, [], time.monotonic() + wait_seconds
        while found is None:
            left = ends - time.monotonic()
            assert left > 0, f"{job_id} was not leased within {wait_seconds} s"
            reply = self.edge.lease(self.id, bases=["cast-3"], max_batch=32, wait_seconds=left, warm=[])
            for lease in map(parse_lease, reply.leases):
                if lease.job_id == job_id:
                    found = lease
                else:
                    others.append(lease)
        for lease in others:
            self.edge.release(lease.lease_id, "Not of this test.")
        return found

    def upload(self, lease: Lease, content: bytes = PNG, **announced: Any) -> httpx.Response:
        """Announce a picture and send `content`."""
        described = {"name": "image-0.png", "content_type": "image/png", "size_bytes": len(PNG), "sha256": digest(PNG)}
        url = self.edge.announce(lease.lease_id, {**described, **announced})
        return httpx.put(url, content=content, headers={"content-type": "image/png"})


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def success(**changes: Any) -> dict[str, Any]:
    """A settle that names the uploaded picture."""
    output = {
        "name": "image-0.png",
        "role": "image",
        "content_type": "image/png",
        "size_bytes": len(PNG),
        "sha256": digest(PNG),
        "meta": {"width": 256, "height": 256, "seed": 7, "recipe": {}},
    }
    return {"outcome": "succeeded", "outputs": [{**output, **changes}], "warnings": [], "metrics": {}}


def failure(**changes: Any) -> dict[str, Any]:
    """A settle that ends the job for good."""
    error = {"code": "runner_error", "message": "The test is over.", "retryable": False}
    return {"outcome": "failed", "error": {**error, **changes}}


@pytest.fixture
def runner(an_edge: AnEdge) -> Iterator[Runner]:
    made = Runner(an_edge)
    yield made
    made.edge.deregister(made.id)
    made.edge.close()


@pytest.fixture
def leased(an_edge: AnEdge, runner: Runner) -> Iterator[Lease]:
    """A lease on a fresh job; the job does not stay behind."""
    lease = runner.lease(an_edge.enqueue())
    yield lease
    with contextlib.suppress(LeaseLost):
        runner.edge.settle(lease.lease_id, failure())


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def test_an_empty_queue_gives_no_leases(runner: Runner) -> None:
    assert runner.edge.lease(runner.id, bases=["no-such-base"], max_batch=1, wait_seconds=0, warm=[]) == LeaseReply(
        (), drain=False
    )


def test_heartbeats_extend_a_lease(runner: Runner, leased: Lease) -> None:
    assert leased.attempt == 1
    assert runner.edge.heartbeat(leased.lease_id, PROGRESS, None).cancel is False


def test_a_delivered_job_succeeds_and_a_repeated_settle_gets_the_same_answer(runner: Runner, leased: Lease) -> None:
    assert runner.upload(leased).is_success
    for _ in range(2):
        assert runner.edge.settle(leased.lease_id, success()) == "succeeded"


def test_reports_about_an_ended_job_are_refused(runner: Runner, leased: Lease) -> None:
    runner.upload(leased)
    runner.edge.settle(leased.lease_id, success())
    with pytest.raises(LeaseLost):
        runner.edge.heartbeat(leased.lease_id, PROGRESS, None)
    with pytest.raises(LeaseLost):
        runner.upload(leased)
    with pytest.raises(LeaseLost):
        runner.edge.release(leased.lease_id, "Too late.")


def test_an_unknown_lease_is_answered_as_lost(runner: Runner) -> None:
    with pytest.raises(LeaseLost):
        runner.edge.heartbeat(f"lse_{'0' * 24}", None, None)


def test_a_released_job_is_leased_again_under_a_new_lease(runner: Runner, leased: Lease) -> None:
    runner.edge.release(leased.lease_id, "The runner is stopping.")
    again = runner.lease(leased.job_id)
    assert again.lease_id != leased.lease_id
    assert again.attempt == 2
    assert runner.edge.settle(again.lease_id, failure()) == "failed"


def test_a_retryable_failure_requeues_the_job(runner: Runner, leased: Lease) -> None:
    assert runner.edge.settle(leased.lease_id, failure(retryable=True)) == "queued"
    again = runner.lease(leased.job_id, wait_seconds=20.0)  # the job pauses before its second run
    assert runner.edge.settle(again.lease_id, failure()) == "failed"


def test_bytes_other_than_announced_are_refused(runner: Runner, leased: Lease) -> None:
    for content in (PNG[:-1], PNG[:-1] + b"!", PNG + b"!"):
        reply = runner.upload(leased, content)
        assert reply.json()["code"] == "upload_mismatch"


def test_a_settle_may_name_only_stored_outputs(runner: Runner, leased: Lease) -> None:
    assert code_of(lambda: runner.edge.settle(leased.lease_id, success())) == "output_missing"
    runner.upload(leased)
    assert code_of(lambda: runner.edge.settle(leased.lease_id, success(sha256="0" * 64))) == "output_missing"


def test_a_settle_of_what_was_not_ordered_is_refused(runner: Runner, leased: Lease) -> None:
    small = png_bytes(picture(64))
    described = {"name": "small.png", "size_bytes": len(small), "sha256": digest(small)}
    runner.upload(leased, small, **described)
    assert code_of(lambda: runner.edge.settle(leased.lease_id, success(**described))) == "output_mismatch"
    runner.upload(leased)
    other = success(meta={"width": 256, "height": 256, "seed": 8, "recipe": {}})
    assert code_of(lambda: runner.edge.settle(leased.lease_id, other)) == "output_mismatch"
    assert runner.edge.settle(leased.lease_id, success()) == "succeeded"


def test_an_oversized_preview_is_refused_and_the_lease_stays(runner: Runner, leased: Lease) -> None:
    large = "A" * (4 * 22_000)  # 66,000 bytes
    assert code_of(lambda: runner.edge.heartbeat(leased.lease_id, PROGRESS, large)) == "body_too_large"
    runner.edge.heartbeat(leased.lease_id, PROGRESS, None)


def test_a_field_that_the_contract_does_not_know_is_refused(runner: Runner, leased: Lease) -> None:
    wrong = {**PROGRESS, "extra": 1}
    assert code_of(lambda: runner.edge.heartbeat(leased.lease_id, wrong, None)) == "request_invalid"


def test_a_wrong_key_is_refused(an_edge: AnEdge) -> None:
    with Edge(an_edge.url, "opx_wrong") as stranger:
        assert code_of(lambda: stranger.deregister(f"rnr_{'0' * 20}")) == "key_invalid"


def test_a_runner_that_has_left_may_not_lease(runner: Runner, an_edge: AnEdge) -> None:
    with Edge(an_edge.url, an_edge.token) as edge:
        about = {"name": "suite", "version": "0", "device": "cpu", "dtype": "float32", "memory_bytes": 1}
        left = edge.register({**about, "bases": ["cast-3"]}).runner_id
        edge.deregister(left)
        assert code_of(lambda: edge.lease(left, bases=["cast-3"], max_batch=1, wait_seconds=0, warm=[])) == "not_found"
    assert runner.id != left


def test_a_poll_under_way_when_its_runner_leaves_takes_no_job(an_edge: AnEdge, runner: Runner) -> None:
    leaver = Runner(an_edge)
    taken: list[Any] = []

    def poll() -> None:
        # Refused or an empty answer: both leave the job to others.
        with contextlib.suppress(Refused), leaver.edge:
            taken.extend(leaver.edge.lease(leaver.id, bases=["cast-3"], max_batch=1, wait_seconds=4.0, warm=[]).leases)

    polling = threading.Thread(target=poll)
    polling.start()
    runner.edge.lease(
        runner.id, bases=["no-such-base"], max_batch=1, wait_seconds=0.5, warm=[]
    )  # by now the other one waits
    runner.edge.deregister(leaver.id)
    job_id = an_edge.enqueue()
    polling.join()
    if taken:
        runner.edge.settle(taken[0]["lease_id"], failure())
    assert taken == []
    runner.edge.settle(runner.lease(job_id).lease_id, failure())


def test_a_draining_runner_is_notified_and_takes_no_job(an_edge: AnEdge, runner: Runner) -> None:
    held = runner.lease(an_edge.enqueue())
    an_edge.drain(runner.id)
    left = an_edge.enqueue()
    assert runner.edge.heartbeat(held.lease_id, PROGRESS, None).drain is True
    assert runner.edge.lease(runner.id, bases=["cast-3"], max_batch=32, wait_seconds=5.0, warm=[]) == LeaseReply(
        (), drain=True
    )
    assert runner.edge.settle(held.lease_id, failure()) == "failed"
    an_edge.drain(runner.id, wanted=False)
    again = runner.lease(left)
    assert runner.edge.heartbeat(again.lease_id, PROGRESS, None).drain is False
    assert runner.edge.settle(again.lease_id, failure()) == "failed"


def test_a_request_to_drain_wakes_a_poll_under_way(an_edge: AnEdge, runner: Runner) -> None:
    heard: list[LeaseReply] = []
    polling = threading.Thread(
        target=lambda: heard.append(
            runner.edge.lease(runner.id, bases=["cast-3"], max_batch=1, wait_seconds=20.0, warm=[])
        ),
    )
    polling.start()
    polling.join(0.5)  # by now it waits
    an_edge.drain(runner.id)
    polling.join(5.0)
    assert heard == [LeaseReply((), drain=True)]
