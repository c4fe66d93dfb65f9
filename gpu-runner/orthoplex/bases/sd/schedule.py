"""Samplers of Stable Diffusion by their usual names: diffusers' schedulers behind our protocol."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
    UniPCMultistepScheduler,
)
from torch import Tensor

SAMPLERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "Euler": (EulerDiscreteScheduler, {}),
    "Euler a": (EulerAncestralDiscreteScheduler, {}),
    "DPM++ 2M Karras": (DPMSolverMultistepScheduler, {"use_karras_sigmas": True}),
    "UniPC": (UniPCMultistepScheduler, {}),
    "DDIM": (DDIMScheduler, {}),
    "LCM": (LCMScheduler, {}),
}
DEFAULT_SAMPLER = "Euler"


class SamplerUnknown(ValueError):  # noqa: N818 - a refusal
    """No sampler of that name; the message lists those there are."""


class DiffusersSchedule:
    """One run of a scheduler. It keeps a state between steps, so each batch makes its own.

    What ancestral samplers add at step i to a picture comes from that picture's seed, so neighbours change nothing.
    """

    samplers = SAMPLERS
    default = DEFAULT_SAMPLER

    def __init__(self, config: dict[str, Any], sampler: str | None, steps: int, seeds: Sequence[int]) -> None:
        self.name = sampler or self.default
        if self.name not in self.samplers:
            raise SamplerUnknown(f"There is no sampler {self.name!r}. Known: {', '.join(self.samplers)}.")
        kind, changes = self.samplers[self.name]
        self._scheduler = kind.from_config({**config, **changes})
        self._set_timesteps(steps)
        self._timesteps = self._scheduler.timesteps
        # + 1: a picture's first noise and what is added later must not be the same numbers
        self._generators = [torch.Generator().manual_seed((seed + 1) * 6_364_136_223_846_793 % 2**63) for seed in seeds]
        self._adds_noise = "generator" in inspect.signature(self._scheduler.step).parameters

    def _set_timesteps(self, steps: int) -> None:
        self._scheduler.set_timesteps(steps)

    @property
    def levels(self) -> Sequence[float]:
        levels: list[float] = self._timesteps.tolist()
        return levels

    def start(self, noise: Tensor) -> Tensor:
        return noise * float(getattr(self._scheduler, "init_noise_sigma", 1.0))

    def scaled(self, x: Tensor, index: int) -> Tensor:
        if not hasattr(self._scheduler, "scale_model_input"):
            return x
        scaled: Tensor = self._scheduler.scale_model_input(x, self._timesteps[index])
        return scaled

    def step(self, prediction: Tensor, index: int, x: Tensor) -> tuple[Tensor, Tensor]:
        """The next latents, and the clean ones where the scheduler says them, else the next again."""
        extra = {"generator": self._generators} if self._adds_noise else {}
        done = self._scheduler.step(prediction, self._timesteps[index], x, **extra)
        clean = getattr(done, "pred_original_sample", None)
        return done.prev_sample, done.prev_sample if clean is None else clean
