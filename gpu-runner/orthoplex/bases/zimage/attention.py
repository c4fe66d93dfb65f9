"""Joint attention of Z-Image that reports what the picture pays to the words, and that respects boxes.

The same equations as diffusers' ZSingleStreamAttnProcessor; the layers stay the model's. In place only while members
are attached. A gate is the share of a picture token's attention to words: softmax over the prompt's rows alone, so that
it does not depend on how much attention stays within the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import ZImageTransformer2DModel
from torch import Tensor

from orthoplex.bases.sd.attention import box_masks
from orthoplex.bases.zimage.parts import PATCH, padded


class JointProcessor:
    """lengths (B,): rows of each prompt; boxes (B, S, 4): each row can be attended to from its own box alone."""

    def __init__(self, lengths: Tensor, boxes: Tensor, latents: tuple[int, int], length: int) -> None:
        rows, columns = latents[0] // PATCH, latents[1] // PATCH
        self.pictured = rows * columns
        self.first = padded(self.pictured)
        text = torch.arange(length - self.first) < lengths[:, None]
        self.words = text.to(boxes.device)  # (B, S): rows of the prompt, without padding
        masks = F.pad(
            box_masks(boxes, rows, columns), (0, length - self.first - boxes.shape[1]), value=True
        )  # (B, T, S)
        self.seen = masks if not bool(masks.all()) else None

    def __call__(
        self, attn: Any, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None,  # noqa: ARG002
        attention_mask: Tensor | None = None, *, freqs_cis: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        q, k, v = (layer(hidden_states).unflatten(-1, (attn.heads, -1)) for layer in (attn.to_q, attn.to_k, attn.to_v))
        q = q if attn.norm_q is None else attn.norm_q(q)
        k = k if attn.norm_k is None else attn.norm_k(k)
        if freqs_cis is not None:
            q, k = rotated(q, freqs_cis), rotated(k, freqs_cis)
        q, k, v = (each.transpose(1, 2) for each in (q, k, v))  # (B, H, S, d)
        if attn.observer is not None:
            attn.observer(self._paid(q, k))
        out = self.attended(q, k, v, self._mask(attention_mask, q.shape[2]))
        out = attn.to_out[0](out.transpose(1, 2).flatten(2).to(hidden_states.dtype))
        return attn.to_out[1](out) if len(attn.to_out) > 1 else out  # type: ignore[no-any-return]

    def attended(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
        """softmax(q k^T / sqrt(d)) v; (B, H, S, d)."""
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)

    def _paid(self, q: Tensor, k: Tensor) -> Tensor:
        """(B, 1, S, S) over the whole stream: mean over heads of each picture token's softmax over words; else 0."""
        logits = q[:, :, : self.pictured] @ k[:, :, self.first :].transpose(-1, -2) * q.shape[-1] ** -0.5
        seen = self.words[:, None, None]
        if self.seen is not None:
            seen = seen & self.seen[:, None]
        share = logits.float().masked_fill(~seen, -torch.inf).softmax(dim=-1).mean(dim=1, keepdim=True)
        after = q.shape[2] - self.pictured
        return F.pad(share.to(q.dtype), (self.first, 0, 0, after))

    def _mask(self, attention_mask: Tensor | None, length: int) -> Tensor | None:
        mask = None if attention_mask is None else attention_mask[:, None, None, :]
        if self.seen is None:
            return mask
        boxed = torch.ones(len(self.seen), 1, length, length, dtype=torch.bool, device=self.seen.device)
        boxed[:, 0, : self.pictured, self.first :] = self.seen
        return boxed if mask is None else boxed & mask


def rotated(x: Tensor, freqs_cis: Tensor) -> Tensor:
    """Rotary positions as diffusers applies them, in fp32."""
    pairs = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * freqs_cis.unsqueeze(2)).flatten(3).type_as(x)


@contextmanager
def observed(model: ZImageTransformer2DModel, processor: JointProcessor) -> Iterator[None]:
    """Inside the `with` block joint attention has an `observer` and keeps to the boxes; it is put back after it."""
    modules: list[Any] = [layer.attention for layer in model.layers]
    own = [module.processor for module in modules]
    try:
        for module in modules:
            module.processor, module.observer = processor, None
        yield
    finally:
        for module, each in zip(modules, own, strict=True):
            module.processor = each
            del module.observer
