"""The key of a process: read anew when its file changes or the edge refuses it; what cannot be one changes nothing."""

import os
from pathlib import Path

import httpx
import pytest

from orthoplex.runner.edge import Edge, Refused
from orthoplex.runner.key import Key


class Bench:
    """A key in a file, an edge that takes the keys in `good`, and what was reported and sent."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "key"
        self.file.write_text("opx_1\n")
        self.problems: list[str | None] = []
        self.sent: list[str] = []
        self.good = {"opx_1"}
        self.edge = Edge(
            "http://edge.test", Key("opx_1", self.file, self.problems.append), httpx.MockTransport(self._answer)
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request.headers["authorization"].removeprefix("Bearer "))
        if self.sent[-1] in self.good:
            return httpx.Response(200, json={})
        return httpx.Response(401, json={"code": "key_invalid", "detail": "This API key is unknown."})

    def call(self) -> None:
        self.edge.deregister("rnr_1")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_new_key_in_the_file_is_sent_from_the_next_call_on(bench: Bench) -> None:
    bench.call()
    bench.file.write_text("opx_22\n")
    bench.good.add("opx_22")
    bench.call()
    bench.call()
    assert bench.sent == ["opx_1", "opx_22", "opx_22"]
    assert bench.problems == [None]


def test_a_key_file_replaced_through_a_symbolic_link_is_noticed(tmp_path: Path) -> None:
    # As Kubernetes does it: the name is a link to a link to the folder of the day.
    for day in ("monday", "tuesday"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "token").write_text(f"opx_{day}")
    data, named = tmp_path / "data", tmp_path / "token"
    data.symlink_to("monday")
    named.symlink_to("data/token")
    key = Key("opx_monday", named)
    assert key.current() == "opx_monday"
    (tmp_path / "next").symlink_to("tuesday")
    (tmp_path / "next").replace(data)
    assert key.current() == "opx_tuesday"


def test_a_key_that_is_refused_is_read_again_and_the_call_repeated(bench: Bench) -> None:
    # A change that the file's length and time do not show.
    status = bench.file.stat()
    bench.file.write_text("opx_2\n")
    os.utime(bench.file, ns=(status.st_atime_ns, status.st_mtime_ns))
    bench.good = {"opx_2"}
    bench.call()
    assert bench.sent == ["opx_1", "opx_2"]


def test_a_refused_key_without_a_new_one_is_sent_once(bench: Bench) -> None:
    bench.good.clear()
    with pytest.raises(Refused) as caught:
        bench.call()
    assert caught.value.key_refused
    assert bench.sent == ["opx_1"]


@pytest.mark.parametrize("content", [b"", b"  \n", b"opx_\xff\xfe", b"opx_1 opx_2"])
def test_an_invalid_key_file_is_reported_and_the_old_key_is_kept(bench: Bench, content: bytes) -> None:
    bench.file.write_bytes(content)
    bench.call()
    bench.call()
    assert bench.sent == ["opx_1", "opx_1"]
    assert [problem is not None for problem in bench.problems] == [True]
    assert "opx_" not in str(bench.problems[0])


def test_a_deleted_key_file_leaves_the_old_key_in_use(bench: Bench) -> None:
    bench.file.unlink()
    bench.call()
    assert bench.sent == ["opx_1"]
