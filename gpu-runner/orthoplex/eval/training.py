"""Trains characters by any method, each once, because the cache keeps the results. Same step, steps, batch and seeds
for all.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.flow import noise_levels
from orthoplex.bases.cast.people import People
from orthoplex.bases.cast.pictures import ConceptScenes, read_pictures
from orthoplex.bases.cast.prior import Content, PriorPictures
from orthoplex.eval.attention import attention_layout
from orthoplex.eval.cache import Cache, fix_seed
from orthoplex.eval.factors import Trained, trained_from
from orthoplex.eval.learner import NEEDS_MOMENTS, MethodLearner, Training
from orthoplex.eval.renders import Character
from orthoplex.eval.settings import Settings
from orthoplex.ortho.crosstalk import Moments, recorded_moments
from orthoplex.train.step import train_step

# Contrastive data by name: its share of the batch, and what it consists of.
SILENCES: dict[str, tuple[float, Content]] = {
    "none": (0.0, Content()),
    "share 1/4": (0.25, Content()),
    "share 1/2": (0.5, Content()),
    "share 3/4": (0.75, Content()),
    "other captions": (0.5, Content(1.0, 0.0, 0.0)),
    "other triggers": (0.5, Content(0.0, 1.0, 0.0)),
    "nothing asked": (0.5, Content(0.0, 0.0, 0.0)),
    "penalty": (0.0, Content()),
}
PENALTY_WEIGHT = 3.0  # of the residuals' energy on the base's activations, as a share of the layers' own


def weights_sha256(base: CastBase) -> str:
    """Which base was measured: a hash of all its weights, and of its gate where it has one."""
    digest = hashlib.sha256(f"gain {base.layout.gate_gain}".encode() if base.layout.gate_gain else b"")
    for name, tensor in sorted(base.model.state_dict().items()):
        digest.update(name.encode() + tensor.detach().float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def own_energy(base: CastBase, layer: str, moment: Tensor) -> float:
    """||W X||^2 = tr(W M W^T) of a layer of the base."""
    weight = base.model.get_submodule(layer).weight
    assert isinstance(weight, Tensor)
    W = weight.detach().to("cpu", torch.float64)
    return float(((W @ moment) * W).sum())


def energy_penalty(base: CastBase, learner: MethodLearner, moments: Moments) -> Callable[[], Tensor]:
    """The mean over layers of ||up down X||^2 / ||W X||^2 on the base's own activations, in closed form.

    ||up down X||^2 = tr(up^T up . down M down^T) with M = X^T X: r x r products, no sampling.
    """
    terms: list[tuple[Tensor, Tensor]] = []
    for layer, residual in learner.residuals.items():
        if residual.down is None or residual.down.requires_grad:
            raise ValueError("the penalty is for a frozen down")
        down = residual.down.double()
        inside = down @ moments[layer] @ down.T / own_energy(base, layer, moments[layer])
        terms.append((residual.up, inside.float()))
    return lambda: (
        (PENALTY_WEIGHT / len(terms))
        * sum((((up.T @ up) * inside).sum() for up, inside in terms), start=torch.zeros(()))
    )


@dataclass(eq=False)
class Trainer:
    """Trains on one base with one size of settings. Banks of contrastive data are generated once per seed."""

    base: CastBase
    settings: Settings
    cache: Cache
    weights: str
    say: Callable[[str], None] = lambda _: None
    _banks: dict[tuple[int, Content], PriorPictures] = field(default_factory=dict)
    _moments: Moments | None = None
    _companions: People | None = None

    def _facts(self, character: Character, training: Training, seed: int) -> list[Any]:
        s = self.settings
        return [self.weights, character.name, training, training.rates, seed, s.steps, s.batch, s.bank]

    def knows(self, character: Character, training: Training, seed: int = 0) -> bool:
        """Whether it was trained before."""
        return self.cache.has("trained", self._facts(character, training, seed))

    def train(self, character: Character, training: Training, seed: int = 0) -> Trained:
        """The character by a method; from the cache where it is there."""
        facts = self._facts(character, training, seed)

        def make() -> tuple[Mapping[str, Tensor], Mapping[str, Any]]:
            trained = self._train(character, training, seed)
            took = f"{trained.seconds:.0f} s, loss {trained.loss:.4f}"
            self.say(f"trained {character.name} {training.label}, seed {seed}: {took}")
            return trained.tensors(), {"seconds": trained.seconds, "loss": trained.loss, "silence": trained.silence}

        return trained_from(character.name, *self.cache.tensors("trained", facts, make))

    def _train(self, character: Character, training: Training, seed: int) -> Trained:
        started = time.monotonic()
        s, base = self.settings, self.base
        share, content = SILENCES[training.silence]
        if training.silence != "none" and (training.gate or training.tokens == "entries" or training.companions):
            raise ValueError("silence is for methods that act on pictures which do not name the concept")
        needs_moments = training.basis in NEEDS_MOMENTS or training.silence == "penalty"
        moments = self.base_moments() if needs_moments else None
        learner = MethodLearner(base, training, int(character.name[:2]), seed=seed, moments=moments)
        penalty = energy_penalty(base, learner, moments) if moments and training.silence == "penalty" else None
        data = read_pictures(base, [(picture, name) for name, picture in character.pictures.items()])
        companions = self.companions() if training.companions else None
        high, low = training.high_share, training.low_share
        scenes = ConceptScenes(base, data, companions, share=training.companions, high_share=high, low_share=low)
        silent = round(s.batch * share)
        bank = self.bank(seed, content) if silent else None
        while learner.learns and learner.step < s.steps:
            generator = torch.Generator().manual_seed(seed * 1_000_003 + learner.step + 1)
            train_step(
                base,
                learner,
                scenes,
                prior=bank,
                own=s.batch - silent,
                silent=silent,
                steps=s.steps,
                generator=generator,
                penalty=penalty,
            )
        return learner.trained(character.name, time.monotonic() - started)

    def companions(self) -> People:
        """Those of the product; drawn once and kept, because every worker process needs them."""
        if self._companions is None:

            def make() -> tuple[dict[str, Tensor], dict[str, Any]]:
                return vars(self.base.companions), {}

            tensors, _ = self.cache.tensors("companions", [self.weights], make)
            self._companions = People(**tensors)
        return self._companions

    def bank(self, seed: int, content: Content) -> PriorPictures:
        if (seed, content) not in self._banks:
            scale = float(self.base.initial_tokens("person").std())
            generator = torch.Generator().manual_seed(seed)
            self._banks[seed, content] = PriorPictures(
                self.base, self.settings.bank, scale, generator=generator, content=content
            )
        return self._banks[seed, content]

    def base_moments(self) -> Moments:
        """X^T X of every layer on the base's own drawings, without any concept."""
        if self._moments is None:
            self._moments, _ = self.cache.tensors("moments", [self.weights, self.settings.bank], self._measure_moments)
        return self._moments

    def _measure_moments(self) -> tuple[Moments, dict[str, Any]]:
        bank, generator = self.bank(0, Content()), fix_seed("base moments")
        with recorded_moments(self.base.model, attention_layout(self.base)) as moments:
            for _ in range(4):
                bank.make(16, noise_levels(16, generator).to(self.base.device), generator)
        return moments, {}
