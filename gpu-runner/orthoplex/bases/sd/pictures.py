"""Training pictures of a concept as latents, with captions in which the class word stands for the concept.

Pictures are scaled to their bucket and encoded once, mirrored too where they are flipped; each caption is encoded once.
Pictures without a background are put on several, and beside people of the base where there are such (scenes.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler
from PIL import Image, ImageOps
from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.options import OptionRefused, PictureOptions
from orthoplex.bases.protocol import Batch
from orthoplex.bases.request import TRIGGER
from orthoplex.bases.sd.buckets import Size, bucket_of, fitted, on_backdrops
from orthoplex.bases.sd.encoding import CONCEPT, EncodedTexts, class_state, training_context
from orthoplex.bases.sd.parts import SdParts, latents_of
from orthoplex.bases.sd.reading import Tokens, tokens_of
from orthoplex.bases.sd.scenes import BOXED_SHARE, SHARE, scenes_of

BUCKET_STEP = 64
MIN_SNR = 5.0  # gamma of Hang et al. 2023, for bases that predict noise


def caption_with_concept(caption: str | None) -> str:
    """The caption with the concept's placeholder: where a trigger stood, else before the words."""
    if not caption:
        return f"a picture of {CONCEPT}"
    called = TRIGGER.sub(CONCEPT, caption.lower())
    return called if CONCEPT in called else f"{CONCEPT}, {called}"


def snr_weights(alphas_cumprod: Tensor, t: Tensor, gamma: float, prediction: str) -> Tensor:
    """Min-SNR-gamma: min(snr, gamma) / snr for noise, / (snr + 1) for velocity, itself for the clean picture."""
    kept = alphas_cumprod[t]
    snr = (kept / (1 - kept)).clamp(min=1e-8)
    capped = snr.clamp(max=gamma)
    if prediction == "sample":
        return capped
    return capped / (snr + 1 if prediction == "v_prediction" else snr)


