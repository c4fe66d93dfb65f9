"""One thing changed at a time: the basis, the frozen side, the tokens, the rank, the contrastive data.

Everything else is the training named in the question; alone and all ablation characters merged, at strength 1, first
seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from orthoplex.eval.judging import means
from orthoplex.eval.lab import Lab, Trial
from orthoplex.eval.learner import Training
from orthoplex.eval.methods import (
    ED_LORA,
    ENTRIES_ONLY,
    GATED,
    GATED_LORA,
    MARKED,
    SILENT_LORA,
    SILENT_SLOTS,
    SLOTS_ONLY,
    UNGATED,
)
from orthoplex.eval.settings import Settings
from orthoplex.eval.studies.main_table import summary

Answers = Mapping[str, tuple[Training, Training]]


def variants(settings: Settings, ours: Training) -> dict[str, Answers]:
    """{question: {answer: (training, whose tuned rate it takes)}}."""

    def of(training: Training, **changed: Any) -> tuple[Training, Training]:
        return replace(training, **changed), training

    words = replace(SLOTS_ONLY, layers="words")
    return {
        "what keeps concepts apart": {
            "slots on all attention (the paper)": of(SLOTS_ONLY),
            "the same, only on the words' keys and values": of(SLOTS_ONLY, layers="words"),
            "the same, with taught silence": (replace(words, silence="share 1/2"), SLOTS_ONLY),
            "both factors trained, on the words' keys and values": of(ED_LORA, layers="words"),
            **(_marked_answers(of) if ours == MARKED else _gated_answers(of)),
        },
        "basis of the paper's slots": {
            "none (both factors trained)": of(ED_LORA),
            "slots in one class": of(SLOTS_ONLY),
            **{basis: of(SLOTS_ONLY, basis=basis) for basis in settings.bases},
        },
        "basis, with taught silence": {
            "none (both factors trained)": of(SILENT_LORA),
            "slots in one class": of(SILENT_SLOTS),
            **{basis: of(SILENT_SLOTS, basis=basis) for basis in settings.bases_silenced},
        },
        "frozen side": {"input (down)": of(SLOTS_ONLY), "output (up)": of(SLOTS_ONLY, side="output")},
        "tokens": {
            "layer-wise": of(SLOTS_ONLY), "plain": of(SLOTS_ONLY, tokens="plain"),
            "not trained": of(SLOTS_ONLY, tokens="fixed"),
        },
        # rates are tuned on characters alone; a lower one may serve a merge better
        "learning rate, as multiple of the tuned": {
            f"{name} x{factor:g}": of(training, rate_factor=factor)
            for name, training in (("slots", SLOTS_ONLY), ("both factors trained", ED_LORA), ("ours", ours))
            for factor in (*settings.lower_rates, 1.0)
        },
        "rank of the paper's slots": {str(rank): of(SLOTS_ONLY, rank=rank) for rank in settings.ranks},
        "rank of ours": {
            str(rank): of(ours, rank=rank) for rank in dict.fromkeys((*settings.our_ranks, ours.rank))
        },
        "silence": {
            "none": of(SLOTS_ONLY),
            "half of the batch, mixed": of(SILENT_SLOTS),
            **{silence: (replace(SLOTS_ONLY, silence=silence), SLOTS_ONLY) for silence in settings.silences},
        },
    }  # fmt: skip


def _marked_answers(of: Callable[..., tuple[Training, Training]]) -> Answers:
    return {
        "marked tokens, slots in the base's quiet directions": of(MARKED, basis="quiet directions"),
        "marked tokens, slots in reserved channels (ours)": of(MARKED),
        "reserved channels without marks: the tokens alone": of(MARKED, tokens="layer-wise"),
    }


def _gated_answers(of: Callable[..., tuple[Training, Training]]) -> Answers:
    return {
        "entries alone": of(ENTRIES_ONLY),
        "entries + slots without the gate": of(UNGATED),
        "entries + gated LoRA": of(GATED_LORA),
        "entries + gated slots, frozen on the output side": of(GATED, side="output"),
        "entries + gated slots, without companions in training": of(GATED, companions=0.0),
        "entries + gated slots (ours)": of(GATED),
    }


def at_rate(lab: Lab, training: Training, rate_of: Training) -> Training:
    """The training at its factor of the rate that was tuned for another."""
    return replace(training, rate_factor=training.rate_factor * lab.tuned(rate_of).rate_factor)


def measure_variant(lab: Lab, tuned: Training) -> dict[str, Any]:
    names = tuple(lab.names[: lab.settings.ablation_concepts])
    seed = lab.settings.seeds[0]
    alone = [means(lab.measure(Trial(tuned, (name,), (name,), tuned.merge, seed=seed)).judged[name]) for name in names]
    together = lab.measure(Trial(tuned, names, names, tuned.merge, seed=seed)).judged
    drift = [lab.trained(name, tuned, seed).silence for name in names]
    return {
        "single": summary(alone),
        "merged": summary([means(together[name]) for name in names]),
        "silence": sum(drift) / len(drift),
    }


def ablations(lab: Lab) -> dict[str, dict[str, Any]]:
    """{question: {answer: numbers}}."""
    asked = {
        question: {answer: at_rate(lab, *pair) for answer, pair in answers.items()}
        for question, answers in variants(lab.settings, lab.lineup.ours.training).items()
    }
    names = lab.names[: lab.settings.ablation_concepts]
    lab.train_ahead([t for answers in asked.values() for t in answers.values()], names, lab.settings.seeds[:1])
    return {
        question: {answer: measure_variant(lab, training) for answer, training in answers.items()}
        for question, answers in asked.items()
    }
