"""One leased job while it is on this machine: its progress, and whether it must end early.

Shared by the thread that works and the thread that sends heartbeats; holds a lock, does no I/O.
"""

import base64
import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from orthoplex.ortho.text import cut_text
from orthoplex.runner.wire import Lease

PREVIEW_FRAME_MAX_BYTES = 64 * 1024
PREVIEW_SIDES = (512, 384, 256, 160, 96)

Ending = Literal["canceled", "lost", "stopping"]


class RunEnded(Exception):  # noqa: N818 - a request that was followed, not an error
    """Raised by a job that stopped because its run was asked to end; `Run.ending` says why."""


@dataclass(frozen=True)
class Report:
    """What the next heartbeat reports."""

    step: int
    total: int
    message: str
    preview: str | None  # base64 of a PNG


class Run:
    """One attempt at one job by this runner."""

    def __init__(
        self,
        lease: Lease,
        *,
        frame_seconds: float = 1.0,
        stop: threading.Event | None = None,
        notify: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lease = lease
        self._frame_seconds = frame_seconds
        self._stop = stop or threading.Event()
        self._notify = notify
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._ending: Ending | None = None
        self._report: Report | None = None
        self._framed_at: float | None = None
        self._moved_at = monotonic()

    @property
    def ending(self) -> Ending | None:
        """Why the run must end early, or None. That the runner stops ends every run, whatever lease it has."""
        with self._lock:
            return self._ending or ("stopping" if self._stop.is_set() else None)

    def end(self, why: Ending) -> None:
        """Ask the run to end. A lost lease overrules everything, since nothing may be written any more."""
        with self._lock:
            if self._ending is None or why == "lost":
                self._ending = why

    def report(
        self, step: int, total: int, message: str, preview: Callable[[], Image.Image | None] | None = None
    ) -> bool:
        """Report how far the job is; False means: stop now. `preview` is only called where a frame is due."""
        if self.ending is not None:
            return False
        now = self._monotonic()
        with self._lock:
            due = self._framed_at is None or now - self._framed_at >= self._frame_seconds
        frame = preview() if preview is not None and due else None
        encoded = None if frame is None else encode_preview(frame)
        with self._lock:
            if encoded is not None:
                self._framed_at = now
            elif self._report is not None:
                encoded = self._report.preview  # a frame that no heartbeat has taken yet is still worth showing
            self._report = Report(step, total, cut_text(message, 200), encoded)
            self._moved_at = now
        self._notify()
        return self.ending is None

    def check(self) -> None:
        """RunEnded if the run must end early: for places between two steps."""
        if self.ending is not None:
            raise RunEnded(self.ending)

    @property
    def moved_at(self) -> float:
        """When the job last gave a sign of life: its beginning, or its newest report."""
        with self._lock:
            return self._moved_at

    def has_news(self) -> bool:
        """Something has been reported since the last heartbeat took it."""
        with self._lock:
            return self._report is not None

    def take_report(self) -> Report | None:
        """The newest report, once."""
        with self._lock:
            report, self._report = self._report, None
            return report


def encode_preview(image: Image.Image) -> str | None:
    """Base64 of a PNG of at most 64 KiB, made smaller until it fits; None if it never does."""
    for side in PREVIEW_SIDES:
        frame = image.convert("RGB")
        frame.thumbnail((side, side))
        buffer = io.BytesIO()
        frame.save(buffer, "PNG", compress_level=3)
        if buffer.tell() <= PREVIEW_FRAME_MAX_BYTES:
            return base64.b64encode(buffer.getvalue()).decode("ascii")
    return None
