"""The parts of a Stable Diffusion base, loaded from a folder in diffusers' format. What the parts do is implemented
elsewhere.

Two kinds: Stable Diffusion 1.x, and XL with its second text encoder, whose pooled vector and sizes the UNet is given.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from PIL import Image
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from orthoplex.bases.device import compute_dtype
from orthoplex.bases.options import LoadOptions
from orthoplex.bases.sd.offloading import OffloadedParts
from orthoplex.ortho.layout import Layout, layout_from

PARTS = ("unet", "text_encoder", "tokenizer", "vae", "scheduler")
TILE_PX = 512
SECOND = ("text_encoder_2", "tokenizer_2")
PIPELINES = {"StableDiffusionPipeline": PARTS, "StableDiffusionXLPipeline": (*PARTS, *SECOND)}


class FolderRefused(ValueError):  # noqa: N818 - a refusal, like FileRefused
    """A folder that holds no pipeline of this family; the message says what is missing."""


@dataclass(frozen=True, eq=False)
class SecondEncoder:
    """XL's second text encoder: its hidden states join the first's, its pooled vector goes to the UNet."""

    model: CLIPTextModelWithProjection
    pad: int  # its tokenizer pads with another token than the first's
    zero_negative: bool  # an empty negative prompt is zeros, as the model was trained


@dataclass(frozen=True, eq=False)
class SdParts(OffloadedParts):
    """Everything is frozen. The VAE computes in fp32: XL's overflows in fp16. The rest in `dtype`."""

    id: str
    description: dict[str, Any]
    layout: Layout
    model: UNet2DConditionModel
    text_encoder: CLIPTextModel
    tokenizer: CLIPTokenizer
    vae: AutoencoderKL
    second: SecondEncoder | None  # of XL
    scheduler_config: dict[str, Any]
    device: torch.device
    dtype: torch.dtype
    options: LoadOptions = LoadOptions()  # noqa: RUF009 - frozen

    @property
    def words(self) -> int:
        """Positions of a prompt, begin and end included: 77 for CLIP."""
        return int(self.text_encoder.config.max_position_embeddings)


def check_folder(folder: Path) -> str:
    """The class of the pipeline; FolderRefused unless it is of this family, as `save_pretrained` writes it."""
    index = folder / "model_index.json"
    if not index.is_file():
        raise FolderRefused(f"{folder} has no model_index.json: it must be a pipeline folder in diffusers' format.")
    kind = json.loads(index.read_text("utf-8")).get("_class_name")
    if kind not in PIPELINES:
        raise FolderRefused(f"{folder} holds a {kind}; this family loads a {' or '.join(PIPELINES)}.")
    missing = [part for part in PIPELINES[kind] if not (folder / part).is_dir()]
    if missing:
        raise FolderRefused(f"{folder} lacks {', '.join(missing)}.")
    return str(kind)


def load_parts(
    folder: Path,
    description: dict[str, Any],
    device: torch.device,
    options: LoadOptions | torch.dtype | None = None,
) -> SdParts:
    """The pipeline of FOLDER, without network; a dtype alone is the option of that name.

    FolderRefused names what is missing.
    """
    kind = check_folder(folder)
    options = options if isinstance(options, LoadOptions) else LoadOptions(dtype=options)
    chosen = options.dtype or compute_dtype(device)
    local: dict[str, Any] = {"local_files_only": True}
    whole = {**local, "low_cpu_mem_usage": False}
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=chosen, **whole)
    text_encoder = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=chosen, **local)
    vae = AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32, **whole)
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer", **local)
    aside = torch.device("cpu") if options.offload else device
    second = _second_encoder(folder, tokenizer, chosen, aside) if SECOND[0] in PIPELINES[kind] else None
    for module, place in ((unet, device), (text_encoder, aside), (vae, aside)):
        module.to(place).requires_grad_(False).eval()
    layout = layout_from(description)
    speed_up(unet, vae, layout, options)
    return SdParts(
        id=str(description["id"]),
        description=description,
        layout=layout,
        model=unet,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        vae=vae,
        second=second,
        scheduler_config=json.loads((folder / "scheduler" / "scheduler_config.json").read_text("utf-8")),
        device=device,
        dtype=chosen,
        options=options,
    )


def speed_up(denoiser: nn.Module, vae: AutoencoderKL, layout: Layout, options: LoadOptions) -> None:
    """The options that change how parts compute, in place.

    Compiled code does not see hooks that come later, so nothing is compiled that adapters attach to: residual blocks,
    feed-forward layers outside the layout and the VAE's decoder are.
    """
    if options.vae_tiling:
        vae.enable_tiling()
        # a VAE that was trained on large pictures would take one of 1024 px as a single tile
        vae.tile_sample_min_size = min(vae.tile_sample_min_size, TILE_PX)
        vae.tile_latent_min_size = vae.tile_sample_min_size // 2 ** (len(vae.config.block_out_channels) - 1)
    if options.compile:
        for name, module in denoiser.named_modules():
            is_adapted = any(layer.startswith(f"{name}.") for layer in layout.layers)
            if type(module).__name__ in ("FeedForward", "ResnetBlock2D") and not is_adapted:
                module.compile(dynamic=True)
        vae.decoder.compile(dynamic=True)


@torch.no_grad()
def latents_of(base: OffloadedParts, picture: Image.Image) -> Tensor:
    """(C, h, w) of an RGB picture: the mean of the VAE's distribution, scaled as the denoiser knows latents."""
    pixels = torch.from_numpy(np.asarray(picture).astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
    with base.at_work(base.vae):
        mean: Tensor = base.vae.encode(pixels.to(base.device)).latent_dist.mean[0]
    return (mean - float(base.vae.config.shift_factor or 0)) * float(base.vae.config.scaling_factor)


def _second_encoder(folder: Path, tokenizer: CLIPTokenizer, dtype: torch.dtype, device: torch.device) -> SecondEncoder:
    """FolderRefused where the two tokenizers cut words differently: a prompt has one row for each of its tokens."""
    other = CLIPTokenizer.from_pretrained(folder / "tokenizer_2", local_files_only=True)
    if other.get_vocab() != tokenizer.get_vocab():
        raise FolderRefused(f"The two tokenizers of {folder} have different vocabularies.")
    model = CLIPTextModelWithProjection.from_pretrained(folder / "text_encoder_2", dtype=dtype, local_files_only=True)
    model.to(device).requires_grad_(False).eval()
    index = json.loads((folder / "model_index.json").read_text("utf-8"))
    return SecondEncoder(model, int(other.pad_token_id), bool(index.get("force_zeros_for_empty_prompt", True)))
