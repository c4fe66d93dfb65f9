"""The methods that are compared: what each trains and how it merges. One table; everything else reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orthoplex.eval.learner import Training


@dataclass(frozen=True)
class Method:
    name: str
    training: Training
    merge: str  # a key of merging or fusion, see fusing.py
    paper: str | None = None  # its row in the paper's table


SLOTS_ONLY = Training()  # the paper's
SILENT_SLOTS = replace(SLOTS_ONLY, silence="share 1/2")
ED_LORA = Training(residual="lora")
SILENT_LORA = replace(ED_LORA, silence="share 1/2")
DB_LORA = Training(residual="lora", tokens="fixed")
TOKENS_ONLY = Training(residual="none")
NOTHING = Training(residual="none", tokens="start")
CUSTOM = Training(residual="key/value", layers="words", tokens="plain")
OURS = Training(basis="reserved channels", layers="words", tokens="marked", rank=4)

METHODS: tuple[Method, ...] = (
    Method("nothing taught", NOTHING, "sum"),
    Method("DB-LoRA, FedAvg", DB_LORA, "sum", "DB-LoRA (FedAvg)"),
    Method("tokens only", TOKENS_ONLY, "sum", "P+"),
    Method("key/value matrices, least squares", CUSTOM, "least squares", "Custom Diffusion"),
    Method("ED-LoRA, FedAvg", ED_LORA, "sum", "MoS (FedAvg)"),
    Method("ED-LoRA, gradient fusion (LBFGS)", ED_LORA, "lbfgs", "MoS (Gradient Fusion)"),
    Method("ED-LoRA, gradient fusion (closed form)", ED_LORA, "least squares"),
    Method("ED-LoRA, svd", ED_LORA, "svd"),
    Method("ED-LoRA, linear", ED_LORA, "linear"),
    Method("ED-LoRA, TIES", ED_LORA, "ties"),
    Method("ED-LoRA, DARE", ED_LORA, "dare"),
    Method("orthogonal slots", SLOTS_ONLY, "sum", "Orthogonal Adaptation"),
    Method("ED-LoRA + taught silence", SILENT_LORA, "sum"),
    Method("orthogonal slots + taught silence", SILENT_SLOTS, "sum"),
    Method("marked slots in reserved channels (ours)", OURS, "sum"),
)
TRAININGS: dict[str, Training] = {
    "DB-LoRA": DB_LORA,
    "tokens only": TOKENS_ONLY,
    "key/value": CUSTOM,
    "ED-LoRA": ED_LORA,
    "slots": SLOTS_ONLY,
    "ED-LoRA + silence": SILENT_LORA,
    "slots + silence": SILENT_SLOTS,
    "marked slots": OURS,
}

# The paper's table 2 (CVPR 2024): text, image, identity of single -> of three merged.
PAPER: dict[str, tuple[tuple[float, float, float], tuple[float, float, float], str]] = {
    "P+": ((0.643, 0.683, 0.515), (0.643, 0.683, 0.515), "< 1 s"),
    "Custom Diffusion": ((0.668, 0.648, 0.504), (0.673, 0.623, 0.408), "~2 s"),
    "DB-LoRA (FedAvg)": ((0.613, 0.744, 0.683), (0.682, 0.531, 0.098), "< 1 s"),
    "MoS (FedAvg)": ((0.625, 0.745, 0.728), (0.621, 0.735, 0.706), "< 1 s"),
    "MoS (Gradient Fusion)": ((0.625, 0.745, 0.728), (0.631, 0.729, 0.717), "~15 min"),
    "Orthogonal Adaptation": ((0.624, 0.748, 0.740), (0.644, 0.741, 0.745), "< 1 s"),
}
