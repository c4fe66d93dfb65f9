"""What a foreign LoRA does at its trigger on Z-Image, as a concept of ours can start from it, and as it is distilled.

A row of words runs through all blocks, so an entry in closed form is measured at its layer: what the LoRA's model has
as the trigger's key or value beyond what the base has as the class word's,
    e_l = y_l'[row of the words] - y_l[row of the class word],   y_l the layer's output,
at one level of noise, the mean over templates. The rest is learned from predictions on the LoRA's samples.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor

from orthoplex.bases.foreign.conversion import TEMPLATES, Conversion, LoraSamples, spec_of
from orthoplex.bases.sd.encoding import CONCEPT
from orthoplex.bases.sd.reading import Tokens
from orthoplex.bases.zimage.base import ZBase
from orthoplex.bases.zimage.encoding import text_states, training_context
from orthoplex.bases.zimage.parts import picture_rows
from orthoplex.bases.zimage.pictures import ZCaptions
from orthoplex.bases.zimage.reading import tokens_of

LEVEL = 900.0  # of 1000: a picture hardly begun


def _tokens(base: ZBase, template: str, word: str) -> Tokens:
    return tokens_of(base.tokenizer, template.format(CONCEPT), {CONCEPT: word})


@torch.no_grad()
def closed_form(base: ZBase, conversion: Conversion) -> dict[str, Tensor]:
    """Entries by layer, (tokens, out) fp32: the same for each token."""
    plain = _at_word(base, conversion.class_word)
    with conversion.attached():
        changed = _at_word(base, conversion.words)
    count = base.layout.tokens_shape[0]
    return {name: (changed[name] - plain[name]).repeat(count, 1).cpu() for name in base.layout.entries}


def _at_word(base: ZBase, word: str) -> dict[str, Tensor]:
    """Keys and values (out,) at the word's row, as the model has them now; the mean over templates."""
    found = {name: torch.zeros(out, device=base.device) for name, out in base.layout.entries.items()}
    canvas = spec_of(base, 1).canvas
    latents = (canvas.height // base.latent_px, canvas.width // base.latent_px)
    first, x = picture_rows(latents), base.noise(0, canvas)[None].to(base.device)
    for template in TEMPLATES:
        tokens = _tokens(base, template, word)
        row = first + tokens.mentions[CONCEPT][0]
        context = training_context(base, [text_states(base, tokens)], mentions=[0], latents=latents, copies=0)

        def noted(name: str, row: int = row) -> Any:
            def hook(_module: object, _inputs: object, y: Tensor) -> None:
                found[name] += y[0, row].float() / len(TEMPLATES)

            return hook

        with ExitStack() as stack:
            for name in found:
                handle = base.model.get_submodule(name).register_forward_hook(noted(name))
                stack.callback(handle.remove)
            base.predict(x, torch.tensor([LEVEL], device=base.device), context)
    return found


class Samples(ZCaptions, LoraSamples):
    """The LoRA's own pictures, at levels and with noise as in a training."""

    concept = CONCEPT
