"""Two edges for one suite: the double that the runner's tests use, and a real Worker where one is named.

ORTHOPLEX_TEST_EDGE is the path of a JSON file {url, user_key, runner_key, operator}: a local Worker without runners, a
key with the scope generate, a key with the scopes read and runner of an operator, and how that operator signs in.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from edge_double import TOKEN, EdgeDouble
from scripts_of_jobs import sample_job

from orthoplex.runner.edge import Edge


class AnEdge(Protocol):
    """What the suite needs to know of an edge."""

    url: str
    token: str

    def enqueue(self) -> str:
        """Put a sample job of one picture into the queue; its id."""

    def drain(self, runner_id: str, wanted: bool = True) -> None:
        """An operator asks this runner to leave, or takes that back."""


class Double:
    """The edge of the runner's tests."""

    def __init__(self, edge: EdgeDouble) -> None:
        self.url, self.token = edge.url, TOKEN
        self._edge = edge

    def enqueue(self) -> str:
        return self._edge.enqueue(sample_job()).job_id

    def drain(self, runner_id: str, wanted: bool = True) -> None:
        with self._edge.changed:
            (self._edge.drain.add if wanted else self._edge.drain.discard)(runner_id)
            self._edge.changed.notify_all()


class Worker:
    """A real edge, asked through its public API."""

    def __init__(self, access: dict[str, Any]) -> None:
        self.url, self.token = access["url"], access["runner_key"]
        self._headers = {"authorization": f"Bearer {access['user_key']}"}
        self._operator = access["operator"]
        self._session: dict[str, str] | None = None

    def enqueue(self) -> str:
        body = {"base": "cast-3", "prompt": "a smiling person", "seed": 7}
        reply = httpx.post(f"{self.url}/v1/generations", json=body, headers=self._headers)
        return str(reply.raise_for_status().json()["id"])

    def status(self, job_id: str) -> str:
        """Where a job of `enqueue` stands."""
        reply = httpx.get(f"{self.url}/v1/generations/{job_id}", headers=self._headers)
        return str(reply.raise_for_status().json()["status"])

    def drain(self, runner_id: str, wanted: bool = True) -> None:
        act = "drain" if wanted else "resume"
        with self._desk() as desk:
            desk.post(f"/v1/operations/runners/{runner_id}/{act}").raise_for_status()

    def is_listed(self, runner_id: str) -> bool:
        """Whether operators see this runner: not once it has left."""
        with self._desk() as desk:
            listed = desk.get("/v1/operations/runners").raise_for_status().json()["items"]
        return runner_id in [runner["id"] for runner in listed]

    def keys(self, method: str, path: str = "", **body: Any) -> dict[str, Any]:
        """Make, rotate or revoke a key of the operator's."""
        with self._desk() as desk:
            reply = desk.request(method, f"/v1/keys{path}", json=body or None)
        return dict(reply.raise_for_status().json()) if reply.content else {}

    def _desk(self) -> httpx.Client:
        if self._session is None:
            reply = httpx.post(f"{self.url}/auth/sign-in/email", json=self._operator)
            self._session = dict(reply.raise_for_status().cookies)
        return httpx.Client(base_url=self.url, cookies=self._session)


@pytest.fixture(params=["double", "worker"])
def an_edge(request: pytest.FixtureRequest) -> Iterator[AnEdge]:
    """Each test meets both edges."""
    if request.param == "double":
        edge = EdgeDouble()
        yield Double(edge)
        edge.close()
        return
    yield _named_worker()


@pytest.fixture(scope="session")
def worker() -> Worker:
    """The real edge alone."""
    return _named_worker()


@pytest.fixture(scope="session", autouse=True)
def _nothing_waits() -> None:
    """Ends the jobs that publishing the seeds has queued, so that a runner of the suite gets the suite's jobs alone."""
    if "ORTHOPLEX_TEST_EDGE" not in os.environ:
        return
    made = _named_worker()
    about = {"name": "first", "version": "0", "device": "cpu", "dtype": "float32", "memory_bytes": 1}
    error = {"code": "runner_error", "message": "Not of the suite.", "retryable": False}
    with Edge(made.url, made.token) as edge:
        runner = edge.register({**about, "bases": ["cast-3"]}).runner_id
        while leases := edge.lease(runner, bases=["cast-3"], max_batch=32, wait_seconds=0, warm=[]).leases:
            for lease in leases:
                edge.settle(lease["lease_id"], {"outcome": "failed", "error": error})
        edge.deregister(runner)


def _named_worker() -> Worker:
    named = os.environ.get("ORTHOPLEX_TEST_EDGE")
    if named is None:
        pytest.skip("ORTHOPLEX_TEST_EDGE names no Worker")
    return Worker(json.loads(Path(named).read_text("utf-8")))
