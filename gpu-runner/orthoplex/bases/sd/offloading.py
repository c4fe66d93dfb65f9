"""Modules that wait on the CPU while they have nothing to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from diffusers import AutoencoderKL
from torch import nn

from orthoplex.bases.options import LoadOptions


class OffloadedParts:
    """Parts of a base of latents, some of which may be offloaded."""

    options: LoadOptions
    device: torch.device
    vae: AutoencoderKL

    @contextmanager
    def at_work(self, *modules: nn.Module) -> Iterator[None]:
        """Inside the `with` block the modules are on the device; with the option `offload` they leave it afterwards."""
        if not self.options.offload:
            yield
            return
        try:
            for module in modules:
                module.to(self.device)
            yield
        finally:
            for module in modules:
                module.to("cpu")

    @property
    def latent_px(self) -> int:
        """Pixels a side that one latent stands for: 8 for SD 1.x."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))
