"""Samplers of flow-matching bases by their usual names: diffusers' schedulers behind our protocol."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from diffusers import (
    DPMSolverMultistepScheduler,
    FlowMatchEulerDiscreteScheduler,
    FlowMatchLCMScheduler,
    UniPCMultistepScheduler,
)

from orthoplex.bases.sd.schedule import DiffusersSchedule

FLOW = {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}
SAMPLERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "Euler": (FlowMatchEulerDiscreteScheduler, {}),
    "DPM++ 2M": (DPMSolverMultistepScheduler, FLOW),
    "UniPC": (UniPCMultistepScheduler, FLOW),
    "LCM": (FlowMatchLCMScheduler, {}),
}
DEFAULT_SAMPLER = "Euler"


def shift_of(config: dict[str, Any], tokens: int) -> float:
    """mu of schedulers that shift by the picture's size: linear in its number of tokens (ZImagePipeline)."""
    low, high = config.get("base_image_seq_len", 256), config.get("max_image_seq_len", 4096)
    least, most = config.get("base_shift", 0.5), config.get("max_shift", 1.15)
    return float(least + (most - least) * (tokens - low) / (high - low))


class FlowSchedule(DiffusersSchedule):
    """One run of a scheduler from noise (sigma 1) to a picture."""

    def __init__(
        self, config: dict[str, Any], sampler: str | None, steps: int, *, seeds: Sequence[int], tokens: int
    ) -> None:
        self._tokens = tokens
        _, changes = self.samplers.get(sampler or self.default, (None, {}))
        shift = {"flow_shift": config.get("shift", 1.0)} if changes else {}  # how solvers of other origin call it
        super().__init__(config | shift, sampler, steps, seeds)

    samplers = SAMPLERS
    default = DEFAULT_SAMPLER

    def _set_timesteps(self, steps: int) -> None:
        taken = inspect.signature(self._scheduler.set_timesteps).parameters
        more: dict[str, Any] = {}
        if isinstance(self._scheduler, FlowMatchEulerDiscreteScheduler):
            more["sigmas"] = [1 - index * (1 - 1 / steps) / max(1, steps - 1) for index in range(steps)]
        if "mu" in taken and self._scheduler.config.get("use_dynamic_shifting"):
            more["mu"] = shift_of(dict(self._scheduler.config), self._tokens)
        self._scheduler.set_timesteps(steps, **more)
