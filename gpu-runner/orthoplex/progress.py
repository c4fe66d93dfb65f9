"""One line on the terminal that says how far a long command is. Nothing where the error output is no terminal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 24
EVERY_SECONDS = 0.2


class ProgressLine:
    """Rewrites its line; the last step ends it."""

    def __init__(self, title: str, stream: TextIO | None = None) -> None:
        self._title = title
        self._stream = sys.stderr if stream is None else stream
        self._began = time.monotonic()
        self._shown = 0.0

    def show(self, step: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if not self._stream.isatty() or (step < total and now - self._shown < EVERY_SECONDS):
            return
        self._shown = now
        done = WIDTH * step // max(1, total)
        left = (now - self._began) / max(1, step) * (total - step)
        bar = "=" * done + " " * (WIDTH - done)
        line = f"{self._title} [{bar}] {step}/{total}  {_clock(left)} left  {note}"
        self._stream.write(f"\r{line:<78}" + ("\n" if step >= total else ""))
        self._stream.flush()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
