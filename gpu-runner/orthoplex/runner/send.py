"""Sends results to the edge from threads of their own, so that the next batch is leased and drawn meanwhile.

Each thread has a Settler, and with it HTTP clients, of its own. The leases stay held, and kept alive by the heartbeats,
until their results have been settled. Whatever goes wrong with one result ends that run alone.
"""

import queue
import threading
from collections.abc import Callable, Sequence

from orthoplex.runner.jobs import Result
from orthoplex.runner.log import Log
from orthoplex.runner.run import Run
from orthoplex.runner.settle import Settler, log_of

_Item = tuple[Run, Result, Callable[[Run], None]]


class ResultSender:
    """Results on their way. `limit`: how many may be; one batch's, so that memory holds two batches at most."""

    def __init__(self, settlers: Sequence[Settler], log: Log, *, limit: int) -> None:
        self._log = log
        self._limit = limit
        self._pending = 0
        self._changed = threading.Condition()
        self._items: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._send_until_closed, args=(settler,), name="send", daemon=True)
            for settler in settlers
        ]

    def start(self) -> None:
        """Begin to send what is handed over."""
        for thread in self._threads:
            thread.start()

    def hand_over(self, run: Run, result: Result, ended: Callable[[Run], None]) -> None:
        """Send this result soon, then call `ended` from the sending thread. Waits while `limit` others are unsent."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending < self._limit)
            self._pending += 1
        self._items.put((run, result, ended))

    def flush(self) -> None:
        """Wait until everything that was handed over has been sent or given up (the retry policy bounds that)."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending == 0)

    def close(self) -> None:
        """Flush, and end the threads."""
        self.flush()
        for _ in self._threads:
            self._items.put(None)

    def _send_until_closed(self, settler: Settler) -> None:
        # One item a call, so that no name here holds pictures while the thread waits for the next.
        while self._send_next(settler):
            pass

    def _send_next(self, settler: Settler) -> bool:
        item = self._items.get()
        if item is None:
            return False
        run, result, ended = item
        try:
            settler.finish(run, result, self._log)
        except Exception as error:
            # The thread must live on for its neighbours; this lease runs out, which costs the job an attempt.
            log_of(self._log, run.lease).error("send_broken", exc_info=error)
        finally:
            ended(run)
            with self._changed:
                self._pending -= 1
                self._changed.notify_all()
        return True
