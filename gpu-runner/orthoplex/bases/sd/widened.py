"""A composition as a checkpoint: key and value projections with one channel per token (ortho/widen.py), and the
prompt's embeddings to call it with. Exact for the text side, in an unmodified pipeline that is given these embeddings.
Two things no checkpoint can hold: gates, which follow the picture (residuals are summed at their mean), and a mask of
rows, so that with guidance the negative prompt sees copies of its last row where the prompt has its concepts' further
rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.bases.sd.base import SdBase
from orthoplex.ortho.widen import addresses, unaddressed, widen_model, widened_context, widened_entries


def widen_pipeline(base: SdBase, pipe: Any, spec: SampleSpec, members: Sequence[AttachedAdapter]) -> dict[str, Tensor]:
    """Widens the pipeline's UNet for the members that the prompt calls; what to call the pipeline with."""
    reading = base.read(spec, members, spec.seed)
    context, negative = base.encode([reading]), base.negative([reading])
    (called,), (states,), (others,) = context.members, context.states, negative.states
    entries = widened_entries(called, base.layout)
    widen_model(pipe.unet, entries)
    channels = len(next(iter(entries.values())))
    pipe.unet.register_to_config(cross_attention_dim=states.shape[-1] + channels)
    address = addresses(called, states.shape[1])
    filled = others.clone()
    filled[:, base.words :] = others[:, base.words - 1 : base.words]
    call = {
        "prompt_embeds": widened_context(states, address),
        "negative_prompt_embeds": unaddressed(filled, channels),
    }
    if base.second is not None:
        call["pooled_prompt_embeds"] = context.conditions["pooled"]
        call["negative_pooled_prompt_embeds"] = negative.conditions["pooled"]
    return {name: tensor.float().cpu().contiguous() for name, tensor in call.items()}
