"""A foreign LoRA as what a concept of ours is distilled from: its own pictures and predictions, and what survived.

Families say how captions are read and noise is added, as in their trainings (bases/sd/conversion.py,
bases/zimage/conversion.py), and begin with entries in closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.foreign.reader import ForeignLora
from orthoplex.bases.foreign.target import LoraTarget
from orthoplex.bases.foreign.weights import foreign_attached
from orthoplex.bases.protocol import Batch
from orthoplex.bases.request import SampleSpec

Draw = Callable[[Any, SampleSpec], Tensor]  # final states of one picture, without adapters (sample/sampler.py)
TEMPLATES = ("a photo of {}", "{}", "a picture of {} in a park", "{}, portrait", "{} smiling", "a drawing of {}")


@dataclass(frozen=True)
class Conversion:
    """words: what the LoRA's users write; class_word: what the base knows it as. target: the base's layers."""

    lora: ForeignLora
    strength: float
    words: str
    class_word: str
    target: LoraTarget

    def attached(self) -> Any:
        """Inside the `with` block the LoRA is in the base's weights."""
        return foreign_attached(self.target, [(self.lora, self.strength)])


class LoraSamples:
    """Noisy states of pictures that the LoRA drew, with its own predictions as targets; both made once."""

    warnings: tuple[str, ...] = ()
    concept: str  # what stands for the concept in captions
    _read: Callable[[list[str], str], None]  # captions and the class word, as the base without the LoRA reads them
    _levels: Callable[[int, torch.Generator], Tensor]  # timesteps (B,), as a training draws them
    _noisy: Callable[[Tensor, Tensor, Tensor], Tensor]  # of clean latents, noise and timesteps
    _context: Callable[[list[int], tuple[int, int]], Context]  # of captions by number, with rows for the concept

    def __init__(
        self, base: Any, conversion: Conversion, draw: Draw, *, pictures: int, levels: int, steps: int, seed: int
    ) -> None:
        self.base = base
        generator = torch.Generator().manual_seed(seed)
        spec = spec_of(base, steps)
        captions = [TEMPLATES[n % len(TEMPLATES)].format(self.concept) for n in range(pictures)]
        self._read(captions, conversion.class_word)
        noisy, t, target, chosen = [], [], [], []
        with conversion.attached(), torch.no_grad():
            for number in range(pictures):
                prompt = TEMPLATES[number % len(TEMPLATES)].format(conversion.words)
                own = replace(spec, prompt=prompt, seed=seed + number)
                clean = draw(base, own)
                context = base.encode([base.read(own, [], own.seed)])
                for _ in range(levels):
                    level = self._levels(1, generator).to(base.device)
                    noise = torch.randn(clean.shape, generator=generator).to(base.device)
                    noisy.append(self._noisy(clean, noise, level))
                    t.append(level)
                    target.append(base.predict(noisy[-1], level, context))
                    chosen.append(number)
        self.noisy, self.t, self.target, self.chosen = torch.cat(noisy), torch.cat(t), torch.cat(target), chosen

    def batch(self, count: int, generator: torch.Generator) -> Batch:
        rows = torch.randint(len(self.chosen), (count,), generator=generator)
        chosen = [self.chosen[row] for row in rows.tolist()]
        context = self._context(chosen, (self.noisy.shape[-2], self.noisy.shape[-1]))
        at = rows.to(self.noisy.device)
        return Batch(self.noisy[at], self.t[at], context, self.target[at])


def spec_of(base: Any, steps: int) -> SampleSpec:
    """A picture of the size and guidance of the base's samples."""
    width, height = base.training.sample_size
    return SampleSpec("", 0, width, height, steps=steps, guidance=base.training.sample_guidance)


@torch.no_grad()
def survived(
    base: Any, conversion: Conversion, draw: Draw, *, states_of: Mapping[str, Sequence[Tensor]],
    prompts: Sequence[SampleSpec],
) -> dict[str, float]:  # fmt: skip
    """Name -> share of the LoRA's effect in these final states: 1 - |s - t| / |b - t|, t the LoRA's, b the base's.

    prompts: with `{}` for the words.
    """

    def drawn(word: str) -> list[Tensor]:
        return [draw(base, replace(spec, prompt=spec.prompt.format(word))) for spec in prompts]

    plain = drawn(conversion.class_word)
    with conversion.attached():
        theirs = drawn(conversion.words)
    whole = sum(float((b - t).abs().mean()) for b, t in zip(plain, theirs, strict=True))
    if whole == 0:
        raise ValueError("the LoRA changes nothing in pictures of its trigger")
    return {
        name: 1 - sum(float((s - t).abs().mean()) for s, t in zip(states, theirs, strict=True)) / whole
        for name, states in states_of.items()
    }
