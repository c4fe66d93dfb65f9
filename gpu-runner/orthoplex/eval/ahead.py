"""Trains ahead of a study, one process a core: the cache keeps every result, so that the study then only reads."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch

from orthoplex.eval.attention import open_cast, with_tokens_a_layer
from orthoplex.eval.cache import Cache
from orthoplex.eval.learner import Training
from orthoplex.eval.renders import Character
from orthoplex.eval.settings import Settings
from orthoplex.eval.training import Trainer, weights_sha256

TrainingRequest = tuple[Character, Training, int]  # who, how, by which seed


@dataclass(frozen=True)
class Place:
    """Where a trainer of another process finds what it needs."""

    base_id: str
    cache: Path
    settings: Settings
    workers: int


_trainer: Trainer | None = None  # of a worker process


def _open(place: Place) -> None:
    global _trainer
    torch.set_num_threads(1)
    base = with_tokens_a_layer(open_cast(place.base_id, "cpu"))
    _trainer = Trainer(base, place.settings, Cache(place.cache), weights_sha256(base))


def _train_one(request: TrainingRequest) -> tuple[str, str, float, float]:
    assert _trainer is not None
    character, training, seed = request
    trained = _trainer.train(character, training, seed)
    return character.name, training.label, trained.seconds, trained.loss


def train_ahead(trainer: Trainer, place: Place, requests: Sequence[TrainingRequest]) -> None:
    """Trains what is not yet there, `place.workers` at a time. One alone is left to the study itself."""
    missing = [request for request in dict.fromkeys(requests) if not trainer.knows(*request)]
    if place.workers < 2 or len(missing) < 2:
        return
    context = multiprocessing.get_context("spawn")  # a forked torch would hang on its parent's threads
    workers = min(place.workers, len(missing))
    with ProcessPoolExecutor(workers, context, initializer=_open, initargs=(place,)) as pool:
        for number, (name, label, seconds, loss) in enumerate(pool.map(_train_one, missing), start=1):
            trainer.say(f"{number}/{len(missing)} trained {name} {label}: {seconds:.0f} s, loss {loss:.4f}")
