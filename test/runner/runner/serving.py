"""A loop that talks to an edge double from a thread of its own, quick to retry and quick to beat."""

import io
import json
import threading
from pathlib import Path
from typing import Any

from edge_double import TOKEN, WAIT_SECONDS, EdgeDouble

from orthoplex.runner.cache import BlobCache
from orthoplex.runner.edge import Edge
from orthoplex.runner.jobs import Job
from orthoplex.runner.log import open_log
from orthoplex.runner.loop import Loop, LoopSettings
from orthoplex.runner.retry import Backoff, RetryPolicy
from orthoplex.runner.service import SENDER_THREADS
from orthoplex.runner.settle import Settler
from orthoplex.runner.storage import Storage

QUICK = Backoff(first=0.01, limit=0.05)
ABOUT = {
    "name": "test",
    "version": "0",
    "device": "cpu",
    "dtype": "float32",
    "memory_bytes": 1,
    "bases": ["cast-3"],
}


class _Lines(io.StringIO):
    """A log that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Condition()

    def write(self, text: str) -> int:
        with self.written:
            count = super().write(text)
            self.written.notify_all()
            return count


class Serving:
    """A loop in a thread. `end` stops it and gives back what serve raised, or None."""

    def __init__(self, edge: EdgeDouble, cache: Path, jobs: dict[str, Job], **settings: Any) -> None:
        self.stop = threading.Event()
        self.retry_policy = RetryPolicy(self.stop, seconds=5.0, last_seconds=0.2, backoff=QUICK)
        key = settings.pop("key", TOKEN)
        self._edge, self._heart, *self._senders = (Edge(edge.url, key) for _ in range(2 + SENDER_THREADS))
        self.cache = cache
        self.storage, *self._stores = (
            Storage(each, BlobCache(cache, 1 << 20), self.retry_policy) for each in (self._edge, *self._senders)
        )
        quick = {"wait_seconds": 5.0, "heartbeat_seconds": 0.05, "progress_seconds": 0.0}
        chosen = LoopSettings(ABOUT, ["cast-3"], **{**quick, **settings})
        self._lines = _Lines()
        log = open_log(self._lines)
        self.loop = Loop(
            chosen,
            edge=self._edge,
            heartbeat_edge=self._heart,
            senders=[
                Settler(sender, store, self.retry_policy)
                for sender, store in zip(self._senders, self._stores, strict=True)
            ],
            storage=self.storage,
            jobs=jobs,
            retry_policy=self.retry_policy,
            log=log,
            backoff=QUICK,
        )
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        try:
            self.loop.serve()
        except Exception as error:
            self.error = error

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines logged so far."""
        return [json.loads(line) for line in self._lines.getvalue().splitlines()]

    def until_logged(self, event: str) -> None:
        """Wait for a line of the log."""
        with self._lines.written:
            assert self._lines.written.wait_for(lambda: event in [line["event"] for line in self.log], WAIT_SECONDS)

    def join(self) -> Exception | None:
        """Wait until serve has returned by itself."""
        self._thread.join(5.0)
        assert not self._thread.is_alive(), "the loop does not end"
        return self.error

    def end(self) -> Exception | None:
        """Stop, and wait for the end."""
        self.loop.request_stop()
        self.join()
        for client in (self._edge, self._heart, *self._senders):
            client.close()
        for store in (self.storage, *self._stores):
            store.close()
        return self.error
