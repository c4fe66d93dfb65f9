"""How much memory a training will take, before any weight is loaded: the UNet runs on the meta device, without data.

Counted: weights, everything the backward pass keeps (with checkpointing: what enters each block, and the largest block
alone), the trained tensors with their optimiser. Estimated: working space. Attention counts as a fused kernel keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from orthoplex.bases.sd.attention import observed
from orthoplex.ortho.gated import Member, attach_gated
from orthoplex.ortho.layout import layout_from
from orthoplex.ortho.residual import trainable_residual

WORDS = 77
WORKING_SHARE = 0.1  # of everything else: kernels' working space and the allocator's fragments
CONTEXT_BYTES = 600 << 20  # that CUDA takes for itself


@dataclass(frozen=True)
class TrainingMemory:
    """Bytes. `loaded`: weights on the device; `kept`: for the backward pass; `trained`: with optimiser."""

    loaded: int
    kept: int
    trained: int

    @property
    def total(self) -> int:
        return int((self.loaded + self.kept + self.trained) * (1 + WORKING_SHARE)) + CONTEXT_BYTES


class _Saved:
    """Bytes that autograd keeps, each storage once; storages of `known` are weights."""

    def __init__(self, known: set[int]) -> None:
        self._seen = set(known)
        self._held: list[Tensor] = []  # an address means something as long as its storage lives
        self.bytes = 0

    def add(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._seen:
            self._seen.add(storage._cdata)
            self._held.append(tensor)
            self.bytes += storage.nbytes()
        return tensor

    @contextmanager
    def counting(self) -> Iterator[None]:
        with saved_tensors_hooks(self.add, lambda tensor: tensor):
            yield


class _FusedAttention(torch.autograd.Function):
    """softmax(q k^T) v by its shapes: a fused kernel keeps q, k, v and its output, and no probabilities."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        out = torch.empty_like(q)
        ctx.save_for_backward(q, k, v, out)
        return out

    @staticmethod
    def backward(ctx: Any, *_: Any) -> Any:
        q, k, v, _out = ctx.saved_tensors
        return torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)


class _CountedSelfAttention:
    def __call__(self, attn: Any, hidden_states: Tensor, *_: Any, **__: Any) -> Tensor:
        q, k, v = attn.to_q(hidden_states), attn.to_k(hidden_states), attn.to_v(hidden_states)
        out = _FusedAttention.apply(q, k, v)  # type: ignore[no-untyped-call]
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
    others = 0 if offload else _others(folder, dtype)
    return TrainingMemory(parameters * dtype.itemsize + others, kept, trained)


def _others(folder: Path, dtype: torch.dtype) -> int:
    """Text encoders in `dtype` and the VAE in fp32, by the headers of their files."""
    total = 0
    for path in folder.glob("*/*.safetensors"):
        part = path.parent.name
        if part.startswith(("text_encoder", "vae")):
            total += _numbers(path) * (4 if part == "vae" else dtype.itemsize)
    return total


def _numbers(path: Path) -> int:
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    total = 0
    for name, tensor in header.items():
        if name != "__metadata__":
            count = 1
            for side in tensor["shape"]:
                count *= side
            total += count
    return total


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
    weights = {parameter.untyped_storage()._cdata for parameter in unet.parameters()}
    kept, largest = _Saved(weights), 0

    def block(module: Any, *args: Any) -> Any:
        nonlocal largest
        for each in args:
            if isinstance(each, Tensor):
                kept.add(each)
        own = _Saved(weights)
        with own.counting():
            out = module(*args)
        largest = max(largest, own.bytes)
        return out

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
        unet.enable_gradient_checkpointing(block)
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
    trained = sum(leaf.numel() for leaf in leaves) * 4 * 4  # fp32: value, gradient, two moments
    return kept.bytes + largest, trained


def config_of(unet: Any, name: str) -> Any:
    return getattr(unet.config, name, None)
