"""Gradient checkpointing of a UNet with members attached: blocks are recomputed in the backward pass.

A block's residuals are gated by the cross-attention before it, which the attachment remembers. When a block is computed
a second time that memory is of a later block; so each block is given the gates that it began with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.utils.checkpoint import checkpoint

from orthoplex.ortho.gated import GatedAttachment


@contextmanager
def checkpointed(model: nn.Module, attachment: GatedAttachment) -> Iterator[None]:
    """Inside the `with` block, forward and backward pass alike, every block of the model is recomputed."""

    def recomputed(module: Any, *args: Any) -> Any:
        gates = attachment.gates

        def run(*inputs: Any) -> Any:
            attachment.begin_with(gates)
            return module(*inputs)

        return checkpoint(run, *args, use_reentrant=False)

    unet: Any = model
    unet.enable_gradient_checkpointing(recomputed)
    try:
        yield
    finally:
        unet.disable_gradient_checkpointing()
