"""How a run ends at the edge: delivered, failed, canceled, released, or dropped without a message. Everything here may
be sent twice; whatever the edge answers, the loop continues. Nothing is sent under a lost lease.
"""

import time
from dataclasses import dataclass
from typing import Any

from orthoplex.ortho.text import cut_text
from orthoplex.runner.edge import Edge, LeaseLost, Refused
from orthoplex.runner.failure import Failure, failure_of
from orthoplex.runner.jobs import Result
from orthoplex.runner.log import Log
from orthoplex.runner.retry import RetryPolicy, Unreachable
from orthoplex.runner.run import Run, RunEnded
from orthoplex.runner.storage import Storage
from orthoplex.runner.wire import Lease, LeaseHead

WARNINGS_MAX = 32
WARNING_MAX_CHARACTERS = 500
MESSAGE_MAX_CHARACTERS = 2_000


def log_of(log: Log, lease: Lease | LeaseHead) -> Log:
    """A log whose lines carry the ids of this lease."""
    return log.bind(job_id=lease.job_id, run_id=lease.run_id, lease_id=lease.lease_id)


@dataclass(frozen=True)
class Settler:
    """Ends runs. One a thread that ends them, since it talks through the edge and the storage that it holds."""

    edge: Edge
    storage: Storage
    retry_policy: RetryPolicy

    def finish(self, run: Run, end: Result | Exception, log: Log) -> Failure | None:
        """Report how a run ended; the failure, if it was one."""
        log = log_of(log, run.lease)
        try:
            if isinstance(end, Result) and run.ending in (None, "stopping"):
                return self._deliver(run, end, log)
            if isinstance(end, Exception) and not isinstance(end, RunEnded | LeaseLost):
                return self._fail(run, end, log)
            self._end_early(run, log)
        except LeaseLost as error:
            log.warning("work_dropped", detail=str(error))
        except Unreachable as error:
            log.error("settle_failed", detail=str(error))
            # Should this fail as well, the lease runs out by itself, and then the job is run again.
            self._release(run.lease.lease_id, "The runner could not settle.", log)
        except Refused as error:
            # Not given back: it would come again and again, at the cost of no attempt. So the lease runs out.
            log.error("settle_failed", detail=str(error))
        return None

    def give_back(self, lease: Lease | LeaseHead, reason: str, log: Log) -> None:
        """Release a lease: the job waits again, and this run does not count against it."""
        self._release(lease.lease_id, reason, log_of(log, lease))

    def refuse(self, head: LeaseHead, why: Exception, log: Log) -> None:
        """Fail a lease that this runner cannot run: one that it cannot read, or whose texts no runner can carry on."""
        try:
            self.retry_policy.call(lambda: self.edge.settle(head.lease_id, _failed(failure_of(why))))
        except (Unreachable, Refused, LeaseLost) as error:
            log_of(log, head).error("settle_failed", detail=str(error))

    def _release(self, lease_id: str, reason: str, log: Log) -> None:
        try:
            self.retry_policy.call(lambda: self.edge.release(lease_id, reason), seconds=self.retry_policy.last_seconds)
        except (Unreachable, Refused, LeaseLost) as error:
            log.warning("release_failed", detail=str(error))
        else:
            log.info("released", reason=reason)

    def _deliver(self, run: Run, result: Result, log: Log) -> Failure | None:
        lease_id = run.lease.lease_id
        began = time.monotonic()
        try:
            for output in result.outputs:
                self.storage.upload(lease_id, output)
            metrics = {**result.metrics, "upload_seconds": round(time.monotonic() - began, 3)}
            body = {
                "outcome": "succeeded",
                "outputs": [{**each.announcement(), "role": each.role, "meta": each.meta} for each in result.outputs],
                "warnings": [cut_text(text, WARNING_MAX_CHARACTERS) for text in result.warnings[:WARNINGS_MAX]],
                "metrics": metrics,
            }
            found = {"certificate": result.certificate, "self_check": result.self_check}
            body |= {name: value for name, value in found.items() if value is not None}
            status = self.retry_policy.call(lambda: self.edge.settle(lease_id, body))
        except LeaseLost:
            raise
        except Unreachable as error:
            # An edge that is away says nothing of this job; one that answers 500 to it may do so for ever.
            if not error.answered:
                raise
            return self._fail(run, error, log)
        except Exception as error:
            # An output that the edge does not take, or a result that cannot be sent: it must not wait for the lease.
            return self._fail(run, error, log)
        log.info("settled", outcome="succeeded", status=status, outputs=len(result.outputs), metrics=metrics)
        return None

    def _fail(self, run: Run, error: Exception, log: Log) -> Failure:
        failure = failure_of(error)
        log.error(
            "run_failed",
            code=failure.code,
            message=failure.message,
            retryable=failure.retryable,
            exc_info=None if failure.expected else error,
        )
        status = self.retry_policy.call(lambda: self.edge.settle(run.lease.lease_id, _failed(failure)))
        log.info("settled", outcome="failed", status=status)
        return failure

    def _end_early(self, run: Run, log: Log) -> None:
        match run.ending:
            case "lost":
                log.info("work_dropped", detail="The lease was lost.")
            case "canceled":
                status = self.retry_policy.call(lambda: self.edge.settle(run.lease.lease_id, {"outcome": "canceled"}))
                log.info("settled", outcome="canceled", status=status)
            case _:
                self.give_back(run.lease, "The runner is stopping.", log)


def _failed(failure: Failure) -> dict[str, Any]:
    """The report of a failure. Its message may quote the job, so what is no text in it is replaced."""
    text = failure.message.encode("utf-8", "replace").decode().replace("\0", "?")
    message = cut_text(text, MESSAGE_MAX_CHARACTERS)
    return {
        "outcome": "failed",
        "error": {
            "code": failure.code,
            "message": cut_text(message, MESSAGE_MAX_CHARACTERS),
            "retryable": failure.retryable,
        },
    }
