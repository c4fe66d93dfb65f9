"""The runner as a process: wires the parts together, turns signals into a clean end, and names its exit code.

The main thread only waits, so that a signal is handled at once, whatever the device is doing.
"""

import os
import queue
import signal
import threading
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Literal

import torch

from orthoplex.bases import present_bases
from orthoplex.bases.device import compute_dtype
from orthoplex.runner.bases import LoadedBases, device_name, memory_bytes, resolve_device
from orthoplex.runner.cache import BlobCache
from orthoplex.runner.config import ConfigRefused, RunnerConfig
from orthoplex.runner.edge import Edge, Refused
from orthoplex.runner.failure import JobFailed
from orthoplex.runner.jobs import Job
from orthoplex.runner.jobs.sample import SampleJob
from orthoplex.runner.jobs.train import TrainJob
from orthoplex.runner.key import Key
from orthoplex.runner.log import Log
from orthoplex.runner.loop import DeviceBroken, Loop, LoopSettings
from orthoplex.runner.retry import RetryPolicy
from orthoplex.runner.settle import Settler
from orthoplex.runner.storage import Storage

# A signal that comes while another is pending may reach a thread that runs no handlers, and then nothing wakes
# the one that does: it looks by itself.
LOOK_SECONDS = 0.5
STOP_SECONDS = 10.0
# An output waits for the edge more than it works: two threads keep it busy without two cores.
SENDER_THREADS = 2
PICTURES_MAX = {"cpu": 16, "cuda": 64}

Event = signal.Signals | Literal["stalled"] | None  # None: the loop has ended

EXIT_CLEAN, EXIT_BROKEN, EXIT_REFUSED = 0, 1, 2


def serve(config: RunnerConfig, log: Log) -> int:
    """Run until a signal; the exit code: 0 clean, 1 broken or not done in time, 2 wrong settings or key."""
    try:
        loop = _wire(config, log)
    except (ConfigRefused, JobFailed, ValueError) as error:
        log.error("settings_refused", detail=str(error))
        return EXIT_REFUSED
    return run_until_signal(loop, log, drain_seconds=config.drain_seconds, key_hint=_key_hint(config))


def run_until_signal(
    loop: Loop, log: Log, *, stop_seconds: float = STOP_SECONDS, drain_seconds: float = 0.0, key_hint: str = ""
) -> int:
    """Serve in a thread of its own, and answer signals:

    SIGUSR1 drains: what is held is finished, however long it takes. SIGTERM drains for `drain_seconds` and then stops.
    SIGINT, and SIGTERM again, stop: what is held is given back. One more ends the process at once.
    """
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    loop.on_stall = lambda: events.put("stalled")
    exit_code = [EXIT_BROKEN]

    def work() -> None:
        try:
            loop.serve()
            exit_code[0] = EXIT_CLEAN
        except Refused as error:
            hint = key_hint if error.key_refused else ""
            log.error("edge_refused", code=error.code, detail=f"{error.detail} {hint}".strip())
            exit_code[0] = EXIT_REFUSED
        except DeviceBroken as error:
            log.error("device_broken", detail=str(error))
        except Exception as error:
            log.error("runner_broken", exc_info=error)
        finally:
            events.put(None)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        # A handler may come at any moment, also while this thread holds a lock: a put is all that it may do.
        signal.signal(number, lambda number, _frame: events.put(signal.Signals(number)))
    threading.Thread(target=work, name="loop", daemon=True).start()
    if not _follow_signals(loop, log, events, stop_seconds=stop_seconds, drain_seconds=drain_seconds):
        log.error("stop_overdue", seconds=stop_seconds, detail="Leases that are still held will run out.")
    log.info("stopped", exit_code=exit_code[0])
    return exit_code[0]


def _follow_signals(
    loop: Loop, log: Log, events: queue.SimpleQueue[Event], *, stop_seconds: float, drain_seconds: float
) -> bool:
    """Until the loop has ended; False if it did not in time."""
    ends: float | None = None
    stopping = False
    while True:
        left = LOOK_SECONDS if ends is None else max(0.0, ends - time.monotonic())
        try:
            event = events.get(timeout=min(left, LOOK_SECONDS))
        except queue.Empty:
            if ends is None or time.monotonic() < ends:
                continue
            if stopping:
                return False
            log.warning("drain_overdue", seconds=drain_seconds, detail="What is still held is given back.")
            event = signal.SIGTERM
        if event is None:
            return True
        if event == "stalled":
            log.error("job_hangs", detail="Its thread cannot be ended, so the process ends.")
            os._exit(EXIT_BROKEN)
        if event == signal.SIGUSR1:
            if not stopping:
                log.info("draining", signal=event.name)
                loop.request_drain()
        elif event == signal.SIGTERM and ends is None and drain_seconds > 0.0:
            log.info("draining", signal=event.name, seconds=drain_seconds)
            loop.request_drain()
            ends = time.monotonic() + drain_seconds
        elif stopping:
            os._exit(128 + event)
        else:
            log.info("stopping", signal=event.name)
            loop.request_stop()
            stopping, ends = True, time.monotonic() + stop_seconds


def _key_of(config: RunnerConfig, log: Log) -> Key:
    def log_key(problem: str | None) -> None:
        if problem is None:
            log.info("key_replaced", file=str(config.token_file))
        else:
            log.warning("key_file_refused", detail=problem)

    return Key(config.token, config.token_file, log_key)


def _key_hint(config: RunnerConfig) -> str:
    where = f"{config.token_file}" if config.token_file else "ORTHOPLEX_RUNNER_TOKEN"
    return f"Put an API key of scope runner into {where} and start the runner again."


def _wire(config: RunnerConfig, log: Log) -> Loop:
    device = resolve_device(config.device)
    present = present_bases()
    base_ids = config.bases or present
    if not base_ids:
        raise ConfigRefused("No base is on this machine: its weights are missing.")
    if missing := sorted(set(base_ids) - set(present)):
        raise ConfigRefused(f"These bases are not on this machine: {', '.join(missing)}. It has {', '.join(present)}.")
    bases = LoadedBases(device, config.bases_max_bytes or memory_bytes(device) // 2)
    about: Mapping[str, object] = {
        "name": config.name,
        "version": version("orthoplex"),
        "device": device_name(device),
        "dtype": str(compute_dtype(torch.device(device))).removeprefix("torch."),
        "memory_bytes": memory_bytes(device),
        "bases": base_ids,
    }
    retry_policy = RetryPolicy(
        threading.Event(),
        on_retry=lambda error, failures: log.warning("retry", failures=failures, detail=str(error)),
    )
    key = _key_of(config, log)
    edge, heartbeat_edge = (Edge(config.url, key, alive=config.alive_file) for _ in range(2))
    cache = BlobCache(config.cache_dir, config.cache_max_bytes)
    if problem := cache.problem():
        log.warning("cache_unusable", detail=f"{problem}: adapters are fetched anew for every job.")
    storage = Storage(edge, cache, retry_policy)
    senders = [Edge(config.url, key, alive=config.alive_file) for _ in range(SENDER_THREADS)]
    jobs: dict[str, Job] = {
        "sample": SampleJob(bases, PICTURES_MAX[device.partition(":")[0]]),
        "train": TrainJob(bases),
    }
    settings = LoopSettings(about, base_ids, config.max_batch, config.wait_seconds)
    return Loop(
        settings,
        edge=edge,
        heartbeat_edge=heartbeat_edge,
        senders=[Settler(sender, Storage(sender, cache, retry_policy), retry_policy) for sender in senders],
        storage=storage,
        jobs=jobs,
        retry_policy=retry_policy,
        log=log,
    )
