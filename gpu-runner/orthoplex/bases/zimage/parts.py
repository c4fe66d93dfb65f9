"""The parts of a Z-Image base, loaded from a folder in diffusers' format; what they do is implemented elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, ZImageTransformer2DModel
from transformers import AutoModel, AutoTokenizer

from orthoplex.bases.device import compute_dtype
from orthoplex.bases.options import LoadOptions
from orthoplex.bases.sd.offloading import OffloadedParts
from orthoplex.bases.sd.parts import FolderRefused, speed_up
from orthoplex.ortho.layout import Layout, layout_from

PIPELINE = "ZImagePipeline"
PARTS = ("transformer", "text_encoder", "tokenizer", "vae", "scheduler")
PATCH = 2  # latents a side of a token
ROWS = 32  # the model pads picture and text to multiples of so many tokens (diffusers' SEQ_MULTI_OF)
WORDS = 512  # tokens of a prompt with its template, as ZImagePipeline cuts them


@dataclass(frozen=True, eq=False)
class ZParts(OffloadedParts):
    """Everything is frozen. The VAE computes in fp32, the rest in `dtype`."""

    id: str
    description: dict[str, Any]
    layout: Layout
    model: ZImageTransformer2DModel
    text_encoder: Any
    tokenizer: Any
    vae: AutoencoderKL
    scheduler_config: dict[str, Any]
    device: torch.device
    dtype: torch.dtype
    options: LoadOptions = LoadOptions()  # noqa: RUF009 - frozen


def padded(count: int) -> int:
    """Tokens of a stretch as the model pads it."""
    return -(-count // ROWS) * ROWS


def picture_rows(latents: tuple[int, int]) -> int:
    """Tokens that a picture takes at the front of the stream; latents: rows and columns."""
    return padded((latents[0] // PATCH) * (latents[1] // PATCH))


def check_folder(folder: Path) -> None:
    """FolderRefused unless it is a pipeline of this family, as `save_pretrained` writes it."""
    kind = json.loads((folder / "model_index.json").read_text("utf-8")).get("_class_name")
    if kind != PIPELINE:
        raise FolderRefused(f"{folder} holds a {kind}; this family loads a {PIPELINE}.")
    missing = [part for part in PARTS if not (folder / part).is_dir()]
    if missing:
        raise FolderRefused(f"{folder} lacks {', '.join(missing)}.")


def load_parts(
    folder: Path, description: dict[str, Any], device: torch.device, options: LoadOptions | torch.dtype | None = None
) -> ZParts:
    """The pipeline of FOLDER, without network. FolderRefused names what is missing."""
    check_folder(folder)
    options = options if isinstance(options, LoadOptions) else LoadOptions(dtype=options)
    chosen = options.dtype or compute_dtype(device)
    local: dict[str, Any] = {"local_files_only": True}
    whole = {**local, "low_cpu_mem_usage": False}
    model = ZImageTransformer2DModel.from_pretrained(folder / "transformer", torch_dtype=chosen, **whole)
    text_encoder: Any = AutoModel.from_pretrained(folder / "text_encoder", dtype=chosen, **local)
    vae = AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32, **whole)
    aside = torch.device("cpu") if options.offload else device
    for module, place in ((model, device), (text_encoder, aside), (vae, aside)):
        module.to(place).requires_grad_(False).eval()
    layout = layout_from(description)
    speed_up(model, vae, layout, options)
    return ZParts(
        id=str(description["id"]),
        description=description,
        layout=layout,
        model=model,
        text_encoder=text_encoder,
        tokenizer=AutoTokenizer.from_pretrained(folder / "tokenizer", **local),
        vae=vae,
        scheduler_config=json.loads((folder / "scheduler" / "scheduler_config.json").read_text("utf-8")),
        device=device,
        dtype=chosen,
        options=options,
    )
