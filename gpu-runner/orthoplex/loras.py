"""LoRAs of other programs beside adapters of ours: what recipes say of one, and a base that has them attached.

Each acts on every word and place, or where its trigger is attended to; in both cases the composition is not exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from orthoplex.bases import AnyBase
from orthoplex.recipe import RecipeLora
from orthoplex.sample import AttachedAdapter

FAMILY = "sd"
INEXACT = "it acts on every word and every place, so what is composed with it is not exact"


@dataclass(frozen=True, eq=False)
class NamedLora:
    """A foreign LoRA as a command or a job names it. `ref` is what recipes and messages call it."""

    lora: Any
    strength: float
    ref: str
    sha256: str
    trigger: str | None = None  # gated by the attention paid to it
    words: str = ""  # what the text encoder reads in its place
    version_id: str | None = None  # None for a file that comes from no catalog
    path: Path | None = None

    @property
    def inexact(self) -> str:
        """In which way a picture with it is not exact."""
        if self.trigger is None:
            return INEXACT
        return f"it acts where {self.trigger} is attended to, was not trained so, and loses what has no gate: not exact"

    @property
    def recipe(self) -> RecipeLora:
        return RecipeLora(self.ref, self.strength, self.sha256, self.trigger, self.words or None, self.version_id)


def check_family(base: AnyBase) -> None:
    """ValueError on a base of another family."""
    family = base.description["family"]
    if family != FAMILY:
        raise ValueError(f"{base.id} is of the family {family}, for which there are no such LoRAs")


@contextmanager
def with_loras(base: AnyBase, loras: Sequence[NamedLora]) -> Iterator[tuple[AnyBase, list[AttachedAdapter]]]:
    """The base with LoRAs, and what stands in compositions for those that are gated.

    Those that are not change the base's own weights until the end, so that nothing else may be generated meanwhile;
    then the weights are as before, bit for bit.
    """
    if not loras:
        yield base, []
        return
    from orthoplex.bases.sd.foreign import foreign_attached
    from orthoplex.bases.sd.foreign_gated import gated_lora, stand_in, with_gated

    named = [each for each in loras if each.trigger]
    gated = [gated_lora(each.lora, str(each.trigger), each.strength, base.layout) for each in named]
    stands = [stand_in(lora, each.words) for lora, each in zip(gated, named, strict=True)]
    whole = [(each.lora, each.strength) for each in loras if not each.trigger]
    with foreign_attached(cast("Any", base), whole):
        yield (with_gated(cast("Any", base), gated) if gated else base), stands
