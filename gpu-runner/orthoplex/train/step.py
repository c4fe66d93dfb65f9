"""One step of training: the concept's pictures under its trigger, and the base's own behaviour without it.

Works for any factors that are trained beside the tokens: the product trains up in a slot (concept.py), the evaluation
trains what other methods train (eval/learner.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import torch
from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.protocol import AnyBase, Dataset
from orthoplex.train.loss_scale import LossScale


class Learner(Protocol):
    """What a training changes, and how far it is."""

    step: int
    loss: float
    prior_loss: float

    @property
    def optimiser(self) -> torch.optim.Optimizer:
        """Every group has a key `base`: its full learning rate."""
        ...

    def called(self, context: Context) -> Context:
        """The context of a batch with the concept's words in it, as they are now."""
        ...

    def attached(self, context: Context) -> AbstractContextManager[object]:
        """Inside the `with` block the residuals, as they are now, act on predictions for that context."""
        ...


def rate_at(step: int, steps: int, warmup: int = 5) -> float:
    """Share of the learning rate at a step: short warm-up, then a cosine to a twentieth."""
    if step < warmup:
        return (step + 1) / warmup
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def train_step(
    base: AnyBase, learner: Learner, dataset: Dataset, *, prior: Dataset | None,
    own: int, silent: int, steps: int, generator: torch.Generator, penalty: Callable[[], Tensor] | None = None,
    accumulate: int = 1, scale: LossScale | None = None,
) -> None:  # fmt: skip
    """One step of `steps`, on `own` pictures of the concept and `silent` examples without it, `accumulate` times.

    Notes both losses on the learner. `penalty` is added to them, where given.
    """
    learner.optimiser.zero_grad()
    losses, drifts = [], []
    for _ in range(accumulate):
        loss, drift = _backward(
            base, learner, dataset, prior=prior, own=own, silent=silent, generator=generator, penalty=penalty,
            factor=(scale.value if scale else 1.0) / accumulate,
        )  # fmt: skip
        losses.append(loss)
        drifts.append(drift)
    learner.loss = sum(losses) / accumulate
    if prior:
        learner.prior_loss = sum(drifts) / accumulate
    for group in learner.optimiser.param_groups:
        group["lr"] = group["base"] * rate_at(learner.step, steps)
    parameters = [parameter for group in learner.optimiser.param_groups for parameter in group["params"]]
    if scale is None or scale.unscaled(parameters):
        learner.optimiser.step()
    learner.step += 1


def _backward(
    base: AnyBase, learner: Learner, dataset: Dataset, *, prior: Dataset | None, own: int, silent: int,
    generator: torch.Generator, penalty: Callable[[], Tensor] | None, factor: float,
) -> tuple[float, float]:  # fmt: skip
    """Adds the gradients of one batch, times `factor`, to those that are there; both losses.

    The backward pass runs with the concept attached, since checkpointed blocks are computed again in it.
    """
    batch = dataset.batch(own, generator)
    without = prior.batch(silent, generator) if prior else None
    context, noisy, t = learner.called(batch.context), batch.noisy, batch.t
    drift = 0.0
    if without:
        context = context.joined(without.context)
        noisy, t = torch.cat([noisy, without.noisy]), torch.cat([t, without.t])
    with learner.attached(context):
        predicted = base.predict(noisy, t, context)
        total = loss = base.loss(predicted[:own], batch)
        if without:
            change = base.loss(predicted[own:], without)
            drift = float(change.detach())
            total = total + change
        if penalty:
            total = total + penalty()
        (total if factor == 1 else total * factor).backward()  # type: ignore[no-untyped-call]
    return float(loss.detach()), drift
