"""Blobs over real HTTP: hashes checked, addresses that run out, and a disk cache that stays small."""

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from edge_contract import LIMITS
from edge_double import EdgeDouble
from scripts_of_jobs import HandStepped, sample_job
from serving import Serving

from orthoplex.runner.cache import PROVE_SECONDS, BlobCache
from orthoplex.runner.failure import JobFailed
from orthoplex.runner.storage import WARM_NAMED_MAX
from orthoplex.runner.wire import Input

Serve = Callable[..., Serving]


def entry(edge: EdgeDouble, content: bytes, **changes: object) -> Input:
    message = {**edge._input("file", content), **changes}
    return Input(str(message["name"]), str(message["url"]), str(message["sha256"]), int(str(message["size_bytes"])))


@pytest.fixture
def serving(serve: Serve) -> Serving:
    return serve(HandStepped())


def test_a_download_has_the_announced_bytes(edge: EdgeDouble, serving: Serving) -> None:
    assert serving.storage.download(entry(edge, b"hello")) == b"hello"


@pytest.mark.parametrize("wrong", [{"sha256": "0" * 64}, {"size_bytes": 4}, {"size_bytes": 6}])
def test_a_download_with_other_bytes_is_tried_three_times_and_then_fails_the_run(
    edge: EdgeDouble, serving: Serving, wrong: dict[str, object]
) -> None:
    with pytest.raises(JobFailed) as caught:
        serving.storage.download(entry(edge, b"hello", **wrong))
    assert (caught.value.code, caught.value.retryable) == ("runner_error", True)
    assert edge.count("/download") == 3


def test_an_expired_address_fails_the_run_for_a_retry(edge: EdgeDouble, serving: Serving) -> None:
    source = entry(edge, b"hello")
    edge.blobs.clear()
    with pytest.raises(JobFailed) as caught:
        serving.storage.download(source)
    assert caught.value.retryable


def test_only_downloads_with_keep_are_cached(edge: EdgeDouble, serving: Serving) -> None:
    for keep in (False, True, True):
        serving.storage.download(entry(edge, b"hello"), keep=keep)
    assert edge.count("/download") == 2


def test_an_upload_whose_address_expired_is_announced_again(edge: EdgeDouble, serve: Serve) -> None:
    job = edge.enqueue(sample_job())
    put = edge.put
    failed: list[str] = []

    def put_once_too_late(ticket: str, content: bytes, content_type: str) -> None:
        if not failed:
            failed.append(ticket)
            ticket = "another"
        put(ticket, content, content_type)

    edge.put = put_once_too_late  # type: ignore[method-assign]
    serve(HandStepped(free=True))
    edge.until(lambda: job.settled is not None)
    assert job.status == "succeeded"
    assert edge.count("uploads") == 2


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_the_cache_returns_what_was_stored(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, 100)
    assert cache.get(digest(b"a")) is None
    cache.put(b"a")
    assert cache.get(digest(b"a")) == b"a"


def test_the_cache_drops_the_least_recently_used_file_and_stays_within_its_bound(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, 30)
    contents = [bytes([n]) * 10 for n in range(4)]
    for content in contents[:3]:
        cache.put(content)
    cache.get(digest(contents[0]))
    cache.put(contents[3])
    assert [cache.get(digest(content)) is not None for content in contents] == [True, False, True, True]
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 30


def test_a_file_larger_than_the_cache_is_not_kept_and_evicts_nothing(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, 5)
    cache.put(b"a")
    cache.put(b"123456789")
    assert cache.get(digest(b"123456789")) is None
    assert cache.get(digest(b"a")) == b"a"


def test_a_cache_of_no_bytes_keeps_nothing(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, 0)
    cache.put(b"a")
    assert cache.names(8) == []


def test_files_of_other_names_are_not_touched(tmp_path: Path) -> None:
    strangers = [tmp_path / "photos" / "cat.png", tmp_path / "ab" / "notes.txt", tmp_path / "cd" / ("ab" + "0" * 62)]
    for path in strangers:
        path.parent.mkdir()
        path.write_bytes(b"x" * 50)
        os.utime(path, (1, 1))
    cache = BlobCache(tmp_path, 30)
    for n in range(5):
        cache.put(bytes([n]) * 10)
    assert all(path.exists() for path in strangers)
    assert len(cache.names(8)) == 3


def test_leftovers_of_an_interrupted_write_are_cleared_and_a_write_in_progress_stays(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, 100)
    cache.put(b"hello")
    folder = tmp_path / digest(b"hello")[:2]
    old, fresh = folder / ".part-old", folder / ".part-fresh"
    for path in (old, fresh):
        path.write_bytes(b"x" * 90)
    os.utime(old, (1, 1))
    cache.put(b"more")
    assert (old.exists(), fresh.exists()) == (False, True)


def test_a_corrupt_file_on_disk_is_a_miss_and_is_removed(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, 100)
    cache.put(b"hello")
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    path.write_bytes(b"hellO")
    assert cache.get(digest(b"hello")) is None
    assert not path.exists()


