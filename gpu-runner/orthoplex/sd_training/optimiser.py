"""The optimiser of sd-mini's training: two of PyTorch's behind one."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class Optimiser:
    """Muon (Jordan et al. 2024) for matrices where `matrices` says so, AdamW for everything else.

    A convolution's weights (O, I, k, k) are one matrix (O, I k k). Muon's steps have the size of AdamW's, so both take
    the same rate.
    """

    def __init__(self, parameters: dict[str, Tensor], rate: float, *, matrices: bool) -> None:
        self.matrices = {
            name: (p, nn.Parameter(p.data.view(len(p), -1)))
            for name, p in parameters.items()
            if matrices and p.ndim >= 2 and "embedding" not in name
        }
        others = [p for name, p in parameters.items() if name not in self.matrices]
        self.inner: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(others, rate, betas=(0.9, 0.99), weight_decay=0.0, fused=True)
        ]
        if self.matrices:
            flat = [matrix for _, matrix in self.matrices.values()]
            self.inner.append(torch.optim.Muon(flat, rate, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"))

    def zero_grad(self) -> None:
        for inner in self.inner:
            inner.zero_grad(set_to_none=True)
        for parameter, _ in self.matrices.values():
            parameter.grad = None

    def step(self, rate: float) -> None:
        for parameter, matrix in self.matrices.values():
            assert parameter.grad is not None
            matrix.grad = parameter.grad.view(matrix.shape)
        for inner in self.inner:
            for group in inner.param_groups:
                group["lr"] = rate
            inner.step()

    def state_dict(self) -> list[dict[str, Any]]:
        return [inner.state_dict() for inner in self.inner]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        for inner, state in zip(self.inner, states, strict=True):
            inner.load_state_dict(state)
