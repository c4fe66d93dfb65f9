"""Identity against the number of merged concepts, and against strength, for LoRAs, orthogonal ones and ours."""

from __future__ import annotations

from typing import Any

from orthoplex.eval.judging import means
from orthoplex.eval.lab import Lab, Trial
from orthoplex.eval.studies.main_table import groups_of, summary


def blocks(names: list[str], size: int, measured: int) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Merges of `size` names that contain the first `measured` names once each, and which of these each contains."""
    found = []
    for start in range(0, measured, size):
        members = tuple(names[start : start + size])
        found.append((members, tuple(name for name in members if name in names[:measured])))
    return found


def merged_curve(lab: Lab) -> dict[str, list[dict[str, Any]]]:
    """{curve: a point for every count}; the same characters are generated at every count, first seed."""
    names, seed = lab.names[: lab.settings.curve_concepts], lab.settings.seeds[0]
    lab.train_ahead([lab.tuned(method.training) for method in lab.lineup.curves.values()], names, (seed,))
    curves: dict[str, list[dict[str, Any]]] = {}
    for label, method in lab.lineup.curves.items():
        points = []
        for count in lab.settings.merged_counts:
            values = []
            for members, measured in blocks(names, count, min(lab.settings.curve_measured, len(names))):
                found = lab.measure(Trial(lab.tuned(method.training), members, measured, method.merge, seed=seed))
                values += [means(found.judged[name]) for name in measured]
            points.append({"count": count, **summary(values)})
        curves[label] = points
    return curves


def strength_curve(lab: Lab) -> dict[str, list[dict[str, Any]]]:
    """{curve: a point for every strength} of merges of `group`, first seed."""
    names = lab.names[: lab.settings.concepts]
    curves: dict[str, list[dict[str, Any]]] = {}
    for label, method in lab.lineup.curves.items():
        points = []
        for strength in lab.settings.curve_strengths:
            values = []
            for group in groups_of(names, lab.settings.group, lab.settings.seeds[0]):
                trial = Trial(lab.tuned(method.training), group, group, method.merge, strength, lab.settings.seeds[0])
                found = lab.measure(trial)
                values += [means(found.judged[name]) for name in group]
            points.append({"strength": strength, **summary(values)})
        curves[label] = points
    return curves
