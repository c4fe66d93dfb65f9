"""The runner as a process: wires the parts together, turns signals into a clean end, and names its exit code.

The main thread only waits, so that a signal is answered at once whatever the device is doing.
"""

import os
import signal
import threading
from collections.abc import Mapping
from importlib.metadata import version
from types import FrameType

from orthoplex.bases import present_bases
from orthoplex.runner.bases import LoadedBases, device_name, memory_bytes, resolve_device
from orthoplex.runner.cache import BlobCache
from orthoplex.runner.config import ConfigRefused, RunnerConfig
from orthoplex.runner.edge import Edge, Refused
from orthoplex.runner.failure import JobFailed
from orthoplex.runner.jobs import Job
from orthoplex.runner.jobs.sample import SampleJob
from orthoplex.runner.jobs.train import TrainJob
from orthoplex.runner.log import Log
from orthoplex.runner.loop import DeviceBroken, Loop, LoopSettings
from orthoplex.runner.retry import Patience
from orthoplex.runner.storage import Storage

STOP_SECONDS = 10.0
PICTURES_MAX = {"cpu": 16, "cuda": 64}

EXIT_CLEAN, EXIT_BROKEN, EXIT_REFUSED = 0, 1, 2


def serve(config: RunnerConfig, log: Log) -> int:
    """Run until a signal; the exit code: 0 clean, 1 broken or not done in time, 2 wrong settings or key."""
    try:
        loop = _wire(config, log)
    except (ConfigRefused, JobFailed, ValueError) as error:
        log.error("settings_refused", detail=str(error))
        return EXIT_REFUSED
    return run_until_signal(loop, log)


def run_until_signal(loop: Loop, log: Log, stop_seconds: float = STOP_SECONDS) -> int:
    """Serve in a thread of its own. The first SIGTERM or SIGINT ends it cleanly, the second one at once."""
    ended = threading.Event()
    stopping = threading.Event()
    exit_code = [EXIT_BROKEN]

    def work() -> None:
        try:
            loop.serve()
            exit_code[0] = EXIT_CLEAN
        except Refused as error:
            log.error("edge_refused", code=error.code, detail=error.detail)
            exit_code[0] = EXIT_REFUSED
        except DeviceBroken as error:
            log.error("device_broken", detail=str(error))
        except Exception as error:
            log.error("runner_broken", exc_info=error)
        finally:
            ended.set()
            stopping.set()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        log.info("stopping", signal=signal.Signals(number).name)
        loop.request_stop()
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    threading.Thread(target=work, name="loop", daemon=True).start()
    stopping.wait()
    if not ended.wait(stop_seconds):
        log.error("stop_overdue", seconds=stop_seconds, detail="Leases that are still held will run out.")
    log.info("stopped", exit_code=exit_code[0])
    return exit_code[0]


def _wire(config: RunnerConfig, log: Log) -> Loop:
    device = resolve_device(config.device)
    bases = LoadedBases(device)
    base_ids = config.bases or present_bases()
    if not base_ids:
        raise ConfigRefused("No base is on this machine: its weights are missing.")
    dtypes = {base_id: str(bases.get(base_id).dtype).removeprefix("torch.") for base_id in base_ids}
    about: Mapping[str, object] = {
        "name": config.name,
        "version": version("orthoplex"),
        "device": device_name(device),
        "dtype": dtypes[base_ids[0]],
        "memory_bytes": memory_bytes(device),
        "bases": base_ids,
    }
    patience = Patience(
        threading.Event(),
        on_retry=lambda error, failures: log.warning("retry", failures=failures, detail=str(error)),
    )
    edge, heart = (Edge(config.url, config.token, alive=config.alive_file) for _ in range(2))
    storage = Storage(edge, BlobCache(config.cache_dir, config.cache_max_bytes), patience)
    jobs: dict[str, Job] = {
        "sample": SampleJob(bases, PICTURES_MAX[device.partition(":")[0]]),
        "train": TrainJob(bases),
    }
    settings = LoopSettings(about, base_ids, config.max_batch, config.wait_seconds)
    return Loop(settings, edge, heart, storage, jobs, patience, log)