def test_a_read_only_cache_folder_fails_no_job(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    cache = BlobCache(blocked, 100)
    cache.put(b"hello")
    assert cache.get(digest(b"hello")) is None


def test_the_cache_lists_its_complete_files_most_recently_used_first(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, 100)
    assert cache.names(8) == []
    for n, content in enumerate((b"a", b"b", b"c")):
        cache.put(content)
        (path,) = tmp_path.glob(f"*/{digest(content)}")
        os.utime(path, (n, n))
    assert cache.get(digest(b"a")) == b"a"
    (tmp_path / digest(b"a")[:2] / ".part").write_bytes(b"half")
    assert cache.names(8) == [digest(b"a"), digest(b"c"), digest(b"b")]
    assert cache.names(2) == [digest(b"a"), digest(b"c")]


@pytest.mark.parametrize("damaged", [b"", b"hel", b"hellO", b"hello, world"])
def test_an_incomplete_file_is_not_listed_and_is_removed(tmp_path: Path, damaged: bytes) -> None:
    BlobCache(tmp_path, 100).put(b"hello")
    (path,) = tmp_path.glob(f"*/{digest(b'hello')}")
    path.write_bytes(damaged)
    cache = BlobCache(tmp_path, 100)
    assert cache.names(8) == []
    assert not path.exists()


def test_a_file_is_verified_once_before_it_is_listed_and_again_after_it_was_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    BlobCache(tmp_path, 100).put(b"hello")
    cache = BlobCache(tmp_path, 100)
    reads: list[str] = []
    read = BlobCache._read
    monkeypatch.setattr(BlobCache, "_read", lambda self, name: (reads.append(name), read(self, name))[1])
    for _ in range(3):
        assert cache.names(8) == [digest(b"hello")]
    assert len(reads) == 1
    (path,) = tmp_path.glob(f"*/{digest(b'hello')}")
    (tmp_path / "other").write_bytes(b"wrong")
    (tmp_path / "other").replace(path)
    assert cache.names(8) == []


def test_listing_takes_a_bounded_time_and_resumes_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = BlobCache(tmp_path, 1_000)
    for n in range(4):
        first.put(bytes([n]))
    cache = BlobCache(tmp_path, 1_000)
    now = [0.0]
    monkeypatch.setattr("orthoplex.runner.cache.time.monotonic", lambda: now[0])
    read = BlobCache._read

    def slow(self: BlobCache, name: str) -> bytes | None:
        now[0] += PROVE_SECONDS / 2
        return read(self, name)

    monkeypatch.setattr(BlobCache, "_read", slow)
    assert [len(cache.names(8)) for _ in range(3)] == [2, 4, 4]


def test_a_read_only_folder_serves_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = BlobCache(tmp_path, 100)
    cache.put(b"hello")
    assert cache.problem() is None

    def refuse(*_: object) -> None:
        raise PermissionError(30, "Read-only file system")

    # Permissions do not bind root, who runs this in a container.
    monkeypatch.setattr("orthoplex.runner.cache.os.utime", refuse)
    assert cache.get(digest(b"hello")) == b"hello"


def test_an_unusable_folder_is_reported_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert "file" in (BlobCache(tmp_path / "file", 100).problem() or "")


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, 100)
    (tmp_path / digest(b"hello")[:2] / digest(b"hello")).mkdir(parents=True)
    cache.put(b"hello")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_runners_that_share_a_folder_see_only_complete_files_and_keep_its_bound(tmp_path: Path) -> None:
    contents = [bytes([n]) * 1_000 for n in range(20)]
    wrong: list[bytes] = []

    def use(start: int) -> None:
        cache = BlobCache(tmp_path, 5_000)
        for n in range(200):
            content = contents[(start + 7 * n) % len(contents)]
            found = cache.get(digest(content))
            if found is None:
                cache.put(content)
            elif found != content:
                wrong.append(found)

    threads = [threading.Thread(target=use, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    BlobCache(tmp_path, 5_000).put(contents[0])
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 5_000
    assert all(len(path.name) == 64 for path in tmp_path.rglob("*") if path.is_file())


def test_a_file_in_use_may_be_dropped_by_another_runner(edge: EdgeDouble, serving: Serving) -> None:
    source = entry(edge, b"x" * 1_000)
    content = serving.storage.download(source, keep=True)
    other = BlobCache(serving.cache, 1_500)
    other.put(b"y" * 1_000)  # drops the first
    assert content == b"x" * 1_000
    assert serving.storage.warm() == [digest(b"y" * 1_000)]
    assert serving.storage.download(source, keep=True) == content
    assert edge.count("/download") == 2


def test_a_lease_request_lists_the_cached_files(edge: EdgeDouble, serve: Serve) -> None:
    serving = serve(HandStepped(free=True), wait_seconds=0.0)
    source = entry(edge, b"hello")
    serving.storage.download(source, keep=True)
    edge.until(lambda: edge.warm == [source.sha256])


def test_the_list_of_cached_files_has_the_contracts_bound() -> None:
    assert LIMITS["WARM_NAMED_MAX"] == WARM_NAMED_MAX
