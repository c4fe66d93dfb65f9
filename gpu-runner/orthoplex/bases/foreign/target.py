"""What a LoRA of another program can change of a base, and what files call it. Each family makes one of its bases."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch import nn

Layer = tuple[str, str]  # part of the pipeline, name of a module in it

# Models whose LoRAs can be known by the names of their layers, as messages call them; functions/lib/foreign-naming.ts
# has the same.
MODELS = (
    ("Stable Diffusion", re.compile(r"(?:^|[._])(?:(?:down|up|input|output)_blocks|mid(?:dle)?_block)[._]")),
    (
        "Z-Image",
        re.compile(
            r"(?:^|[._])(?:layers[._]\d+[._](?:attention|feed_forward|adaLN_modulation)|(?:noise|context)_refiner[._]\d+)[._]"
        ),
    ),
    ("FLUX", re.compile(r"(?:^|[._])(?:double_blocks|single_blocks|single_transformer_blocks)[._]")),
)


@dataclass(frozen=True, eq=False)
class LoraTarget:
    """parts: the models that a LoRA can change, by their names in diffusers' pipelines.

    model: what messages call the family. find: the layers of a name in a file without its ending; several where files
    may have one projection for queries, keys and values, whose rows follow one another; empty where there is none.
    """

    base_id: str
    model: str
    parts: Mapping[str, nn.Module]
    find: Callable[[str], tuple[Layer, ...]]

    def weight(self, layer: Layer) -> nn.Parameter:
        part, name = layer
        return self.parts[part].get_parameter(f"{name}.weight")

    def mismatch(self, names: Sequence[str]) -> str:
        """Why layers of these names in a file are not this base's, as far as the names say it."""
        own = model_of(names)
        other = "" if own in (None, self.model) else f" ({own}; {self.base_id} is {self.model})"
        return f"it is for another base{other}"


def model_of(names: Sequence[str]) -> str | None:
    """The first of MODELS that has layers of these names."""
    return next((model for model, pattern in MODELS for name in names if pattern.search(name)), None)
