"""The loop: lease -> run -> settle, until it is asked to leave. A drain finishes what is held, a stop gives it back.
Results are settled by send.py's threads while the next batch runs; everything else is settled here.

Knows leases, not signals and not diffusion: the process is service.py's, the work is the jobs'.
"""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from orthoplex.runner.edge import Edge, Refused
from orthoplex.runner.failure import failure_of
from orthoplex.runner.heartbeat import STALL_SECONDS, Heartbeats
from orthoplex.runner.jobs import Job, Result
from orthoplex.runner.log import Log
from orthoplex.runner.retry import Backoff, RetryPolicy, Unreachable
from orthoplex.runner.run import Run
from orthoplex.runner.send import ResultSender
from orthoplex.runner.settle import Settler, log_of
from orthoplex.runner.storage import Storage
from orthoplex.runner.wire import Lease, LeaseHead, LeaseReply, Registered, SampleLease, TextRefused, parse_lease

GOODBYE_SECONDS = 1.0


class _Left(Exception):  # noqa: N818 - what happened meanwhile
    """Asked to leave before the edge knew this runner."""


class DeviceBroken(Exception):  # noqa: N818 - says what the device is
    """The device failed in a way that only a new process can mend."""


@dataclass(frozen=True)
class LoopSettings:
    """Who this runner is and how it asks for work."""

    about: Mapping[str, Any]  # the body of register
    bases: list[str]
    max_batch: int = 1
    wait_seconds: float = 20.0
    heartbeat_seconds: float | None = None  # None: as the edge says
    progress_seconds: float = 1.0
    stall_seconds: float = STALL_SECONDS


