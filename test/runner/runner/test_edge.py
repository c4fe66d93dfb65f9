"""The client of the edge: every call names itself, and reports to whoever watches this process that it is alive."""

import os
import time
from pathlib import Path

import httpx
import pytest

from orthoplex.runner.edge import Edge
from orthoplex.runner.retry import Unreachable


def client(answer: httpx.Response | Exception, seen: list[str], alive: Path | None = None) -> Edge:
    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["x-request-id"])
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Edge("http://edge.test", "opx_test", httpx.MockTransport(handle), alive)


def test_every_call_has_a_request_id_that_the_edge_keeps() -> None:
    seen: list[str] = []
    edge = client(httpx.Response(200, json={}), seen)
    edge.deregister("rnr_1")
    edge.deregister("rnr_1")
    assert len(set(seen)) == 2
    assert all(len(each) == 24 and each.startswith("req_") for each in seen)


def test_a_failure_names_its_request_id() -> None:
    seen: list[str] = []
    edge = client(httpx.ConnectError("no route"), seen)
    with pytest.raises(Unreachable) as broken:
        edge.deregister("rnr_1")
    assert seen[0] in str(broken.value)
    answered = client(httpx.Response(500, json={"detail": "x"}, headers={"x-request-id": "req_there"}), seen)
    with pytest.raises(Unreachable, match="req_there"):
        answered.deregister("rnr_1")


def test_the_alive_file_is_touched_by_calls_that_fail_too(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    edge = client(httpx.ConnectError("no route"), [], alive)
    with pytest.raises(Unreachable):
        edge.deregister("rnr_1")
    old = time.time() - 1_000
    os.utime(alive, (old, old))
    with pytest.raises(Unreachable):
        edge.deregister("rnr_1")
    assert alive.stat().st_mtime > old + 900
