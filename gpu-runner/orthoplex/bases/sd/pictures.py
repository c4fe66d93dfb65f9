"""Training pictures of a concept as latents, with captions in which the class word stands for the concept.

Pictures are scaled to cover a square, cropped in the middle, and encoded once; transparency becomes white.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from diffusers import DDPMScheduler
from PIL import Image, ImageOps
from torch import Tensor

from orthoplex.bases.protocol import Batch
from orthoplex.bases.request import TRIGGER
from orthoplex.bases.sd.encoding import training_context
from orthoplex.bases.sd.parts import SdParts
from orthoplex.bases.sd.reading import tokens_of

CONCEPT = "<concept>"


def square(picture: Image.Image, side: int) -> Image.Image:
    """RGB, `side` x `side` px: the middle of the picture, on white where it is transparent."""
    rgba = picture.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return ImageOps.fit(Image.alpha_composite(white, rgba).convert("RGB"), (side, side), Image.Resampling.LANCZOS)


def caption_with_concept(caption: str | None) -> str:
    """The caption with the concept's placeholder: where a trigger stood, else before the words."""
    if not caption:
        return f"a picture of {CONCEPT}"
    called = TRIGGER.sub(CONCEPT, caption.lower())
    return called if CONCEPT in called else f"{CONCEPT}, {called}"


class SdPictures:
    """Endless batches of a concept's latents at random timesteps, with their captions."""

    def __init__(
        self, base: SdParts, items: Sequence[tuple[Image.Image, str | None]], class_word: str, side: int
    ) -> None:
        self.base, self.side = base, side
        texts = [caption_with_concept(caption) for _, caption in items]
        self.prompts = [tokens_of(base.tokenizer, text, {CONCEPT: class_word}, base.words) for text in texts]
        self.latents = torch.stack([self._encode(square(picture, side)) for picture, _ in items])
        self.noiser = DDPMScheduler.from_config(base.scheduler_config)

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(f"a caption is too long; left out: {each.cut}" for each in self.prompts if each.cut))

    @torch.no_grad()
    def _encode(self, picture: Image.Image) -> Tensor:
        """Latents (C, h, w): the mean of the encoder's distribution, scaled as the UNet knows them."""
        vae = self.base.vae
        pixels = torch.from_numpy(np.asarray(picture).astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
        mean: Tensor = vae.encode(pixels.to(self.base.device)).latent_dist.mean[0]
        return mean * float(vae.config.scaling_factor)

    def batch(self, count: int, generator: torch.Generator) -> Batch:
        """Latents at uniform timesteps; the target is the noise, or the velocity where the base predicts that."""
        base, noiser = self.base, self.noiser
        chosen = torch.randint(len(self.latents), (count,), generator=generator)
        t = torch.randint(noiser.config.num_train_timesteps, (count,), generator=generator).to(base.device)
        clean = self.latents[chosen.to(base.device)]
        noise = torch.randn(clean.shape, generator=generator).to(base.device)
        noisy = noiser.add_noise(clean, noise, t)
        velocity = noiser.config.prediction_type == "v_prediction"
        target = noiser.get_velocity(clean, noise, t) if velocity else noise
        prompts = [self.prompts[index] for index in chosen.tolist()]
        mentions = [prompt.mentions[CONCEPT][0] for prompt in prompts]
        context = training_context(base, prompts, mentions, self.side // base.latent_px)
        return Batch(noisy, t, context, target)
