"""A runner process with a job that is stepped by nobody: what signals do to it is the question."""

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts_of_jobs import HandStepped
from serving import ABOUT, QUICK

from orthoplex.runner.cache import BlobCache
from orthoplex.runner.edge import Edge
from orthoplex.runner.jobs import Result
from orthoplex.runner.log import open_log
from orthoplex.runner.loop import Loop, LoopSettings
from orthoplex.runner.retry import RetryPolicy
from orthoplex.runner.run import Run
from orthoplex.runner.service import run_until_signal
from orthoplex.runner.settle import Settler
from orthoplex.runner.storage import Storage


def deaf(runs: Sequence[Run], _storage: Storage) -> Iterator[tuple[Run, Result | Exception]]:
    """A job that hears nothing, as one inside a driver call does."""
    runs[0].report(1, 2, "drawing")
    threading.Event().wait()
    yield from ()


def _let_go(job: HandStepped, cue: Path) -> None:
    """Let the steps through as soon as the test has left its cue."""
    while not cue.exists():
        time.sleep(0.01)
    job.go.set()


def serve(
    url: str, folder: str, *, hears: bool, stop_seconds: float, drain_seconds: float, token: str, stall_seconds: float
) -> None:
    """Serve until a signal and exit with the service's code; the log lies in the folder."""
    sys.stdout = sys.stderr = open(Path(folder) / "log", "w", buffering=1)  # noqa: PTH123, SIM115 - lives as long as the process
    retry_policy = RetryPolicy(threading.Event(), backoff=QUICK)
    edge, sender = Edge(url, token), Edge(url, token)
    storage = Storage(edge, BlobCache(Path(folder), 1), retry_policy)
    job = HandStepped() if hears else deaf
    if isinstance(job, HandStepped):
        threading.Thread(target=_let_go, args=(job, Path(folder) / "go"), daemon=True).start()
    quick = {"wait_seconds": 5.0, "heartbeat_seconds": 0.05, "progress_seconds": 0.0}
    settings = LoopSettings(ABOUT, ["cast-3"], **quick, stall_seconds=stall_seconds)
    log = open_log()
    loop = Loop(
        settings,
        edge=edge,
        heartbeat_edge=Edge(url, token),
        senders=[Settler(sender, Storage(sender, BlobCache(Path(folder), 1), retry_policy), retry_policy)],
        storage=storage,
        jobs={"sample": job},
        retry_policy=retry_policy,
        log=log,
        backoff=QUICK,
    )
    os._exit(
        run_until_signal(
            loop, log, stop_seconds=stop_seconds, drain_seconds=drain_seconds, key_hint="Put a key into the file."
        )
    )
