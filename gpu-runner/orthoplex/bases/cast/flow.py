"""The rectified flow of cast bases: levels of noise, the loss, and Euler's step. Pure functions of tensors.

x_t = (1 - t) x0 + t noise; the model predicts x0 ("x-prediction", Li & He 2025), so dx/dt = (x_t - x0) / t.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

EULER = "Euler"


LOW_SHARE = 0.15  # of the levels that bases with a decoder are trained at: without it their pictures keep grain
TIME_SHIFT = 1.5  # of cells of 64 px


def time_steps(steps: int, shift: float = TIME_SHIFT) -> list[float]:
    """Noise levels 1 = t_0 > ... > t_steps = 0, denser near noise, where the picture is decided.

    t' = s t / (1 + (s - 1) t), the shift of Esser et al. 2024, sec. 5.3.2.
    """
    uniform = [1 - index / steps for index in range(steps + 1)]
    return [shift * t / (1 + (shift - 1) * t) for t in uniform]


def euler_step(x_t: Tensor, x0: Tensor, t: float, t_next: float) -> Tensor:
    """One step of dx/dt = (x_t - x0) / t towards t_next < t; at t_next = 0 it is x0 itself."""
    return x0 + (x_t - x0) * (t_next / t)


@dataclass(frozen=True)
class EulerFlow:
    """Euler steps along `times`, t_0 > ... > t_steps: `steps` predictions."""

    times: Sequence[float]
    name: str = EULER

    @property
    def levels(self) -> Sequence[float]:
        return self.times[:-1]

    def start(self, noise: Tensor) -> Tensor:
        return noise

    def scaled(self, x: Tensor, index: int) -> Tensor:  # noqa: ARG002 - the protocol's; this model sees x as it is
        return x

    def step(self, prediction: Tensor, index: int, x: Tensor) -> tuple[Tensor, Tensor]:
        """The next state, and x0 itself, which is what the model predicts."""
        return euler_step(x, prediction, self.times[index], self.times[index + 1]), prediction


def noise_levels(batch: int, generator: torch.Generator, high_share: float = 0.35, low_share: float = 0.0) -> Tensor:
    """Levels (B,) in (0, 1]: a share near pure noise, where the caption alone decides, a share below 1/4, where the
    last steps of a picture are, and the rest logit-normal, which reaches such low levels once in a thousand.
    """
    normal = torch.sigmoid(torch.randn(batch, generator=generator) * 1.0 + 0.6)
    high = 1 - 0.2 * torch.rand(batch, generator=generator)
    kind = torch.rand(batch, generator=generator)
    levels = torch.where(kind < high_share, high, normal)
    if low_share > 0:
        levels = torch.where(kind > 1 - low_share, 0.25 * torch.rand(batch, generator=generator), levels)
    return levels


def flow_loss(
    predicted: Tensor, clean: Tensor, t: Tensor, *, floor: float = 0.5, weights: Tensor | None = None
) -> Tensor:
    """Mean squared velocity error of an x-prediction: ||x0_hat - x0||^2 / max(t, floor)^2, weighted by pixel.

    weights (B, 1, H, W) are scaled to a mean of 1 in each picture.

    The floor keeps the weight on noisy levels: a caption decides nearly everything here, little is left to denoising.
    """
    error = (predicted.float() - clean).square()
    if weights is not None:
        error = error * (weights / weights.mean(dim=(1, 2, 3), keepdim=True))
    return (error.mean(dim=(1, 2, 3)) / t.clamp(min=floor).square()).mean()


def edge_weights(clean: Tensor, strength: float = 3.0) -> Tensor:
    """Weights (B, 1, H, W), larger on lines and next to them: 1 + strength on a line, 1 where all is flat.

    Mouths, eyes and glasses are a few thin lines; on a flat drawing a plain mean hardly feels them.
    """
    step = F.pad(clean.diff(dim=3), (0, 1)).abs() + F.pad(clean.diff(dim=2), (0, 0, 0, 1)).abs()
    line = F.max_pool2d(step.mean(dim=1, keepdim=True), 3, stride=1, padding=1)
    return 1 + strength * (line / 0.25).clamp(max=1)


def change_weights(pictures: Tensor, strength: float = 4.0) -> Tensor:
    """Weights (1, 1, H, W), larger where K pictures of one concept differ, as their captions do.

    w(p) = 1 + strength * max over 5 x 5 of min(1, std_k(p) / .15), for pictures (K, C, H, W) in [0, 1]; std_k is
    averaged over C. Of aligned drawings that is a twentieth of the picture, mouth and eyes; a plain mean learns them
    last and leaves faint traces of the other pictures' mouths (docs/log.md). Pictures that differ everywhere weigh the
    same everywhere.
    """
    change = pictures.std(dim=0, correction=0).mean(dim=0)[None, None]
    return 1 + strength * F.max_pool2d((change / 0.15).clamp(max=1), 5, stride=1, padding=2)
