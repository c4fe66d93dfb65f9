"""Retries of the network: exponential backoff with jitter, bounded, cut short when the runner is asked to stop.

Decides only when to retry; the caller knows what may be retried.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


class Unreachable(Exception):  # noqa: N818 - says what the edge is, not what we did
    """The edge or the storage did not answer, or asked to be left alone for a while (429, 5xx)."""

    def __init__(self, detail: str, retry_after: float | None = None, *, answered: bool = False) -> None:
        super().__init__(detail)
        self.retry_after = retry_after  # seconds, from the Retry-After header
        self.answered = answered  # the edge itself failed (500): waiting longer helps less than it costs


@dataclass(frozen=True)
class Backoff:
    """Delay before attempt k+1: uniform in [d/2, d], d = min(limit, first * 2^k) seconds."""

    first: float = 0.25
    limit: float = 5.0
    random: Callable[[], float] = random.random

    def delay(self, failures: int) -> float:
        """Seconds to wait after `failures` failures in a row (at least one)."""
        ceiling = min(self.limit, self.first * 2.0 ** min(failures - 1, 30))
        return ceiling * (0.5 + 0.5 * self.random())


@dataclass
class RetryPolicy:
    """How long the network is retried: `seconds` for one that is away, `answered_seconds` for one that answers 500.

    Once `stop` is set, only `last_seconds` remain, so that the process can end.
    """

    stop: threading.Event
    seconds: float = 600.0
    answered_seconds: float = 60.0
    last_seconds: float = 3.0
    backoff: Backoff = field(default_factory=Backoff)
    monotonic: Callable[[], float] = time.monotonic
    on_retry: Callable[[Exception, int], None] = lambda _error, _failures: None

    def call(self, attempt: Callable[[], T], seconds: float | None = None) -> T:
        """The value of `attempt`, tried again on Unreachable until the policy ends; then that Unreachable."""
        ends = self.monotonic() + (self.seconds if seconds is None else seconds)
        last_ends: float | None = None
        answered_ends: float | None = None
        failures = 0
        while True:
            try:
                return attempt()
            except Unreachable as error:
                failures += 1
                self.on_retry(error, failures)
                now = self.monotonic()
                if self.stop.is_set():
                    last_ends = last_ends or now + self.last_seconds
                    ends = min(ends, last_ends)
                if error.answered and seconds is None:
                    answered_ends = answered_ends or now + self.answered_seconds
                    ends = min(ends, answered_ends)
                delay = max(self.backoff.delay(failures), error.retry_after or 0.0)
                if now + delay > ends:
                    raise
                # A stop cuts a long wait short; after it the waits are short by themselves.
                if last_ends is None:
                    self.stop.wait(delay)
                else:
                    time.sleep(delay)
