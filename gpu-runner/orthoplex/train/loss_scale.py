"""The scale of the loss in fp16, whose small gradients would be 0: doubled while all is finite, halved where not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

FIRST, LARGEST = 2.0**10, 2.0**16
GROWS_AFTER = 200  # steps without overflow


@dataclass
class LossScale:
    """Part of a training's checkpoint. 1 and constant where the base does not compute in fp16."""

    value: float = 1.0
    good: int = 0

    @classmethod
    def of(cls, dtype: torch.dtype) -> LossScale:
        return cls(FIRST) if dtype == torch.float16 else cls()

    def unscaled(self, parameters: Iterable[Tensor]) -> bool:
        """Takes the scale out of the gradients; whether they may be used. A step with an overflow is left out."""
        if self.value == 1.0 and self.good == 0:
            return True
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        if not all(bool(gradient.isfinite().all()) for gradient in gradients):
            self.value, self.good = max(self.value / 2, 2.0**-10), 1
            return False
        for gradient in gradients:
            gradient.div_(self.value)
        self.good += 1
        if self.good > GROWS_AFTER and self.value < LARGEST:
            self.value, self.good = self.value * 2, 1
        return True
