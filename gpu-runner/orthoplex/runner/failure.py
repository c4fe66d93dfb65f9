"""Why a job failed, as a message for its owner, and whether another run may help. Stack traces and internal reasons
stay in the log. Codes are the runner's half of the contract's JOB_ERROR_CODES.
"""

from dataclasses import dataclass

import msgspec
import torch

from orthoplex.ortho.container import FileRefused
from orthoplex.pictures import PictureRefused
from orthoplex.runner.wire import JobErrorCode, TextRefused

_OUT_OF_MEMORY_WORDS = ("out of memory", "not enough memory", "can't allocate memory", "alloc_failed")


class JobFailed(Exception):  # noqa: N818 - the outcome is named, as in the contract
    """An expected failure. `message` is for people."""

    def __init__(self, code: JobErrorCode, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.code: JobErrorCode = code
        self.message = message
        self.retryable = retryable


@dataclass(frozen=True)
class Failure:
    """How a run failed. `expected` ones need no trace; after a `fatal` one this process must not run more jobs."""

    code: JobErrorCode
    message: str
    retryable: bool
    expected: bool
    fatal: bool = False


def failure_of(error: Exception) -> Failure:
    """The failure that an exception means."""
    match error:
        case JobFailed():
            return Failure(error.code, error.message, error.retryable, expected=True)
        case PictureRefused() | FileRefused():
            return Failure("input_invalid", error.detail, retryable=False, expected=True)
        case TextRefused():
            code: JobErrorCode = "prompt_invalid" if "prompt" in error.path else "input_invalid"
            return Failure(code, str(error), retryable=False, expected=True)
        case msgspec.ValidationError():
            message = "The runner is older than this job and needs an update."
            return Failure("runner_error", message, retryable=True, expected=True)
        case _ if _is_out_of_memory(error):
            message = "The runner's memory was too small for this job. Fewer images at once or a smaller size may help."
            return Failure("out_of_memory", message, retryable=True, expected=False)
        case torch.AcceleratorError():
            # The driver's context is broken for this process; a new process gets a new one.
            message = "The runner's device failed."
            return Failure("runner_error", message, retryable=True, expected=False, fatal=True)
        case _:
            message = "Something failed in the runner while it worked on this job."
            return Failure("runner_error", message, retryable=True, expected=False)


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in text for words in _OUT_OF_MEMORY_WORDS)
