"""Keeps every held lease alive from a thread of its own with its own HTTP client, and passes on what the edge answers.
If no run has made progress for `stall_seconds`, a thread hangs in one of them: then no lease is extended any
more, so that other runners get the jobs, and `on_stall` is called. A run with new progress sends its heartbeat early
(at most one a `progress_seconds`), so that watchers see it move; any other one every `heartbeat_seconds`. Never ends a
run by itself except through Run.end.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orthoplex.runner.edge import Edge, LeaseLost, Refused
from orthoplex.runner.log import Log
from orthoplex.runner.retry import Backoff, Unreachable
from orthoplex.runner.run import Report, Run

# Longer than any job goes without progress: between two steps, while its base is loaded, while its outputs are sent.
STALL_SECONDS = 1_800.0


@dataclass
class _Pulse:
    """The schedule of one run's heartbeats; times in seconds of the monotonic clock."""

    run: Run
    tried_at: float
    due_at: float
    failures: int = 0


class Heartbeats:
    """The heartbeats of all held leases. `hold` comes from the working thread, `drop` also from those that send."""

    def __init__(
        self,
        edge: Edge,
        log: Log,
        *,
        heartbeat_seconds: float,
        progress_seconds: float = 1.0,
        stall_seconds: float = STALL_SECONDS,
        on_stall: Callable[[], None] = lambda: None,
        backoff: Backoff | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._edge = edge
        self._log = log
        self._heartbeat_seconds = heartbeat_seconds
        self._progress_seconds = progress_seconds
        self._stall_seconds = stall_seconds
        self._on_stall = on_stall
        self._stalled = False
        self._moved_at = monotonic()
        # After an outage the first heartbeat must reach the edge before its sweep gives the job to somebody else.
        self._backoff = backoff or Backoff(limit=2.0)
        self._monotonic = monotonic
        self._pulses: dict[str, _Pulse] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._drain = False
        self._thread = threading.Thread(target=self._beat_until_closed, name="heartbeats", daemon=True)

    def start(self) -> None:
        """Begin to send heartbeats."""
        self._thread.start()

    def close(self) -> None:
        """Stop sending heartbeats; returns when the thread has ended or hangs in one last call."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(timeout=1.0)

    def hold(self, run: Run) -> None:
        """Keep this run's lease alive from now on."""
        now = self._monotonic()
        with self._changed:
            self._moved_at = now
            # A lease starts with its full time, so the first heartbeat may wait.
            self._pulses[run.lease.lease_id] = _Pulse(run, tried_at=now, due_at=now + self._heartbeat_seconds)
            self._changed.notify()

    def drop(self, run: Run) -> None:
        """The run is over; its lease is no longer extended."""
        with self._changed:
            self._moved_at = self._monotonic()
            self._pulses.pop(run.lease.lease_id, None)

    def wake(self) -> None:
        """A run has new progress."""
        with self._changed:
            self._changed.notify()

    def beat_due(self) -> None:
        """Send every heartbeat that is due."""
        with self._changed:
            pulses = list(self._pulses.values())
            moved_at = max([self._moved_at, *(pulse.run.moved_at for pulse in pulses)])
        if pulses and self._monotonic() - moved_at > self._stall_seconds:
            self._stall(pulses)
            return
        for pulse in pulses:
            # A refused key has ended them all at the first.
            if pulse.run.ending != "lost" and self._due_at(pulse) <= self._monotonic():
                self._beat(pulse)

    def _stall(self, pulses: Sequence[_Pulse]) -> None:
        """Let the leases run out: which of the jobs hangs shows when each runs alone."""
        self._log.error("stalled", lease_ids=[pulse.run.lease.lease_id for pulse in pulses])
        for pulse in pulses:
            pulse.run.end("lost")
            self.drop(pulse.run)
        if not self._stalled:
            self._stalled = True
            self._on_stall()

    def _due_at(self, pulse: _Pulse) -> float:
        if pulse.failures == 0 and pulse.run.has_news():
            return min(pulse.due_at, pulse.tried_at + self._progress_seconds)
        return pulse.due_at

    def _beat_until_closed(self) -> None:
        while True:
            self.beat_due()
            with self._changed:
                if self._closed:
                    return
                due = min((self._due_at(pulse) for pulse in self._pulses.values()), default=None)
                wait = None if due is None else due - self._monotonic()
                if wait is None or wait > 0.0:
                    self._changed.wait(wait)

    def _beat(self, pulse: _Pulse) -> None:
        run = pulse.run
        report = run.take_report()
        pulse.tried_at = self._monotonic()
        try:
            reply = self._edge.heartbeat(run.lease.lease_id, _progress_of(report), report.preview if report else None)
        except LeaseLost:
            # Also the answer to a heartbeat that crossed the settle of its own run, so the settle reports the end.
            run.end("lost")
            self.drop(run)
        except Unreachable as error:
            pulse.failures += 1
            pulse.due_at = self._monotonic() + self._backoff.delay(pulse.failures)
            if pulse.failures == 1:
                self._log.warning("heartbeat_failed", lease_id=run.lease.lease_id, detail=str(error))
        except Refused as error:
            if error.key_refused:
                self._end_all(error)
                return
            # A preview that the edge refuses must not cost the lease: the next heartbeat goes without it.
            pulse.due_at = self._monotonic() + self._progress_seconds
            self._log.error("heartbeat_refused", lease_id=run.lease.lease_id, code=error.code, detail=error.detail)
        except Exception as error:
            # What this run reports cannot even be sent: the thread keeps the other leases alive without it.
            pulse.due_at = self._monotonic() + self._progress_seconds
            self._log.error("heartbeat_broken", lease_id=run.lease.lease_id, exc_info=error)
        else:
            pulse.failures = 0
            pulse.due_at = self._monotonic() + self._heartbeat_seconds
            if reply.cancel:
                run.end("canceled")
            self._note_drain(reply.drain)

    def _end_all(self, error: Refused) -> None:
        """Without a key nothing can be delivered: the leases run out, and other runners take the jobs."""
        self._log.error("key_refused", code=error.code, detail=error.detail)
        with self._changed:
            pulses = list(self._pulses.values())
        for pulse in pulses:
            pulse.run.end("lost")
            self.drop(pulse.run)

    def _note_drain(self, drain: bool) -> None:
        # Only logged here: the answer to the next lease call decides, for the request may have been withdrawn by then.
        if drain != self._drain:
            self._drain = drain
            self._log.info("drain_asked" if drain else "drain_taken_back")


def _progress_of(report: Report | None) -> dict[str, object] | None:
    return None if report is None else {"step": report.step, "total": report.total, "message": report.message}
