"""The parts of a Stable Diffusion base, loaded from a folder in diffusers' format. What the parts do is implemented
elsewhere.

Two kinds: Stable Diffusion 1.x, and XL with its second text encoder, whose pooled vector and sizes the UNet is given.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from orthoplex.bases.device import compute_dtype
from orthoplex.ortho.layout import Layout, layout_from

PARTS = ("unet", "text_encoder", "tokenizer", "vae", "scheduler")
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
class SdParts:
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

    @property
    def words(self) -> int:
        """Positions of a prompt, begin and end included: 77 for CLIP."""
        return int(self.text_encoder.config.max_position_embeddings)

    @property
    def latent_px(self) -> int:
        """Pixels per side of one latent: 8 for SD 1.x."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))


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
    folder: Path, description: dict[str, Any], device: torch.device, dtype: torch.dtype | None = None
) -> SdParts:
    """The pipeline of FOLDER, without network. FolderRefused names what is missing."""
    kind = check_folder(folder)
    chosen = dtype or compute_dtype(device)
    local: dict[str, Any] = {"local_files_only": True}
    whole = {**local, "low_cpu_mem_usage": False}
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=chosen, **whole)
    text_encoder = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=chosen, **local)
    vae = AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32, **whole)
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer", **local)
    second = _second_encoder(folder, tokenizer, chosen, device) if SECOND[0] in PIPELINES[kind] else None
    for module in (unet, text_encoder, vae):
        module.to(device).requires_grad_(False).eval()
    return SdParts(
        id=str(description["id"]),
        description=description,
        layout=layout_from(description),
        model=unet,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        vae=vae,
        second=second,
        scheduler_config=json.loads((folder / "scheduler" / "scheduler_config.json").read_text("utf-8")),
        device=device,
        dtype=chosen,
    )


def _second_encoder(folder: Path, tokenizer: CLIPTokenizer, dtype: torch.dtype, device: torch.device) -> SecondEncoder:
    """FolderRefused where the two tokenizers cut words differently: a prompt has one row for each of its tokens."""
    other = CLIPTokenizer.from_pretrained(folder / "tokenizer_2", local_files_only=True)
    if other.get_vocab() != tokenizer.get_vocab():
        raise FolderRefused(f"The two tokenizers of {folder} have different vocabularies.")
    model = CLIPTextModelWithProjection.from_pretrained(folder / "text_encoder_2", dtype=dtype, local_files_only=True)
    model.to(device).requires_grad_(False).eval()
    index = json.loads((folder / "model_index.json").read_text("utf-8"))
    return SecondEncoder(model, int(other.pad_token_id), bool(index.get("force_zeros_for_empty_prompt", True)))
