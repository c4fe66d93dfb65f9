"""How much memory a training on Z-Image takes: its transformer runs on the meta device (bases/memory.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import ZImageTransformer2DModel
from torch import Tensor

from orthoplex.bases.memory import FusedAttention, Kept, TrainingMemory, bytes_of_others, trained_bytes
from orthoplex.bases.zimage.attention import JointProcessor, observed
from orthoplex.bases.zimage.parts import padded, picture_rows
from orthoplex.ortho.gated import Member, attach_gated
from orthoplex.ortho.layout import layout_from
from orthoplex.ortho.residual import trainable_residual

WORDS = 96  # tokens of a caption with the text encoder's template: a sentence or two


class _CountedJoint(JointProcessor):
    """What the picture pays to the words is computed as ever, and kept; the attention itself is a fused kernel."""

    def attended(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:  # noqa: ARG002
        out: Tensor = FusedAttention.apply(q, k, v)  # type: ignore[no-untyped-call]
        return out


def training_memory(
    folder: Path, description: dict[str, Any], *, size: tuple[int, int], batch: int, dtype: torch.dtype,
    checkpointed: bool, offload: bool = False, words: int = WORDS,
) -> TrainingMemory:  # fmt: skip
    """Of the pipeline in FOLDER; size: width, height in px. offload: encoder and VAE wait on the CPU.

    words: tokens of a caption.
    """
    config = ZImageTransformer2DModel.load_config(folder / "transformer", local_files_only=True)
    vae = json.loads((folder / "vae" / "config.json").read_text("utf-8"))
    latent_px = 2 ** (len(vae["block_out_channels"]) - 1)
    with torch.device("meta"):
        model: Any = ZImageTransformer2DModel.from_config(config)
    torch.nn.Module.to(model, dtype).requires_grad_(False)
    latents = (size[1] // latent_px, size[0] // latent_px)
    kept, trained = _kept(model, description, latents, batch=batch, words=words, checkpointed=checkpointed)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    others = 0 if offload else bytes_of_others(folder, dtype)
    return TrainingMemory(parameters * dtype.itemsize + others, kept, trained)


def _kept(
    model: Any, description: dict[str, Any], latents: tuple[int, int], *, batch: int, words: int, checkpointed: bool
) -> tuple[int, int]:  # fmt: skip
    """(bytes kept for the backward pass at its peak, bytes of trained tensors, gradients and two moments)."""
    layout = layout_from(description)
    count, first = layout.tokens_shape[0], picture_rows(latents)
    rows = words + count - 1
    length, dtype = first + padded(rows), next(model.parameters()).dtype
    residual = trainable_residual(layout, 0)
    entries = {name: torch.zeros(count, out, requires_grad=True) for name, out in layout.entries.items()}
    positions = torch.tensor([[first + 1, *range(first + words, first + rows)]])
    members = [[Member(0, entries, residual.up, positions)]] * batch
    kept = Kept(model)
    boxes = torch.tensor([0.0, 0.0, 1.0, 1.0]).repeat(batch, rows, 1)
    processor = _CountedJoint(torch.full((batch,), rows), boxes, latents, length)
    processor.words = processor.words.to("meta")
    if checkpointed:
        model.enable_gradient_checkpointing(kept.block)
    with observed(model, processor), attach_gated(model, layout, members, length=length), kept.counting():
        model(
            [torch.empty(model.in_channels, 1, *latents, device="meta", dtype=dtype) for _ in range(batch)],
            torch.empty(batch, device="meta"),
            [torch.empty(rows, model.config.cap_feat_dim, device="meta", dtype=dtype) for _ in range(batch)],
            return_dict=False,
        )
    return kept.bytes, trained_bytes([*residual.up.values(), *entries.values()])
