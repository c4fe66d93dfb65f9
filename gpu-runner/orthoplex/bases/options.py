"""Options of loading a base, and of how it uses training pictures. Plain data; families refuse what they lack."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from PIL import Image

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class OptionRefused(ValueError):  # noqa: N818 - a refusal
    """An option that this base does not have; the message names it."""


@dataclass(frozen=True)
class LoadOptions:
    """How a base is held and computed. The defaults are what tests and golden pictures are made with."""

    dtype: torch.dtype | None = None  # of the denoiser and the text encoders; None: what the device computes best
    checkpoint_gradients: bool = False  # training recomputes each block in the backward pass: less memory, more time
    offload: bool = False  # text encoders and VAE wait on the CPU while they have nothing to do
    vae_tiling: bool = False  # large pictures are decoded in overlapping tiles: less memory, seams are blended
    compile: bool = False  # torch.compile of the parts that no adapter attaches to


@dataclass(frozen=True)
class Companion:
    """Somebody of the base, on a plain background."""

    picture: Image.Image
    prompt: str  # what the picture shows, without its background
    background: str  # its name in prompts


@dataclass(frozen=True)
class PictureOptions:
    """How a training uses its pictures.

    masks: of each picture, white where the loss counts; none at all, or one (or None) for each picture.
    companions: pictures that the base generated, beside which the concept stands in a share of the batches.
    min_snr: gamma of the Min-SNR weighting (Hang et al. 2023), 0 for none; None: the base's own choice.
    """

    resolution: int | None = None  # side of a square picture in px; None: the base's own
    buckets: bool = True  # pictures keep about their shape; else all become squares
    flip: bool = False  # half of the pictures are mirrored
    min_snr: float | None = None
    masks: tuple[Image.Image | None, ...] = ()
    companions: tuple[Companion, ...] = ()


def refuse_options(base_id: str, options: LoadOptions | PictureOptions) -> None:
    """OptionRefused unless all are the defaults: for families that have none."""
    plain = type(options)()
    for name, value in vars(options).items():
        if value != getattr(plain, name):
            raise OptionRefused(f"{base_id} has no option {name.replace('_', ' ')}")
