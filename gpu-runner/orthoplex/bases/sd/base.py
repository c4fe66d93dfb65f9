"""Implements the protocol of bases for Stable Diffusion 1.x and XL; each method is implemented by one file here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.device import bytes_of
from orthoplex.bases.protocol import Batch, Concept, TrainingDefaults
from orthoplex.bases.request import AttachedAdapter, Canvas, SampleSpec
from orthoplex.bases.sd import encoding, reading
from orthoplex.bases.sd.attention import observed
from orthoplex.bases.sd.parts import SdParts, load_parts
from orthoplex.bases.sd.pictures import SdPictures
from orthoplex.bases.sd.reading import SdReading
from orthoplex.bases.sd.schedule import DiffusersSchedule
from orthoplex.ortho.gated import GatedAttachment, attach_gated


class SdBase(SdParts):
    """A frozen Stable Diffusion; see orthoplex.bases.protocol.Base for what each method promises."""

    @property
    def training(self) -> TrainingDefaults:
        """Rates are a first choice, not tuned: no trained weights of this family were at hand."""
        width, _, height = str(self.description["default_size"]).partition("x")
        return TrainingDefaults(
            up_rate=1e-2,
            token_rate=1e-3,
            sample_size=(int(width), int(height)),
            sample_guidance=float(self.description["guidance"]["default"]),
            sample_words="",
        )

    @property
    def memory_bytes(self) -> int:
        second = [] if self.second is None else [self.second.model]
        return bytes_of(self.model, self.text_encoder, self.vae, *second)

    def read(self, spec: SampleSpec, members: Sequence[AttachedAdapter], seed: int) -> SdReading:
        return reading.read(self, spec, members, seed)

    def encode(self, readings: Sequence[SdReading]) -> Context:
        return encoding.encode(self, readings)

    def negative(self, readings: Sequence[SdReading]) -> Context:
        return encoding.negative(self, readings)

    @contextmanager
    def attached(self, context: Context) -> Iterator[GatedAttachment | None]:
        if not any(context.members):
            yield None
            return
        rows, columns = context.conditions["latents"][0].tolist()
        length = context.states[0].shape[1]
        with (
            observed(self.model, context.conditions["boxes"], (rows, columns)),
            attach_gated(self.model, self.layout, context.members, length=length, grid=(rows, columns)) as attachment,
        ):
            yield attachment

    def noise(self, seed: int, canvas: Canvas) -> Tensor:
        """(4, height / 8, width / 8)"""
        generator = torch.Generator().manual_seed(seed % 2**63)
        shape = (canvas.height // self.latent_px, canvas.width // self.latent_px)
        return torch.randn(int(self.model.config.in_channels), *shape, generator=generator)

    def schedule(self, canvas: Canvas, seeds: Sequence[int]) -> DiffusersSchedule:
        return DiffusersSchedule(self.scheduler_config, canvas.sampler, canvas.steps, seeds)

    def predict(self, x: Tensor, t: Tensor, context: Context) -> Tensor:
        """Noise or velocity (B, 4, h, w), as the scheduler's configuration says; t (B,) timesteps."""
        visible = context.conditions["visible"]
        (states,) = context.states
        out: Tensor = self.model(
            x.to(self.dtype),
            t,
            encoder_hidden_states=states.to(self.dtype),
            encoder_attention_mask=None if bool(visible.all()) else visible,
            added_cond_kwargs=self._conditions(context),
        ).sample
        return out.float()

    def _conditions(self, context: Context) -> dict[str, Tensor] | None:
        """What XL's UNet is given beside the words; the pooled vector knows class words and no triggers."""
        if self.second is None:
            return None
        pooled, time_ids = context.conditions["pooled"], context.conditions["time_ids"]
        return {"text_embeds": pooled.to(self.dtype), "time_ids": time_ids.to(self.dtype)}

    @torch.no_grad()
    def decode(self, x: Tensor, canvas: Canvas) -> list[Image.Image]:
        """One picture at a time, so that neighbours change nothing and memory does not grow with the batch."""
        size = (canvas.width, canvas.height)
        images = [self._image(latents) for latents in x]
        return [image if image.size == size else image.resize(size, Image.Resampling.LANCZOS) for image in images]

    @torch.no_grad()
    def preview(self, clean: Tensor) -> Image.Image:
        """Decoded from latents of half the size: a quarter of the work."""
        return self._image(F.avg_pool2d(clean, 2) if min(clean.shape[-2:]) > 8 else clean)

    def _image(self, latents: Tensor) -> Image.Image:
        decoded = self.vae.decode(latents[None].float() / float(self.vae.config.scaling_factor)).sample[0]
        pixels = ((decoded.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        return Image.fromarray(pixels.permute(1, 2, 0).cpu().numpy())

    def pictures(self, items: Sequence[tuple[Image.Image, str | None]], class_word: str) -> SdPictures:
        return SdPictures(self, items, class_word, self.training.sample_size[0])

    def reader(self, items: Sequence[tuple[Image.Image, str | None]]) -> None:  # noqa: ARG002
        """None: nothing here reads pictures."""
        return

    def prior(self, size: int, tokens: Tensor, seed: int) -> None:  # noqa: ARG002
        """None: entries act at the concept's own rows alone, and residuals where these are attended to."""
        return

    def initial_tokens(self, class_word: str) -> Tensor:  # noqa: ARG002 - the class word's own vector stays
        return torch.zeros(0, 0, 0)

    def with_concept(self, context: Context, concept: Concept) -> Context:
        return encoding.with_concept(context, concept)

    def loss(self, prediction: Tensor, batch: Batch) -> Tensor:
        if batch.weights is None:
            return F.mse_loss(prediction, batch.target)
        return ((prediction - batch.target).square() * batch.weights).mean()


def load_sd(
    folder: Path, description: dict[str, Any], device: torch.device, dtype: torch.dtype | None = None
) -> SdBase:
    """The pipeline in FOLDER as a base. FolderRefused names what is missing."""
    return SdBase(**vars(load_parts(folder, description, device, dtype)))
