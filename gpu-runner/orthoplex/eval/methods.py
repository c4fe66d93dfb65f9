"""The methods that are compared: what each trains and how it merges. One table; everything else reads it.

Which rows there are depends on the base: marked slots need reserved channels, gates a base that is made for entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orthoplex.bases.cast.pictures import COMPANION_SHARE
from orthoplex.eval.learner import BY_GATES, Training
from orthoplex.ortho.layout import Layout


@dataclass(frozen=True)
class Method:
    name: str
    training: Training
    merge: str  # a key of lab.SUMS, one of lab.FUSIONS, or learner.BY_GATES
    paper: str | None = None  # its row in the paper's table


@dataclass(frozen=True)
class Lineup:
    """What is compared on one base. ours: the one method whose name ends with (ours); curves: by their short names."""

    methods: tuple[Method, ...]
    trainings: Mapping[str, Training]  # those whose rates are tuned
    curves: Mapping[str, Method]

    @property
    def ours(self) -> Method:
        return next(method for method in self.methods if method.name.endswith("(ours)"))


SLOTS_ONLY = Training()  # the paper's
SILENT_SLOTS = replace(SLOTS_ONLY, silence="share 1/2")
ED_LORA = Training(residual="lora")
SILENT_LORA = replace(ED_LORA, silence="share 1/2")
FULL_LORA = replace(ED_LORA, layers="all")  # as trainers of LoRAs adapt them; the paper and Mix-of-Show: attention
DB_LORA = Training(residual="lora", tokens="fixed")
TOKENS_ONLY = Training(residual="none")
NOTHING = Training(residual="none", tokens="start")
CUSTOM = Training(residual="key/value", layers="words", tokens="plain")
MARKED = Training(basis="reserved channels", layers="words", tokens="marked", rank=4)
# Entries and gated residuals. What differs from the product's way differs in one thing.
GATED = Training(layers="outputs and feed-forward", tokens="entries", gate="latest", companions=COMPANION_SHARE)
ENTRIES_ONLY = replace(GATED, residual="none", gate="")
UNGATED = replace(GATED, gate="")
GATED_LORA = replace(GATED, residual="lora")
# TARA (arXiv 2508.08812) without its alignment loss: LoRA on keys and values, masked to a rare word's tokens.
TARA = Training(residual="lora", layers="words", tokens="fixed", gate="latest")

COMPARED: tuple[Method, ...] = (
    Method("nothing taught", NOTHING, "sum"),
    Method("DB-LoRA, FedAvg", DB_LORA, "sum", "DB-LoRA (FedAvg)"),
    Method("tokens only", TOKENS_ONLY, "sum", "P+"),
    Method("key/value matrices, least squares", CUSTOM, "least squares", "Custom Diffusion"),
    Method("ED-LoRA, FedAvg", ED_LORA, "sum", "MoS (FedAvg)"),
    Method("ED-LoRA on feed-forward layers, too, FedAvg", FULL_LORA, "sum"),
    Method("ED-LoRA, gradient fusion (LBFGS)", ED_LORA, "lbfgs", "MoS (Gradient Fusion)"),
    Method("ED-LoRA, gradient fusion (closed form)", ED_LORA, "least squares"),
    Method("ED-LoRA, svd", ED_LORA, "svd"),
    Method("ED-LoRA, linear", ED_LORA, "linear"),
    Method("ED-LoRA, TIES", ED_LORA, "ties"),
    Method("ED-LoRA, DARE", ED_LORA, "dare"),
    Method("orthogonal slots", SLOTS_ONLY, "sum", "Orthogonal Adaptation"),
    Method("ED-LoRA + taught silence", SILENT_LORA, "sum"),
    Method("orthogonal slots + taught silence", SILENT_SLOTS, "sum"),
)
OF_RESERVED: tuple[Method, ...] = (Method("marked slots in reserved channels (ours)", MARKED, "sum"),)
OF_ENTRIES: tuple[Method, ...] = (
    Method("token-masked LoRA on keys and values (TARA's way)", TARA, BY_GATES),
    Method("ED-LoRA, gated after training (FreeFuse's way)", ED_LORA, BY_GATES),
    Method("ED-LoRA on feed-forward layers, too, gated after training", FULL_LORA, BY_GATES),
    Method("entries only", ENTRIES_ONLY, "sum"),
    Method("entries + slots, without the gate", UNGATED, "sum"),
    Method("entries + gated LoRA, without orthogonal slots", GATED_LORA, BY_GATES),
    Method("entries + gated slots (ours)", GATED, BY_GATES),
)
TRAININGS: dict[str, Training] = {
    "DB-LoRA": DB_LORA,
    "tokens only": TOKENS_ONLY,
    "key/value": CUSTOM,
    "ED-LoRA": ED_LORA,
    "ED-LoRA on feed-forward layers, too": FULL_LORA,
    "slots": SLOTS_ONLY,
    "ED-LoRA + silence": SILENT_LORA,
    "slots + silence": SILENT_SLOTS,
}
TRAININGS_OF_RESERVED = {"marked slots": MARKED}
TRAININGS_OF_ENTRIES = {
    "token-masked LoRA": TARA,
    "entries only": ENTRIES_ONLY,
    "entries + ungated slots": UNGATED,
    "entries + gated LoRA": GATED_LORA,
    "entries + gated slots": GATED,
}
CURVES: dict[str, Method] = {
    "ED-LoRA": Method("ED-LoRA, FedAvg", ED_LORA, "sum"),
    "orthogonal slots": Method("orthogonal slots", SLOTS_ONLY, "sum"),
    "slots + taught silence": Method("orthogonal slots + taught silence", SILENT_SLOTS, "sum"),
}


def lineup_of(layout: Layout) -> Lineup:
    """The rows of a base. ValueError for one that has neither entries nor reserved channels: nothing there is ours."""
    if layout.entries:
        own, trainings, name = OF_ENTRIES, TRAININGS_OF_ENTRIES, "entries + gated slots (ours)"
    elif layout.reserved is not None:
        own, trainings, name = OF_RESERVED, TRAININGS_OF_RESERVED, "marked slots (ours)"
    else:
        raise ValueError(f"base {layout.base!r} has neither entries nor reserved channels")
    return Lineup((*COMPARED, *own), TRAININGS | trainings, CURVES | {name: own[-1]})


# The paper's table 2 (CVPR 2024): text, image, identity of single -> of three merged.
PAPER: dict[str, tuple[tuple[float, float, float], tuple[float, float, float], str]] = {
    "P+": ((0.643, 0.683, 0.515), (0.643, 0.683, 0.515), "< 1 s"),
    "Custom Diffusion": ((0.668, 0.648, 0.504), (0.673, 0.623, 0.408), "~2 s"),
    "DB-LoRA (FedAvg)": ((0.613, 0.744, 0.683), (0.682, 0.531, 0.098), "< 1 s"),
    "MoS (FedAvg)": ((0.625, 0.745, 0.728), (0.621, 0.735, 0.706), "< 1 s"),
    "MoS (Gradient Fusion)": ((0.625, 0.745, 0.728), (0.631, 0.729, 0.717), "~15 min"),
    "Orthogonal Adaptation": ((0.624, 0.748, 0.740), (0.644, 0.741, 0.745), "< 1 s"),
}
