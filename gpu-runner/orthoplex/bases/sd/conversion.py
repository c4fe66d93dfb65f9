"""What a foreign LoRA does at its trigger, as a concept of ours can start from it, and as it is distilled.

Keys and values in closed form: a concept's entry is what the LoRA gives its trigger's row beyond the class word's,
    e = (W + B A) x_t - W x_c,
x_t read by the LoRA's own text encoder, x_c by the base's. The rest is learned from predictions on the LoRA's samples.
"""

from __future__ import annotations

import torch
from torch import Tensor

from orthoplex.bases.foreign.conversion import TEMPLATES, Conversion, LoraSamples
from orthoplex.bases.sd.base import SdBase
from orthoplex.bases.sd.encoding import CONCEPT, text_states
from orthoplex.bases.sd.pictures import SdCaptions
from orthoplex.bases.sd.reading import Tokens, tokens_of


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
    with conversion.attached():
        changed = projected(conversion.words)
    count = base.layout.tokens_shape[0]
    return {name: (changed[name] - plain[name]).mean(dim=0).repeat(count, 1).cpu() for name in names}


class Samples(SdCaptions, LoraSamples):
    """The LoRA's own pictures, at levels and with noise as in a training."""

    concept = CONCEPT
