"""Measures one trial at a time, with what every study needs: the base, the characters, the trainer, the judge.

A trial trains characters by a method, merges them at a strength, generates some of them and judges those. It is cached.
`Laboratory` is what all families of bases share; `Lab` is that of the cast family, sd/lab.py that of Stable Diffusion.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.eval import fusion, merging
from orthoplex.eval.ahead import Place, train_ahead
from orthoplex.eval.cache import Cache
from orthoplex.eval.factors import LayerResidual, Trained
from orthoplex.eval.generation import Request, generate, requests_of, scaled
from orthoplex.eval.judging import Judge, Judged
from orthoplex.eval.learner import BY_GATES, Training, gate_of
from orthoplex.eval.methods import Lineup, lineup_of
from orthoplex.eval.renders import Character
from orthoplex.eval.settings import Settings
from orthoplex.eval.training import Trainer
from orthoplex.ortho.crosstalk import Moments

SUMS: Mapping[str, merging.Merge] = {
    "sum": merging.summed,
    "linear": merging.linear,
    "svd": merging.svd,
    "ties": merging.ties,
    "dare": merging.dare,
}
FUSIONS = ("lbfgs", "least squares")  # these know no strength


@dataclass(frozen=True)
class Trial:
    """What is measured: characters by name."""

    training: Training
    members: tuple[str, ...]
    measured: tuple[str, ...]
    merge: str = "sum"
    strength: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Measured:
    """A trial's numbers by character, and how long the merge took."""

    judged: dict[str, Judged]
    merge_seconds: float


class CharacterTrainer(Protocol):
    """What trains characters on one base, each once."""

    @property
    def weights(self) -> str:
        """Which base it is: a hash of its weights."""
        ...

    def train(self, character: Character, training: Training, seed: int) -> Trained: ...


@dataclass(eq=False, kw_only=True)
class Laboratory(ABC):
    """What is measured on a base of any family; how its pictures are drawn is the family's own."""

    settings: Settings
    cache: Cache
    judge: Judge
    characters: dict[str, Character]  # by name, in order
    factors: dict[Training, float] = field(default_factory=dict)  # the tuned rate of each training, by tuning.py
    say: Callable[[str], None] = lambda _: None

    @property
    @abstractmethod
    def character_trainer(self) -> CharacterTrainer: ...

    @property
    @abstractmethod
    def lineup(self) -> Lineup:
        """The methods that can be compared on this base."""

    @abstractmethod
    def draw(self, trial: Trial, requests: Sequence[Request], residuals: Mapping[str, LayerResidual]) -> Tensor:
        """The pictures of the requests (N, 3, E, E), with `residuals`, which act everywhere, beside the base."""

    @property
    def names(self) -> list[str]:
        """The characters to measure, in order."""
        return [name for name in self.characters if name not in self.tuning_names]

    @property
    def tuning_names(self) -> list[str]:
        """The characters that rates are chosen on."""
        return self.settings.tuning(list(self.characters))

    def tuned(self, training: Training) -> Training:
        return replace(training, rate_factor=self.factors.get(training, training.rate_factor))

    def trained(self, name: str, training: Training, seed: int = 0) -> Trained:
        return self.character_trainer.train(self.characters[name], training, seed)

    def train_ahead(self, trainings: Iterable[Training], names: Sequence[str], seeds: Sequence[int]) -> None:
        """Trains all of them; a family that can uses several processes."""
        for training in trainings:
            for seed in seeds:
                for name in names:
                    self.trained(name, training, seed)

    def pictures(self, trial: Trial) -> tuple[Tensor, list[Request], float]:
        """The pictures of a trial (N, 3, E, E), what was asked, and the seconds of the merge."""
        if len(trial.members) > 1 and trial.merge == BY_GATES:
            alone = [self.pictures(each) for each in each_alone(trial)]
            return torch.cat([drawn for drawn, _, _ in alone]), [r for _, asked, _ in alone for r in asked], 0.0
        s = self.settings
        members = [scaled(self.trained(name, trial.training, trial.seed), trial.strength) for name in trial.members]
        by_name = dict(zip(trial.members, members, strict=True))
        requests = [
            request
            for name in trial.measured
            for request in requests_of(self.characters[name], by_name[name], s, trial.seed)
        ]
        facts = self._facts(trial)

        def make() -> tuple[dict[str, Tensor], dict[str, Any]]:
            residuals, seconds = self.merge(trial, members)
            drawn = self.draw(trial, requests, residuals)
            return {"pictures": as_bytes(drawn)}, {"merge_seconds": seconds}

        tensors, notes = self.cache.tensors("pictures", facts, make)
        return from_bytes(tensors["pictures"]), requests, notes["merge_seconds"]

    def measure(self, trial: Trial) -> Measured:
        """The numbers of a trial; from the cache where they are there."""
        if len(trial.members) > 1 and trial.merge == BY_GATES:
            alone = [self.measure(each).judged for each in each_alone(trial)]
            return Measured({name: found for judged in alone for name, found in judged.items()}, 0.0)

        def make() -> dict[str, Any]:
            generated, requests, seconds = self.pictures(trial)
            judged = {}
            for name in trial.measured:
                mine = [index for index, request in enumerate(requests) if request.character.name == name]
                characters, asks = [requests[i].character for i in mine], [requests[i].ask for i in mine]
                judged[name] = self.judge.judge(generated[mine], characters, asks)
            self.say(f"drew {trial.merge} of {len(trial.members)} at {trial.strength}: {trial.training.label}")
            return {"judged": judged, "merge_seconds": seconds}

        return Measured(
            **self.cache.numbers("trials", [*self._facts(trial), self.settings.metrics, len(self.judge.gallery)], make)
        )

    def merge(self, trial: Trial, members: Sequence[Trained]) -> tuple[dict[str, LayerResidual], float]:
        """The merged residuals and the seconds it took, activations included where a fusion needs them."""
        collected = [
            self._activations(name, trial, trained) for name, trained in zip(trial.members, members, strict=True)
        ]
        spent = sum(seconds for _, seconds in collected)
        started = time.monotonic()
        residuals = [trained.residuals for trained in members]
        if trial.merge == BY_GATES:
            return {}, 0.0
        if trial.merge == "lbfgs":
            merged = fusion.by_lbfgs(residuals, [m for m, _ in collected], self.settings.lbfgs_iterations)
        elif trial.merge == "least squares":
            merged = fusion.closed_form(residuals, [m for m, _ in collected])
        else:
            merged = SUMS[trial.merge](residuals, 1.0)  # the members have their strength already
        for each in merged.values():  # a merge is done when every layer has its matrix
            each.dense()
        return merged, spent + time.monotonic() - started

    def _activations(self, name: str, trial: Trial, trained: Trained) -> tuple[Moments, float]:  # noqa: ARG002
        """What a fusion needs, and the seconds it took; nothing for a sum."""
        if trial.merge in FUSIONS:
            raise ValueError(f"{trial.merge} is not implemented on this family of bases")
        return {}, 0.0

    def _facts(self, trial: Trial) -> list[Any]:
        s = self.settings
        shape = [trial.training.rates, s.steps, s.batch, s.bank, s.prompts, s.draw_steps, s.guidance]
        fused = [s.fusion_batches, s.lbfgs_iterations] if trial.merge in FUSIONS else []
        return [self.character_trainer.weights, trial, shape, fused]


