"""PEFT's settings, which diffusers writes beside the tensors of a LoRA, as far as they scale it. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from orthoplex.bases.foreign.metadata_json import json_of, number_of

_NAME = re.compile(r"\^?[\w.]+\$?")  # PEFT's keys are regular expressions; a stranger's are not run


@dataclass(frozen=True)
class PeftSettings:
    """alpha, that of layers named in `alphas`, and whether the rank counts by its root (rank-stabilized LoRA)."""

    alpha: float
    alphas: Mapping[str, float]
    is_stabilized: bool

    def scale(self, layer: str, rank: int) -> float:
        """alpha / rank of a layer, or alpha / sqrt(rank)."""
        own = (alpha for name, alpha in self.alphas.items() if f".{layer}".endswith(f".{name}"))
        return next(own, self.alpha) / (math.sqrt(rank) if self.is_stabilized else rank)


def peft_settings(metadata: Mapping[str, str]) -> dict[str, PeftSettings]:
    """Part of the pipeline -> its settings; empty where there are none.

    ValueError for patterns of layers, and for what cannot be read.
    """
    try:
        written = json_of(metadata.get("lora_adapter_metadata", "{}"))
        parts = [key.removesuffix(".lora_alpha") for key in written if key.endswith(".lora_alpha")]
        read = {part: (number_of(written[f"{part}.lora_alpha"]), _alphas(written, part)) for part in parts}
    except (TypeError, AttributeError, json.JSONDecodeError):
        return {}
    except ValueError as error:
        raise ValueError(f"has settings in lora_adapter_metadata that cannot be read: {error}") from error
    for _, alphas in read.values():
        if unread := [name for name in alphas if _NAME.fullmatch(name) is None]:
            raise ValueError(f"gives layers an alpha by the pattern {unread[0]!r}")
    return {
        part: PeftSettings(
            alpha,
            {name.strip("^$"): value for name, value in alphas.items()},
            bool(written.get(f"{part}.use_rslora", False)),
        )
        for part, (alpha, alphas) in read.items()
    }


def _alphas(written: Mapping[str, object], part: str) -> dict[str, float]:
    own = written.get(f"{part}.alpha_pattern")
    return {str(name): number_of(value) for name, value in own.items()} if isinstance(own, dict) else {}
