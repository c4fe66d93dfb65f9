"""Implements the protocol of bases for Stable Diffusion 1.x and XL; each method is implemented by one file here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.device import bytes_of
from orthoplex.bases.options import LoadOptions, PictureOptions
from orthoplex.bases.request import Canvas
from orthoplex.bases.sd import encoding, reading
from orthoplex.bases.sd.attention import observed
from orthoplex.bases.sd.checkpointing import checkpointed
from orthoplex.bases.sd.latent import LatentBase, Prompts
from orthoplex.bases.sd.norms import norms_apart
from orthoplex.bases.sd.parts import SdParts, load_parts
from orthoplex.bases.sd.pictures import SdPictures
from orthoplex.bases.sd.schedule import DiffusersSchedule
from orthoplex.ortho.gated import GatedAttachment, attach_gated


class SdBase(LatentBase, SdParts):
    """A frozen Stable Diffusion; see orthoplex.bases.protocol.Base for what each method promises."""

    prompts = Prompts(reading.read, encoding.encode, encoding.negative)

    @property
    def memory_bytes(self) -> int:
        second = [] if self.second is None else [self.second.model]
        return bytes_of(self.model, self.text_encoder, self.vae, *second)

    @contextmanager
    def attached(self, context: Context) -> Iterator[GatedAttachment | None]:
        if not any(context.members):
            yield None
            return
        rows, columns = context.conditions["latents"][0].tolist()
        length = context.states[0].shape[1]
        with (
            observed(self.model, context.conditions["boxes"], (rows, columns)),
            norms_apart(self.model, context.conditions["boxes"], (rows, columns)),
            attach_gated(self.model, self.layout, context.members, length=length, grid=(rows, columns)) as attachment,
            checkpointed(self.model, attachment) if self._checkpoints else nullcontext(),
        ):
            yield attachment

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

    def pictures(
        self,
        items: Sequence[tuple[Image.Image, str | None]],
        class_word: str,
        options: PictureOptions = PictureOptions(),  # noqa: B008 - frozen
    ) -> SdPictures:
        return SdPictures(self, items, class_word, options)


def load_sd(
    folder: Path,
    description: dict[str, Any],
    device: torch.device,
    options: LoadOptions | torch.dtype | None = None,
) -> SdBase:
    """The pipeline in FOLDER as a base. FolderRefused names what is missing."""
    return SdBase(**vars(load_parts(folder, description, device, options)))
