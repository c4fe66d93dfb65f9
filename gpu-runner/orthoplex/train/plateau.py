"""Detects when a training no longer improves: by the loss on one fixed batch, evaluated from time to time. The loss of
a step cannot be compared: pictures, noise levels and noise differ each time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

EVERY = 60  # steps between two looks
IMPROVEMENT = 0.005  # of the best loss; less is none
STALE_LOOKS = 3  # looks without improvement
PICTURES = 8  # of the fixed batch
ENDING = 40  # steps that a training still takes then, at falling rates: what it has learned must settle


@dataclass
class Plateau:
    """What the looks have found; part of a training's checkpoint."""

    best: float = math.inf
    stale: int = 0

    def seen(self, loss: float) -> bool:
        """Whether nothing improves any more, after one more look."""
        if loss < self.best * (1 - IMPROVEMENT):
            self.best, self.stale = loss, 0
        else:
            self.stale += 1
        return self.stale >= STALE_LOOKS


def shortened(step: int, total: int) -> int:
    """How many steps a training takes that stops improving at `step` of `total`."""
    return min(total, step + ENDING)
