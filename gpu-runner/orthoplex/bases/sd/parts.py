"""The parts of a Stable Diffusion base, loaded from a folder in diffusers' format. What each part does is elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from orthoplex.bases.device import compute_dtype
from orthoplex.ortho.layout import Layout, layout_from

PIPELINE_CLASS = "StableDiffusionPipeline"
PARTS = ("unet", "text_encoder", "tokenizer", "vae", "scheduler")


class FolderRefused(ValueError):  # noqa: N818 - a refusal, like FileRefused
    """A folder that holds no pipeline of this family; the message says what is missing."""


@dataclass(frozen=True, eq=False)
class SdParts:
    """Everything is frozen. The VAE computes in fp32, the rest in `dtype`."""

    id: str
    description: dict[str, Any]
    layout: Layout
    model: UNet2DConditionModel
    text_encoder: CLIPTextModel
    tokenizer: CLIPTokenizer
    vae: AutoencoderKL
    scheduler_config: dict[str, Any]
    device: torch.device
    dtype: torch.dtype

    @property
    def words(self) -> int:
        """Positions of a prompt, begin and end included: 77 for CLIP."""
        return int(self.text_encoder.config.max_position_embeddings)

    @property
    def latent_px(self) -> int:
        """Pixels a side that one latent stands for: 8 for SD 1.x."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))


def check_folder(folder: Path) -> None:
    """FolderRefused unless the folder is a pipeline of this family as `save_pretrained` writes it."""
    index = folder / "model_index.json"
    if not index.is_file():
        raise FolderRefused(f"{folder} has no model_index.json: it must be a pipeline folder in diffusers' format.")
    kind = json.loads(index.read_text("utf-8")).get("_class_name")
    if kind != PIPELINE_CLASS:
        raise FolderRefused(f"{folder} holds a {kind}; this family loads a {PIPELINE_CLASS}.")
    missing = [part for part in PARTS if not (folder / part).is_dir()]
    if missing:
        raise FolderRefused(f"{folder} lacks {', '.join(missing)}.")


def load_parts(
    folder: Path, description: dict[str, Any], device: torch.device, dtype: torch.dtype | None = None
) -> SdParts:
    """The pipeline of FOLDER, without network. FolderRefused names what is missing."""
    check_folder(folder)
    chosen = dtype or compute_dtype(device)
    local: dict[str, Any] = {"local_files_only": True}
    whole = {**local, "low_cpu_mem_usage": False}
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=chosen, **whole)
    text_encoder = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=chosen, **local)
    vae = AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32, **whole)
    for module in (unet, text_encoder, vae):
        module.to(device).requires_grad_(False).eval()
    return SdParts(
        id=str(description["id"]),
        description=description,
        layout=layout_from(description),
        model=unet,
        text_encoder=text_encoder,
        tokenizer=CLIPTokenizer.from_pretrained(folder / "tokenizer", **local),
        vae=vae,
        scheduler_config=json.loads((folder / "scheduler" / "scheduler_config.json").read_text("utf-8")),
        device=device,
        dtype=chosen,
    )
