"""Which learning rate each method is compared at: the one whose characters, alone, come closest to their true renders.

Chosen on characters that are in no table, with the same steps, batch and seed for every method.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orthoplex.eval.judging import means
from orthoplex.eval.lab import Laboratory, Trial


def tune(lab: Laboratory) -> dict[str, Any]:
    """Sets lab.factors. Returns the distance of every method at every factor."""
    found: dict[str, Any] = {}
    names = lab.tuning_names
    trainings = lab.lineup.trainings
    tried = [replace(t, rate_factor=f) for t in trainings.values() for f in lab.settings.rate_factors]
    if len(lab.settings.rate_factors) > 1:
        lab.train_ahead(tried, names, (0,))
    for label, training in trainings.items():
        if len(lab.settings.rate_factors) == 1:
            lab.factors[training] = lab.settings.rate_factors[0]
            continue
        distances = {}
        for factor in lab.settings.rate_factors:
            turned = replace(training, rate_factor=factor)
            trials = [lab.measure(Trial(turned, (name,), (name,), turned.merge)).judged[name] for name in names]
            distances[factor] = sum(means(judged)["distance"] for judged in trials) / len(trials)
        best = min(distances, key=lambda factor: distances[factor])
        lab.factors[training] = best
        by_factor = {str(factor): value for factor, value in distances.items()}
        found[label] = {"distances": by_factor, "chosen": best, "start": training.rates}
        lab.say(f"rate of {label}: {best} x ({distances})")
    return found