@dataclass(eq=False, kw_only=True)
class Lab(Laboratory):
    """The laboratory on a base of the cast family."""

    base: CastBase
    trainer: Trainer
    place: Place | None = None  # where other processes may help
    published: CastBase | None = None  # the base as it is published, where `base` is another view of it
    _moments: dict[tuple[str, Training, int], tuple[Moments, float]] = field(default_factory=dict)

    @property
    def character_trainer(self) -> Trainer:
        return self.trainer

    @property
    def lineup(self) -> Lineup:
        return lineup_of((self.published or self.base).layout)

    def train_ahead(self, trainings: Iterable[Training], names: Sequence[str], seeds: Sequence[int]) -> None:
        if self.place:
            requests = [(self.characters[name], t, seed) for t in trainings for seed in seeds for name in names]
            train_ahead(self.trainer, self.place, requests)

    def draw(self, trial: Trial, requests: Sequence[Request], residuals: Mapping[str, LayerResidual]) -> Tensor:
        gate = gate_of(self.base, trial.training, trial.merge)
        return generate(
            self.base, requests, residuals, training=trial.training, gate=gate, settings=self.settings
        )  # fmt: skip

    def _activations(self, name: str, trial: Trial, trained: Trained) -> tuple[Moments, float]:
        if trial.merge not in FUSIONS:
            return {}, 0.0
        key = (name, trial.training, trial.seed)
        if key not in self._moments:
            started = time.monotonic()
            moments = fusion.concept_moments(
                self.base, self.characters[name], trained, training=trial.training, batches=self.settings.fusion_batches
            )
            while len(self._moments) >= 8:  # 34 MB each
                self._moments.pop(next(iter(self._moments)))
            self._moments[key] = (moments, time.monotonic() - started)
        return self._moments[key]


def each_alone(trial: Trial) -> list[Trial]:
    """The same pictures of a gated trial one concept a time: a concept that a prompt does not name is not attached.

    That nothing changes with others resident is measured on the product's own path (studies/residents.py).
    """
    return [replace(trial, members=(name,), measured=(name,)) for name in trial.measured]


def as_bytes(pictures: Tensor) -> Tensor:
    """[-1, 1] -> uint8."""
    return ((pictures.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


def from_bytes(pictures: Tensor) -> Tensor:
    return pictures.float() / 127.5 - 1