class Loop:
    """One runner's life at one edge.

    `heartbeat_edge` is a second client, used by the heartbeat thread alone; `senders` are Settlers with clients of
    their own, one for each thread that sends results.
    """

    def __init__(
        self,
        settings: LoopSettings,
        *,
        edge: Edge,
        heartbeat_edge: Edge,
        senders: Sequence[Settler],
        storage: Storage,
        jobs: Mapping[str, Job],
        retry_policy: RetryPolicy,
        log: Log,
        backoff: Backoff | None = None,
    ) -> None:
        self._settings = settings
        self._edge = edge
        self._heartbeat_edge = heartbeat_edge
        self._storage = storage
        self._jobs = jobs
        self._retry_policy = retry_policy
        self._stop = retry_policy.stop
        self._leave = threading.Event()
        self._log = log
        self._backoff = backoff or Backoff()
        self._settler = Settler(edge, storage, retry_policy)
        self._results = ResultSender(senders, log, limit=settings.max_batch)
        self._answers: queue.SimpleQueue[LeaseReply | Exception | None] = queue.SimpleQueue()
        self._poller: threading.Thread | None = None
        # Called from the heartbeat thread where a job hangs: only the end of the process frees this one.
        self.on_stall: Callable[[], None] = lambda: None

    def request_stop(self) -> None:
        """Lease no more, end what runs. Safe to call from any thread, again and again."""
        self._stop.set()
        self.request_drain()

    def request_drain(self) -> None:
        """Lease no more, finish what runs. As request_stop, which may still follow."""
        self._leave.set()
        self._answers.put(None)

    def serve(self) -> None:
        """Until asked to leave. Refused if the edge does not want this runner, DeviceBroken if the process must end."""
        self._results.start()
        try:
            self._serve_until_asked()
        finally:
            self._results.close()

    def _serve_until_asked(self) -> None:
        while not self._leave.is_set():
            try:
                runner_id, heartbeat_seconds = self._register()
            except (Unreachable, _Left):
                return  # only a stop ends the retry_policy of a registration
            heartbeats = Heartbeats(
                self._heartbeat_edge,
                self._log,
                heartbeat_seconds=self._settings.heartbeat_seconds or heartbeat_seconds,
                progress_seconds=self._settings.progress_seconds,
                stall_seconds=self._settings.stall_seconds,
                on_stall=self.on_stall,
            )
            heartbeats.start()
            try:
                self._serve_as(runner_id, heartbeats)
            finally:
                self._results.flush()
                heartbeats.close()
                self._deregister(runner_id)

    def _register(self) -> tuple[str, float]:
        def attempt() -> Registered:
            if self._leave.is_set():
                raise _Left
            return self._edge.register(self._settings.about)

        registered = self._retry_policy.call(attempt, seconds=float("inf"))
        self._log.info("registered", runner_id=registered.runner_id, **self._settings.about)
        return registered.runner_id, registered.heartbeat_seconds

    def _serve_as(self, runner_id: str, heartbeats: Heartbeats) -> None:
        """Lease and run until asked to leave, or until the edge no longer knows this registration."""
        failures = 0
        while not self._leave.is_set():
            try:
                reply = self._ask(runner_id)
            except Unreachable as error:
                failures += 1
                if failures == 1:
                    self._log.warning("edge_unreachable", detail=str(error))
                self._leave.wait(max(self._backoff.delay(failures), error.retry_after or 0.0))
                continue
            except Refused as error:
                if error.status != 404:
                    raise
                self._log.warning("registration_forgotten", detail=error.detail)
                return
            if failures:
                self._log.info("edge_reached", failures=failures)
                failures = 0
            if reply.drain:
                self._log.info("drained", detail="An operator asked this runner to leave.")
                self._leave.set()
            self._run_all(reply.leases, heartbeats)

    def _ask(self, runner_id: str) -> LeaseReply:
        """Leases, as JSON. The long poll waits in a thread of its own, so that a stop need not wait for it."""
        self._poller = threading.Thread(target=self._poll, args=(runner_id,), name="poll", daemon=True)
        self._poller.start()
        answer = self._answers.get()
        if isinstance(answer, Exception):
            raise answer
        return answer or LeaseReply(())

    def _poll(self, runner_id: str) -> None:
        settings = self._settings
        try:
            warm = self._storage.warm()
            reply = self._edge.lease(
                runner_id,
                bases=settings.bases,
                max_batch=settings.max_batch,
                wait_seconds=settings.wait_seconds,
                warm=warm,
            )
            self._answers.put(reply)
        except Exception as error:
            self._answers.put(error)

    def _deregister(self, runner_id: str) -> None:
        try:
            self._retry_policy.call(lambda: self._edge.deregister(runner_id), seconds=self._retry_policy.last_seconds)
        except (Unreachable, Refused) as error:
            self._log.warning("deregister_failed", detail=str(error))
        else:
            self._log.info("deregistered", runner_id=runner_id)
        # A poll that was in progress may have been given work.
        if self._poller is not None:
            self._poller.join(GOODBYE_SECONDS)
        while not self._answers.empty():
            answer = self._answers.get()
            for message in answer.leases if isinstance(answer, LeaseReply) else ():
                self._settler.give_back(msgspec.convert(message, type=LeaseHead), "The runner is stopping.", self._log)

    def _run_all(self, messages: Sequence[Any], heartbeats: Heartbeats) -> None:
        """Run what was leased, each to an end of its own; what a broken device leaves is given back."""
        runs: list[Run] = []
        unread: list[tuple[Any, Exception]] = []
        for message in messages:
            try:
                runs.append(self._run_of(parse_lease(message), heartbeats))
            except (msgspec.ValidationError, TextRefused) as error:
                unread.append((message, error))
        waiting = {run.lease.lease_id: run for run in runs}
        for run in runs:
            heartbeats.hold(run)
            log_of(self._log, run.lease).info("leased", kind=_kind_of(run.lease), attempt=run.lease.attempt)
        try:
            # Only now that the others are kept alive: an edge that is away may hold this up.
            for message, reason in unread:
                self._refuse(message, reason)
            for (kind, _), group in _by_kind(runs).items():
                self._run_group(kind, group, waiting, heartbeats)
        finally:
            for run in waiting.values():
                heartbeats.drop(run)
                self._settler.give_back(run.lease, "The runner's device failed.", self._log)

    def _run_of(self, lease: Lease, heartbeats: Heartbeats) -> Run:
        return Run(lease, stop=self._stop, frame_seconds=self._settings.progress_seconds, notify=heartbeats.wake)

    def _run_group(self, kind: str, group: Sequence[Run], waiting: dict[str, Run], heartbeats: Heartbeats) -> None:
        """Run these together. Those that a fault leaves without an end are run again one by one: alone it has an owner.

        `waiting` loses each run that has ended. DeviceBroken if no job can be run any more.
        """
        fault: BaseException = RuntimeError("The job ended without an end for this run.")
        try:
            for run, end in self._jobs[kind](group, self._storage):
                if run.lease.lease_id not in waiting:
                    continue
                if isinstance(end, Exception):
                    _keep_neighbours(end, group)
                self._finish(run, end, waiting, heartbeats)
        except DeviceBroken:
            raise
        except (Exception, SystemExit) as error:
            _keep_neighbours(error, group)
            fault = error
        for run in [run for run in group if run.lease.lease_id in waiting]:
            if len(group) > 1:
                self._run_group(kind, [run], waiting, heartbeats)
            else:
                end = fault if isinstance(fault, Exception) else RuntimeError("The job asked the process to exit.")
                self._finish(run, end, waiting, heartbeats)

    def _finish(self, run: Run, end: Result | Exception, waiting: dict[str, Run], heartbeats: Heartbeats) -> None:
        del waiting[run.lease.lease_id]
        if isinstance(end, Result):
            self._results.hand_over(run, end, heartbeats.drop)
            return
        try:
            failure = self._settler.finish(run, end, self._log)
        finally:
            heartbeats.drop(run)
        if failure is not None and failure.fatal:
            raise DeviceBroken(failure.message)

    def _refuse(self, message: Any, error: Exception) -> None:
        """Fail a lease that this runner cannot run where it can be seen."""
        self._log.error("lease_unreadable", detail=str(error))
        try:
            head = msgspec.convert(message, type=LeaseHead)
        except msgspec.ValidationError:
            return  # it names no lease: whatever it was, it runs out
        self._settler.refuse(head, error, self._log)


def _keep_neighbours(error: BaseException, group: Sequence[Run]) -> None:
    """DeviceBroken where the device failed with several jobs on it: none of them can be named as the cause."""
    if len(group) > 1 and isinstance(error, Exception) and failure_of(error).fatal:
        raise DeviceBroken(failure_of(error).message) from error


def _kind_of(lease: Lease) -> str:
    return "sample" if isinstance(lease, SampleLease) else "train"


def _by_kind(runs: Sequence[Run]) -> dict[tuple[str, str], list[Run]]:
    """Runs by what may be run together: their kind and their base."""
    groups: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((_kind_of(run.lease), run.lease.base), []).append(run)
    return groups
