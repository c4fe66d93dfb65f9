"""The counterpart of the paper's table 2: every method, single and merged with two others, on the same characters and
seeds.
"""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import Any

import torch

from orthoplex.eval.judging import MEASURES, means
from orthoplex.eval.lab import FUSIONS, Laboratory, Trial
from orthoplex.eval.learner import BY_GATES
from orthoplex.eval.measures import spread
from orthoplex.eval.methods import Method


def groups_of(names: list[str], size: int, seed: int) -> list[tuple[str, ...]]:
    """The names in random groups of `size`, each name in one; a last, smaller group takes names of the first."""
    shuffled = list(names)
    random.Random(f"groups/{seed}").shuffle(shuffled)
    while len(shuffled) % size:
        shuffled.append(shuffled[len(shuffled) - len(names)])
    return [tuple(shuffled[at : at + size]) for at in range(0, len(shuffled), size)]


def summary(values: list[dict[str, float]]) -> dict[str, Any]:
    """Mean and standard error of each measure over characters and seeds."""
    return {measure: asdict(spread([value[measure] for value in values])) for measure in MEASURES}


def measure_method(lab: Laboratory, method: Method) -> dict[str, Any]:
    training = lab.tuned(method.training)
    names = lab.names[: lab.settings.concepts]
    alone = BY_GATES if method.merge == BY_GATES else "sum"  # one residual needs no other merge
    single, trained = [], []
    strengths = (1.0,) if method.merge in (*FUSIONS, BY_GATES) else lab.settings.strengths
    merged: dict[float, list[dict[str, float]]] = {strength: [] for strength in strengths}
    seconds = []
    for seed in lab.settings.seeds:
        for name in names:
            single.append(means(lab.measure(Trial(training, (name,), (name,), alone, seed=seed)).judged[name]))
            trained.append(lab.trained(name, training, seed).seconds)
        for group in groups_of(names, lab.settings.group, seed):
            for strength in strengths:
                found = lab.measure(Trial(training, group, group, method.merge, strength, seed))
                merged[strength] += [means(found.judged[name]) for name in group]
                seconds.append(found.merge_seconds)
    by_strength = {str(strength): summary(values) for strength, values in merged.items()}
    best = min(by_strength, key=lambda strength: by_strength[strength]["distance"]["mean"])
    return {
        "method": method.name,
        "paper": method.paper,
        "single": summary(single),
        "merged": by_strength,
        "best_strength": best,
        "merge_seconds": sum(seconds) / len(seconds),
        "train_seconds": sum(trained) / len(trained),
        "rate_factor": training.rate_factor,
    }


def true_renders(lab: Laboratory) -> dict[str, Any]:
    """What the metrics say of the true pictures: the most that any method can reach."""
    values = []
    for name in lab.names[: lab.settings.concepts]:
        character, asks = lab.characters[name], lab.characters[name].asks(lab.settings.prompts)
        truth = torch.stack([character.truth(ask) for ask in asks])
        values.append(means(lab.judge.judge(truth, [character] * len(asks), asks)))
    return summary(values)


def main_table(lab: Laboratory) -> list[dict[str, Any]]:
    trainings = dict.fromkeys(lab.tuned(method.training) for method in lab.lineup.methods)
    lab.train_ahead(trainings, lab.names[: lab.settings.concepts], lab.settings.seeds)
    return [measure_method(lab, method) for method in lab.lineup.methods]
