"""Orthoplex adapters in an ordinary diffusers pipeline of Stable Diffusion 1.x or XL, as our own sampler draws them.

    with composed(pipe, description, members, "<ada> smiling", height=512, width=512) as call:
        picture = pipe(**call, num_inference_steps=25, guidance_scale=7.5).images[0]

description: base.json of the base that the adapters were trained for; members: AttachedAdapter, read with read_adapter.
Attention processors and hooks are in place inside the block alone. Needs the package orthoplex[sd].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.bases.sd.base import SdBase
from orthoplex.bases.sd.parts import SecondEncoder
from orthoplex.ortho.layout import layout_from


def base_of(pipe: Any, description: Mapping[str, Any]) -> SdBase:
    """The pipeline's own modules behind our protocol; nothing is copied."""
    second = None
    if getattr(pipe, "text_encoder_2", None) is not None:
        zero = bool(pipe.config.get("force_zeros_for_empty_prompt", True))
        second = SecondEncoder(pipe.text_encoder_2, int(pipe.tokenizer_2.pad_token_id), zero)
    return SdBase(
        id=str(description["id"]),
        description=dict(description),
        layout=layout_from(description),
        model=pipe.unet,
        text_encoder=pipe.text_encoder,
        tokenizer=pipe.tokenizer,
        vae=pipe.vae,
        second=second,
        scheduler_config=dict(pipe.scheduler.config),
        device=pipe.unet.device,
        dtype=pipe.unet.dtype,
    )


@contextmanager
def composed(
    pipe: Any, description: Mapping[str, Any], members: Sequence[AttachedAdapter], prompt: str, *,
    height: int, width: int, negative_prompt: str = "", guided: bool = True, seed: int = 0,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """What to call the pipeline with inside the `with` block. guided: whether guidance_scale will be above 1."""
    base = base_of(pipe, description)
    reading = base.read(SampleSpec(prompt, seed, width, height, negative_prompt=negative_prompt), members, seed)
    context, negative = base.encode([reading]), base.negative([reading])
    call = {"prompt_embeds": context.states[0], "height": height, "width": width}
    if guided:
        call["negative_prompt_embeds"] = negative.states[0]
    if base.second is not None:
        call["pooled_prompt_embeds"] = context.conditions["pooled"]
        call["negative_pooled_prompt_embeds"] = negative.conditions["pooled"]
    batch = negative.joined(context) if guided else context  # diffusers puts the negative half first
    visible: torch.Tensor = batch.conditions["visible"]

    def mask_rows(_: Any, arguments: Any, keywords: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return arguments, {**keywords, "encoder_attention_mask": None if bool(visible.all()) else visible}

    handle = pipe.unet.register_forward_pre_hook(mask_rows, with_kwargs=True)
    try:
        with base.attached(batch):
            yield call
    finally:
        handle.remove()