class SdCaptions:
    """Captions, each encoded once, and noise as the base was trained with it."""

    base: SdParts
    prompts: Sequence[Tokens]

    def _read(self, texts: Sequence[str], class_word: str) -> None:
        base = self.base
        self.noiser = DDPMScheduler.from_config(base.scheduler_config)
        self.prompts = [tokens_of(base.tokenizer, text, {CONCEPT: class_word}, base.words) for text in texts]
        self.texts = EncodedTexts(base, self.prompts)
        self.called = class_state(base, class_word)

    def _levels(self, count: int, generator: torch.Generator) -> Tensor:
        """Uniform timesteps (B,)."""
        return torch.randint(self.noiser.config.num_train_timesteps, (count,), generator=generator)

    def _noisy(self, clean: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        noisy: Tensor = self.noiser.add_noise(clean, noise, t)
        return noisy

    def _context(self, chosen: Sequence[int], latents: tuple[int, int]) -> Context:
        mentions = [self.prompts[index].mentions[CONCEPT][0] for index in chosen]
        return training_context(self.base, self.texts, chosen, mentions=mentions, called=self.called, latents=latents)


class SdPictures(SdCaptions):
    """Endless batches of a concept's latents at random timesteps, with their captions. A batch is of one bucket."""

    def __init__(
        self, base: SdParts, items: Sequence[tuple[Image.Image, str | None]], class_word: str, options: PictureOptions
    ) -> None:
        self.base, self.options = base, options
        self.resolution = options.resolution or int(str(base.description["default_size"]).partition("x")[0])
        if options.masks and len(options.masks) != len(items):
            raise OptionRefused(f"{len(options.masks)} masks for {len(items)} pictures")
        backdrops: dict[tuple[int, str | None], list[tuple[Image.Image, str | None]]] = {}
        cut_out: list[tuple[Image.Image, str]] = []
        for number, (picture, caption) in enumerate(items):
            same = id(picture), caption  # stands here several times where kohya's folder says repeats
            if same not in backdrops:
                backdrops[same] = on_backdrops(picture, caption)
                # what a mask hides would be seen in a scene
                if len(backdrops[same]) > 1 and not (options.masks and options.masks[number]):
                    cut_out.append((picture, caption_with_concept(caption)))
        copies = max(map(len, backdrops.values()))  # every picture is to come as often as any other
        placed: list[tuple[Image.Image, str | None, int]] = []  # with the number of the item
        for number, (picture, caption) in enumerate(items):
            own = backdrops[id(picture), caption]
            placed += [(*each, number) for each in own * (copies // len(own))]
        texts = [caption_with_concept(caption) for _, caption, _ in placed]
        scenes = scenes_of(cut_out, options.companions)
        self._read([*texts, *(scene.caption for scene in scenes)], class_word)
        self.buckets: dict[Size, list[int]] = {}
        self.latents: list[Tensor] = []  # (1, C, h, w), or (2, ...) with the mirrored one
        self.masks: list[Tensor | None] = []
        encoded: dict[int, Tensor] = {}  # a picture that stands here several times is encoded once
        for index, (picture, _, number) in enumerate(placed):
            size = self._size_of(picture)
            self.buckets.setdefault(size, []).append(index)
            if id(picture) not in encoded:
                encoded[id(picture)] = self._encode(fitted(picture, size))
            self.latents.append(encoded[id(picture)])
            mask = options.masks[number] if options.masks else None
            self.masks.append(None if mask is None else self._mask(mask, size))
        self.alone = len(self.latents)  # scenes come after these
        self.latents += [latents_of(base, scene.picture)[None] for scene in scenes]
        self.masks += [None] * len(scenes)
        self.places = [scene.place for scene in scenes]

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(f"a caption is too long; left out: {each.cut}" for each in self.prompts if each.cut))

    def _size_of(self, picture: Image.Image) -> Size:
        if not self.options.buckets:
            return self.resolution, self.resolution
        return bucket_of(picture.width, picture.height, self.resolution, BUCKET_STEP)

    def _encode(self, picture: Image.Image) -> Tensor:
        """The mean of the encoder's distribution, scaled as the UNet knows latents."""
        both = [picture, ImageOps.mirror(picture)] if self.options.flip else [picture]
        return torch.stack([latents_of(self.base, each) for each in both])

    def _mask(self, mask: Image.Image, size: Size) -> Tensor:
        """(1, 1, h, w), or (2, ...) with the mirrored one: mean 1, so that a small subject does not learn slower."""
        pixels = np.asarray(ImageOps.fit(mask.convert("L"), size, Image.Resampling.BOX)).astype(np.float32)
        small = F.avg_pool2d(torch.from_numpy(pixels / 255)[None, None], self.base.latent_px)
        if not bool(small.any()):
            raise OptionRefused("a mask is black everywhere, so nothing of its picture would count")
        small = (small / small.mean()).to(self.base.device)
        return torch.cat([small, small.flip(-1)]) if self.options.flip else small

    def batch(self, count: int, generator: torch.Generator) -> Batch:
        """Latents with noise of random levels, of one bucket; or half as many scenes, which are twice as wide.

        Every picture is as probable as any other: the first chooses the bucket.
        """
        if self.places and float(torch.rand(1, generator=generator)) < SHARE:
            return self._scenes(max(1, count // 2), generator)
        first = int(torch.randint(self.alone, (1,), generator=generator))
        own = next(indices for indices in self.buckets.values() if first in indices)
        others = torch.randint(len(own), (count - 1,), generator=generator).tolist()
        chosen = [first, *(own[other] for other in others)]
        sides = torch.randint(2, (count,), generator=generator).tolist() if self.options.flip else [0] * count
        return self._batch(chosen, sides, generator)

    def _scenes(self, count: int, generator: torch.Generator) -> Batch:
        numbers = torch.randint(len(self.places), (count,), generator=generator).tolist()
        batch = self._batch([self.alone + number for number in numbers], [0] * count, generator)
        boxes, rows = batch.context.conditions["boxes"], batch.context.conditions["concept_rows"]
        is_boxed = torch.rand(count, generator=generator) < BOXED_SHARE
        for index in is_boxed.nonzero().flatten().tolist():
            boxes[index, rows[index]] = boxes.new_tensor(self.places[numbers[index]].corners)
        return batch

    def _batch(self, chosen: Sequence[int], sides: Sequence[int], generator: torch.Generator) -> Batch:
        clean = torch.stack([self.latents[index][side] for index, side in zip(chosen, sides, strict=True)])
        t = self._levels(len(chosen), generator).to(self.base.device)
        noise = torch.randn(clean.shape, generator=generator).to(self.base.device)
        context = self._context(chosen, (clean.shape[-2], clean.shape[-1]))
        return Batch(
            self._noisy(clean, noise, t), t, context, self._target(clean, noise, t), self._weights(chosen, sides, t)
        )

    def _target(self, clean: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The noise, or the velocity or the clean latents where the base predicts these."""
        kind = self.noiser.config.prediction_type
        if kind == "v_prediction":
            velocity: Tensor = self.noiser.get_velocity(clean, noise, t)
            return velocity
        return clean if kind == "sample" else noise

    def _weights(self, chosen: Sequence[int], sides: Sequence[int], t: Tensor) -> Tensor | None:
        """(B, 1, h, w) or (B, 1, 1, 1): masks and Min-SNR; None where both are without effect."""
        weights = self._level_weights(t)
        own = [self.masks[index] for index in chosen]
        if all(mask is None for mask in own):
            return weights
        whole = torch.ones(1, *self.latents[chosen[0]].shape[-2:], device=t.device)
        masks = torch.stack([whole if mask is None else mask[side] for mask, side in zip(own, sides, strict=True)])
        return masks if weights is None else weights * masks

    def _level_weights(self, t: Tensor) -> Tensor | None:
        """(B, 1, 1, 1). Velocities weigh noise levels alike: their loss is the plain one unless asked otherwise."""
        kind = self.noiser.config.prediction_type
        gamma = self.options.min_snr
        gamma = (MIN_SNR if kind == "epsilon" else 0.0) if gamma is None else gamma
        if not gamma:
            return None
        return snr_weights(self.noiser.alphas_cumprod.to(t.device), t, gamma, kind)[:, None, None, None]
