"""The recipe of a picture: everything needed to reproduce it, as plain data. Pure; png.py writes it into files."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from orthoplex.sample import SampleSpec

RECIPE_FORMAT = "orthoplex.recipe/1"
SOFTWARE = "orthoplex"


@dataclass(frozen=True)
class RecipeAdapter:
    """An adapter version as a picture used it. `ref` is owner/name:number, `region` a box in fractions or None."""

    ref: str
    version_id: str | None  # None for a file that comes from no catalog
    trigger: str
    strength: float
    slot: int
    sha256: str
    region: dict[str, float] | None


@dataclass(frozen=True)
class RecipeLora:
    """Another program's LoRA: the picture is no exact composition. With a trigger it acted where attended to."""

    ref: str
    strength: float
    sha256: str
    trigger: str | None = None
    words: str | None = None  # what the text encoder read in the trigger's place
    version_id: str | None = None  # None for a file that comes from no catalog


@dataclass(frozen=True)
class Recipe:
    """Everything that draws one picture again on the same device and version."""

    base: str
    prompt: str
    negative_prompt: str
    seed: int
    steps: int
    guidance: float
    width: int
    height: int
    sampler: str | None  # None: the base's own
    clip_skip: int | None
    drawn: str  # what was drawn, in words: the prompt with what it left open filled in
    adapters: Sequence[RecipeAdapter]
    version: str  # of the software
    device: str
    loras: Sequence[RecipeLora] = ()
    enlarged_to: str | None = None  # the size of the file where it is another than was drawn

    def as_json(self) -> dict[str, Any]:
        """The recipe as it is written into the file and into the job's result."""
        enlarged = {} if self.enlarged_to is None else {"enlarged_to": self.enlarged_to}
        return {
            "format": RECIPE_FORMAT,
            "base": self.base,
            "prompt": self.prompt,
            "negative_prompt": self.negative_prompt,
            "seed": self.seed,
            "steps": self.steps,
            "guidance": self.guidance,
            "size": f"{self.width}x{self.height}",
            **enlarged,
            **({} if self.sampler is None else {"sampler": self.sampler}),
            **({} if self.clip_skip is None else {"clip_skip": self.clip_skip}),
            "drawn": self.drawn,
            "adapters": [dict(vars(adapter)) for adapter in self.adapters],
            **({"loras": [_given(lora) for lora in self.loras], "exact": False} if self.loras else {}),
            "software": {"name": SOFTWARE, "version": self.version, "device": self.device},
        }


def _given(lora: RecipeLora) -> dict[str, Any]:
    return {name: value for name, value in vars(lora).items() if value is not None}


def recipe_of(
    base: str, spec: SampleSpec, *, seed: int, drawn: str, adapters: Sequence[RecipeAdapter], device: str
) -> Recipe:
    """The recipe of the picture that `spec` drew with `seed`."""
    return Recipe(
        base=base,
        prompt=spec.prompt,
        negative_prompt=spec.negative_prompt,
        seed=seed,
        steps=spec.steps,
        guidance=spec.guidance,
        width=spec.width,
        height=spec.height,
        sampler=spec.sampler,
        clip_skip=spec.clip_skip,
        drawn=drawn,
        adapters=adapters,
        version=version("orthoplex"),
        device=device,
    )
