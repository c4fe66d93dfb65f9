"""Implements the protocol of bases for Z-Image; each method is implemented by one file here."""

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
from orthoplex.bases.sd.checkpointing import checkpointed
from orthoplex.bases.sd.latent import LatentBase, Prompts
from orthoplex.bases.zimage import encoding, reading
from orthoplex.bases.zimage.attention import JointProcessor, observed
from orthoplex.bases.zimage.parts import PATCH, ZParts, load_parts, padded, picture_rows
from orthoplex.bases.zimage.pictures import ZPictures
from orthoplex.bases.zimage.schedule import FlowSchedule
from orthoplex.ortho.gated import GatedAttachment, attach_gated


class ZBase(LatentBase, ZParts):
    """A frozen Z-Image; see orthoplex.bases.protocol.Base for what each method promises."""

    prompts = Prompts(reading.read, encoding.encode, encoding.negative)

    @property
    def memory_bytes(self) -> int:
        return bytes_of(self.model, self.text_encoder, self.vae)

    @contextmanager
    def attached(self, context: Context) -> Iterator[GatedAttachment | None]:
        if not any(context.members):
            yield None
            return
        rows, columns = context.conditions["latents"][0].tolist()
        lengths = context.conditions["lengths"]
        length = picture_rows((rows, columns)) + padded(int(lengths.max()))
        processor = JointProcessor(lengths, context.conditions["boxes"], (rows, columns), length)
        with (
            observed(self.model, processor),
            attach_gated(self.model, self.layout, context.members, length=length) as attachment,
            checkpointed(self.model, attachment) if self._checkpoints else nullcontext(),
        ):
            yield attachment

    def schedule(self, canvas: Canvas, seeds: Sequence[int]) -> FlowSchedule:
        tokens = (canvas.height // self.latent_px // PATCH) * (canvas.width // self.latent_px // PATCH)
        return FlowSchedule(self.scheduler_config, canvas.sampler, canvas.steps, seeds=seeds, tokens=tokens)

    def predict(self, x: Tensor, t: Tensor, context: Context) -> Tensor:
        """The flow n - x (B, C, h, w); t (B,) timesteps of 1000. The model counts from noise and gives x - n."""
        (states,) = context.states
        lengths = context.conditions["lengths"].tolist()
        out = self.model(
            list(x.to(self.dtype).unsqueeze(2).unbind(0)),
            (1000 - t) / 1000,
            [own[:length].to(self.dtype) for own, length in zip(states, lengths, strict=True)],
            return_dict=False,
        )[0]
        return -torch.stack([each.float() for each in out]).squeeze(2)

    def pictures(
        self,
        items: Sequence[tuple[Image.Image, str | None]],
        class_word: str,
        options: PictureOptions = PictureOptions(),  # noqa: B008 - frozen
    ) -> ZPictures:
        own: Any = self
        return ZPictures(own, items, class_word, options)


def load_zimage(
    folder: Path, description: dict[str, Any], device: torch.device, options: LoadOptions | torch.dtype | None = None
) -> ZBase:
    """The pipeline in FOLDER as a base. FolderRefused names what is missing."""
    return ZBase(**vars(load_parts(folder, description, device, options)))
