"""What bases of latents share, whatever their denoiser is: a VAE, a device, and concepts that need no prior."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.protocol import Batch, Concept, TrainingDefaults
from orthoplex.bases.request import AttachedAdapter, Canvas, SampleSpec
from orthoplex.bases.sd.buckets import BACKDROPS
from orthoplex.bases.sd.encoding import with_concept
from orthoplex.bases.sd.offloading import OffloadedParts
from orthoplex.bases.sd.reading import SdReading


@dataclass(frozen=True)
class Prompts:
    """How a family reads and encodes prompts: the protocol's methods, each given the base first."""

    read: Callable[[Any, SampleSpec, Sequence[AttachedAdapter], int], SdReading]
    encode: Callable[[Any, Sequence[SdReading]], Context]
    negative: Callable[[Any, Sequence[SdReading]], Context]


class LatentBase(OffloadedParts):
    """The methods of the protocol that need no denoiser."""

    description: dict[str, Any]
    model: Any
    prompts: ClassVar[Prompts]

    def read(self, spec: SampleSpec, members: Sequence[AttachedAdapter], seed: int) -> SdReading:
        return self.prompts.read(self, spec, members, seed)

    def encode(self, readings: Sequence[SdReading]) -> Context:
        return self.prompts.encode(self, readings)

    def negative(self, readings: Sequence[SdReading]) -> Context:
        return self.prompts.negative(self, readings)

    def noise(self, seed: int, canvas: Canvas) -> Tensor:
        """(C, height / 8, width / 8) where a latent is 8 px, C its channels."""
        generator = torch.Generator().manual_seed(seed % 2**63)
        shape = (canvas.height // self.latent_px, canvas.width // self.latent_px)
        return torch.randn(int(self.model.config.in_channels), *shape, generator=generator)

    @property
    def _checkpoints(self) -> bool:
        """Whether the blocks of this pass are computed again for their gradients, not kept."""
        return self.options.checkpoint_gradients and torch.is_grad_enabled()

    @property
    def training(self) -> TrainingDefaults:
        """Rates that the description has, else a first choice: trained weights of full size were not at hand."""
        rates = self.description["training"].get("rates", {"residuals": 1e-2, "tokens": 1e-3})
        width, _, height = str(self.description["default_size"]).partition("x")
        return TrainingDefaults(
            up_rate=rates["residuals"],
            token_rate=rates["tokens"],
            sample_size=(int(width), int(height)),
            sample_guidance=float(self.description["guidance"]["default"]),
            sample_words="",
            companions=tuple(zip(self.description["training"].get("companions", ()), cycle(BACKDROPS), strict=False)),
        )

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
        config = self.vae.config
        own = latents[None].float() / float(config.scaling_factor) + float(config.shift_factor or 0)
        with self.at_work(self.vae):
            decoded = self.vae.decode(own).sample[0]
        pixels = ((decoded.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        return Image.fromarray(pixels.permute(1, 2, 0).cpu().numpy())

    def reader(self, items: Sequence[tuple[Image.Image, str | None]]) -> None:  # noqa: ARG002
        """None: nothing here reads pictures."""
        return

    def prior(self, size: int, tokens: Tensor, seed: int) -> None:  # noqa: ARG002
        """None: entries act at the concept's own rows alone, and residuals where these are attended to."""
        return

    def initial_tokens(self, class_word: str) -> Tensor:  # noqa: ARG002 - the class word's own vector stays
        return torch.zeros(0, 0, 0)

    def with_concept(self, context: Context, concept: Concept) -> Context:
        return with_concept(context, concept)

    def loss(self, prediction: Tensor, batch: Batch) -> Tensor:
        if batch.weights is None:
            return F.mse_loss(prediction, batch.target)
        return ((prediction - batch.target).square() * batch.weights).mean()
