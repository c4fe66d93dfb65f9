"""Structured logs: one JSON line an event on stderr, with the ids of the job, run and lease it belongs to."""

import sys
from typing import TextIO, cast

import structlog

Log = structlog.stdlib.BoundLogger


def open_log(stream: TextIO | None = None) -> Log:
    """A log that writes to `stream` (stderr). Exceptions become a `exception` field; they never leave this machine."""
    logger = structlog.wrap_logger(
        structlog.WriteLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return cast(Log, logger)
