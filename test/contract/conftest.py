"""Two edges for one suite: the double that the runner's tests use, and a real Worker where one is named.

ORTHOPLEX_TEST_EDGE is the path of a JSON file {url, user_key, runner_key}: a local Worker without runners, a key with
the scope generate, and a key with the scope runner of an operator.
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


class AnEdge(Protocol):
    """What the suite needs to know of an edge."""

    url: str
    token: str

    def enqueue(self) -> str:
        """Put a sample job of one picture into the queue; its id."""


class Double:
    """The edge of the runner's tests."""

    def __init__(self, edge: EdgeDouble) -> None:
        self.url, self.token = edge.url, TOKEN
        self._edge = edge

    def enqueue(self) -> str:
        return self._edge.enqueue(sample_job()).job_id


class Worker:
    """A real edge, asked through its public API."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.url, self.token = told["url"], told["runner_key"]
        self._headers = {"authorization": f"Bearer {told['user_key']}"}

    def enqueue(self) -> str:
        body = {"base": "cast-2", "prompt": "a smiling person", "seed": 7}
        reply = httpx.post(f"{self.url}/v1/generations", json=body, headers=self._headers)
        return str(reply.raise_for_status().json()["id"])


@pytest.fixture(params=["double", "worker"])
def an_edge(request: pytest.FixtureRequest) -> Iterator[AnEdge]:
    """Each test meets both edges."""
    if request.param == "double":
        edge = EdgeDouble()
        yield Double(edge)
        edge.close()
        return
    named = os.environ.get("ORTHOPLEX_TEST_EDGE")
    if named is None:
        pytest.skip("ORTHOPLEX_TEST_EDGE names no Worker")
    yield Worker(json.loads(Path(named).read_text("utf-8")))
