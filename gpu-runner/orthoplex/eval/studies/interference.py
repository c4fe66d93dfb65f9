"""How well cheap numbers predict interference: crosstalk by parameters and by activations against loss of identity.

A point is an ordered pair (i, j): how much pictures of i change when j is merged in. Paper, supplement 10, figure 9,
and the activations that it leaves out.
"""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import torch

from orthoplex.eval.factors import Residuals
from orthoplex.eval.fusion import concept_moments
from orthoplex.eval.gating import acting
from orthoplex.eval.generation import generate_rows, present, requests_of, row_of
from orthoplex.eval.judging import means
from orthoplex.eval.lab import Lab, Trial
from orthoplex.eval.learner import Training, gate_of
from orthoplex.eval.measures import correlation, rank_correlation
from orthoplex.ortho.crosstalk import Moments

ROUNDING = 1e-6  # orthonormal rows kept in fp32 meet by less than this


def by_parameters(a: Residuals, b: Residuals) -> float:
    """Mean over layers of ||R_a R_b^T||_F / (||R_a||_F ||R_b||_F), as ortho/crosstalk for residuals of any kind."""
    ratios = []
    for layer in a.keys() & b.keys():
        x, y = a[layer].dense(), b[layer].dense()
        size = float(x.norm() * y.norm())
        ratio = float((x @ y.T).norm()) / size if size > 0 else 0.0
        ratios.append(ratio if ratio > ROUNDING else 0.0)
    return sum(ratios) / len(ratios)


def by_activations(i: Residuals, j: Residuals, moments: Moments) -> float:
    """Mean over layers of ||R_j X_i|| / ||R_i X_i|| on activations of concept i, where R_i does something."""
    ratios = []
    for layer in i.keys() & j.keys():
        own, other = (energy(each[layer].dense(), moments[layer].double()) for each in (i, j))
        if own > 0:
            ratios.append(math.sqrt(max(other, 0.0) / own))
    return sum(ratios) / len(ratios)


def energy(matrix: Any, moment: Any) -> float:
    """||R X||_F^2 = tr(R M R^T)."""
    return float(((matrix @ moment) * matrix).sum())


@torch.no_grad()
def share_acting(lab: Lab, i: str, j: str, *, training: Training, seed: int) -> float:
    """How much of j's residual acts while i alone is named: its mean gate in a picture of i; 1 without gates."""
    gate = gate_of(lab.base, training, training.merge)
    if gate is None:
        return 1.0
    base, own, other = lab.base, lab.trained(i, training, seed), lab.trained(j, training, seed)
    members = [present(base, own, training.count, 0), present(base, other, training.count, None)]
    request = requests_of(lab.characters[i], own, lab.settings, seed)[0]
    with acting(base, members, base.config.words, gate, keep_absent=True) as gates:
        assert gates is not None
        gates.recorded = []
        generate_rows(base, [row_of(base, request)], 1, lab.settings)
    return float(torch.cat(gates.recorded)[..., 1].mean())


def points_of(lab: Lab, training: Training) -> list[dict[str, float]]:
    seed, s = lab.settings.seeds[0], lab.settings
    names = lab.names[: s.crosstalk_concepts]
    trained = {name: lab.trained(name, training, seed) for name in names}
    alone = {
        name: means(lab.measure(Trial(training, (name,), (name,), training.merge, seed=seed)).judged[name])
        for name in names
    }
    points = []
    for i in names:
        facts = [lab.trainer.weights, i, training, training.rates, s.steps, s.batch, s.bank, s.fusion_batches, names]

        def make(i: str = i) -> dict[str, Any]:
            moments = concept_moments(
                lab.base, lab.characters[i], trained[i], training=training, batches=s.fusion_batches
            )
            return {
                j: [
                    by_parameters(trained[i].residuals, trained[j].residuals),
                    by_activations(trained[i].residuals, trained[j].residuals, moments)
                    * share_acting(lab, i, j, training=training, seed=seed),
                ]
                for j in names
                if j != i
            }

        crosstalk = lab.cache.numbers("crosstalk", facts, make)
        for j in (name for name in names if name != i):
            pair = means(lab.measure(Trial(training, (i, j), (i,), training.merge, seed=seed)).judged[i])
            points.append(
                {
                    "parameters": crosstalk[j][0],
                    "activations": crosstalk[j][1],
                    "distance_gained": pair["distance"] - alone[i]["distance"],
                    "score_lost": alone[i]["score"] - pair["score"],
                }
            )
    assert len(points) == len(list(permutations(names, 2)))
    return points


def interference(lab: Lab) -> dict[str, Any]:
    """Points by training, and over all of them how well each crosstalk orders what is lost."""
    points = {label: points_of(lab, lab.tuned(method.training)) for label, method in lab.lineup.curves.items()}
    everything = [point for each in points.values() for point in each]
    predicts = {}
    for kind in ("parameters", "activations"):
        x, y = [p[kind] for p in everything], [p["distance_gained"] for p in everything]
        predicts[kind] = {
            "pearson": correlation(x, y),
            "spearman": rank_correlation(x, y),
            "spearman_within": {
                label: rank_correlation([p[kind] for p in each], [p["distance_gained"] for p in each])
                for label, each in points.items()
            },
        }
    return {"points": points, "predicts": predicts}
