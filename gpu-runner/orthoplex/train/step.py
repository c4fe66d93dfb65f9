"""One step of teaching: the concept's pictures under its trigger, and the base's own behaviour without it.

Works for whatever is trained beside the tokens: the product trains up in a slot (concept.py), the evaluation trains
what other methods train (eval/learner.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import torch
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.sample.rows import CONCEPT_WORDS
from orthoplex.train.base import flow_loss, noise_levels
from orthoplex.train.pictures import ConceptScenes
from orthoplex.train.silence import SilenceBank

# Of a concept the details are what is to be learned: fewer levels near pure noise, more weight on clear ones, than a
# base needs that learns from captions alone (docs/log.md).
HIGH_SHARE = 0.2
FLOOR = 0.3


class Learner(Protocol):
    """What a training changes, and how far it is."""

    step: int
    loss: float
    silence: float

    @property
    def optimiser(self) -> torch.optim.Optimizer:
        """Every group has a key `base`: its full learning rate."""
        ...

    @property
    def tokens(self) -> Tensor:
        """(count, layers, C): what stands at the concept's words, by layer."""
        ...

    def attached(self, base: CastBase) -> AbstractContextManager[object]:
        """Inside the `with` block the residuals, as they are now, lie beside the base's layers."""
        ...


def rate_at(step: int, steps: int, warmup: int = 5) -> float:
    """Share of the learning rate at a step: short warm-up, then a cosine to a twentieth."""
    if step < warmup:
        return (step + 1) / warmup
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def train_step(
    base: CastBase, learner: Learner, scenes: ConceptScenes, bank: SilenceBank | None,
    own: int, silent: int, steps: int, generator: torch.Generator, penalty: Callable[[], Tensor] | None = None,
) -> None:  # fmt: skip
    """One step of `steps`, on `own` scenes of the concept and `silent` situations without it.

    Notes both losses on the learner. `penalty` is added to them, where given.
    """
    batch = scenes.make(own)
    device, dtype = base.device, base.dtype
    t = noise_levels(own, generator, HIGH_SHARE).to(device)
    clean = batch.pictures.to(device)
    level = t[:, None, None, None]
    noisy = (1 - level) * clean + level * torch.randn(clean.shape, generator=generator).to(device)
    places = torch.randint(base.config.cells, (own, 1), generator=generator).to(device)
    with torch.no_grad():
        shared = base.model.encode(batch.words.to(device), batch.colours.to(device, dtype), places)
        here = base.model.place_words(places[:, 0])[:, None]  # (B, 1, C)
    quiet = bank.make(silent, noise_levels(silent, generator, HIGH_SHARE).to(device), generator) if bank else None
    contexts = with_tokens(shared, learner.tokens, here)
    if quiet:
        contexts = [torch.cat([context, other]) for context, other in zip(contexts, quiet.contexts, strict=True)]
        noisy, t_all = torch.cat([noisy, quiet.noisy]), torch.cat([t, quiet.t])
        places = torch.cat([places, quiet.places])
    else:
        t_all = t
    with learner.attached(base):
        predicted = base.model(noisy.to(dtype), t_all, contexts, places)
    loss = flow_loss(predicted[:own], clean, t, FLOOR)
    learner.loss = float(loss.detach())
    if quiet:
        drift = flow_loss(predicted[own:], quiet.target, quiet.t, FLOOR)
        learner.silence = float(drift.detach())
        loss = loss + drift
    if penalty:
        loss = loss + penalty()
    learner.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    for group in learner.optimiser.param_groups:
        group["lr"] = group["base"] * rate_at(learner.step, steps)
    learner.optimiser.step()
    learner.step += 1


def with_tokens(shared: Tensor, tokens: Tensor, here: Tensor) -> list[Tensor]:
    """Encoded words (B, S, C) with the tokens (count, layers, C) in the concept's positions: one context a layer.

    here (B, 1, C): the vector of each sample's place, which every word carries.
    """
    first, last = CONCEPT_WORDS[0], CONCEPT_WORDS[-1] + 1
    return [
        torch.cat([shared[:, :first], tokens[:, layer].to(shared)[None] + here, shared[:, last:]], dim=1)
        for layer in range(tokens.shape[1])
    ]
