"""Teaches ahead of a study, one process a core: the cache keeps every result, so that the study then only reads."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch

from orthoplex.bases import load_base
from orthoplex.bases.cast.base import CastBase
from orthoplex.eval.cache import Cache
from orthoplex.eval.learner import Training
from orthoplex.eval.renders import Character
from orthoplex.eval.settings import Settings
from orthoplex.eval.teaching import Teacher, weights_sha256

Wish = tuple[Character, Training, int]  # who, how, by which seed


@dataclass(frozen=True)
class Place:
    """Where a teacher of another process finds what it needs."""

    base_id: str
    cache: Path
    settings: Settings
    workers: int


_teacher: Teacher | None = None  # of a worker process


def _open(place: Place) -> None:
    global _teacher
    torch.set_num_threads(1)
    base = load_base(place.base_id, "cpu")
    assert isinstance(base, CastBase)
    _teacher = Teacher(base, place.settings, Cache(place.cache), weights_sha256(base))


def _teach(wish: Wish) -> tuple[str, str, float, float]:
    assert _teacher is not None
    character, training, seed = wish
    taught = _teacher.teach(character, training, seed)
    return character.name, training.label, taught.seconds, taught.loss


def teach_ahead(teacher: Teacher, place: Place, wishes: Sequence[Wish]) -> None:
    """Teaches what is not yet there, `place.workers` at a time. One alone is left to the study itself."""
    missing = [wish for wish in dict.fromkeys(wishes) if not teacher.knows(*wish)]
    if place.workers < 2 or len(missing) < 2:
        return
    context = multiprocessing.get_context("spawn")  # a forked torch would hang on its parent's threads
    workers = min(place.workers, len(missing))
    with ProcessPoolExecutor(workers, context, initializer=_open, initargs=(place,)) as pool:
        for number, (name, label, seconds, loss) in enumerate(pool.map(_teach, missing), start=1):
            teacher.say(f"{number}/{len(missing)} taught {name} {label}: {seconds:.0f} s, loss {loss:.4f}")
