"""LoRAs of other programs beside adapters of ours: what recipes say of one, and a base that has them attached.

Each acts on every word and place, or where its trigger is attended to; in both cases the composition is not exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from orthoplex.bases import AnyBase
from orthoplex.recipe import RecipeLora
from orthoplex.sample import AttachedAdapter

if TYPE_CHECKING:
    from orthoplex.bases.foreign.target import LoraTarget

SD, ZIMAGE = "sd", "zimage"  # families that take LoRAs of other programs
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


def target_of(base: AnyBase) -> LoraTarget:
    """What LoRAs can change of a base. ValueError on a base of a family that takes none."""
    family, own = base.description["family"], cast("Any", base)
    if family == SD:
        from orthoplex.bases.sd.foreign import lora_target

        return lora_target(own)
    if family == ZIMAGE:
        from orthoplex.bases.zimage.foreign import lora_target as lora_target_of_zimage

        return lora_target_of_zimage(own)
    raise ValueError(f"{base.id} is of the family {family}, for which there are no such LoRAs")


def whole_pipeline(base: AnyBase, folder: Path) -> tuple[Any, LoraTarget]:
    """The folder of a base that takes LoRAs, as a pipeline of diffusers in fp32, and as a target of LoRAs."""
    if base.description["family"] == SD:
        from orthoplex.bases.sd.foreign import whole

        return whole(cast("Any", base), folder)
    from orthoplex.bases.zimage.foreign import whole as whole_of_zimage

    return whole_of_zimage(cast("Any", base), folder)


@contextmanager
def with_loras(base: AnyBase, loras: Sequence[NamedLora]) -> Iterator[tuple[AnyBase, list[AttachedAdapter]]]:
    """The base with LoRAs, and what stands in compositions for those that are gated.

    Those that are not change the base's own weights until the end, so that nothing else may be generated meanwhile;
    then the weights are as before, bit for bit.
    """
    if not loras:
        yield base, []
        return
    from orthoplex.bases.foreign.weights import foreign_attached

    whole = [(each.lora, each.strength) for each in loras if not each.trigger]
    gated = _with_gated(base, [each for each in loras if each.trigger])  # before others change the weights it reads
    with foreign_attached(target_of(base), whole):
        yield gated


def _with_gated(base: AnyBase, loras: Sequence[NamedLora]) -> tuple[AnyBase, list[AttachedAdapter]]:
    """The base with LoRAs that have triggers, and what stands for each in compositions."""
    if not loras:
        return base, []
    from orthoplex.bases.foreign.gated import stand_in

    own: Any
    if base.description["family"] == SD:
        from orthoplex.bases.sd import foreign_gated as own
    else:
        from orthoplex.bases.zimage import foreign_gated as own
    gated = [own.gated_lora(each.lora, str(each.trigger), each.strength, base) for each in loras]
    stands = [stand_in(lora, each.words) for lora, each in zip(gated, loras, strict=True)]
    return own.with_gated(base, gated), stands
