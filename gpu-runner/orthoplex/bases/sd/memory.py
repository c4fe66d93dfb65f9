"""How much memory a training on Stable Diffusion takes: the UNet runs on the meta device (bases/memory.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from orthoplex.bases.memory import FusedAttention, Kept, TrainingMemory, bytes_of_others, trained_bytes
from orthoplex.bases.sd.attention import observed
from orthoplex.ortho.gated import Member, attach_gated
from orthoplex.ortho.layout import layout_from
from orthoplex.ortho.residual import trainable_residual

WORDS = 77


class _CountedSelfAttention:
    def __call__(self, attn: Any, hidden_states: Tensor, *_: Any, **__: Any) -> Tensor:
        q, k, v = attn.to_q(hidden_states), attn.to_k(hidden_states), attn.to_v(hidden_states)
        out = FusedAttention.apply(q, k, v)  # type: ignore[no-untyped-call]
        projected: Tensor = attn.to_out[1](attn.to_out[0](out))
        return projected


def training_memory(
    folder: Path, description: dict[str, Any], *, size: tuple[int, int], batch: int, dtype: torch.dtype,
    checkpointed: bool, offload: bool = False,
) -> TrainingMemory:  # fmt: skip
    """Of the pipeline in FOLDER; size: width, height in px. offload: encoders and VAE wait on the CPU."""
    config = UNet2DConditionModel.load_config(folder / "unet", local_files_only=True)
    vae = json.loads((folder / "vae" / "config.json").read_text("utf-8"))
    latent_px = 2 ** (len(vae["block_out_channels"]) - 1)
    with torch.device("meta"):
        unet: Any = UNet2DConditionModel.from_config(config)
    torch.nn.Module.to(unet, dtype).requires_grad_(False)  # diffusers' own warns of parts that this UNet does not have
    kept, trained = _kept(
        unet, description, (size[1] // latent_px, size[0] // latent_px), batch=batch, checkpointed=checkpointed
    )
    parameters = sum(parameter.numel() for parameter in unet.parameters())
    others = 0 if offload else bytes_of_others(folder, dtype)
    return TrainingMemory(parameters * dtype.itemsize + others, kept, trained)


def _kept(
    unet: Any, description: dict[str, Any], latents: tuple[int, int], *, batch: int, checkpointed: bool
) -> tuple[int, int]:  # fmt: skip
    """(bytes kept for the backward pass at its peak, bytes of trained tensors, gradients and two moments)."""
    layout = layout_from(description)
    count = layout.tokens_shape[0]
    length = WORDS + count - 1
    dtype = next(unet.parameters()).dtype
    residual = trainable_residual(layout, 0)
    entries = {name: torch.zeros(count, out, requires_grad=True) for name, out in layout.entries.items()}
    rows = torch.tensor([[1, *range(WORDS, length)]])
    members = [[Member(0, entries, residual.up, rows)]] * batch
    leaves = [*residual.up.values(), *entries.values()]
    kept = Kept(unet)
    for module in unet.attn_processors:
        if module.endswith("attn1.processor"):
            unet.get_submodule(module.removesuffix(".processor")).processor = _CountedSelfAttention()
    conditions = None
    if config_of(unet, "addition_embed_type") == "text_time":
        pooled = unet.add_embedding.linear_1.in_features - 6 * unet.config.addition_time_embed_dim
        conditions = {
            "text_embeds": torch.empty(batch, pooled, device="meta", dtype=dtype),
            "time_ids": torch.empty(batch, 6, device="meta", dtype=dtype),
        }
    if checkpointed:
        unet.enable_gradient_checkpointing(kept.block)
    boxes = torch.empty(batch, length, 4, device="meta")
    with (
        observed(unet, boxes, latents),
        attach_gated(unet, layout, members, length=length, grid=latents),
        kept.counting(),
    ):
        unet(
            torch.empty(batch, unet.config.in_channels, *latents, device="meta", dtype=dtype),
            torch.empty(batch, device="meta"),
            encoder_hidden_states=torch.empty(
                batch, length, unet.config.cross_attention_dim, device="meta", dtype=dtype
            ),
            added_cond_kwargs=conditions,
        )
    return kept.bytes, trained_bytes(leaves)


def config_of(unet: Any, name: str) -> Any:
    return getattr(unet.config, name, None)
