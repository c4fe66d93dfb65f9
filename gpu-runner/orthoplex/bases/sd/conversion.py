"""What a foreign LoRA does at its trigger, as a concept of ours can start from it, and as it is distilled.

Keys and values in closed form: a concept's entry is what the LoRA gives its trigger's row beyond the class word's,
    e = (W + B A) x_t - W x_c,
x_t read by the LoRA's own text encoder, x_c by the base's. The rest is learned from predictions on the LoRA's samples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from diffusers import DDPMScheduler
from torch import Tensor

from orthoplex.bases.foreign.reader import ForeignLora
from orthoplex.bases.foreign.weights import foreign_attached
from orthoplex.bases.protocol import Batch
from orthoplex.bases.request import SampleSpec
from orthoplex.bases.sd.base import SdBase
from orthoplex.bases.sd.encoding import EncodedTexts, text_states, training_context
from orthoplex.bases.sd.foreign import lora_target
from orthoplex.bases.sd.pictures import CONCEPT
from orthoplex.bases.sd.reading import Tokens, tokens_of

Draw = Callable[[SdBase, SampleSpec], Tensor]  # final states of one picture, without adapters (sample/sampler.py)
TEMPLATES = ("a photo of {}", "{}", "a picture of {} in a park", "{}, portrait", "{} smiling", "a drawing of {}")


@dataclass(frozen=True)
class Conversion:
    """words: what the LoRA's users write; class_word: what the base knows it as."""

    lora: ForeignLora
    strength: float
    words: str
    class_word: str


def _tokens(base: SdBase, template: str, word: str) -> Tokens:
    return tokens_of(base.tokenizer, template.format(CONCEPT), {CONCEPT: word}, base.words)


@torch.no_grad()
def closed_form(base: SdBase, conversion: Conversion) -> dict[str, Tensor]:
    """Entries by layer, (tokens, out) fp32: the mean over templates, the same for each token."""
    names = list(base.layout.entries)

    def projected(word: str) -> dict[str, Tensor]:
        prompts = [_tokens(base, template, word) for template in TEMPLATES]
        states, _ = text_states(base, prompts, base.words)
        rows = torch.stack([own[p.mentions[CONCEPT][0]] for own, p in zip(states, prompts, strict=True)])
        modules = {name: base.model.get_submodule(name) for name in names}
        return {name: module(rows.to(base.dtype)).float() for name, module in modules.items()}

    plain = projected(conversion.class_word)
    with foreign_attached(lora_target(base), [(conversion.lora, conversion.strength)]):
        changed = projected(conversion.words)
    count = base.layout.tokens_shape[0]
    return {name: (changed[name] - plain[name]).mean(dim=0).repeat(count, 1).cpu() for name in names}


class LoraSamples:
    """Noisy states of pictures that the LoRA drew, with its own predictions as targets; both made once."""

    warnings: tuple[str, ...] = ()

    def __init__(
        self, base: SdBase, conversion: Conversion, draw: Draw, *, pictures: int, levels: int, steps: int, seed: int
    ) -> None:
        self.base = base
        generator = torch.Generator().manual_seed(seed)
        spec = spec_of(base, steps)
        self.prompts = [_tokens(base, TEMPLATES[n % len(TEMPLATES)], conversion.class_word) for n in range(pictures)]
        self.texts = EncodedTexts(base, self.prompts)
        noiser = DDPMScheduler.from_config(base.scheduler_config)
        noisy, t, target, chosen = [], [], [], []
        with foreign_attached(lora_target(base), [(conversion.lora, conversion.strength)]), torch.no_grad():
            for number in range(pictures):
                prompt = TEMPLATES[number % len(TEMPLATES)].format(conversion.words)
                own = replace(spec, prompt=prompt, seed=seed + number)
                clean = draw(base, own)
                context = base.encode([base.read(own, [], own.seed)])
                for _ in range(levels):
                    level = torch.randint(noiser.config.num_train_timesteps, (1,), generator=generator).to(base.device)
                    noise = torch.randn(clean.shape, generator=generator).to(base.device)
                    noisy.append(noiser.add_noise(clean, noise, level))
                    t.append(level)
                    target.append(base.predict(noisy[-1], level, context))
                    chosen.append(number)
        self.noisy, self.t, self.target, self.chosen = torch.cat(noisy), torch.cat(t), torch.cat(target), chosen

    def batch(self, count: int, generator: torch.Generator) -> Batch:
        rows = torch.randint(len(self.chosen), (count,), generator=generator)
        chosen = [self.chosen[row] for row in rows.tolist()]
        mentions = [self.prompts[index].mentions[CONCEPT][0] for index in chosen]
        latents = (self.noisy.shape[-2], self.noisy.shape[-1])
        context = training_context(self.base, self.texts, chosen, mentions=mentions, latents=latents)
        at = rows.to(self.noisy.device)
        return Batch(self.noisy[at], self.t[at], context, self.target[at])


def spec_of(base: SdBase, steps: int) -> SampleSpec:
    width, height = base.training.sample_size
    return SampleSpec("", 0, width, height, steps=steps, guidance=base.training.sample_guidance)


@torch.no_grad()
def survived(
    base: SdBase, conversion: Conversion, draw: Draw, *, states_of: Mapping[str, Sequence[Tensor]],
    prompts: Sequence[SampleSpec],
) -> dict[str, float]:  # fmt: skip
    """Name -> share of the LoRA's effect in these final states: 1 - |s - t| / |b - t|, t the LoRA's, b the base's.

    prompts: with `{}` for the words.
    """

    def drawn(word: str) -> list[Tensor]:
        return [draw(base, replace(spec, prompt=spec.prompt.format(word))) for spec in prompts]

    plain = drawn(conversion.class_word)
    with foreign_attached(lora_target(base), [(conversion.lora, conversion.strength)]):
        theirs = drawn(conversion.words)
    whole = sum(float((b - t).abs().mean()) for b, t in zip(plain, theirs, strict=True))
    if whole == 0:
        raise ValueError("the LoRA changes nothing in pictures of its trigger")
    return {
        name: 1 - sum(float((s - t).abs().mean()) for s, t in zip(states, theirs, strict=True)) / whole
        for name, states in states_of.items()
    }
