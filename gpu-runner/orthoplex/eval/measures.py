"""Measures as pure functions of scores and pictures: error rates, thresholds, distances, spread, correlation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


def false_rates(genuine: Tensor, impostor: Tensor, threshold: float) -> tuple[float, float]:
    """(share of impostor scores accepted, share of genuine scores refused); a score above the threshold is accepted."""
    return float((impostor > threshold).double().mean()), float((genuine <= threshold).double().mean())


def equal_error_rate(genuine: Tensor, impostor: Tensor) -> float:
    """The error rate at the threshold where false accepts and false refusals are equally frequent, halfway between both
    rates there. 0 where a threshold separates the two sets."""
    accepted, refused = false_rates(genuine, impostor, equal_error_threshold(genuine, impostor))
    return (accepted + refused) / 2


def equal_error_threshold(genuine: Tensor, impostor: Tensor) -> float:
    """The score of the smallest max(FAR, FRR); between two neighbouring scores neither rate changes."""
    scores = torch.unique(torch.cat([genuine, impostor]).double())
    accepted = 1 - torch.searchsorted(impostor.double().sort().values, scores, right=True) / len(impostor)
    refused = torch.searchsorted(genuine.double().sort().values, scores, right=True) / len(genuine)
    return float(scores[int(torch.maximum(accepted, refused).argmin())])


def threshold_at(impostor: Tensor, false_accept_rate: float) -> float:
    """The lowest score t such that at most that share of impostor scores lies above t."""
    ordered = impostor.double().sort(descending=True).values
    allowed = min(math.floor(false_accept_rate * len(ordered)), len(ordered) - 1)
    return float(ordered[allowed])


def distance(generated: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference of pictures in [-1, 1], in units of 1/255: (B, 3, H, W) twice -> (B,)."""
    return (generated.clamp(-1, 1) - truth).abs().mean(dim=(1, 2, 3)) * 127.5


@dataclass(frozen=True)
class Spread:
    """A mean with its standard error over n values that were measured independently (seeds, concepts)."""

    mean: float
    error: float
    n: int


def spread(values: Sequence[float]) -> Spread:
    """Mean and standard error s / sqrt(n); NaN error for one value, NaN both for none."""
    n = len(values)
    if n == 0:
        return Spread(math.nan, math.nan, 0)
    mean = sum(values) / n
    if n == 1:
        return Spread(mean, math.nan, 1)
    variance = sum((value - mean) ** 2 for value in values) / (n - 1)
    return Spread(mean, math.sqrt(variance / n), n)


def correlation(x: Sequence[float], y: Sequence[float]) -> float:
    """Pearson's r; NaN where either does not vary."""
    a, b = torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)
    a, b = a - a.mean(), b - b.mean()
    size = float(a.norm() * b.norm())
    return float(a @ b) / size if size > 0 else math.nan


def rank_correlation(x: Sequence[float], y: Sequence[float]) -> float:
    """Spearman's rho: Pearson's r of the ranks; equal values share the mean of their ranks."""
    return correlation(_ranks(x), _ranks(y))


def _ranks(values: Sequence[float]) -> list[float]:
    return [
        sum(other < value for other in values) + (sum(other == value for other in values) - 1) / 2 for value in values
    ]
