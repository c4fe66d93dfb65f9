"""The data type that a device computes in, and how much memory modules take on it."""

from __future__ import annotations

from itertools import chain

import torch
from torch import nn


def compute_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware multiplies it natively, else float32."""
    if device.type == "cuda":
        return torch.bfloat16
    return torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32


def bytes_of(*modules: nn.Module) -> int:
    """Bytes of all parameters and buffers."""
    tensors = chain.from_iterable(chain(module.parameters(), module.buffers()) for module in modules)
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
