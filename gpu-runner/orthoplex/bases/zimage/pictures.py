"""Training pictures of a Z-Image base: buckets, flips and masks as Stable Diffusion's, noise and target of flows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.options import OptionRefused
from orthoplex.bases.sd.encoding import CONCEPT
from orthoplex.bases.sd.pictures import SdPictures
from orthoplex.bases.sd.reading import Tokens
from orthoplex.bases.zimage.encoding import text_states, training_context
from orthoplex.bases.zimage.reading import tokens_of


class ZCaptions:
    """Captions, each encoded once, and noise of flows: x_t = (1 - s) x + s n, t = 1000 s."""

    base: Any
    prompts: Sequence[Tokens]

    def _read(self, texts: Sequence[str], class_word: str) -> None:
        base = self.base
        read = {text: tokens_of(base.tokenizer, text, {CONCEPT: class_word}) for text in texts}
        encoded = {text: text_states(base, tokens) for text, tokens in read.items()}
        self.prompts = [read[text] for text in texts]
        self.encoded = [encoded[text] for text in texts]

    def _levels(self, count: int, generator: torch.Generator) -> Tensor:
        """s logit-normal, shifted as the scheduler shifts."""
        levels = torch.randn(count, generator=generator).sigmoid()
        shift = float(self.base.scheduler_config.get("shift") or 1.0)
        return 1000 * shift * levels / (1 + (shift - 1) * levels)

    def _noisy(self, clean: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        level = (t / 1000)[:, None, None, None]
        return (1 - level) * clean + level * noise

    def _context(self, chosen: Sequence[int], latents: tuple[int, int]) -> Context:
        mentions = [self.prompts[index].mentions[CONCEPT][0] for index in chosen]
        texts = [self.encoded[index] for index in chosen]
        return training_context(self.base, texts, mentions=mentions, latents=latents)


class ZPictures(ZCaptions, SdPictures):
    """The target is n - x."""

    def _read(self, texts: Sequence[str], class_word: str) -> None:
        if self.options.min_snr:
            raise OptionRefused(f"{self.base.id} learns flows with its own loss: it has no Min-SNR weighting")
        super()._read(texts, class_word)

    def _target(self, clean: Tensor, noise: Tensor, t: Tensor) -> Tensor:  # noqa: ARG002
        return noise - clean

    def _level_weights(self, t: Tensor) -> None:  # noqa: ARG002
        return
