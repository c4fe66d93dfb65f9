"""One thing changed at a time: the basis, the frozen side, the tokens, the rank, what silence is taught with.

Everything else is the product's training; alone and all ablation characters merged, at strength 1, first seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from orthoplex.eval.judging import means
from orthoplex.eval.lab import Lab, Trial
from orthoplex.eval.learner import Training
from orthoplex.eval.methods import OURS, SILENT_LORA, SLOTS_ONLY
from orthoplex.eval.settings import Settings
from orthoplex.eval.studies.main_table import summary


def variants(settings: Settings) -> dict[str, Mapping[str, tuple[Training, Training]]]:
    """{question: {answer: (training, whose tuned rate it takes)}}."""

    def of_ours(**changed: Any) -> tuple[Training, Training]:
        return replace(OURS, **changed), OURS

    return {
        "basis": {
            "none (both factors trained)": (SILENT_LORA, SILENT_LORA),
            "slots in one class": of_ours(),
            **{basis: of_ours(basis=basis) for basis in settings.bases},
        },
        "basis, without silence": {
            "slots in one class": (SLOTS_ONLY, SLOTS_ONLY),
            **{basis: (replace(SLOTS_ONLY, basis=basis), SLOTS_ONLY) for basis in settings.bases_unsilenced},
        },
        "frozen side": {"input (down)": of_ours(), "output (up)": of_ours(side="output")},
        "tokens": {
            "layer-wise": of_ours(), "plain": of_ours(tokens="plain"), "not trained": of_ours(tokens="fixed"),
        },
        # rates are tuned on characters alone; a lower one may serve a merge better
        "learning rate, as multiple of the tuned": {
            **{f"slots x{factor:g}": of_ours(rate_factor=factor) for factor in (*settings.lower_rates, 1.0)},
            **{
                f"both factors trained x{factor:g}": (replace(SILENT_LORA, rate_factor=factor), SILENT_LORA)
                for factor in (*settings.lower_rates, 1.0)
            },
        },
        "rank": {str(rank): of_ours(rank=rank) for rank in settings.ranks},
        "silence": {
            "none": (SLOTS_ONLY, SLOTS_ONLY),
            "half of the batch, mixed (ours)": of_ours(),
            **{silence: of_ours(silence=silence) for silence in settings.silences},
        },
    }  # fmt: skip


def measure_variant(lab: Lab, training: Training, rate_of: Training) -> dict[str, Any]:
    tuned = replace(training, rate_factor=training.rate_factor * lab.tuned(rate_of).rate_factor)
    names = tuple(lab.names[: lab.settings.ablation_concepts])
    seed = lab.settings.seeds[0]
    alone = [means(lab.measure(Trial(tuned, (name,), (name,), seed=seed)).judged[name]) for name in names]
    together = lab.measure(Trial(tuned, names, names, seed=seed)).judged
    drift = [lab.taught(name, tuned, seed).silence for name in names]
    return {
        "single": summary(alone),
        "merged": summary([means(together[name]) for name in names]),
        "silence": sum(drift) / len(drift),
    }


def ablations(lab: Lab) -> dict[str, dict[str, Any]]:
    """{question: {answer: numbers}}."""
    return {
        question: {answer: measure_variant(lab, *pair) for answer, pair in answers.items()}
        for question, answers in variants(lab.settings).items()
    }
