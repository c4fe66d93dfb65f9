"""What an exception means for the job: its code, whether another run may help, and words that give nothing away."""

import pytest
import torch
from edge_contract import CONTRACT

from orthoplex.ortho.container import FileRefused
from orthoplex.pictures import PictureRefused
from orthoplex.runner.failure import JobFailed, failure_of


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (JobFailed("prompt_invalid", "Two people, one place.", retryable=False), "prompt_invalid", False),
        (PictureRefused("truncated", "It is cut off."), "input_invalid", False),
        (FileRefused("pickle", "This is a pickle."), "input_invalid", False),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"), "out_of_memory", True),
        (MemoryError(), "out_of_memory", True),
        (RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory"), "out_of_memory", True),
        (RuntimeError("shape mismatch at /srv/secret.py"), "runner_error", True),
        (torch.AcceleratorError("CUDA error: device-side assert triggered"), "runner_error", True),
        (OSError("/srv/secret"), "runner_error", True),
    ],
)
def test_every_exception_becomes_a_code_of_the_contract(error: Exception, code: str, retryable: bool) -> None:
    failure = failure_of(error)
    assert (failure.code, failure.retryable) == (code, retryable)
    assert failure.code in CONTRACT["job_error_codes"]
    assert "secret" not in failure.message


def test_only_a_device_fault_ends_the_process() -> None:
    assert failure_of(torch.AcceleratorError("CUDA error")).fatal
    assert not failure_of(torch.OutOfMemoryError("CUDA out of memory")).fatal
    assert not failure_of(RuntimeError("anything")).fatal
